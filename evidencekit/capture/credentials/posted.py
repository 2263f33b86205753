"""Credentials in what was posted: forms, parts of multipart forms, fields of JSON.

What a body is, its Content-Type says, and scripts lie: text that begins like JSON is read as JSON.
Fields are found by their names wherever they stand; the bodies are never parsed into values, so
that a malformed one is searched like any other. A list or an object under such a name is not
marked as a whole: its own fields are judged by theirs.
"""

import json
import re
from collections.abc import Iterator

from evidencekit.capture.credentials.found import Found, Kind, Octets, found
from evidencekit.capture.credentials.names import looks_random, secrecy_of
from evidencekit.capture.credentials.urls import in_addresses

_PAIR = re.compile(rb"(?<![^&\r\n])([^&=\r\n]{1,256})=([^&\r\n]*)")
_BOUNDARY = re.compile(rb"boundary=(?:\"([^\"]{1,70})\"|([^\s;\"]{1,70}))", re.IGNORECASE)
_PART_NAME = re.compile(rb"[;\s]name=(?:\"([^\"]*)\"|([^\s;\"]+))", re.IGNORECASE)
_PART_HEAD = 16 * 1024
_FIELD = re.compile(
    rb"(\\{0,7})\"((?:[^\"\\\x00-\x1f]|\\u[0-9a-fA-F]{4}){1,200}+)\1\"[ \t\r\n]*:[ \t\r\n]*"
)
_STRING = re.compile(rb"\"((?:[^\"\\]|\\.)*+)", re.DOTALL)
_NUMBER = re.compile(rb"-?[0-9][0-9.eE+-]*")
_SNIFFED = 64


def in_posted(data: Octets, start: int, end: int, *, content_type: bytes) -> Iterator[Found]:
    """Yield what a request body between two offsets holds."""
    boundary = _BOUNDARY.search(content_type)
    beginning = bytes(data[start : min(end, start + _SNIFFED)]).lstrip()
    if boundary is not None and b"multipart/" in content_type.lower():
        yield from _in_parts(data, start, end, b"--" + (boundary[1] or boundary[2]))
    elif b"json" in content_type.lower() or beginning.startswith((b"{", b"[")):
        yield from in_json(data, start, end)
    else:
        yield from _in_form(data, start, end)
    yield from in_addresses(data, start, end)


def in_json(data: Octets, start: int, end: int) -> Iterator[Found]:
    """Yield fields of JSON, also of JSON that stands in a string of other JSON."""
    at = start
    while (one := _FIELD.search(data, at, end)) is not None:
        at = one.end()
        span = _json_value(data, at, end, one[1])
        if span is not None:
            yield from _judged(data, _json_name(one[2]), *span)


def _in_form(data: Octets, start: int, end: int) -> Iterator[Found]:
    for one in _PAIR.finditer(data, start, end):
        yield from _judged(data, one[1], *one.span(2))


def _in_parts(data: Octets, start: int, end: int, delimiter: bytes) -> Iterator[Found]:
    at = data.find(delimiter, start, end)
    while at >= 0:
        following = data.find(b"\n" + delimiter, at, end)
        stop = following if following >= 0 else end
        yield from _in_part(data, at + len(delimiter), stop)
        at = following + 1 if following >= 0 else -1


def _in_part(data: Octets, start: int, end: int) -> Iterator[Found]:
    blank = data.find(b"\r\n\r\n", start, min(end, start + _PART_HEAD))
    if blank < 0:
        return
    head = bytes(data[start:blank])
    name = _PART_NAME.search(head)
    if name is None or b"filename" in head.lower():
        return
    stop = end - 1 if data[end - 1 : end] == b"\r" else end
    yield from _judged(data, name[1] or name[2] or b"", blank + 4, stop)


def _judged(data: Octets, name: bytes, start: int, end: int) -> Iterator[Found]:
    secrecy = secrecy_of(name, is_posted=True)
    if secrecy == "if-random" and not looks_random(bytes(data[start:end])):
        return
    if secrecy is not None:
        kind: Kind = "posted-password" if secrecy == "password" else "posted-token"
        yield from found(kind, name, start, end)


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


def _json_name(name: bytes) -> bytes:
    if b"\\" not in name:
        return name
    try:
        return str(json.loads(b'"' + name + b'"')).encode("utf-8", "replace")
    except ValueError:
        return name
