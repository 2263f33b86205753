"""Credentials in the head of an HTTP message: line by line, folded lines as one."""

from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.capture.credentials.found import Found, Kind, Octets, found
from evidencekit.capture.credentials.names import is_secret_header, looks_random
from evidencekit.capture.credentials.urls import in_addresses

_COOKIES = {b"cookie", b"cookie2"}
_SET_COOKIES = {b"set-cookie", b"set-cookie2"}
_AUTHORIZATIONS = {b"authorization", b"proxy-authorization"}
# RFC 7615: what the server proves with is made from the password, and can be tried out.
_PROOFS = {b"authentication-info", b"proxy-authentication-info"}
_PROTOCOLS = b"sec-websocket-protocol"  # scripts cannot set other headers there, so tokens go here
_CHALLENGES = {b"www-authenticate", b"proxy-authenticate"}  # public: what a server asks for

_OF_OTHER_TEXT = (b"{", b"[", b'"', b"<", b"")  # in a message that holds no fields at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One header field by its offsets; the value is without the space around it."""

    name: bytes
    """Lower-case."""
    start: int
    end: int


def headers_in(data: Octets, start: int, end: int) -> Iterator[Header]:
    """Yield the fields of a head whose first line is a start line."""
    return fields_in(data, _line_end(data, start, end), end)


def fields_in(data: Octets, start: int, end: int) -> Iterator[Header]:
    """Yield the fields between two offsets, without a start line: trailers, early hints."""
    at = start
    while at < end:
        stop = _line_end(data, at, end)
        while stop < end and data[stop : stop + 1] in (b" ", b"\t"):
            stop = _line_end(data, stop, end)
        colon = data.find(b":", at, stop)
        if colon > at:
            name = bytes(data[at:colon]).strip().lower()
            first, last = _trimmed(data, colon + 1, stop)
            yield Header(name=name, start=first, end=last)
        at = stop


def in_head(data: Octets, start: int, end: int) -> Iterator[Found]:
    """Yield what a head between two offsets holds, start line included."""
    first = _line_end(data, start, end)
    yield from in_addresses(data, start, first)
    yield from in_fields(data, first, end)


def in_fields(data: Octets, start: int, end: int) -> Iterator[Found]:
    """Yield what fields without a start line hold."""
    for header in fields_in(data, start, end):
        if header.name in _COOKIES:
            yield from _cookies("cookie", data, header)
        elif header.name in _SET_COOKIES:
            yield from _first_cookie(data, header)
        elif header.name not in _CHALLENGES and header.name[:1] not in _OF_OTHER_TEXT:
            yield from _in_field(data, header)


def _in_field(data: Octets, header: Header) -> Iterator[Found]:
    if header.name in _AUTHORIZATIONS:
        yield from _authorization(data, header)
    elif header.name in _PROOFS:
        yield from found("authorization", header.name, header.start, header.end)
    elif header.name == _PROTOCOLS:
        yield from _protocols(data, header)
    elif is_secret_header(header.name):
        yield from found("header-token", header.name, header.start, header.end)
    else:
        yield from in_addresses(data, header.start, header.end)


def _first_cookie(data: Octets, header: Header) -> Iterator[Found]:
    semicolon = data.find(b";", header.start, header.end)
    stop = semicolon if semicolon >= 0 else header.end
    first, last = _trimmed(data, header.start, stop)
    yield from _cookies("set-cookie", data, Header(name=header.name, start=first, end=last))


def _cookies(kind: Kind, data: Octets, header: Header) -> Iterator[Found]:
    at = header.start
    while at < header.end:
        semicolon = data.find(b";", at, header.end)
        stop = semicolon if semicolon >= 0 else header.end
        equals = data.find(b"=", at, stop)
        # RFC 6265bis §5.6: what has no "=" is a value without a name.
        name = bytes(data[at:equals]).strip() if equals >= 0 else b""
        yield from found(kind, name, *_trimmed(data, equals + 1 if equals >= 0 else at, stop))
        at = stop + 1


def _protocols(data: Octets, header: Header) -> Iterator[Found]:
    at = header.start
    while at < header.end:
        comma = data.find(b",", at, header.end)
        stop = comma if comma >= 0 else header.end
        first, last = _trimmed(data, at, stop)
        value = bytes(data[first:last])
        if looks_random(value.rpartition(b".")[2]) or looks_random(value):
            yield from found("header-token", header.name, first, last)
        at = stop + 1


def _authorization(data: Octets, header: Header) -> Iterator[Found]:
    # RFC 9110 §11.4: a scheme, a space, the credentials; some clients send these alone.
    value = bytes(data[header.start : min(header.end, header.start + 64)])
    scheme = value.split(maxsplit=1)[0] if value.strip() else b""
    start = header.start + len(scheme)
    is_alone = not scheme or start >= header.end
    first, last = _trimmed(data, header.start if is_alone else start, header.end)
    yield from found("authorization", header.name, first, last)


def _line_end(data: Octets, at: int, end: int) -> int:
    newline = data.find(b"\n", at, end)
    return newline + 1 if newline >= 0 else end


def _trimmed(data: Octets, start: int, end: int) -> tuple[int, int]:
    while start < end and data[start : start + 1] in (b" ", b"\t", b"\r", b"\n"):
        start += 1
    while start < end and data[end - 1 : end] in (b" ", b"\t", b"\r", b"\n"):
        end -= 1
    return start, end
