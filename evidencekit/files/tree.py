"""Bundles as trees of named files, read in place: a folder, or a zip without unpacking it.

Whatever is unsafe is refused before a byte of content is read: links, devices, names that lead
outside or collide, zips whose two directories disagree (docs/format/bundle.md §1, §3).
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from evidencekit.errors import BadInput, EvidenceDoubted
from evidencekit.files.opening import READ_FLAGS, open_regular
from evidencekit.formats.paths import is_foreign, is_safe

MAX_ENTRIES = 10**7  # docs/format/README.md §5


class UnsafeInput(EvidenceDoubted):
    """The input must not be touched further: its shape alone is an attack or an accident."""

    code = "unsafe-input"
    exit_code = 1

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a tree."""

    path: str
    size: int


class FileTree(Protocol):
    """Named files that can be opened."""

    def entries(self) -> dict[str, Entry]:
        """Return all files by path; raises :class:`UnsafeInput`."""

    def foreign(self) -> tuple[str, ...]:
        """Return files that an operating system leaves behind, which are no part of a bundle."""

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open one of :meth:`entries`."""

    def read(self, path: str) -> bytes:
        """Return all of a small one of :meth:`entries`, quickly."""


class FolderTree:
    """A folder; nothing in it is followed, changed or created."""

    def __init__(self, root: Path, *, only: Sequence[str] | None = None) -> None:
        """Take the folder at ``root``; of its top level ``only`` these names, if given."""
        self._root = root
        self._only = frozenset(only) if only is not None else None
        self._foreign: tuple[str, ...] = ()
        self.left_out: tuple[str, ...] = ()
        """Top-level names beyond ``only``, known after :meth:`entries`; cleaned by nobody."""

    def entries(self) -> dict[str, Entry]:
        """See :class:`FileTree`."""
        left_out: list[str] = []
        found: dict[str, Entry] = {}
        foreign: list[str] = []
        pending = [""]
        while pending:
            folder = pending.pop()
            with os.scandir(os.path.join(self._root, folder)) as items:  # noqa: PTH118 (speed)
                for item in items:
                    path = f"{folder}{item.name}"
                    if not folder and self._only is not None and path not in self._only:
                        left_out.append(path)
                        continue
                    status = item.stat(follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        pending.append(require_safe(path) + "/")
                    elif not stat.S_ISREG(status.st_mode):
                        raise UnsafeInput("a link or special file", path=path)
                    elif is_foreign(path):
                        foreign.append(path)
                    else:
                        found[path] = Entry(require_safe(path), status.st_size)
            if len(found) > MAX_ENTRIES:
                raise UnsafeInput("more files than a bundle may have")
        require_distinct(found)
        self._foreign, self.left_out = tuple(foreign), tuple(left_out)
        return found

    def foreign(self) -> tuple[str, ...]:
        """See :class:`FileTree`."""
        return self._foreign

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """See :class:`FileTree`."""
        try:
            with open_regular(os.path.join(self._root, path)) as stream:  # noqa: PTH118 (speed)
                yield stream
        except BadInput as exc:  # exchanged for a link or a device since it was listed
            raise UnsafeInput(exc.message, path=path) from exc

    def read(self, path: str) -> bytes:
        """See :class:`FileTree`; what is read here is judged by its digest, not by its times."""
        fd = os.open(os.path.join(self._root, path), READ_FLAGS)  # noqa: PTH118 (speed)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise UnsafeInput("a link or special file", path=path)
            data = os.read(fd, status.st_size + 1)
            if len(data) != status.st_size:  # a file that grows, or a disk that gives it in parts
                data += b"".join(iter(lambda: os.read(fd, status.st_size + 1), b""))
        finally:
            os.close(fd)
        return data


def require_safe(path: str) -> str:
    """Return ``path`` if bundles may hold it; raises :class:`UnsafeInput`."""
    if not is_safe(path):
        raise UnsafeInput("a name that bundles must not have", path=path)
    return path


def require_distinct(paths: dict[str, Entry]) -> None:
    """Raise :class:`UnsafeInput` where two names are one on some file system."""
    folded = {path.lower() for path in paths}  # names are ASCII by now, so this is all there is
    if len(folded) != len(paths):
        raise UnsafeInput("two names that some systems take for one")
