"""One entry of a zip, read to the last byte that it holds and not one further.

The standard library stops at the size that the directory states; what a longer stream holds beyond
it, other readers would unpack.
"""

import os
import zipfile
import zlib
from io import RawIOBase
from typing import TYPE_CHECKING

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.tree import UnsafeInput

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PACKED = 2**16


class DamagedZip(EvidenceDoubted):
    """The zip cannot be read as one; no trick, but no evidence either."""

    code = "damaged-zip"


class ZipEntry(RawIOBase):
    """Reads the content of one entry, by ``pread``: many may be read at once."""

    def __init__(self, fd: int, info: zipfile.ZipInfo, start: int) -> None:
        """Read from ``fd``, whose entry's data starts at ``start``."""
        super().__init__()
        self._fd = fd
        self._info = info
        self._at = start
        self._left = info.compress_size
        self._size = 0
        self._crc = 0
        is_stored = info.compress_type == zipfile.ZIP_STORED
        self._inflate = None if is_stored else zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """See :class:`io.RawIOBase`; raises :class:`DamagedZip` or :class:`UnsafeInput`."""
        view = memoryview(buffer).cast("B")
        data = self._take(len(view)) if self._inflate is None else self._expand(len(view))
        if not data:
            self._require_end()
        self._size += len(data)
        self._crc = zlib.crc32(data, self._crc)
        if self._size > self._info.file_size:
            raise UnsafeInput("more bytes than declared", path=self._info.filename)
        view[: len(data)] = data
        return len(data)

    def _take(self, limit: int) -> bytes:
        data = os.pread(self._fd, min(limit, self._left), self._at)
        if not data and self._left and limit:
            raise self._damaged("cut off")
        self._at += len(data)
        self._left -= len(data)
        return data

    def _expand(self, limit: int) -> bytes:
        inflate = self._inflate
        if inflate is None:
            return b""
        data = b""
        while not data and not inflate.eof:
            packed = inflate.unconsumed_tail or self._take(_PACKED)
            try:
                data = inflate.decompress(packed, limit)
            except zlib.error as exc:
                raise self._damaged(str(exc)) from exc
            if not packed and not data:
                raise self._damaged("cut off")
        return data

    def _require_end(self) -> None:
        if self._inflate is not None and (self._left or self._inflate.unused_data):
            raise UnsafeInput("something follows the end of an entry", path=self._info.filename)
        if self._size != self._info.file_size or self._crc != self._info.CRC:
            raise self._damaged("size or checksum differs")

    def _damaged(self, why: str) -> DamagedZip:
        return DamagedZip(f"{self._info.filename}: {why}")
