"""Credentials in what was posted: forms, parts of multipart forms, JSON, XML, and each in another.

What a body is, its Content-Type says, and scripts lie: text that begins like JSON is read as JSON,
and pairs of name and value count wherever they stand. Fields are found by their names; nothing is
parsed into values, so that a malformed body is searched like any other. A value that holds text of
its own (JSON in a field of a form, a form in a string of JSON) is read without its escapes, four
layers deep, and what is found there is covered where it stands. JSON in base64 is covered whole.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from evidencekit.capture.credentials.found import Found, Kind, Octets, found
from evidencekit.capture.credentials.heads import fields_in, in_fields
from evidencekit.capture.credentials.json_fields import json_name, leaves
from evidencekit.capture.credentials.markup import in_markup
from evidencekit.capture.credentials.names import Place, is_secret, secrecy_of
from evidencekit.capture.credentials.unfolded import Unfolded, form_value, json_string
from evidencekit.capture.credentials.urls import in_addresses

LAYERS = 4
_PAIR = re.compile(rb"(?<![^&\r\n])([^&=\r\n]{1,256})=([^&\r\n]*)")
_BOUNDARY = re.compile(rb"boundary=(?:\"([^\"]{1,70})\"|([^\s;\"]{1,70}))", re.IGNORECASE)
_PART_NAME = re.compile(rb"[;\s]name=(?:\"([^\"]*)\"|([^\s;\"]+))", re.IGNORECASE)
_PART_TYPE = re.compile(rb"^content-type:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_TEXT_TYPE = re.compile(rb"json|xml|urlencoded|graphql|/http|multipart/", re.IGNORECASE)
_PART_HEAD = 16 * 1024
_FIELD = re.compile(
    rb"(\\{0,7})\"((?:[^\"\\\x00-\x1f]|\\u[0-9a-fA-F]{4}){1,200}+)\1\"[ \t\r\n]*:[ \t\r\n]*"
)
_ARGUMENT = re.compile(
    rb"(?<![\w\"$])([A-Za-z_]\w{0,63}+)[ \t\r\n]{0,64}+:[ \t\r\n]{0,64}+\"((?:[^\"\\]|\\.)*+)",
    re.DOTALL,
)
"""Of GraphQL, and of scripts: the name without quotes."""
_STRING = re.compile(rb"\"((?:[^\"\\]|\\.)*+)", re.DOTALL)
_NUMBER = re.compile(rb"-?[0-9][0-9.eE+-]*")
_BASE64 = re.compile(rb"(?:eyJ|W3s|ewo|ewk|eyAi|WyJ)[A-Za-z0-9+/_-]{8,}={0,2}")
_MAY_HOLD = re.compile(rb"[=:<%]|\\u00|eyJ|W3s|ewo|ewk|WyJ")
_JSON_BEGINS = (b"{", b"[", b'"')
_SNIFFED = 64


def in_posted(data: Octets, start: int, end: int, *, content_type: bytes) -> Iterator[Found]:
    """Yield what a request body between two offsets holds."""
    yield from _in_typed(data, start, end, content_type, LAYERS)
    yield from in_addresses(data, start, end)


def in_message(data: Octets, start: int, end: int) -> Iterator[Found]:
    """Yield what a message of a socket holds: any of these, or lines as of STOMP."""
    yield from in_posted(data, start, end, content_type=b"")
    yield from in_fields(data, start, end)
    for one in fields_in(data, start, end):
        yield from judged(data, one.name, one.start, one.end, place="posted")


def json_finds(data: Octets, start: int, end: int, *, place: Place) -> Iterator[Found]:
    """Yield fields of JSON wherever they stand, also in a string of other JSON or of a script."""
    at = start
    while (one := _FIELD.search(data, at, end)) is not None:
        at = one.end()
        span = _json_value(data, at, end, one[1])
        if span is not None:
            yield from judged(data, json_name(one[2]), *span, place=place)


def in_pairs(data: Octets, start: int, end: int, *, place: Place) -> Iterator[Found]:
    """Yield fields of a form."""
    for one in _PAIR.finditer(data, start, end):
        yield from judged(data, one[1], *one.span(2), place=place)


def judged(data: Octets, name: bytes, start: int, end: int, *, place: Place) -> list[Found]:
    """Return the value as a find where its name, or its name and looks, say so."""
    if not name or start >= end:
        return []
    secrecy = is_secret(name, bytes(data[start:end]), place=place)
    if secrecy is None:
        return []
    kind: Kind = "posted-password" if secrecy == "password" else "posted-token"
    if place == "answer":
        kind = "answered-token"
    return found(kind, name, start, end)


def _in_typed(
    data: Octets, start: int, end: int, content_type: bytes, layers: int
) -> Iterator[Found]:
    boundary = _BOUNDARY.search(content_type)
    if boundary is not None and b"multipart/" in content_type.lower() and layers:
        delimiter = b"--" + (boundary[1] or boundary[2])
        yield from _in_parts(data, start, end, delimiter, layers - 1)
    elif b"json" in content_type.lower():
        yield from _in_json(data, start, end, layers)
    else:
        yield from _in_text(data, start, end, layers)


def _in_text(data: Octets, start: int, end: int, layers: int) -> Iterator[Found]:
    beginning = bytes(data[start : min(end, start + _SNIFFED)]).lstrip()
    if beginning.startswith(_JSON_BEGINS):
        yield from _in_json(data, start, end, layers)
        return
    if beginning.startswith(b"<"):
        for one in in_markup(data, start, end):
            yield from judged(data, one.name, one.start, one.end, place="posted")
    yield from json_finds(data, start, end, place="posted")
    yield from _in_arguments(data, start, end)
    for pair in _PAIR.finditer(data, start, end):
        finds = judged(data, pair[1], *pair.span(2), place="posted")
        yield from finds or _in_value(data, *pair.span(2), form_value, layers)


def _in_json(data: Octets, start: int, end: int, layers: int) -> Iterator[Found]:
    yield from json_finds(data, start, end, place="posted")
    for leaf in leaves(data, start, end, secret_in=_secret_in):
        finds = judged(data, leaf.name, leaf.start, leaf.end, place="posted")
        yield from finds
        if not finds and leaf.is_text:
            yield from _in_value(data, leaf.start, leaf.end, json_string, layers)


def _in_value(
    data: Octets,
    start: int,
    end: int,
    unfold: Callable[[Octets, int, int], Unfolded],
    layers: int,
) -> Iterator[Found]:
    """Look into a value that may be text with fields of its own."""
    if not layers or _MAY_HOLD.search(data, start, end) is None:
        return
    inside = unfold(data, start, end)
    packed = _in_base64(inside.data, layers - 1)
    if packed is not None:
        yield from found(packed.kind, packed.field.encode(), start, end)
        return
    yield from inside.back(_in_text(inside.data, 0, len(inside.data), layers - 1))


def _in_base64(value: bytes, layers: int) -> Found | None:
    if _BASE64.fullmatch(value) is None:
        return None
    padded = value.rstrip(b"=") + b"=" * (-len(value.rstrip(b"=")) % 4)
    try:
        text = base64.b64decode(padded, altchars=b"-_" if b"-" in value or b"_" in value else None)
    except (binascii.Error, ValueError):
        return None
    return next(_in_text(text, 0, len(text), layers), None)


def _in_arguments(data: Octets, start: int, end: int) -> Iterator[Found]:
    for one in _ARGUMENT.finditer(data, start, end):
        yield from judged(data, one[1], *one.span(2), place="posted")


def _in_parts(data: Octets, start: int, end: int, delimiter: bytes, layers: int) -> Iterator[Found]:
    at = data.find(delimiter, start, end)
    while at >= 0:
        following = data.find(b"\n" + delimiter, at, end)
        stop = following if following >= 0 else end
        yield from _in_part(data, at + len(delimiter), stop, layers)
        at = following + 1 if following >= 0 else -1


def _in_part(data: Octets, start: int, end: int, layers: int) -> Iterator[Found]:
    blank = data.find(b"\r\n\r\n", start, min(end, start + _PART_HEAD))
    if blank < 0:
        return
    head = bytes(data[start:blank])
    name, kind = _PART_NAME.search(head), _PART_TYPE.search(head)
    content_type = kind[1] if kind is not None else b""
    first, last = blank + 4, end - 1 if data[end - 1 : end] == b"\r" else end
    if b"filename" in head.lower():
        if _TEXT_TYPE.search(content_type):  # scripts send JSON as a file that is called "blob"
            yield from _in_typed(data, first, last, content_type, layers)
        return
    if name is not None:
        finds = judged(data, name[1] or name[2] or b"", first, last, place="posted")
        if finds:
            yield from finds
            return
    yield from _in_typed(data, first, last, content_type, layers)
    if b"http" in content_type.lower():  # requests in one another (OData, Google's batches)
        yield from in_fields(data, first, last)


def _secret_in(name: bytes) -> bytes:
    """Return the name as one of its members would have it, ``tokens`` as ``token``."""
    for one in (name, name[:-1] if name[-1:] in (b"s", b"S") else b""):
        if one and secrecy_of(one, place="posted") in {"password", "token"}:
            return one
    return b""


def _json_value(data: Octets, at: int, end: int, escape: bytes) -> tuple[int, int] | None:
    quote = escape + b'"'
    if bytes(data[at : at + len(quote)]) == quote:
        if not escape:
            string = _STRING.match(data, at, end)
            return string.span(1) if string is not None else None
        return at + len(quote), _closing(data, at + len(quote), end, quote)
    number = _NUMBER.match(data, at, end)
    return number.span() if number is not None else None


def _closing(data: Octets, at: int, end: int, quote: bytes) -> int:
    """Return where a string ends whose own quotes are escaped; longer escapes are inside it."""
    place = data.find(quote, at, end)
    while place > at and data[place - 1 : place] == b"\\":
        place = data.find(quote, place + 1, end)
    return place if place >= 0 else end
