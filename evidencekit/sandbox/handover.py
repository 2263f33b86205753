"""A descriptor that may be given to a worker: of the file itself if read-only, else of a copy."""

import fcntl
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

MAX_COPIED = 256 * 2**20  # bytes of a stream that is no file; it costs memory or disk
_BLOCK = 2**20


class HandoverError(Exception):
    """A stream that is no file is too large to be copied."""


@contextmanager
def descriptor_of(stream: BinaryIO) -> Iterator[int]:
    """Yield a descriptor of what ``stream`` holds from its start.

    Descriptors share their position with the worker, so that of a file is put back. A stream that
    only *wraps* a file (gzip, zip member) has a ``fileno`` too, of the wrong bytes: only plain
    files are taken for what they are.
    """
    descriptor = _readonly_descriptor(stream)
    if descriptor is None:
        with _copy(stream) as copied:
            yield copied.fileno()
        return
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    try:
        yield descriptor
    finally:
        os.lseek(descriptor, position, os.SEEK_SET)


def _readonly_descriptor(stream: BinaryIO) -> int | None:
    raw: object = stream.raw if isinstance(stream, io.BufferedReader) else stream
    if not isinstance(raw, io.FileIO):
        return None
    descriptor = raw.fileno()
    mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    return descriptor if mode == os.O_RDONLY else None


@contextmanager
def _copy(stream: BinaryIO) -> Iterator[BinaryIO]:
    position = stream.tell()
    stream.seek(0)
    with _scratch() as scratch:
        left = MAX_COPIED
        while block := stream.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise HandoverError(f"more than {MAX_COPIED} bytes and not a plain file")
            scratch.write(block)
        scratch.flush()
        stream.seek(position)
        yield scratch


def _scratch() -> BinaryIO:
    """Memory where the system has it: plaintext of an encrypted case stays off the disk."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("evidencekit"), "w+b")  # noqa: PTH123
    return tempfile.TemporaryFile()
