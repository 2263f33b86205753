"""Archives as a source: what lies in a zip or tar, member by member, never written to a named path.

zip by :mod:`zipfile` (APPNOTE 6.3.10), tar and its packed forms by :mod:`tarfile` (POSIX.1-1988,
pax), gzip alone (RFC 1952). These readers are part of Python and keep no state between members;
bombs are met by counting what comes out.
"""

import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from types import MappingProxyType
from typing import BinaryIO, cast

from evidencekit.errors import SourceRefused
from evidencekit.intake.members import (
    MAX_MEMBERS,
    Archive,
    Budget,
    decoded_name,
    member,
    refused_member,
    shown_time,
)
from evidencekit.model.find import Find, Refused
from evidencekit.model.json import Json

MAX_DEPTH = 3
"""Archives in archives that are opened."""
_UTF8, _ENCRYPTED = 0x800, 0x1
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
    struct.error, NotImplementedError, RuntimeError, KeyError,
)  # fmt: skip


class ArchiveSource:
    """Yields the members of one archive, each readable until the next is asked for."""

    def __init__(self, stream: BinaryIO, archive: Archive) -> None:
        self._stream, self._archive = stream, archive
        self._budget = Budget(archive)

    def collect(self) -> Iterator[Find | Refused]:
        """Yield members and what is refused of them; a broken archive ends with the reason."""
        members = _READERS[self._archive.media_type]
        try:
            yield from members(self)
        except SourceRefused as exc:
            yield self._refused(b"", exc.why)
        except _BROKEN:
            yield self._refused(b"", "archive-damaged")

    def zip_members(self) -> Iterator[Find | Refused]:
        """Yield those of a zip, in the order of its directory."""
        with zipfile.ZipFile(self._stream) as opened:
            infos = opened.infolist()
            if sum(info.compress_size for info in infos) > self._archive.size:
                raise SourceRefused("archive-bomb")  # members that share their bytes
            for number, info in enumerate(infos):
                if number >= MAX_MEMBERS:
                    raise SourceRefused("archive-too-many")
                if not info.is_dir():
                    yield self._zip_member(opened, info, number)

    def _zip_member(
        self, opened: zipfile.ZipFile, info: zipfile.ZipInfo, number: int
    ) -> Find | Refused:
        raw, encoding = _zip_name(info)
        mode = info.external_attr >> 16
        if stat.S_ISLNK(mode):
            return self._refused(raw, "symlink")
        if info.flag_bits & _ENCRYPTED:
            return self._refused(raw, "locked")
        told: dict[str, Json] = {"modified": _zip_time(info), "encoding": encoding}
        if mode:
            told["mode"] = f"{stat.S_IMODE(mode):04o}"
        return self._find(raw, number, told, lambda: cast("BinaryIO", opened.open(info)))

    def tar_members(self) -> Iterator[Find | Refused]:
        """Yield those of a tar, as they come."""
        with tarfile.open(fileobj=self._stream, mode="r:*", errorlevel=2) as opened:
            for number, info in enumerate(opened):
                if number >= MAX_MEMBERS:
                    raise SourceRefused("archive-too-many")
                raw = info.name.encode("utf-8", "surrogateescape")
                if info.issym() or info.islnk():
                    yield self._refused(raw, "symlink")
                elif not (info.isfile() or info.isdir()):
                    yield self._refused(raw, "device")
                elif info.isfile():
                    told: dict[str, Json] = {
                        "modified": shown_time(info.mtime),
                        "mode": f"{stat.S_IMODE(info.mode):04o}",
                    }
                    yield self._find(raw, number, told, lambda: _tar_stream(opened, info))  # noqa: B023

    def packed_member(self) -> Iterator[Find | Refused]:
        """Yield the one file in a gzip; a tar in it is opened like any other."""
        if self._is_packed_tar():
            yield from self.tar_members()
            return
        name = self._archive.name.removesuffix(".gz") or "unpacked"
        with gzip.open(self._stream) as opened:
            yield self._find(name.encode(), 0, {}, lambda: cast("BinaryIO", opened))

    def _is_packed_tar(self) -> bool:
        """Whether there is a member: a file of zeros alone looks like an empty tar."""
        is_tar = False
        with suppress(*_BROKEN), tarfile.open(fileobj=self._stream, mode="r:gz") as opened:
            is_tar = opened.next() is not None
        self._stream.seek(0)
        return is_tar

    def _find(
        self, raw: bytes, number: int, told: Mapping[str, Json], opening: Callable[[], BinaryIO]
    ) -> Find:
        return member(self._archive, raw, number, told, _Member(opening, self._budget))

    def _refused(self, raw: bytes, why: str) -> Refused:
        return refused_member(self._archive, raw, why)


_READERS: Mapping[str, Callable[[ArchiveSource], Iterator[Find | Refused]]] = MappingProxyType(
    {
        "application/zip": ArchiveSource.zip_members,
        "application/x-tar": ArchiveSource.tar_members,
        "application/gzip": ArchiveSource.packed_member,
    }
)
OPENED = frozenset(_READERS)
"""Media types whose members are taken in. Documents that are zip files inside are documents."""


class _Member:
    """Bytes of one member, counted as they come out."""

    def __init__(self, opening: Callable[[], BinaryIO], budget: Budget) -> None:
        self._opening, self._budget = opening, budget

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open once; raises ``SourceRefused`` where the member is broken or a bomb."""
        try:
            with self._opening() as stream:
                yield cast("BinaryIO", _Counted(stream, self._budget))
        except SourceRefused:
            raise
        except _BROKEN as exc:
            raise SourceRefused("archive-damaged") from exc


class _Counted(io.RawIOBase):
    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream, self._budget = stream, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except _BROKEN as exc:
            raise SourceRefused("archive-damaged") from exc
        self._budget.take(len(data))
        buffer[: len(data)] = data
        return len(data)


def _tar_stream(opened: tarfile.TarFile, info: tarfile.TarInfo) -> BinaryIO:
    found = opened.extractfile(info)
    if found is None:
        raise SourceRefused("archive-damaged")
    return cast("BinaryIO", found)


def _zip_name(info: zipfile.ZipInfo) -> tuple[bytes, str]:
    """Return the name in UTF-8, and how it was read: Korean Windows writes CP949 and says nothing.

    zipfile decodes unmarked names as CP437, which loses nothing (APPNOTE §4.4.4, appendix D).
    """
    if info.flag_bits & _UTF8:
        return info.orig_filename.encode("utf-8", "surrogateescape"), "utf-8, stated"
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename.encode("utf-8", "surrogateescape"), "utf-8, stated"
    return decoded_name(raw)


def _zip_time(info: zipfile.ZipInfo) -> Json:
    """Return local time without a zone, as zip files have it; None for one that is none."""
    try:
        return datetime(*info.date_time).isoformat()  # noqa: DTZ001 (nobody said a zone)
    except ValueError:
        return None
