"""Folders of unfinished work, each locked while its maker lives.

So what a killed process left can be told from what another one is still filling. The lock is the
kernel's (flock(2)) and ends with its process, however that ends.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def hold_fresh(make: Callable[[], Path]) -> tuple[Path, int]:
    """Return a folder that ``make`` makes, and the descriptor that holds it until it is closed."""
    while True:
        folder = make()
        try:
            fd = os.open(folder, _FLAGS)
        except FileNotFoundError:
            continue  # taken for dead by somebody else before the lock was held
        fcntl.flock(fd, fcntl.LOCK_EX)
        if folder.exists():
            return folder, fd
        os.close(fd)


@contextmanager
def held_if_dead(folder: Path) -> Iterator[int | None]:
    """Hold a folder whose maker is dead, by a descriptor; None where he lives or it is gone."""
    try:
        fd = os.open(folder, _FLAGS)
    except FileNotFoundError:
        yield None
        return
    try:
        yield fd if _is_free(fd) else None
    finally:
        os.close(fd)


def _is_free(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
