"""What one exchange has received: in memory while it is small, then in a file without a name.

Nothing is buffered, so that after a disk has refused a byte it is known how many it has taken.
"""

import io
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

IN_MEMORY_BYTES = 256 * 1024
KEPT_BYTES = 1 << 20
"""Of what a disk had no room for; the rest of the room is for the records of the others."""


class Received:
    """Bytes in the order in which they came; used by one thread at a time."""

    def __init__(self, folder: Path, *, in_memory_bytes: int = IN_MEMORY_BYTES) -> None:
        self._folder = folder
        self._in_memory_bytes = in_memory_bytes
        self._memory = io.BytesIO()
        self._file: io.FileIO | None = None
        self.size_bytes = 0

    def add(self, data: bytes) -> None:
        """Take ``data``; raises OSError where the disk takes no more, and keeps the beginning."""
        if self._file is None and self.size_bytes + len(data) <= self._in_memory_bytes:
            self.size_bytes += self._memory.write(data)
            return
        try:
            if self._file is None:
                self._file = self._moved()
            _write_all(self._file, data)
        except OSError:
            self._keep_beginning()
            raise
        self.size_bytes += len(data)

    def reader(self, start: int = 0) -> BinaryIO:
        """Return all of it, to be read from ``start``, valid until more is added."""
        file = self._file or self._memory
        file.seek(start)
        return cast("BinaryIO", file)  # a FileIO is one in all but its declared type

    def close(self) -> None:
        """Forget it; harmless when repeated."""
        self._memory.close()
        if self._file is not None:
            self._file.close()

    def _moved(self) -> io.FileIO:
        file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115 (close)
        try:
            _write_all(file, self._memory.getvalue())
        except OSError:
            file.close()
            raise
        self._memory = io.BytesIO()
        return file

    def _keep_beginning(self) -> None:
        self.size_bytes = min(self.size_bytes, KEPT_BYTES)
        if self._file is not None:
            self._file.truncate(self.size_bytes)


def _write_all(file: io.FileIO, data: bytes) -> None:
    file.seek(0, io.SEEK_END)
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
