"""Facts in a WebP: its chunks, and the blocks of Exif and XMP in them."""

import io
from typing import BinaryIO

from evidencekit.metadata.exif.read import add_exif
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.whole import read_start
from evidencekit.metadata.xmp import add_xmp

_CHUNK_HEAD = 8


def read(facts: FactList, stream: BinaryIO) -> None:
    """WebP container specification §2.3: chunks of four letters, a length, padded to even."""
    data, position = read_start(facts, stream), 12
    while len(head := data[position : position + 8]) == _CHUNK_HEAD:
        size = int.from_bytes(head[4:], "little")
        name, source = head[:4].decode("ascii", "replace"), f"{head[:4]!r} at {position}"
        body = data[position + 8 : position + 8 + size]
        facts.structure(name, f"{size} bytes", source=source)
        if name == "EXIF":
            add_exif(facts, io.BytesIO(body.removeprefix(b"Exif\0\0")), source=source)
        elif name == "XMP ":
            add_xmp(facts, body, source=source)
        position += 8 + size + size % 2
    if position < len(data):
        facts.problem("WebP: ends inside a chunk")
