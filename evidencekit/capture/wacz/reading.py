"""Reads answers back out of a WACZ, by its own index and nothing else.

As any replay does: look the URL up, go to the offset, read one record. Content codings are undone,
since what answers a browser here stands where the network's own decoder would have been.
"""

import io
import os
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.decoding import decode_body
from evidencekit.capture.wacz.index import UNREADABLE
from evidencekit.errors import FormatUnreadable
from evidencekit.formats import wacz
from evidencekit.formats.cdxj import IndexEntry, decode_index
from evidencekit.text.catalog import _

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_INDEX_BYTES = 256 << 20
MAX_BODY_BYTES = 64 << 20
_LOCAL_HEAD = struct.Struct("<4s22xHH")  # signature … length of name, length of extra field


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One recorded answer, decoded."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """As recorded; values as Latin-1, which gives the octets back."""
    body: bytes
    is_cut: bool
    """Larger than what is read back, or damaged."""


class WaczReader:
    """An open WACZ."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        with os.fdopen(os.dup(fd), "rb") as stream, zipfile.ZipFile(stream) as container:
            self._starts = {
                info.filename: (_start(fd, info), info.file_size)
                for info in container.infolist()
                if info.filename.startswith(wacz.ARCHIVE)
            }
            index = container.getinfo(wacz.INDEX_PATH)
            if index.file_size > MAX_INDEX_BYTES:
                raise FormatUnreadable(_("the index is larger than any that we write"))
            entries = decode_index(container.read(index))
        self.entries = tuple(sorted(entries, key=lambda entry: (entry.filename, entry.offset)))
        """All of the index, in the order of the record."""

    def read(self, entry: IndexEntry) -> Answer:
        """Return the answer that ``entry`` points to; raises :class:`FormatUnreadable`."""
        start, size = self._starts[wacz.ARCHIVE + entry.filename]
        piece = _Slice(self._fd, start + entry.offset, min(entry.length, size - entry.offset))
        try:
            record = next(iter(ArchiveIterator(io.BufferedReader(piece))), None)
        except UNREADABLE:
            record = None
        if record is None or record.rec_type != "response" or record.http_headers is None:
            raise FormatUnreadable(_("the index points to what is no answer"))
        codings = record.http_headers.get_header("Content-Encoding") or ""
        decoded = decode_body(record.raw_stream, codings, limit=MAX_BODY_BYTES)
        return Answer(
            status=entry.status,
            headers=tuple(record.http_headers.headers),
            body=decoded.content,
            is_cut=decoded.cut is not None,
        )


@contextmanager
def open_wacz(path: Path) -> Iterator[WaczReader]:
    """Open a WACZ that we wrote; raises :class:`FormatUnreadable` for what is none."""
    with path.open("rb") as stream:
        try:
            reader = WaczReader(stream.fileno())
        except (zipfile.BadZipFile, KeyError) as exc:
            raise FormatUnreadable(_("not a WACZ")) from exc
        yield reader


def _start(fd: int, info: zipfile.ZipInfo) -> int:
    if info.compress_type != zipfile.ZIP_STORED:
        raise FormatUnreadable(_("a WARC inside a WACZ must be stored, not packed"))
    head = os.pread(fd, _LOCAL_HEAD.size, info.header_offset)
    _signature, name, extra = _LOCAL_HEAD.unpack(head)
    return info.header_offset + _LOCAL_HEAD.size + int(name) + int(extra)


class _Slice(io.RawIOBase):
    """Some bytes of a file as a file, by ``pread``: no position is shared."""

    def __init__(self, fd: int, start: int, size: int) -> None:
        super().__init__()
        self._fd, self._at, self._end = fd, start, start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        data = os.pread(self._fd, min(len(view), max(0, self._end - self._at)), self._at)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)
