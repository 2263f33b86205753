"""Open what somebody else may have prepared: no links followed, regular files only, watched.

A file is opened once, by its last name component without following a link, and everything is asked
of the descriptor from then on. If it moved under the reader, what was read is not evidence.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from evidencekit.errors import BadInput, SourceChanged
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

READ_FLAGS = (
    os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
)  # NONBLOCK: a FIFO never hangs us


@contextmanager
def open_regular(path: Path | str | bytes, *, dir_fd: int | None = None) -> Iterator[BinaryIO]:
    """Open a regular file unbuffered; raises :class:`BadInput` for links, devices and the like.

    Leaving normally raises :class:`SourceChanged` if size, times or identity differ from the start.
    """
    try:
        fd = os.open(path, READ_FLAGS, dir_fd=dir_fd)
    except OSError as exc:
        if exc.errno != errno.ELOOP:
            raise
        raise BadInput(_("{path} is a link, not a file").format(path=_shown(path))) from exc
    before = os.fstat(fd)
    if not stat.S_ISREG(before.st_mode):
        os.close(fd)
        raise BadInput(_("{path} is not a regular file").format(path=_shown(path)))
    with open(fd, "rb", buffering=0) as stream:  # noqa: PTH123 (a descriptor has no path)
        yield stream
        if identity(os.fstat(fd)) != identity(before):
            raise SourceChanged(f"{os.fsdecode(path)!r} changed while it was read")


def _shown(path: Path | str | bytes) -> str:
    return clean(os.fsdecode(path))


def read_whole(path: Path, *, limit: int) -> bytes:
    """Read a small regular file; :class:`BadInput` where it is longer than ``limit`` bytes."""
    with open_regular(path) as stream:
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise BadInput(f"{path} is longer than {limit} bytes")
    return data


def identity(status: os.stat_result) -> tuple[int, ...]:
    """Return what stays the same as long as nobody writes, renames or replaces a file."""
    # ctime moves with every write, rename and chmod, and nobody can set it back.
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class RegularFile:
    """Content of a find that lies in a regular file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """See :func:`open_regular`; a file that vanished raises ``FileNotFoundError``."""
        with open_regular(self._path) as stream:
            yield stream


class HeldBytes:
    """Content of a find that we made ourselves and hold in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open for reading from the start."""
        yield BytesIO(self._data)
