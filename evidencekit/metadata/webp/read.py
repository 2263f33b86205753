"""Facts in a WebP: its chunks, and the blocks of Exif and XMP in them."""

import io
from typing import BinaryIO

from evidencekit.metadata.exif.read import add_exif
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.webp.chunks import Chunk, walk
from evidencekit.metadata.whole import read_start
from evidencekit.metadata.xmp import add_xmp

_HEAD = 12
_FRAME_HEAD = 16


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the chunks say; a walk that breaks off leaves what was found before."""
    data = read_start(facts, stream)
    end = min(8 + int.from_bytes(data[4:8], "little"), len(data))
    counts: dict[str, tuple[int, int, int]] = {}
    try:
        for chunk in walk(data[:end], _HEAD):
            first, number, size = counts.get(chunk.name, (chunk.offset, 0, 0))
            counts[chunk.name] = (first, number + 1, size + len(chunk.data))
            _add_chunk(facts, chunk)
    except MalformedError as exc:
        facts.problem(f"WebP: {exc}")
    for name, (first, number, size) in counts.items():
        facts.structure(name, f"{number} × {size} bytes", source=f"{name} at {first}")
    if end < len(data):
        facts.structure("BytesAfterEnd", f"{len(data) - end} bytes", source=f"at {end}")


def _add_chunk(facts: FactList, chunk: Chunk) -> None:
    source = f"{chunk.name} at {chunk.offset}"
    if chunk.kind == b"EXIF":
        add_exif(facts, io.BytesIO(chunk.data.removeprefix(b"Exif\0\0")), source=source)
    elif chunk.kind.startswith(b"XMP"):  # some programs end the name with a zero
        add_xmp(facts, chunk.data, source=source)
    elif chunk.kind == b"ANMF":
        for inner in walk(chunk.data, _FRAME_HEAD):
            if inner.kind not in {b"VP8 ", b"VP8L", b"ALPH"}:
                said = f"{len(inner.data)} bytes"
                facts.structure(f"ANMF {inner.name}", said, source=source)
