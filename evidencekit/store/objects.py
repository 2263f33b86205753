"""Stored bytes, named by their own SHA-256 (docs/format/case.md §2)."""

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from evidencekit.files.opening import open_regular
from evidencekit.formats.case import OBJECTS, object_path
from evidencekit.model.ids import Digest
from evidencekit.store.spool import Spooled


def open_object(root: Path, sha256: Digest) -> AbstractContextManager[BinaryIO]:
    """Open an object for reading; its bytes are not checked here."""
    return open_regular(root / object_path(sha256))


def adopt(root: Path, spooled: Iterable[Spooled]) -> list[Path]:
    """Rename spooled bytes to their addresses; returns the folders that changed.

    What already lies at an address is replaced by the same bytes, just hashed: an object that no
    line names may be what a crash or a failing disk left.
    """
    case = str(root)
    changed: set[str] = set()
    for item in spooled:
        target = f"{case}/{object_path(item.digested.sha256)}"
        folder = target.rpartition("/")[0]
        if folder not in changed:
            Path(folder).mkdir(exist_ok=True)
            changed.add(folder)
        os.rename(item.path, target)  # noqa: PTH104 (speed)
    return [root / OBJECTS, *map(Path, sorted(changed))]
