"""A file held in memory, for kinds that are small enough to be walked there."""

import mmap
import os
from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.malformed import MalformedError

MAX_SIZE = 192 * 2**20  # bytes; a picture and its copy are held at once


def read_start(facts: FactList, stream: BinaryIO) -> bytes:
    """Return the file as far as it is read, and note where that is not all."""
    data = stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        facts.problem(f"only the first {MAX_SIZE} bytes were read")
    return data


def map_start(facts: FactList, stream: BinaryIO) -> bytes | mmap.mmap:
    """Return what :func:`read_start` does, without reading more of a file than is looked at."""
    try:
        descriptor, size = stream.fileno(), stream.seek(0, os.SEEK_END)
        if 0 < size <= MAX_SIZE:
            return mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # no file, or none that can be mapped
        pass
    stream.seek(0)
    return read_start(facts, stream)


def read_whole(stream: BinaryIO) -> bytes:
    """Return all of the file; raises :class:`MalformedError` where it is too large."""
    data = stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise MalformedError(f"more than {MAX_SIZE} bytes")
    return data
