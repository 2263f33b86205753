"""Temporary files for bodies that are still coming: in memory while small, then on the disk."""

import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

IN_MEMORY_BYTES = 256 * 1024


class Spool:
    """Makes files in ``folder``; :meth:`close` closes those that nobody has closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: weakref.WeakSet[BinaryIO] = weakref.WeakSet()

    def make(self) -> BinaryIO:
        """Return a new file, empty, without a name, to be closed by the caller."""
        spooled = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (closed with its exchange)
            max_size=IN_MEMORY_BYTES, dir=str(self._folder)
        )
        file = cast("BinaryIO", spooled)  # it is one in all but its declared type
        self._files.add(file)
        return file

    def close(self) -> None:
        """Close what is left, after a failure."""
        for file in list(self._files):
            with suppress(OSError):  # what could not be written before cannot be now
                file.close()
