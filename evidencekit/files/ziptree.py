"""A zip as a tree, as suspiciously as docs/format/bundle.md §3 asks."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.tree import MAX_ENTRIES, Entry, UnsafeInput, require_distinct, require_safe
from evidencekit.formats.paths import is_foreign

MAX_RATIO = 200  # deflate of zeros reaches 1,032; of anything that is evidence, far less
_FREE_RATIO_BYTES = 2**20  # small files may be as regular as they like
_ENCRYPTED = 0x1 | 0x40
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_LOCAL_MAGIC = b"PK\x03\x04"
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class DamagedZip(EvidenceDoubted):
    """The zip cannot be read as one; no trick, but no evidence either."""

    code = "damaged-zip"


class ZipTree:
    """An open zip file with one top folder, whose name is no part of the paths."""

    def __init__(self, file: Path) -> None:
        """Open ``file``; raises :class:`DamagedZip`. Use as a context manager."""
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as exc:
            raise DamagedZip(f"not a zip file that can be read ({exc})") from exc
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._foreign: tuple[str, ...] = ()

    def __enter__(self) -> "ZipTree":
        """Return the tree."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._zip.close()

    def entries(self) -> dict[str, Entry]:
        """See :class:`~evidencekit.files.tree.FileTree`."""
        infos = self._zip.infolist()
        if len(infos) > MAX_ENTRIES:
            raise UnsafeInput("more files than a bundle may have")
        self._require_layout(infos)
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
            self._infos[path] = info
        require_distinct(found)
        self._foreign = tuple(foreign)
        return found

    def foreign(self) -> tuple[str, ...]:
        """See :class:`~evidencekit.files.tree.FileTree`."""
        return self._foreign

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """See :class:`~evidencekit.files.tree.FileTree`; damage raises :class:`DamagedZip`."""
        try:
            with self._zip.open(self._infos[path]) as stream:
                yield cast("BinaryIO", stream)  # a reader of bytes, as its class says
        except _DAMAGE as exc:
            raise DamagedZip(f"{path}: {exc}") from exc

    def read(self, path: str) -> bytes:
        """See :class:`~evidencekit.files.tree.FileTree`."""
        with self.open(path) as stream:
            return stream.read()

    def _require_layout(self, infos: list[zipfile.ZipInfo]) -> None:
        """Entries must follow one another from the first byte, as both directories say."""
        file = self._zip.fp
        if file is None:
            raise DamagedZip("the zip is closed")
        end = 0
        tops = set()
        for info in sorted(infos, key=lambda item: item.header_offset):
            _require_plain(info)
            tops.add(info.filename.partition("/")[0])
            if info.header_offset != end:
                raise UnsafeInput("entries overlap, or hide something between them")
            end = _end_of(cast("BinaryIO", file), info)
        if end > self._zip.start_dir:
            raise UnsafeInput("entries overlap the directory")
        if len(tops) != 1:
            raise UnsafeInput("not exactly one top folder")


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
    mode = info.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise UnsafeInput("a link or special file", path=info.filename)
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeInput("an encrypted entry", path=info.filename)
    if info.compress_type not in _METHODS:
        raise UnsafeInput("a compression other than deflate", path=info.filename)
    is_large = info.file_size > _FREE_RATIO_BYTES
    if is_large and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise UnsafeInput("shrunk beyond all reason", path=info.filename)
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        raise UnsafeInput("stored with two sizes", path=info.filename)


def _end_of(file: BinaryIO, info: zipfile.ZipInfo) -> int:
    file.seek(info.header_offset)
    raw = file.read(_LOCAL.size)
    if len(raw) != _LOCAL.size:
        raise DamagedZip(f"{info.filename}: its local header is cut off")
    magic, _, flags, method, _, _, _, _, _, name_size, extra_size = _LOCAL.unpack(raw)
    name = file.read(name_size)
    if magic != _LOCAL_MAGIC or flags != info.flag_bits or method != info.compress_type:
        raise UnsafeInput("local and central header differ", path=info.filename)
    if name != info.orig_filename.encode("utf-8" if flags & 0x800 else "cp437"):
        raise UnsafeInput("local and central name differ", path=info.filename)
    end: int = info.header_offset + _LOCAL.size + name_size + extra_size + info.compress_size
    return end + _descriptor_size(file, end) if flags & 0x8 else end


def _descriptor_size(file: BinaryIO, at: int) -> int:
    """Return the length of a data descriptor (APPNOTE 4.3.9): with or without Zip64."""
    file.seek(at)
    following = file.read(28)
    for size in (16, 24):
        if following[:4] == b"PK\x07\x08" and following[size : size + 2] == b"PK":
            return size
    raise DamagedZip("an entry does not end as it should")
