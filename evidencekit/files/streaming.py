"""Hash a stream, and copy it at the same time, at the speed of the slowest of the three steps.

While one chunk is hashed, it is also being written and the next one is being read: all three
leave the interpreter's lock. What is hashed is exactly what is written, from the same bytes.
"""

import ctypes
import hashlib
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from typing import BinaryIO, TypeVar

from evidencekit.errors import SourceUnreadable
from evidencekit.model.ids import Digest

CHUNK = 2**21
HEAD = 2**14  # what identifying a type wants to see
_FIRST = 2**16  # most files end here, and a larger buffer costs more than it reads
_AHEAD = 3  # chunks read before they are hashed, and hashed before they are written
_BUFFERS = 2 * _AHEAD + 3  # read ahead, being hashed, being written, and one to spare
_SYNC_FILE_RANGE_WRITE = 2  # begin writing, wait for nothing (sync_file_range(2))
_FLUSH_EVERY = 16 * CHUNK

A = TypeVar("A")
R = TypeVar("R")
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
    """Read ``stream`` to its end and return what it was, reading ahead of the hash."""
    return _drain(stream, lambda _chunk: None, progress)


def digest_alone(stream: BinaryIO) -> Digest:
    """Hash ``stream`` in one thread: best where each processor has a file of its own."""
    digest, chunks = hashlib.sha256(), _Chunks(stream, buffers=1)
    while chunk := chunks.read():
        digest.update(chunk)
    return Digest(digest.hexdigest())


def copy_stream(stream: BinaryIO, target_fd: int, *, progress: Progress | None = None) -> Digested:
    """Copy ``stream`` to its end into ``target_fd`` and return what was written.

    Memory stays within a few chunks, whatever the size; durability is the caller's affair.
    """
    return _drain(stream, _Writer(target_fd).write, progress)


def _drain(
    stream: BinaryIO, write: Callable[[memoryview], None], progress: Progress | None
) -> Digested:
    head = _read_first(stream)
    digest, size = hashlib.sha256(head), len(head)
    write(memoryview(head))
    if size >= _FIRST:
        size += _pipeline(_Chunks(stream, buffers=_BUFFERS), write, digest.update, progress)
    if progress is not None:
        progress(size)
    return Digested(sha256=Digest(digest.hexdigest()), size=size, head=head[:HEAD])


def _read_first(stream: BinaryIO) -> bytes:
    """Read what most files are whole; less than :data:`_FIRST` bytes are all there is."""
    head = b""
    while len(head) < _FIRST and (more := _read(stream.read, _FIRST)):
        head += more  # a short read is the end of a file, but not of a pipe
    return head


def _pipeline(
    chunks: "_Chunks",
    write: Callable[[memoryview], None],
    update: Callable[[memoryview], None],
    progress: Progress | None,
) -> int:
    size = 0
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        coming = deque(reader.submit(chunks.read) for _ in range(_AHEAD))
        going: deque[Future[None]] = deque()
        while chunk := coming.popleft().result():
            coming.append(reader.submit(chunks.read))
            going.append(writer.submit(write, chunk))
            update(chunk)
            size += len(chunk)
            if progress is not None:
                progress(size)
            if len(going) > _AHEAD:
                going.popleft().result()
        for written in going:
            written.result()
    return size


class _Chunks:
    """Reads into the same few buffers again and again: fresh memory costs more than the reading."""

    def __init__(self, stream: BinaryIO, *, buffers: int) -> None:
        self._stream = stream
        self._into: Callable[[bytearray], int | None] | None = getattr(stream, "readinto", None)
        self._buffers = cycle(range(buffers))
        self._made: dict[int, bytearray] = {}

    def read(self) -> memoryview:
        """Return the next chunk, empty at the end; it stays as it is for ``buffers`` reads."""
        if self._into is None:
            return memoryview(_read(self._stream.read, CHUNK))
        number = next(self._buffers)
        buffer = self._made.get(number) or self._made.setdefault(number, bytearray(CHUNK))
        count = _read(self._into, buffer)
        return memoryview(buffer)[: count or 0]


def _read(read: Callable[[A], R], argument: A) -> R:
    """Read, with errors of the source told apart from those of the disk written to."""
    try:
        return read(argument)
    except OSError as exc:
        raise SourceUnreadable(f"cannot be read to its end ({exc.strerror})") from exc


class _Writer:
    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._done = self._flushed = 0

    def write(self, chunk: memoryview) -> None:
        write_all(self._fd, chunk)
        self._done += len(chunk)
        if self._done - self._flushed >= _FLUSH_EVERY:
            start_writeback(self._fd, self._flushed, self._done - self._flushed)
            self._flushed = self._done


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write everything: one ``write`` may take less, on a nearly full disk for one."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def start_writeback(fd: int, offset: int, size: int) -> None:
    """Ask the kernel to begin writing to disk now: the barrier at the end then has less to do."""
    call = _libc_sync_file_range()
    if call is not None:
        call(fd, ctypes.c_int64(offset), ctypes.c_int64(size), _SYNC_FILE_RANGE_WRITE)


@lru_cache(maxsize=1)
def _libc_sync_file_range() -> "ctypes._NamedFuncPointer | None":
    return getattr(ctypes.CDLL(None), "sync_file_range", None)  # Linux has it
