"""Where a bundle is written: a folder, or a zip that is streamed and needs no seeking back."""

import fcntl
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from evidencekit.files.durable import barrier
from evidencekit.files.streaming import write_all

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: it says nothing
_ZIP_MODE = 0o100644 << 16
_UNIX = 3
_PARTIAL = re.compile("(?:[0-9a-f]{8}|README[.]txt)[.]partial")


class Sink(Protocol):
    """Takes named files, one after the other."""

    def write(self, path: str, chunks: Iterable[bytes], *, size: int | None = None) -> None:
        """Write one file whole; ``size`` where it is known, so that large ones are provided for."""

    def close(self) -> None:
        """Finish; what was written is durable if the sink is a file system."""


class FolderSink:
    """Writes below a fresh folder."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700)
        self._root = root
        self._folders = {""}
        self._written: list[Path] = []

    def write(self, path: str, chunks: Iterable[bytes], *, size: int | None = None) -> None:  # noqa: ARG002 (a folder needs no announcement)
        """See :class:`Sink`."""
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            (self._root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        target = os.path.join(self._root, path)  # noqa: PTH118 (once for each of many files)
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            for chunk in chunks:
                write_all(fd, chunk)
        finally:
            os.close(fd)
        self._written.append(Path(target))

    def close(self) -> None:
        """Make everything durable."""
        folders = [self._root / folder for folder in self._folders]
        barrier(self._root, [*self._written, *folders])


class ZipSink:
    """Writes entries in the order given (docs/format/bundle.md §3)."""

    def __init__(self, stream: IO[bytes], top: str) -> None:
        self._top = top
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True)

    def write(self, path: str, chunks: Iterable[bytes], *, size: int | None = None) -> None:
        """See :class:`Sink`; text is deflated, payload is stored."""
        info = zipfile.ZipInfo(f"{self._top}/{path}", _ZIP_TIME)
        info.create_system, info.external_attr = _UNIX, _ZIP_MODE
        is_payload = path.startswith("data/")
        info.compress_type = zipfile.ZIP_STORED if is_payload else zipfile.ZIP_DEFLATED
        is_large = size is None or size >= zipfile.ZIP64_LIMIT
        with self._zip.open(info, "w", force_zip64=is_large) as target:
            for chunk in chunks:
                target.write(chunk)

    def close(self) -> None:
        """Write the directory; the stream stays open."""
        self._zip.close()

    def abandon(self) -> None:
        """Write nothing more: otherwise zipfile would try to, whenever it is collected."""
        self._zip.fp = None


@contextmanager
def unfinished(out: Path, token: str) -> Iterator[Path]:
    """Yield where to write what shall become ``out``; whatever is there at the end is removed.

    What a killed process left is removed first, and what a living one still writes is not.
    """
    prefix = f".{out.name}."
    for path in out.parent.iterdir():
        if path.name.startswith(prefix) and _PARTIAL.fullmatch(path.name.removeprefix(prefix)):
            with suppress(OSError), held(path):
                discard(path)
    partial = out.with_name(f"{prefix}{token}.partial")
    try:
        yield partial
    finally:
        discard(partial)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Mark an unfinished bundle as being written; ``BlockingIOError`` where another holds it."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(fd)


def discard(path: Path) -> None:
    """Remove a bundle that was not finished."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
