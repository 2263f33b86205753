"""Hash a stream, and copy it at the same time, at the speed of the slowest of the three steps.

While one chunk is hashed, it is also being written and the next one is being read: all three
leave the interpreter's lock. What is hashed is exactly what is written, from the same bytes.
"""

import hashlib
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.errors import SourceUnreadable
from evidencekit.model.ids import Digest

CHUNK = 2**21
HEAD = 2**14  # what identifying a type wants to see
_FIRST = 2**16  # most files end here, and a larger buffer costs more than it reads
_AHEAD = 3  # chunks read before they are hashed, and hashed before they are written
_FLUSH_EVERY = 16 * CHUNK

Progress = Callable[[int], None]
"""Told the number of bytes done so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digested:
    """What went through."""

    sha256: Digest
    size: int
    head: bytes
    """The first bytes, up to :data:`HEAD`."""


def digest_stream(stream: BinaryIO, *, progress: Progress | None = None) -> Digested:
    """Read ``stream`` to its end and return what it was."""
    return _drain(stream, lambda _chunk: None, progress)


def copy_stream(stream: BinaryIO, target_fd: int, *, progress: Progress | None = None) -> Digested:
    """Copy ``stream`` to its end into ``target_fd`` and return what was written.

    Memory stays within a few chunks, whatever the size; durability is the caller's affair.
    """
    return _drain(stream, _Writer(target_fd).write, progress)


def _drain(stream: BinaryIO, write: Callable[[bytes], None], progress: Progress | None) -> Digested:
    read = _reading(stream)
    head = chunk = read(_FIRST)
    digest, size = hashlib.sha256(chunk), len(chunk)
    write(chunk)
    chunk = read(CHUNK) if chunk else b""
    if chunk:  # a short read is the end of a file, but not of a pipe
        size += _pipeline(chunk, read, write, digest.update, progress)
    if progress is not None:
        progress(size)
    return Digested(sha256=Digest(digest.hexdigest()), size=size, head=head[:HEAD])


def _pipeline(
    chunk: bytes,
    read: Callable[[int], bytes],
    write: Callable[[bytes], None],
    update: Callable[[bytes], None],
    progress: Progress | None,
) -> int:
    size = 0
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        coming = deque(reader.submit(read, CHUNK) for _ in range(_AHEAD))
        going: deque[Future[None]] = deque()
        while chunk:
            going.append(writer.submit(write, chunk))
            update(chunk)
            size += len(chunk)
            if progress is not None:
                progress(size)
            if len(going) > _AHEAD:
                going.popleft().result()
            chunk = coming.popleft().result()
            coming.append(reader.submit(read, CHUNK))
        for written in going:
            written.result()
    return size


def _reading(stream: BinaryIO) -> Callable[[int], bytes]:
    """Return ``stream.read`` with its errors told apart from those of the disk written to."""

    def read(size: int) -> bytes:
        try:
            return stream.read(size)
        except OSError as exc:
            raise SourceUnreadable(f"cannot be read to its end ({exc.strerror})") from exc

    return read


class _Writer:
    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._done = self._flushed = 0

    def write(self, chunk: bytes) -> None:
        write_all(self._fd, chunk)
        self._done += len(chunk)
        if self._done - self._flushed >= _FLUSH_EVERY:
            start_writeback(self._fd, self._flushed, self._done - self._flushed)
            self._flushed = self._done


def write_all(fd: int, data: bytes) -> None:
    """Write everything: one ``write`` may take less, on a nearly full disk for one."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def start_writeback(fd: int, offset: int, size: int) -> None:
    """Ask the kernel to begin writing to disk now: the barrier at the end then has less to do."""
    if hasattr(os, "posix_fadvise"):  # not on macOS
        os.posix_fadvise(fd, offset, size, os.POSIX_FADV_DONTNEED)
