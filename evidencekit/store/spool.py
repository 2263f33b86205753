"""Unfinished work: a folder for each writer, removed when it is done or found dead.

A living writer holds a lock on its folder, so what a killed one left behind can be told from what
another one is still filling.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from evidencekit.files.durable import disk_errors
from evidencekit.files.held_folder import held_if_dead, hold_fresh
from evidencekit.files.streaming import Digested, Progress, copy_stream
from evidencekit.formats.case import SPOOL
from evidencekit.model.artifact import StoredObject

_PREFIX = "work-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """Bytes on disk that no ledger line names yet."""

    path: str
    """As text: there may be a million of them, and a ``Path`` costs as much as a small read."""
    digested: Digested

    @property
    def stored(self) -> StoredObject:
        """What the ledger will say of them."""
        return StoredObject(sha256=self.digested.sha256, size=self.digested.size)


class Spool:
    """One writer's folder of unfinished work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folder = str(folder)
        self._case = str(folder.parent.parent)
        self._count = 0

    def put(self, stream: BinaryIO, *, progress: Progress | None = None) -> Spooled:
        """Copy ``stream`` in, read-only; what a failure leaves goes with the folder."""
        self._count += 1
        path = f"{self._folder}/{self._count}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with disk_errors(self._case):
            fd = os.open(path, flags, 0o444)
            try:
                digested = copy_stream(stream, fd, progress=progress)
            finally:
                os.close(fd)
        return Spooled(path=path, digested=digested)

    def put_bytes(self, data: bytes) -> Spooled:
        """Spool a small document of our own."""
        return self.put(BytesIO(data))


@contextmanager
def open_spool(root: Path) -> Iterator[Spool]:
    """Yield a fresh spool below the case at ``root``; it is gone afterwards, whatever happened."""
    folder, fd = hold_fresh(partial(_make_folder, root))
    try:
        yield Spool(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(fd)


def _make_folder(root: Path) -> Path:
    folder = root / SPOOL / (_PREFIX + secrets.token_hex(8))
    with disk_errors(str(root)):
        folder.mkdir(mode=0o700, parents=True)
    return folder


def remove_dead(root: Path) -> None:
    """Remove what killed writers left in the case at ``root``."""
    for folder in (root / SPOOL).glob(_PREFIX + "*"):
        # None also where a capture has just ended: it fills its folder without holding the case.
        with held_if_dead(folder) as fd:
            if fd is not None:
                shutil.rmtree(folder, ignore_errors=True)
