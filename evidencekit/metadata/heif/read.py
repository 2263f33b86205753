"""Facts in HEIC, HEIF and AVIF: blocks of Exif and XMP, thumbnails, pictures that nobody sees."""

import io
from collections import Counter
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.exif.read import add_exif
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.heif.items import Item, Items, read_items
from evidencekit.metadata.isobmff.boxes import Box, Part, walk
from evidencekit.metadata.isobmff.read import read as read_movie
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.xmp import add_xmp

C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # C2PA specification 2.1 §A.5.1
_XMP_TYPE = "application/rdf+xml"


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what items say; a walk that breaks off leaves what was found before."""
    size, end = stream.seek(0, SEEK_END), 0
    has_movie = False
    try:
        for one in walk(stream, size):
            end, has_movie = one.end, has_movie or one.kind == b"moov"
            said = f"{one.end - one.start} bytes"
            facts.structure(one.name, said, source=f"{one.name} at {one.start}")
            _add_box(facts, stream, one)
    except MalformedError as exc:
        facts.problem(f"HEIF: {exc}")
        if end:
            facts.structure("BytesAfterEnd", f"{size - end} bytes", source=f"at {end}")
    if has_movie:
        read_movie(facts, stream)


def exif_block(data: bytes) -> bytes:
    """Return the TIFF block of an ``Exif`` item (ISO/IEC 23008-12 §A.2.1)."""
    return data[4 + int.from_bytes(data[:4], "big") :]


def _add_box(facts: FactList, stream: BinaryIO, one: Box) -> None:
    if one.kind == b"meta":
        meta = Part(kind=one.kind, data=one.read(stream), offset=one.start)
        items = read_items(meta)
        for item in items.items.values():
            _add_item(facts, stream, items, item)
        _count(facts, items)
    elif one.user_type == C2PA_UUID:
        said = f"{one.end - one.body} bytes"
        facts.structure("C2PA", said, source=f"uuid at {one.start}")


def _add_item(facts: FactList, stream: BinaryIO, items: Items, item: Item) -> None:
    source = f"item {item.number}"
    if item.name.strip():
        facts.add("HEIF", "ItemName", item.name, raw=item.name, source=source)
    try:
        if item.kind == b"Exif":
            block = exif_block(items.read(stream, item.number))
            add_exif(facts, io.BytesIO(block), source=source)
        elif item.kind == b"mime" and item.content_type == _XMP_TYPE:
            add_xmp(facts, items.read(stream, item.number), source=source)
    except MalformedError as exc:
        facts.problem(f"{source}: {exc}")
    _add_descriptions(facts, items, item)


def _add_descriptions(facts: FactList, items: Items, item: Item) -> None:
    """ISO/IEC 23008-12 §6.5.20: language, name, description and tags, for people."""
    for one in items.properties.get(item.number, ()):
        if one.part.kind == b"udes":
            for text in map(decode_text, one.part.data[4:].split(b"\0")):
                if text:
                    source = f"item {item.number}"
                    facts.add("HEIF", "Description", text, raw=text, source=source)


def _count(facts: FactList, items: Items) -> None:
    kinds = Counter(
        f"items {item.kind.decode('latin-1')} {item.content_type}".strip()
        for item in items.items.values()
    )
    for kind, number in kinds.items():
        facts.structure(kind, f"{number} ×", source="iinf")
    for reference, name in ((b"thmb", "Thumbnail"), (b"auxl", "AuxiliaryPicture")):
        there = sum(1 for one, _, _ in items.references if one == reference)
        if there:
            facts.structure(name, f"{there} ×", source="iref")
