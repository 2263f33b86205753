"""The chunks of an AVI, also of one in several RIFF parts (AVI 1.0; OpenDML AVI 1.02)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.sound.riff import Chunk, walk

MAX_CHUNKS = 5_000_000
MAX_HEAD = 2**20
"""Bytes of one chunk of the heads."""
_PARTS = frozenset({b"AVI ", b"AVIX"})
_WORDS = {b"JUNK": "free-space", b"INFO": "tags", b"IDIT": "time", b"odml": "player-hints",
          b"ncdt": "tags", b"exif": "exif", b"Exif": "exif", b"_PMX": "xmp"}  # fmt: skip


@dataclass(slots=True)
class Parts:
    """Where the parts of a file stand."""

    heads: list[Chunk] = field(default_factory=list)
    """``LIST hdrl``, its type left out."""
    data: list[Chunk] = field(default_factory=list)
    """``LIST movi``, in order."""
    index: Chunk | None = None
    """``idx1``."""


def parts_of(stream: BinaryIO, gone: Gone) -> Parts:
    """Return the parts of all RIFF files in one; raises :class:`MalformedError` for none."""
    size, position, found = stream.seek(0, SEEK_END), 0, Parts()
    while position + 12 <= size:
        stream.seek(position)
        head = stream.read(12)
        if (
            head[:4] != b"RIFF"
            or head[8:] not in _PARTS
            or (position == 0) != (head[8:] == b"AVI ")
        ):
            break
        end = min(position + 8 + int.from_bytes(head[4:8], "little"), size)
        for chunk in walk(stream, position + 12, end, sizes={}):
            _sort(stream, chunk, found, gone)
        position = end + end % 2
    if not found.heads or not found.data:
        raise MalformedError("no AVI, or one without heads or data")
    gone.when(position < size, "bytes-after-end")
    gone.when(len(found.heads) > 1, "unknown")
    return found


def _sort(stream: BinaryIO, chunk: Chunk, found: Parts, gone: Gone) -> None:
    kind, inner = chunk.kind, chunk
    if chunk.kind == b"LIST" and chunk.size >= 4:  # noqa: PLR2004
        stream.seek(chunk.body)
        kind = stream.read(4)
        inner = Chunk(kind=kind, start=chunk.start, body=chunk.body + 4, size=chunk.size - 4)
    match kind:
        case b"hdrl":
            found.heads.append(inner)
        case b"movi":
            found.data.append(inner)
        case b"idx1":
            found.index = found.index or inner
        case _:
            word = _WORDS.get(kind)
            gone.note(f"chunk {kind.decode('latin-1')}" if word is None else word)


def samples(stream: BinaryIO, parts: Parts, gone: Gone) -> Iterator[Chunk]:
    """Yield the chunks of the streams in order; groups are opened, indexes and filling passed."""
    number = 0
    for part in parts.data:
        for chunk in _flat(stream, part.body, part.body + part.size):
            number += 1
            if number > MAX_CHUNKS:
                raise MalformedError(f"more than {MAX_CHUNKS} chunks")
            if chunk.kind[:2] == b"ix" or chunk.kind == b"JUNK":
                gone.when(chunk.kind == b"JUNK", "free-space")
                continue
            yield chunk


def _flat(stream: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    for chunk in walk(stream, start, end, sizes={}):
        if chunk.kind == b"LIST":
            yield from walk(stream, chunk.body + 4, chunk.body + chunk.size, sizes={})
        else:
            yield chunk


def read_chunk(stream: BinaryIO, chunk: Chunk, most: int) -> bytes:
    """Return what a chunk holds; raises :class:`MalformedError` for one that is too long."""
    if chunk.size > most:
        raise MalformedError(f"a chunk of more than {most} bytes")
    stream.seek(chunk.body)
    return stream.read(chunk.size)


def encode(kind: bytes, *contents: bytes) -> bytes:
    """Encode a chunk."""
    data = b"".join(contents)
    return kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)
