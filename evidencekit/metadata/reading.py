"""Reads the facts of one file; runs in the sandbox, by the name ``metadata.read``."""

import io
from typing import BinaryIO

from evidencekit.metadata.exif import VERSION, add_exif
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.read_jpeg import add_jpeg
from evidencekit.metadata.read_png import add_png
from evidencekit.metadata.xmp import add_xmp
from evidencekit.model.json import Json, JsonObject

MAX_READ = 192 * 2**20  # bytes of a picture held in memory; the worker has 512 MiB
_CHUNK_HEAD = 8
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
_BY_EXIFREAD = frozenset({"image/tiff", "image/heic", "image/heif", "image/avif", "image/jxl"})


def read(stream: BinaryIO, argument: Json) -> JsonObject:
    """Return facts, problems and reader version; ``argument`` is the media type."""
    facts = FactList()
    if argument in _BY_EXIFREAD:
        add_exif(facts, stream, source="file")
    elif argument in _PICTURES:
        data = stream.read(MAX_READ + 1)
        if len(data) > MAX_READ:
            facts.problem(f"only the first {MAX_READ} bytes were read")
        _add_picture(facts, data, str(argument))
    else:
        facts.problem(f"no reader for {argument} in this release")
    return {**facts.to_json(), "exifread": VERSION}


def _add_picture(facts: FactList, data: bytes, media_type: str) -> None:
    match media_type:
        case "image/jpeg":
            add_jpeg(facts, data)
        case "image/png":
            add_png(facts, data)
        case _:
            _add_webp(facts, data)


def _add_webp(facts: FactList, data: bytes) -> None:
    """WebP container specification §2.3: chunks of four letters, a length, padded to even."""
    position = 12
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
