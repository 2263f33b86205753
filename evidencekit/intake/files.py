"""Files and folders as a source: opened once, no link followed, watched while they are read.

Names are handled as the bytes that the file system holds. A folder is walked in byte order,
without leaving it; what cannot be taken is yielded as refused, with the reason.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import BinaryIO, cast

from evidencekit.errors import BadInput, SourceChanged
from evidencekit.files.opening import identity
from evidencekit.formats.fields import encode_base64
from evidencekit.formats.times import write_ns
from evidencekit.model.find import Find, Refused
from evidencekit.model.json import Json
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean, name_from_bytes

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OF_SYSTEM = ("security.", "system.", "trusted.")
_MAX_ATTRIBUTES, _MAX_ATTRIBUTE = 32, 4_096  # of one file; bytes of a value
_WHY = {
    errno.ELOOP: "symlink",
    errno.ENOENT: "vanished",
    errno.ENAMETOOLONG: "name-too-long",
    errno.ENXIO: "device",
}


class FileSource:
    """Yields the regular files at and below some paths."""

    def __init__(self, paths: Sequence[Path], *, leave_out: Path) -> None:
        """Take ``paths`` as given; ``leave_out`` is the case itself, should it lie among them.

        Raises :class:`BadInput` where one of the paths does not exist: a slip of the keyboard is
        no finding.
        """
        for path in paths:
            if not os.path.lexists(path):
                raise BadInput(_("{path}: there is no such file or folder").format(path=path))
        self._paths = [os.fsencode(path) for path in paths]
        self._own = os.path.realpath(os.fsencode(leave_out))
        self._own_place = _place(self._own, None)

    def collect(self) -> Iterator[Find | Refused]:
        """Yield finds whose content stays open only until the next one is asked for."""
        for path in self._paths:
            if self._is_within_own(path):
                yield _refused(path, "this-case")
            elif os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114 (bytes)
                yield from self._walk(path)
            else:
                yield from _take(path, path, None)

    def _walk(self, top: bytes) -> Iterator[Find | Refused]:
        """Go through a folder by descriptors: a link put in its place leads nowhere."""
        pending = [top]
        while pending:
            folder = pending.pop()
            try:
                dir_fd = os.open(folder, _FLAGS | os.O_DIRECTORY)
            except OSError:
                yield _refused(folder, "directory-unreadable")
                continue
            try:
                below: list[bytes] = []
                for name, is_folder in _names(dir_fd):
                    path = os.path.join(folder, name)  # noqa: PTH118
                    if not is_folder:
                        yield from _take(path, name, dir_fd)
                    elif self._is_own(name, dir_fd):
                        yield _refused(path, "this-case")
                    else:
                        below.append(path)
                pending += reversed(below)
            finally:
                os.close(dir_fd)

    def _is_within_own(self, path: bytes) -> bool:
        real = os.path.realpath(path)
        return real == self._own or real.startswith(self._own + b"/")

    def _is_own(self, name: bytes, dir_fd: int) -> bool:
        # By what it is: a path resolved anew for each folder takes ever longer further down.
        return self._own_place is not None and _place(name, dir_fd) == self._own_place


class StreamSource:
    """Yields standard input, or another stream without a file, as one find."""

    def __init__(self, stream: BinaryIO, *, name: str) -> None:
        self._stream = stream
        self._name = name

    def collect(self) -> Iterator[Find | Refused]:
        """Yield the one find; its content can be read once."""
        yield Find(
            name=self._name,
            content=_Once(self._stream),
            origin="intake",
            acquired_at=datetime.now(UTC),
            source={"kind": "stream"},
        )


class _Once:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        yield self._stream


@dataclass(frozen=True, slots=True)
class _Opened:
    """A descriptor that is open already, with what it was when it was opened."""

    stream: FileIO
    before: os.stat_result
    path: bytes

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        self.stream.seek(0)
        yield cast("BinaryIO", self.stream)  # FileIO is a binary stream; typeshed keeps them apart
        if identity(os.fstat(self.stream.fileno())) != identity(self.before):
            raise SourceChanged(f"{os.fsdecode(self.path)!r} changed while it was read")


def _place(name: bytes, dir_fd: int | None) -> tuple[int, int] | None:
    """Return what tells a folder from all others, None where there is none."""
    try:
        status = os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _take(path: bytes, name: bytes, dir_fd: int | None) -> Iterator[Find | Refused]:
    try:
        fd = _open_quietly(name, dir_fd)
    except OSError as exc:
        yield _refused(path, _WHY.get(exc.errno or 0, "unreadable"))
        return
    with FileIO(fd, "rb") as stream:
        status = os.fstat(fd)
        if stat.S_ISREG(status.st_mode):
            yield _find(path, _Opened(stream, status, path))
        else:
            yield _refused(path, "device")


def _open_quietly(name: bytes, dir_fd: int | None) -> int:
    """Open without moving the access time, which is evidence too, where the system lets us."""
    quietly = getattr(os, "O_NOATIME", 0)  # Linux, for the owner of the file and for root
    try:
        return os.open(name, _FLAGS | quietly, dir_fd=dir_fd)
    except PermissionError:
        if not quietly:
            raise
        return os.open(name, _FLAGS, dir_fd=dir_fd)


def _attributes(fd: int) -> list[Json]:
    """Return extended attributes: programs say there where a file was loaded from."""
    if not hasattr(os, "listxattr"):
        return []
    found: list[Json] = []
    with suppress(OSError):  # the file system has none
        for name in sorted(os.listxattr(fd)):
            if name.startswith(_OF_SYSTEM) or len(found) >= _MAX_ATTRIBUTES:
                continue
            value = os.getxattr(fd, name)
            shown = encode_base64(value) if len(value) <= _MAX_ATTRIBUTE else None
            found.append({"name": clean(name, limit=255), "value": shown})
    return found


def _find(path: bytes, content: _Opened) -> Find:
    name, name_bytes = name_from_bytes(os.path.basename(path))  # noqa: PTH119 (bytes)
    shown, path_bytes = name_from_bytes(path)
    status = content.before
    source: dict[str, Json] = {
        "kind": "file",
        "path": shown,
        "modified": write_ns(status.st_mtime_ns),
        "changed": write_ns(status.st_ctime_ns),
        "accessed": write_ns(status.st_atime_ns),
        "mode": f"{stat.S_IMODE(status.st_mode):04o}",
        "uid": status.st_uid,
        "gid": status.st_gid,
        "links": status.st_nlink,
    }
    attributes = _attributes(content.stream.fileno())
    if attributes:
        source["attributes"] = attributes
    if path_bytes is not None:
        source["path_bytes"] = encode_base64(path_bytes)
    return Find(
        name=name,
        name_bytes=name_bytes,
        content=content,
        origin="intake",
        acquired_at=datetime.now(UTC),
        source=source,
    )


def _refused(path: bytes, why: str) -> Refused:
    name, name_bytes = name_from_bytes(path)
    return Refused(name=name, name_bytes=name_bytes, why=why)


def _names(dir_fd: int) -> list[tuple[bytes, bool]]:
    """Return the names in a folder in byte order, and whether each is a folder and no link."""
    with os.scandir(dir_fd) as items:
        return sorted((os.fsencode(i.name), i.is_dir(follow_symlinks=False)) for i in items)
