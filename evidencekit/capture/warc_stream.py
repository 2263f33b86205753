"""How the bytes of a record get into the file: read in pieces, digested, packed.

Bodies are never held in memory. Each record is a gzip member of its own (WARC 1.1, Annex D.2), and
what does not get smaller is stored in it: pictures, video and encoded text would cost twenty times
the time of everything else and gain nothing.
"""

import hashlib
import zlib
from collections.abc import Iterator
from io import RawIOBase
from typing import BinaryIO

from evidencekit.errors import SourceChanged
from evidencekit.text.catalog import _

_PIECE = 64 * 1024
_SAMPLE = 8 * 1024
_WORTH_IT = 0.9
"""A sample that shrinks to no less than this share of itself is not worth packing."""
_STORED, _PACKED = 0, 6
_GZIP = 16 + zlib.MAX_WBITS


class Stream:
    """Head and body as one file; ``body`` is seekable, positioned where it begins."""

    def __init__(self, head: bytes, body: BinaryIO | None = None, body_size: int = 0) -> None:
        self._head = head
        self._body = body
        self._body_size = body_size if body is not None else 0
        self._start = body.tell() if body is not None else 0
        self.size = len(head) + self._body_size
        self._source = self._pieces()

    def read(self, size: int) -> bytes:
        """Return the next piece, of any length: for a reader that asks until the end."""
        del size
        return next(self._source, b"")

    def digests(self, *, payload_at: int | None) -> tuple[str, str | None]:
        """Return the SHA-256 of all, and of what begins at ``payload_at`` where that is given.

        Both as ``sha256:`` and hex as sha256sum prints it.
        """
        block, payload = hashlib.sha256(), hashlib.sha256()
        skip = payload_at or 0
        for piece in self._pieces():
            block.update(piece)
            if payload_at is not None:
                payload.update(memoryview(piece)[skip:])
                skip = max(0, skip - len(piece))
        of_payload = None if payload_at is None else f"sha256:{payload.hexdigest()}"
        return f"sha256:{block.hexdigest()}", of_payload

    def gzip_level(self) -> int:
        """Choose how hard to pack, from a sample out of the middle."""
        if self._body is None or self._body_size < _SAMPLE:
            return _PACKED
        self._body.seek(self._start + (self._body_size - _SAMPLE) // 2)
        sample = self._body.read(_SAMPLE)
        return _PACKED if len(zlib.compress(sample, 1)) < _WORTH_IT * len(sample) else _STORED

    def _pieces(self) -> Iterator[bytes]:
        if self._head:
            yield self._head
        if self._body is None:
            return
        self._body.seek(self._start)
        left = self._body_size
        while left:
            piece = self._body.read(min(_PIECE, left))
            if not piece:
                raise SourceChanged(_("a recorded body is shorter than was said"))
            left -= len(piece)
            yield piece


class Member:
    """One gzip member that is being written to ``out``.

    ``out`` is unbuffered: after a failed write nothing is left over that a later one could append.
    """

    def __init__(self, out: RawIOBase, level: int) -> None:
        self._out = out
        self._packer = zlib.compressobj(level, zlib.DEFLATED, _GZIP)
        self._packed = bytearray()

    def write(self, data: bytes) -> None:
        """Pack ``data``."""
        self._packed += self._packer.compress(data)
        if len(self._packed) >= _PIECE:
            self._drain()

    def flush(self) -> None:
        """End the member; warcio calls it once, when the record is over."""
        self._packed += self._packer.flush()
        self._drain()

    def _drain(self) -> None:
        while self._packed:
            written = self._out.write(self._packed)
            del self._packed[:written]
