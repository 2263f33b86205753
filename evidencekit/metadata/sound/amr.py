"""AMR: frames of speech, as telephones record it (RFC 4867 §5). It has no place for metadata."""

import hashlib
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.whole import read_start, read_whole

_SIZES = {  # bytes of a frame by its type, with its head
    b"#!AMR\n": (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1),
    b"#!AMR-WB\n": (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1),
}


def read(facts: FactList, stream: BinaryIO) -> None:
    """Say how many frames there are, and what follows them."""
    data = read_start(facts, stream)
    start, end, frames = _walk(data)
    facts.structure("Frames", f"{frames} ×", source=f"at {start}")
    if end < len(data):
        facts.structure("BytesAfterEnd", f"{len(data) - end} bytes", source=f"at {end}")


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the frames; raises :class:`MalformedError` where there are none."""
    del wish  # there is no place for a time, and there are no remarks
    data, gone = read_whole(stream), Gone()
    start, end, frames = _walk(data)
    if not frames:
        raise MalformedError("no frames of AMR")
    gone.when(end < stream.seek(0, SEEK_END), "bytes-after-end")
    out.write(data[:end])
    return Rebuilt(
        removed=gone.words, kept=(), content_sha256=hashlib.sha256(data[start:end]).hexdigest()
    )


def _walk(data: bytes) -> tuple[int, int, int]:
    """Return where frames begin and end, and how many there are; padding bits must be zero."""
    magic = next((one for one in _SIZES if data.startswith(one)), b"")
    sizes = _SIZES.get(magic, (0,) * 16)
    position, count = len(magic), 0
    while position < len(data) and not data[position] & 0x83:
        size = sizes[data[position] >> 3]
        if not size or position + size > len(data):
            break
        position, count = position + size, count + 1
    return len(magic), position, count
