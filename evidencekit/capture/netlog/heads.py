"""Turns the header lists of the NetLog into HTTP/1.1 heads for a WARC.

What is changed, and stated in the warcinfo record of every file:

* HTTP/2 has no start line and no Host: the pseudo-headers become both, lower-case names stay.
* ``Transfer-Encoding`` becomes ``X-Crawler-Transfer-Encoding``, since bodies are recorded without
  their chunks and a reader that looked for chunks would spoil them.

Everything else is as the log has it: on HTTP/1.1 order, case and duplicates as sent and received;
on HTTP/2 duplicates grouped at the place of the first, cookies that were sent in parts joined.
Early hints and trailers go into a metadata record. What the browser's cache answered was not on the
wire; a 304 stands without a body, and the answer that it confirms is in the same capture, since
each begins with an empty cache.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

CHANGES = (
    "HTTP/2 heads regrouped as HTTP/1.1, duplicate fields together; "
    "transfer-encoding renamed, bodies without chunks; early hints and trailers in metadata records"
)
CACHE = "empty at the start; answers from the cache were not on the wire and are not recorded"
# A line with bytes beyond ASCII is logged as this prefix and the line with them and "%" escaped
# (chromium: net/log/net_log_values.cc). The prefix holds U+200B itself, so no ASCII line fakes it.
_CODE = re.compile(r"[1-9][0-9]{2}")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_SPAN = re.compile(rb"bytes[ ]+(\d{1,15})-(\d{1,15})/(?:\d{1,15}|\*)", re.IGNORECASE)
_NO_CHUNKS = ("HTTP/0.9", "HTTP/1.0")
_ESCAPED = "%ESCAPED:\u200b "


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHead:
    """What was asked."""

    method: str
    raw: bytes
    length: int | None
    """Of the body, as announced; None where nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """What came back before the body."""

    status: int
    raw: bytes
    length: int | None
    """Of the body, as announced and still content-encoded."""
    span: int | None
    """How many bytes a 206 says that it holds (RFC 9110 §14.4); None where it does not."""
    is_chunked: bool
    """As the browser decides it; then ``length`` counts for nothing (RFC 9112 §6.3)."""


def request_head(line: str, headers: Sequence[str]) -> RequestHead:
    """Build from the request line (HTTP/1.1) or the pseudo-headers (empty ``line``)."""
    pseudo = dict(_split_pseudo(h) for h in headers if h.startswith(":"))
    lines = [_octets(h) for h in headers if not h.startswith(":")]
    if pseudo:
        line = f"{pseudo.get('method', 'GET')} {pseudo.get('path', '/')} HTTP/1.1"
        lines.insert(0, b"host: " + _octets(pseudo.get("authority", "")))
    return RequestHead(
        method=line.partition(" ")[0],
        raw=_joined(_octets(line), lines),
        length=_length(lines),
    )


def response_head(headers: Sequence[str]) -> ResponseHead:
    """Build from a list whose first entry is the status line."""
    status_line, *rest = headers or ("",)
    version, _, rest_of_line = status_line.partition(" ")
    code, _, reason = rest_of_line.partition(" ")
    status_line = f"{version} {code} {reason}"  # RFC 9112 §4: both spaces, even without a reason
    lines = [_octets(h) for h in rest]
    status = int(code) if _CODE.fullmatch(code) else 0
    is_chunked = version not in _NO_CHUNKS and any(
        one.strip().lower() == b"chunked"
        for value in _values(lines, b"transfer-encoding")
        for one in value.split(b",")
    )
    return ResponseHead(
        status=status,
        raw=_joined(_octets(status_line), [_renamed(one) for one in lines]),
        length=None if is_chunked else _length(lines),
        span=_span(lines) if status == HTTPStatus.PARTIAL_CONTENT else None,
        is_chunked=is_chunked,
    )


def header_lines(headers: Sequence[str]) -> tuple[str, ...]:
    """Return fields as text for a metadata record; octets beyond ASCII as in ISO 8859-1."""
    return tuple(_octets(one).decode("latin-1") for one in headers)


def _split_pseudo(header: str) -> tuple[str, str]:
    name, _, value = header[1:].partition(":")
    return name, value.strip()


def _octets(line: str) -> bytes:
    if line.startswith(_ESCAPED):
        raw = unquote_to_bytes(line[len(_ESCAPED) :])
    else:
        raw = line.encode("utf-8", errors="replace")
    # A line break inside would start a line of its own in the WARC and forge a header.
    return raw.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")


def _joined(start: bytes, lines: Sequence[bytes]) -> bytes:
    return b"\r\n".join([start, *lines, b"", b""])


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


def _renamed(line: bytes) -> bytes:
    return b"X-Crawler-" + line if _name(line) == b"transfer-encoding" else line


def _values(lines: Sequence[bytes], name: bytes) -> list[bytes]:
    return [one.partition(b":")[2].strip() for one in lines if _name(one) == name]


def _length(lines: Sequence[bytes]) -> int | None:
    said = [one.partition(b",")[0].strip() for one in _values(lines, b"content-length")]
    return int(said[0]) if said and _LENGTH.fullmatch(said[0]) else None


def _span(lines: Sequence[bytes]) -> int | None:
    said = _values(lines, b"content-range")
    found = _SPAN.fullmatch(said[0]) if said else None
    return int(found[2]) - int(found[1]) + 1 if found else None
