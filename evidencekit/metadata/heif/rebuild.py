"""A HEIC, HEIF or AVIF written anew from what shows the picture, and nothing else.

ISO/IEC 23008-12. Kept: the primary picture, the tiles that it is made of, its transparency, all bit
for bit, and the properties that say how to show them. Everything else goes: Exif, XMP, thumbnails,
depth and gain maps, further pictures, names, whatever no item points to.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.exif.kept import Kept, make_exif, read_kept
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.heif.items import ALPHA, Item, Items, read_items
from evidencekit.metadata.heif.read import exif_block
from evidencekit.metadata.heif.writing import Written, make_file
from evidencekit.metadata.isobmff.boxes import Part
from evidencekit.metadata.isobmff.files import boxes_of, file_type
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_BRANDS = frozenset(
    {
        b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"miaf", b"MiHB", b"MiHA", b"MiHE",
        b"MiPr", b"avif", b"avio", b"MA1A", b"MA1B", b"heif",
    }
)  # fmt: skip
_CODED = frozenset({b"hvc1", b"hev1", b"av01", b"avc1", b"jpeg"})
_DERIVED = frozenset({b"grid", b"iden", b"iovl"})
_TOP = {b"free": "free-space", b"skip": "free-space", b"uuid": "uuid", b"udta": "user-data"}
_MAX_DEPTH = 4


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the picture anew; raises :class:`MalformedError` where that needs a guess."""
    gone = Gone()
    brands, meta = _read(stream, gone)
    items = read_items(meta)
    shown = _shown(items)
    time = _time(stream, items, wish)
    numbers = {old: new for new, old in enumerate(shown, start=1)}
    written = [_written(stream, items, items.items[old], numbers) for old in shown]
    is_written_by_us = bool(time.taken) and _is_minimal(stream, items, time)
    for item in items.items.values():
        if item.number not in numbers and not (item.kind == b"Exif" and is_written_by_us):
            gone.note(_word(items, item))
    gone.when(any(items.items[old].name for old in shown), "text")
    result = make_file(brands, written, make_exif(time), gone)
    out.write(result.data)
    if not gone.words and stream.seek(0, SEEK_END) != len(result.data):
        gone.note("fill-bytes")
    return Rebuilt(
        removed=gone.words,
        kept=(*result.words, *time.words),
        kept_values=time.values,
        content_sha256=_digest(written),
    )


def _read(stream: BinaryIO, gone: Gone) -> tuple[bytes, Part]:
    boxes = boxes_of(stream, gone, needed={b"meta"})
    kinds = [one.kind for one in boxes]
    if kinds[:1] != [b"ftyp"] or kinds.count(b"meta") != 1 or b"moov" in kinds:
        raise MalformedError("not exactly one picture file, or a moving one")
    for one in boxes:
        if one.kind not in {b"ftyp", b"meta", b"mdat"}:
            gone.note(_TOP.get(one.kind, f"box {one.name}"))
    meta = next(one for one in boxes if one.kind == b"meta")
    return _type(boxes[0].read(stream), gone), Part(
        kind=b"meta", data=meta.read(stream), offset=meta.start
    )


def _type(data: bytes, gone: Gone) -> bytes:
    major, rest = file_type(data, _BRANDS, gone)
    if major not in _BRANDS:
        raise MalformedError("a picture file of a brand that is not understood")
    return major + rest


def _shown(items: Items) -> list[int]:
    """Return the primary picture, what it is made of, and the transparency of either."""
    if items.primary is None:
        raise MalformedError("a picture file without a picture")
    found: dict[int, None] = {}
    _collect(items, items.primary, found, 0)
    for number in list(found):
        for other in items.referring(b"auxl", number):
            if _is_alpha(items, other):
                _collect(items, other, found, 0)
    return [number for number in items.items if number in found]


def _collect(items: Items, number: int, found: dict[int, None], depth: int) -> None:
    item = items.items.get(number)
    if item is None or depth > _MAX_DEPTH:
        raise MalformedError("a picture made of what there is not")
    if item.is_protected or item.kind not in _CODED | _DERIVED:
        kind = item.kind.decode("latin-1")
        raise MalformedError(f"a picture that is protected, or coded as {kind}")
    found[number] = None
    for part in items.referred(b"dimg", number):
        if part not in found:
            _collect(items, part, found, depth + 1)


def _is_alpha(items: Items, number: int) -> bool:
    names = (
        one.part.data[4:].partition(b"\0")[0]
        for one in items.properties.get(number, ())
        if one.part.kind == b"auxC"
    )
    return any(name in ALPHA for name in names)


def _written(stream: BinaryIO, items: Items, item: Item, numbers: dict[int, int]) -> Written:
    references = [
        (kind, [numbers[target] for target in targets])
        for kind, source, targets in items.references
        if source == item.number
        and kind in {b"dimg", b"auxl", b"prem"}
        and all(target in numbers for target in targets)
    ]
    return Written(
        number=numbers[item.number],
        is_primary=item.number == items.primary,
        kind=item.kind,
        is_hidden=item.is_hidden,
        data=items.read(stream, item.number),
        references=references,
        properties=items.properties.get(item.number, ()),
    )


def _time(stream: BinaryIO, items: Items, wish: Wish) -> Kept:
    """Return when it was taken, if that is to stay; which side is up is a property here."""
    found = Kept()
    for item in items.items.values():
        if item.kind == b"Exif" and not found.taken:
            found = read_kept(exif_block(items.read(stream, item.number)), wish)
    return replace(found, orientation=Kept().orientation)


def _is_minimal(stream: BinaryIO, items: Items, time: Kept) -> bool:
    blocks = [
        exif_block(items.read(stream, item.number))
        for item in items.items.values()
        if item.kind == b"Exif"
    ]
    return blocks == [make_exif(time)]


def _word(items: Items, item: Item) -> str:
    if item.kind == b"Exif":
        return "exif"
    if item.kind == b"mime":
        return "xmp" if item.content_type == "application/rdf+xml" else "metadata"
    if any(items.referred(b"thmb", item.number)):
        return "thumbnail"
    if any(items.referred(b"auxl", item.number)):
        return "auxiliary-pictures"
    return "more-pictures" if item.kind in _CODED | _DERIVED else "metadata"


def _digest(written: Sequence[Written]) -> str:
    digest = hashlib.sha256()
    for one in written:
        digest.update(one.kind + len(one.data).to_bytes(8, "big") + one.data)
    return digest.hexdigest()
