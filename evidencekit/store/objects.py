"""Stored bytes, named by their own SHA-256 (docs/format/case.md §2)."""

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
    changed: set[Path] = set()
    for item in spooled:
        target = root / object_path(item.digested.sha256)
        if target.parent not in changed:
            target.parent.mkdir(exist_ok=True)
            changed.add(target.parent)
        item.path.replace(target)
    return [root / OBJECTS, *sorted(changed)]
