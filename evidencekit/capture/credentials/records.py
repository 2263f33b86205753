"""Reads a WARC of ours record by record, each as the bytes that it is, to be edited in place.

Every record is a gzip member of its own. What is not so, or whose length lies, raises: a record
that cannot be told from its neighbour cannot be cleared.
"""

import hashlib
import mmap
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from evidencekit.capture.credentials.found import Octets
from evidencekit.errors import EvidenceDoubted

MAX_HEADER = 2**24  # bytes; the URL in it is a page's, and Chromium takes 2 MiB of one
MAX_RECORD = 2**36
IN_MEMORY = 2**20
_PIECE = 64 * 1024
_GZIP = 31
_END = b"\r\n\r\n"
_HEADER = re.compile(rb"([A-Za-z-]+):[ \t]*([^\r\n]*)\r\n")
_BLANK = re.compile(rb"\r?\n\r?\n")


class Unreadable(EvidenceDoubted):
    """A file that is not built as our WARCs are, so that nothing can be said of its content."""

    code = "warc-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record; its length never changes, only what stands in it."""

    data: bytearray | mmap.mmap
    """Header, block, and the two line breaks behind it."""
    offset: int
    """Of its gzip member in the file."""
    stored_size: int
    """Of its gzip member."""
    block: int
    """Where the block begins."""
    end: int
    """Where it ends."""

    def field(self, name: bytes) -> tuple[int, int] | None:
        """Return where the value of a WARC header stands."""
        for one in _HEADER.finditer(self.data, 0, self.block):
            if one[1].lower() == name.lower():
                return one.span(2)
        return None

    def text(self, name: bytes) -> bytes:
        """Return the value of a WARC header, empty where it has none."""
        span = self.field(name)
        return bytes(self.data[span[0] : span[1]]) if span is not None else b""

    def head_end(self) -> int:
        """Return where the body of an HTTP message begins; the end, where there is no body."""
        blank = _BLANK.search(self.data, self.block, self.end)
        return blank.end() if blank is not None else self.end

    def redigest(self) -> None:
        """Write the digests of the block and payload as they are now over those that were."""
        self._digest(b"WARC-Block-Digest", self.block)
        self._digest(b"WARC-Payload-Digest", self.head_end())

    def _digest(self, name: bytes, start: int) -> None:
        span = self.field(name)
        if span is None:
            return
        hasher = hashlib.sha256()
        for piece in range(start, self.end, _PIECE):
            hasher.update(self.data[piece : min(piece + _PIECE, self.end)])
        value = b"sha256:" + hasher.hexdigest().encode("ascii")
        if span[1] - span[0] != len(value):
            raise Unreadable("a digest of another kind than ours")
        self.data[span[0] : span[1]] = value


def read_records(stream: BinaryIO, folder: Path) -> Iterator[Record]:
    """Yield all records of ``stream``, each usable until the next is asked for.

    What is larger than a megabyte lies in a nameless file below ``folder``. Raises
    :class:`Unreadable`.
    """
    source = _Source(stream)
    while not source.is_over():
        offset = source.offset
        with _inflated(source, folder) as data:
            block, end = _places(data)
            yield Record(
                data=data,
                offset=offset,
                stored_size=source.offset - offset,
                block=block,
                end=end,
            )


class _Source:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead = b""
        self.offset = 0
        """Of what was not yet taken as part of a member."""

    def is_over(self) -> bool:
        self._ahead = self._ahead or self._stream.read(_PIECE)
        return not self._ahead

    def member(self) -> Iterator[bytes]:
        """Yield one member inflated, in pieces."""
        engine = zlib.decompressobj(_GZIP)
        while not engine.eof:
            if self.is_over():
                raise Unreadable("the last record is cut off")
            given, self._ahead = self._ahead, b""
            rest = given
            while not engine.eof:
                try:
                    piece = engine.decompress(rest, _PIECE)
                except zlib.error as exc:
                    raise Unreadable("a record is damaged") from exc
                yield piece
                rest = engine.unconsumed_tail
                if not rest and len(piece) < _PIECE:  # full pieces may have more behind them
                    break
            self._ahead = engine.unused_data
            self.offset += len(given) - len(self._ahead)


@contextmanager
def _inflated(source: _Source, folder: Path) -> Iterator[bytearray | mmap.mmap]:
    held, size = bytearray(), 0
    pieces = source.member()
    for piece in pieces:
        held += piece
        if len(held) > IN_MEMORY:
            break
    else:
        yield held
        return
    with TemporaryFile(dir=folder) as spooled:
        size = spooled.write(held)
        for piece in pieces:
            size += spooled.write(piece)
            if size > MAX_RECORD:
                raise Unreadable("a record is larger than any that we write")
        spooled.flush()
        # Copy on write: editing costs memory for the pages that are touched, and no others.
        with mmap.mmap(spooled.fileno(), size, access=mmap.ACCESS_COPY) as mapped:
            yield mapped


def _places(data: Octets) -> tuple[int, int]:
    """Return where the block begins and ends; the header has to agree with the length."""
    blank = data.find(_END, 0, MAX_HEADER)
    if blank < 0 or not bytes(data[:5]) == b"WARC/":
        raise Unreadable("a member that is not a record")
    block = blank + len(_END)
    lengths = [
        one[2] for one in _HEADER.finditer(data, 0, block) if one[1].lower() == b"content-length"
    ]
    said = int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() else -1
    end = block + said
    if said < 0 or len(data) != end + len(_END) or bytes(data[end:]) != _END:
        raise Unreadable("a record whose length is not what its header says")
    return block, end
