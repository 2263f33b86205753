"""Read JSON-lines files of any length a line at a time, from the front or from the tail."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import BinaryIO

from evidencekit.errors import FormatUnreadable

_BLOCK = 2**16
_READ_AHEAD = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The end of a file of lines."""

    line: bytes | None
    """The last whole line, without LF; None where there is none."""
    start: int
    """Offset of that line; 0 where there is none."""
    end: int
    """Offset behind its LF: where the next line goes."""
    torn: int
    """Bytes behind ``end``: a write that was cut off."""


def read_lines(stream: BinaryIO, *, limit: int, what: str) -> Iterator[bytes]:
    """Yield whole lines without LF; bytes behind the last LF are torn and not yielded.

    Raises :class:`FormatUnreadable` for a line longer than ``limit``.
    """
    if not isinstance(stream, RawIOBase):
        yield from _lines(stream, limit, what)
        return
    buffered = BufferedReader(stream, _READ_AHEAD)
    try:
        yield from _lines(buffered, limit, what)
    finally:
        if not stream.closed:
            buffered.detach()  # or it would close a stream that is not ours to close


def _lines(stream: BinaryIO | BufferedReader, limit: int, what: str) -> Iterator[bytes]:
    number = 0
    while True:
        line = stream.readline(limit + 2)
        number += 1
        if line.endswith(b"\n") and len(line) <= limit + 1:
            yield line[:-1]
        elif len(line) > limit:
            raise FormatUnreadable(f"{what}: line {number} is longer than a line may be")
        else:
            return


def read_tail(fd: int, *, limit: int, what: str) -> Tail:
    """Find the last whole line by reading backwards, so that the file's length does not matter."""
    size = os.fstat(fd).st_size
    end = _after_line_feed(fd, size, size - limit - 1)
    if end is None:
        if size > limit:
            raise FormatUnreadable(f"{what}: its last line is longer than a line may be")
        return Tail(line=None, start=0, end=0, torn=size)
    start = _after_line_feed(fd, end - 1, end - limit - 2)
    if start is None and end - 1 > limit:
        raise FormatUnreadable(f"{what}: its last line is longer than a line may be")
    begin = start or 0
    line = os.pread(fd, end - 1 - begin, begin)
    return Tail(line=line, start=begin, end=end, torn=size - end)


def _after_line_feed(fd: int, before: int, not_before: int) -> int | None:
    """Return the offset behind the last LF that lies before ``before``."""
    stop = max(not_before, 0)
    while before > stop:
        begin = max(before - _BLOCK, stop)
        at = os.pread(fd, before - begin, begin).rfind(b"\n")
        if at >= 0:
            return begin + at + 1
        before = begin
    return None
