"""Turns what the debugging protocol says of a message into an HTTP/1.1 head for a WARC.

The protocol has texts and tables where the wire has octets and lines:

* the lines of an HTTP/1.1 answer come as one text, in order, read as UTF-8; octets that are none
  are dropped from it. A table beside it has every value octet by octet, read as Windows-1252, so
  where the two tell the same number of values, the table's are taken;
* the fields of an HTTP/2 answer come as a list in order, without those that set cookies. These are
  put at the end, from the table;
* of a request there is the table alone, sorted by name, so the order of its fields is not known.

What no longer describes a decoded body is renamed, never left out (:data:`CHANGES`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

CHANGES = (
    "fields of requests sorted by name; HTTP/2 heads written as HTTP/1.1, set-cookie last; "
    "transfer-encoding renamed, bodies without chunks; where a body is stored decoded, "
    "content-encoding and content-length renamed; trailers lost"
)
_LENGTH = re.compile(rb"[0-9]{1,15}")
_OF_THE_WIRE = frozenset({b"content-encoding", b"content-length"})
_BREAKS = b"\r\n\0"
Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Fields of one message as octets, with its start line."""

    start: bytes
    fields: tuple[tuple[bytes, bytes], ...]

    @property
    def length(self) -> int | None:
        """Of the body, as announced and still encoded; None where nothing was."""
        found = self.values(b"content-length")
        return int(found[0]) if found and _LENGTH.fullmatch(found[0]) else None

    @property
    def is_chunked(self) -> bool:
        """Whether the body came in chunks."""
        return bool(self.values(b"transfer-encoding"))

    @property
    def is_encoded(self) -> bool:
        """Whether the body had a content coding, which is undone where we get it."""
        return any(value.lower() != b"identity" for value in self.values(b"content-encoding"))

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of a field, named in lower case."""
        return [value for one, value in self.fields if one.lower() == name]

    def raw(self, *, is_decoded: bool = False) -> bytes:
        """Return the head as it is stored, above a body that ``is_decoded`` or not."""
        if not self.start:
            return b""
        renamed = _OF_THE_WIRE if is_decoded else frozenset()
        lines = [
            (b"X-Crawler-" if one.lower() in {b"transfer-encoding", *renamed} else b"")
            + one
            + b": "
            + value
            for one, value in self.fields
        ]
        return b"\r\n".join([self.start, *lines, b"", b""])


NO_HEAD = Head(start=b"", fields=())


def request_head(method: str, url: str, table: Mapping[str, str]) -> Head:
    """Build from the fields that were sent; HTTP/2 tells itself by its pseudo-fields."""
    pseudo = {name: value for name, value in table.items() if name.startswith(":")}
    parts = urlsplit(url)
    path = pseudo.get(":path") or (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = [(b"host", octets(pseudo[":authority"]))] if ":authority" in pseudo else []
    return Head(
        start=octets(f"{pseudo.get(':method', method)} {path} HTTP/1.1"),
        fields=(*host, *_rows((k, v) for k, v in table.items() if k not in pseudo)),
    )


def text_head(text: str, table: Mapping[str, str]) -> Head:
    """Build the head of an HTTP/1.1 answer from its text and the table of its values."""
    status_line, *lines = text.rstrip("\r\n").split("\r\n")
    named = [line.partition(":") for line in lines if ":" in line]
    rows = [(name, value.strip()) for name, _colon, value in named]
    return Head(start=_status_line(status_line), fields=_exact(rows, table))


def list_head(status: int, phrase: str, listed: Fields, table: Mapping[str, str]) -> Head:
    """Build the head of an answer from the list of its fields, and the table for what is missing.

    ``table`` is empty where the browser does not tell it.
    """
    names = {name.lower() for name, _value in listed}
    rest = _rows((name, value) for name, value in table.items() if name.lower() not in names)
    start = octets(f"HTTP/1.1 {status} {phrase}")
    return Head(start=start, fields=(*_exact(listed, table), *rest))


def octets(text: str) -> bytes:
    """Return the octets that the browser read as Windows-1252."""
    data = text.encode("ascii") if text.isascii() else b"".join(_octet(one) for one in text)
    return _one_line(data)


def _octet(one: str) -> bytes:
    try:
        return one.encode("cp1252")
    except UnicodeEncodeError:  # five octets have no letter there and stand for themselves
        return bytes([ord(one)]) if ord(one) < 0x100 else one.encode("utf-8", "replace")  # noqa: PLR2004


def _exact(rows: Fields, table: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """Put the values of the table into rows that are in order but were read as UTF-8."""
    counts = Counter(name.lower() for name, _value in rows)
    told = {name.lower(): value.split("\n") for name, value in table.items()}
    exact = {name: iter(one) for name, one in told.items() if len(one) == counts[name]}
    return tuple(
        (_utf8(name), octets(next(exact[key])) if (key := name.lower()) in exact else _utf8(value))
        for name, value in rows
    )


def _rows(table: Iterable[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((octets(name), octets(one)) for name, value in table for one in value.split("\n"))


def _utf8(text: str) -> bytes:
    return _one_line(text.encode("utf-8", "replace"))


def _one_line(data: bytes) -> bytes:
    # A line break inside would start a line of its own in the WARC and forge a header.
    return data.translate(None, _BREAKS)


def _status_line(line: str) -> bytes:
    version, _space, rest = line.partition(" ")
    code, _space, reason = rest.partition(" ")
    return _utf8(f"{version} {code} {reason}")  # RFC 9112 §4: both spaces, even without a reason
