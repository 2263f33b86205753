"""Make writes survive a power cut: barriers for many files, atomic files and folders.

``syncfs`` once for a thousand files takes the time of a few ``fsync``. Where the system has none
(macOS), each file is synced by itself, in a few threads.
"""

import ctypes
import errno
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from evidencekit.errors import DiskUnavailable
from evidencekit.files.streaming import write_all
from evidencekit.text.catalog import _

_THREADS = 8
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG)


def barrier(folder: Path, paths: Sequence[Path | str]) -> None:
    """Return once ``paths`` (files or folders, on the file system of ``folder``) are durable."""
    if len(paths) == 1:
        sync_path(paths[0])
    elif paths and not _syncfs(folder):
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(sync_path, paths))


def sync_path(path: Path | str) -> None:
    """``fsync`` one file or folder."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file that is there whole or not at all, replacing one of that name."""
    partial = path.with_name(f".{path.name}.partial")
    fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        try:
            write_all(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(path)
    sync_path(path.parent)


@contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Turn a full, failing or read-only disk into :class:`DiskUnavailable` naming ``what``."""
    try:
        yield
    except OSError as exc:
        if exc.errno not in _FULL:
            raise
        raise DiskUnavailable(
            _("{what}: {reason}").format(what=what, reason=os.strerror(exc.errno or 0)),
            hint=_("what was acknowledged before is safe; make room and run the command again"),
        ) from exc


def _syncfs(folder: Path) -> bool:
    call = _libc_syncfs()
    if call is None:
        return False
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if call(fd) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(fd)
    return True


@lru_cache(maxsize=1)
def _libc_syncfs() -> "ctypes._NamedFuncPointer | None":
    return getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
