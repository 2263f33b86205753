"""A zip as a tree, as suspiciously as docs/format/bundle.md §3 asks.

Local headers, data descriptors and the directory must say the same, and must account for every
byte of the file: what one reader skips, another may unpack.
"""

import os
import stat
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BufferedReader
from typing import BinaryIO, cast

from evidencekit.files.tree import MAX_ENTRIES, Entry, UnsafeInput, require_distinct, require_safe
from evidencekit.files.zipend import (
    END_MAGIC,
    IN_ZIP64,
    LOCATOR_SIZE,
    MAX_END,
    Directory,
    Said,
    require_central,
    require_end,
    require_local,
)
from evidencekit.files.zipentry import DamagedZip, ZipEntry
from evidencekit.formats.paths import is_foreign

MAX_RATIO = 200  # deflate of zeros reaches 1,032; of anything that is evidence, far less
_FREE_RATIO_BYTES = 2**20  # small files may be as regular as they like
_BUFFER = 2**16
_ENCRYPTED = 0x1 | 0x40
_HAS_DESCRIPTOR = 0x8
_IS_UTF8 = 0x800
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_LOCAL_MAGIC = b"PK\x03\x04"
_CENTRAL_SIZE = 46  # of an entry of the directory, without what is of variable length
_NOT_A_ZIP = (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ZipTree:
    """A zip file with one top folder, whose name is no part of the paths."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the directory of ``file``, which stays the caller's; raises :class:`DamagedZip`."""
        try:
            self._zip = zipfile.ZipFile(file)
        except _NOT_A_ZIP as exc:
            raise DamagedZip(f"not a zip file that can be read ({exc})") from exc
        self._file = file
        self._infos: dict[str, tuple[zipfile.ZipInfo, int]] = {}
        self._foreign: tuple[str, ...] = ()

    def entries(self) -> dict[str, Entry]:
        """See :class:`~evidencekit.files.tree.FileTree`."""
        infos = self._zip.infolist()
        if len(infos) > MAX_ENTRIES:
            raise UnsafeInput("more files than a bundle may have")
        starts = self._require_layout(infos)
        found: dict[str, Entry] = {}
        foreign: list[str] = []
        for info in infos:
            path = _inner_path(info)
            if path is None:
                continue
            if is_foreign(path):
                foreign.append(path)
                continue
            if path in found:
                raise UnsafeInput("a name twice in the zip", path=path)
            found[require_safe(path)] = Entry(path, info.file_size)
            self._infos[path] = info, starts[info.header_offset]
        require_distinct(found)
        _require_no_folder(found)
        self._foreign = tuple(foreign)
        return found

    def foreign(self) -> tuple[str, ...]:
        """See :class:`~evidencekit.files.tree.FileTree`."""
        return self._foreign

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """See :class:`~evidencekit.files.tree.FileTree`; damage raises :class:`DamagedZip`."""
        info, start = self._infos[path]
        with BufferedReader(ZipEntry(self._file.fileno(), info, start), _BUFFER) as stream:
            yield cast("BinaryIO", stream)  # a reader of bytes, as its class says

    def read(self, path: str) -> bytes:
        """See :class:`~evidencekit.files.tree.FileTree`; damage raises :class:`DamagedZip`."""
        with self.open(path) as stream:
            return stream.read()

    def _require_layout(self, infos: list[zipfile.ZipInfo]) -> dict[int, int]:
        """Return where the data of each entry starts, by the offset of its header.

        Entries must follow one another from the first byte to the directory, and the directory
        must end the file.
        """
        end, tops, starts = 0, set(), {}
        for info in sorted(infos, key=lambda item: item.header_offset):
            _require_plain(info)
            tops.add(info.filename.partition("/")[0])
            if info.header_offset != end:
                raise UnsafeInput("entries overlap, or hide something between them")
            start = _start_of(self._file, info)
            starts[info.header_offset] = start
            end = start + info.compress_size + _descriptor_size(self._file, info, start)
        if end != self._zip.start_dir:
            raise UnsafeInput("entries overlap the directory, or hide something before it")
        if len(tops) != 1:
            raise UnsafeInput("not exactly one top folder")
        require_safe(tops.pop())
        _require_directory(self._file, self._zip.start_dir, infos)
        return starts


def _require_no_folder(paths: Mapping[str, Entry]) -> None:
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in paths:
            folder = folder.rpartition("/")[0]
        if folder:
            raise UnsafeInput("a file that is a folder too", path=folder)


def _inner_path(info: zipfile.ZipInfo) -> str | None:
    _, slash, path = info.filename.partition("/")
    if not slash:
        raise UnsafeInput("a file outside the top folder", path=info.filename)
    if info.is_dir():
        if path:
            require_safe(path.rstrip("/"))
        return None
    return path


def _require_plain(info: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG):
        raise UnsafeInput("a link or special file", path=info.filename)
    if info.is_dir() and (info.file_size or info.compress_size):
        raise UnsafeInput("a folder with content of its own", path=info.filename)
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeInput("an encrypted entry", path=info.filename)
    if info.compress_type not in _METHODS:
        raise UnsafeInput("a compression other than deflate", path=info.filename)
    is_large = info.file_size > _FREE_RATIO_BYTES
    if is_large and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise UnsafeInput("shrunk beyond all reason", path=info.filename)
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        raise UnsafeInput("stored with two sizes", path=info.filename)


def _start_of(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Return where data starts, if the local header says what the directory says."""
    raw = os.pread(file.fileno(), _LOCAL.size, info.header_offset)
    if len(raw) != _LOCAL.size:
        raise DamagedZip(f"{info.filename}: its local header is cut off")
    magic, _, flags, method, _, _, crc, compressed, size, name_size, extra_size = _LOCAL.unpack(raw)
    at = info.header_offset + _LOCAL.size
    following = os.pread(file.fileno(), name_size + extra_size, at)
    if magic != _LOCAL_MAGIC or flags != info.flag_bits or method != info.compress_type:
        raise UnsafeInput("local and central header differ", path=info.filename)
    if following[:name_size] != _name_of(info) or info.filename != info.orig_filename:
        raise UnsafeInput("local and central name differ", path=info.filename)
    is_streamed = bool(flags & _HAS_DESCRIPTOR)  # then the truth may follow the data only
    if crc != info.CRC and not (is_streamed and crc == 0):
        raise UnsafeInput("local and central checksum differ", path=info.filename)
    said, true = Said(compressed, size), Said(info.compress_size, info.file_size)
    require_local(said, following[name_size:], true, info.filename, is_streamed=is_streamed)
    start: int = at + name_size + extra_size
    return start


def _name_of(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _IS_UTF8 else "cp437")


def _descriptor_size(file: BinaryIO, info: zipfile.ZipInfo, start: int) -> int:
    """Return the length of a data descriptor (APPNOTE 4.3.9): with or without Zip64, or none."""
    if not info.flag_bits & _HAS_DESCRIPTOR:
        return 0
    following = os.pread(file.fileno(), 24, start + info.compress_size)
    for form in ("<4sIQQ", "<4sIII"):
        sizes = info.compress_size, info.file_size
        if max(sizes) > IN_ZIP64 and form == "<4sIII":
            break
        expected = struct.pack(form, b"PK\x07\x08", info.CRC, *sizes)
        if following.startswith(expected):
            return len(expected)
    raise DamagedZip(f"{info.filename}: does not end as it should")


def _require_directory(file: BinaryIO, start: int, infos: Sequence[zipfile.ZipInfo]) -> None:
    """Read the directory and the end once more, for what zipfile passes over."""
    at = start
    for info in infos:
        name = _name_of(info)
        size = _CENTRAL_SIZE + len(name) + len(info.extra) + len(info.comment)
        true = Said(info.compress_size, info.file_size, info.header_offset)
        require_central(os.pread(file.fileno(), size, at), name, true, info.filename)
        at += size
    rest = os.fstat(file.fileno()).st_size - at
    if rest > MAX_END:
        raise UnsafeInput("something follows the end of the zip")
    last = os.pread(file.fileno(), LOCATOR_SIZE, at - LOCATOR_SIZE)
    tail = os.pread(file.fileno(), MAX_END, at)
    require_end(last, tail, Directory(start, at - start, len(infos)))


def is_zip(file: BinaryIO) -> bool:
    """Tell whether a file means to be a zip, sound or damaged."""
    magic = os.pread(file.fileno(), 4, 0)
    return magic in (_LOCAL_MAGIC, END_MAGIC) or zipfile.is_zipfile(file)
