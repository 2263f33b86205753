"""The body of a recorded HTTP message without its chunks and content codings.

A body that is neither is read where it lies. Offsets in the others are of the body alone; those of
chunked ones lead back to the record, and what was packed is packed anew (:mod:`.packing`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO

from evidencekit.capture.credentials.found import Found, Octets
from evidencekit.capture.credentials.heads import headers_in
from evidencekit.capture.credentials.records import Record
from evidencekit.capture.decoding import decode_body

MAX_DECODED = 32 * 2**20
_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_CRLF = b"\r\n"


_SNIFFED = 1024
_SPACE = 0x20


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a message says, and where its bytes lie in the record."""

    data: Octets
    start: int
    end: int
    """Of the body in ``data``."""
    pieces: tuple[tuple[int, int], ...]
    """Of the record: the bytes as they came, without what frames chunks."""
    trailers: tuple[int, int]
    """Of the record: fields behind the last chunk."""
    coding: bytes
    """Empty where ``data`` is the bytes as they came."""
    is_whole: bool
    """Whether it could be decoded to its end, or to where the record ends."""

    def framing(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield what lies between, before and behind the pieces of a body there, less trailers."""
        for first, last in sorted((*self.pieces, self.trailers)):
            if start < first:
                yield start, first
            start = max(start, last)
        if start < end:
            yield start, end

    def back(self, finds: list[Found]) -> Iterator[Found]:
        """Yield finds with offsets of the record, one that lies in several chunks in parts.

        Not for what is coded.
        """
        if len(self.pieces) == 1:  # read where it lies, or in one chunk
            shift = self.pieces[0][0] - self.start
            yield from (replace(one, start=one.start + shift, end=one.end + shift) for one in finds)
            return
        starts, at = [], 0
        for first, last in self.pieces:
            starts.append(at)
            at += last - first
        for one in finds:
            number = bisect_right(starts, one.start) - 1
            while number < len(starts) and starts[number] < one.end:
                first, last = self.pieces[number]
                begin = first + max(0, one.start - starts[number])
                stop = min(last, first + one.end - starts[number])
                if begin < stop:
                    yield replace(one, start=begin, end=stop)
                number += 1


def body_of(record: Record) -> Body | None:
    """Return the body of an HTTP message; None where it has none."""
    start = record.head_end()
    if start == record.end:
        return None
    framed = _Framed(pieces=((start, record.end),), trailers=(record.end, record.end))
    if b"chunked" in header_of(record, b"transfer-encoding").lower():
        framed = _chunks(record.data, start, record.end)
    coding = header_of(record, b"content-encoding")
    is_plain = coding.lower() in (b"", b"identity")
    if is_plain and len(framed.pieces) == 1:
        return framed.body(record.data, *framed.pieces[0])
    joined = b"".join(record.data[first:last] for first, last in framed.pieces)
    if is_plain or not joined:
        return framed.body(joined, 0, len(joined))
    decoded = decode_body(BytesIO(joined), coding.decode("latin-1"), limit=MAX_DECODED)
    if decoded.cut == "unknown-coding" and _is_readable(joined[:_SNIFFED]):
        return framed.body(joined, 0, len(joined))  # ``Content-Encoding: utf-8`` is a mistake
    content, is_whole = decoded.content, decoded.cut is None
    return framed.body(content, 0, len(content), coding=coding, is_whole=is_whole)


def header_of(record: Record, name: bytes) -> bytes:
    """Return a field of the HTTP message in a record, all of its values joined."""
    return b", ".join(
        bytes(record.data[header.start : header.end])
        for header in headers_in(record.data, record.block, record.head_end())
        if header.name == name
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Framed:
    pieces: tuple[tuple[int, int], ...]
    trailers: tuple[int, int]

    def body(
        self, data: Octets, start: int, end: int, *, coding: bytes = b"", is_whole: bool = True
    ) -> Body:
        return Body(
            data=data,
            start=start,
            end=end,
            pieces=self.pieces,
            trailers=self.trailers,
            coding=coding,
            is_whole=is_whole,
        )


def _chunks(data: Octets, start: int, end: int) -> _Framed:
    """Return where the data of chunks and the trailers lie (RFC 9112 §7.1).

    What is not framed as it should be is data as it lies, from there on: nothing goes unsearched.
    """
    pieces: list[tuple[int, int]] = []
    at, trailers = start, (end, end)
    while at < end:
        line = _SIZE_LINE.match(data, at, end)
        if line is None:
            pieces.append((at, end))
            break
        size = int(line[1], 16)
        if not size:
            trailers = line.end(), end
            break
        at = min(line.end() + size, end)
        pieces.append((line.end(), at))
        if bytes(data[at : at + len(_CRLF)]) == _CRLF:
            at += len(_CRLF)
    return _Framed(pieces=tuple(pieces) or ((end, end),), trailers=trailers)


def _is_readable(data: bytes) -> bool:
    return not any(byte < _SPACE and byte not in b"\t\n\r\f" for byte in data)
