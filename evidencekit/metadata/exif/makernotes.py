"""What makers write into MakerNote that names a device or a person, besides what exifread reads.

Each maker has a directory of its own behind a header of its own. The layouts are not published;
what stands here for Canon, Fujifilm, Olympus, Panasonic, Pentax and Reconyx gave the same values as
ExifTool 12.57 on public samples, the others were tried on notes made for the tests alone. Only
fields that name something are read; nothing of it is ever written.

Software that writes a picture anew moves the note, and its offsets then lead elsewhere. Nothing is
guessed: where one leads out of the note or into its directory, none of its values is read, unless
the note itself says where it was written (Canon).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evidencekit.metadata.exif.tiff import ASCII, LONG, UNDEFINED, Entry, TiffBlock, tiff_block
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.texts import decode_text

_MAKE, _EXIF_IFD, _MAKER_NOTE = 0x010F, 0x8769, 0x927C
_MAX_NOTE = 2**20
_MAX_VALUE = 512
_LITTLE, _BIG = "<", ">"
_AS_DIGITS = "digits of "
_ORDERS = {b"II": _LITTLE, b"MM": _BIG}
_OTHER = {_LITTLE: _BIG, _BIG: _LITTLE}
_LENS = 5  # bytes of the number of a lens, at the start of what Canon says of it
_INLINE = 4  # bytes of a value that stands in the field itself
_CANON_MAKE = "CANON"
_SWAPPED = 256  # fields; a smaller number read the wrong way round is at least so large


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How one maker's note begins, and which of its fields name something."""

    header: bytes
    """The note begins so; empty for a maker that is told by the name in IFD 0."""
    start: int
    """Where the directory stands, from the start of the note."""
    is_own: bool
    """Whether offsets count from the start of the note, else from that of the whole block."""
    tags: Mapping[int, str]
    order: str = ""
    """Of its numbers, where that is not the block's."""
    make: str = ""
    """With which the name of the maker begins, in capitals, where there is no header."""
    inner: Mapping[int, Mapping[int, str]] | None = None
    """Fields of directories that a field points to."""
    block_at: int = 0
    """Where in the note a TIFF block of its own begins, from which offsets count; 0 for none."""


_OLYMPUS = {
    0x2010: {0x0101: "SerialNumber", 0x0102: "InternalSerialNumber", 0x0202: "LensSerialNumber",
             0x0203: "LensModel"},
}  # fmt: skip
_OLYMPUS_OLD = {0x0404: "SerialNumber"}
_PANASONIC = {
    0x0025: "InternalSerialNumber", 0x0051: "LensModel", 0x0052: "LensSerialNumber",
    0x0054: "AccessorySerialNumber", 0x0065: "Title", 0x0066: "BabyName", 0x0067: "Location",
    0x0069: "Country", 0x006B: "State", 0x006D: "City", 0x006F: "Landmark",
}  # fmt: skip
_CANON = {
    0x0006: "ImageType", 0x0009: "OwnerName", 0x000C: "SerialNumber", 0x0028: "ImageUniqueID",
    0x0095: "LensModel", 0x0096: "InternalSerialNumber", 0x4019: "LensSerialNumber",
}  # fmt: skip
_APPLE = {
    0x000B: "BurstUUID", 0x0011: "ContentIdentifier", 0x0015: "ImageUniqueID",
    0x0020: "ImageCaptureRequestID", 0x002B: "PhotoIdentifier",
}  # fmt: skip
_PENTAX = {0x0229: "SerialNumber", 0x0215: "CameraInfo"}
_SAMSUNG = {0xA001: "FirmwareName", 0xA002: "SerialNumber"}
_NIKON = {0x001D: "SerialNumber"}
_SIGMA = {0x0002: "SerialNumber"}
_MOTOROLA = {0x5501: "SerialNumber"}
_RICOH = {0x0005: f"{_AS_DIGITS}InternalSerialNumber"}
_LAYOUTS = (
    _Layout(header=b"Nikon\0\x02", start=18, is_own=True, tags=_NIKON, block_at=10),
    _Layout(header=b"SIGMA\0\0\0", start=10, is_own=False, tags=_SIGMA),
    _Layout(header=b"FOVEON\0\0", start=10, is_own=False, tags=_SIGMA),
    _Layout(header=b"MOT\0", start=8, is_own=True, tags=_MOTOROLA),
    _Layout(header=b"Ricoh\0\0\0", start=8, is_own=False, tags=_RICOH),
    _Layout(header=b"OLYMPUS\0II", start=12, is_own=True, tags={}, inner=_OLYMPUS, order=_LITTLE),
    _Layout(header=b"OLYMPUS\0MM", start=12, is_own=True, tags={}, inner=_OLYMPUS, order=_BIG),
    _Layout(header=b"OM SYSTEM\0", start=16, is_own=True, tags={}, inner=_OLYMPUS, order=_LITTLE),
    _Layout(header=b"OLYMP\0", start=8, is_own=False, tags=_OLYMPUS_OLD, inner=_OLYMPUS),
    _Layout(header=b"Panasonic\0", start=12, is_own=False, tags=_PANASONIC),
    _Layout(header=b"LEICA\0\0\0", start=8, is_own=False, tags=_PANASONIC),
    _Layout(header=b"Apple iOS\0", start=14, is_own=True, tags=_APPLE, order=_BIG),
    _Layout(
        header=b"FUJIFILM",
        start=12,
        is_own=True,
        tags={0x10: "InternalSerialNumber"},
        order=_LITTLE,
    ),
    _Layout(header=b"PENTAX \0II", start=10, is_own=True, tags=_PENTAX, order=_LITTLE),
    _Layout(header=b"PENTAX \0MM", start=10, is_own=True, tags=_PENTAX, order=_BIG),
    _Layout(header=b"AOC\0II", start=6, is_own=False, tags=_PENTAX, order=_LITTLE),
    _Layout(header=b"AOC\0", start=6, is_own=False, tags=_PENTAX, order=_BIG),
    _Layout(header=b"", start=0, is_own=False, tags=_CANON, make=_CANON_MAKE),
    _Layout(header=b"", start=0, is_own=True, tags=_SAMSUNG, make="SAMSUNG"),
)
_FOOTER = 8  # bytes
_RECONYX = b"\x01\xf1"
_RECONYX_SERIAL = slice(42, 72)  # UTF-16LE
_PENTAX_SERIAL = 4  # place of the number in CameraInfo


def add_maker_note(facts: FactList, exif: bytes, *, source: str) -> None:
    """Add what the MakerNote of a TIFF block says, as far as it goes."""
    block = tiff_block(exif)
    if block is None:
        return
    try:
        for tag, text in _named(block):
            if text and text.isprintable():
                facts.add("MakerNote", tag, text, raw=text, source=f"{source}, MakerNote")
    except MalformedError as exc:
        facts.problem(f"{source}: MakerNote: {exc}")


def add_canon_note(facts: FactList, note: bytes, *, source: str) -> None:
    """Add what the note of Canon says where it is a TIFF block by itself, as in CR3."""
    block = tiff_block(note)
    if block is None:
        return
    try:
        for tag, text in _texts(block, block.entries(block.first()), _CANON):
            if text and text.isprintable():
                facts.add("MakerNote", tag, text, raw=text, source=f"{source}, MakerNote")
    except MalformedError as exc:
        facts.problem(f"{source}: MakerNote: {exc}")


def _named(block: TiffBlock) -> Iterator[tuple[str, str]]:
    first = block.entries(block.first())
    if _EXIF_IFD not in first:
        return
    note = block.entries(block.pointed(first[_EXIF_IFD])).get(_MAKER_NOTE)
    if note is None:
        return
    data = block.value(note, limit=_MAX_NOTE)
    make = block.value(first[_MAKE], limit=64).upper() if _MAKE in first else b""
    if data.startswith(_RECONYX):
        yield "SerialNumber", _plain(data[_RECONYX_SERIAL].decode("utf-16-le", "replace"))
    layout = next((one for one in _LAYOUTS if _fits(one, data, make)), None)
    if layout is not None:
        yield from _fields(block, note, layout)


def _fits(layout: _Layout, data: bytes, make: bytes) -> bool:
    if layout.header:
        return data.startswith(layout.header)
    return make.startswith(layout.make.encode())


def _fields(block: TiffBlock, note: Entry, layout: _Layout) -> Iterator[tuple[str, str]]:
    base = note.at + layout.block_at if layout.is_own else 0
    start = note.at + layout.start
    order = _ORDERS.get(block.data[base : base + 2], "") if layout.block_at else layout.order
    order = order or _order(block, start)
    if layout.make == _CANON_MAKE:
        base = _canon_base(block, note, order)
    inside = TiffBlock(block.data, order, base)
    found = inside.entries(start)
    _require_values_inside(found.values(), note, start)
    yield from _texts(inside, found, layout.tags)
    for pointer, tags in (layout.inner or {}).items():
        if pointer in found:
            entry = found[pointer]
            at = entry.at if entry.kind == UNDEFINED else inside.pointed(entry)
            inner = inside.entries(at)
            _require_values_inside(inner.values(), note, at)
            yield from _texts(inside, inner, tags)


def _canon_base(block: TiffBlock, note: Entry, order: str) -> int:
    """Return by how much the note was moved since it was written; 0 where it does not say.

    Newer ones end with the first eight bytes of a TIFF block, whose number is where they stood.
    """
    footer = block.data[note.at + note.size - _FOOTER : note.at + note.size]
    written = tiff_block(footer)
    if written is None or written.order != order:
        return 0
    return note.at - written.first()


def _require_values_inside(entries: Iterable[Entry], note: Entry, start: int) -> None:
    listed = list(entries)
    values_from = start + 2 + 12 * len(listed)
    for one in listed:
        if one.size > _INLINE and not values_from <= one.at <= note.at + note.size - one.size:
            raise MalformedError("its values are not where it says; it was moved")


def _order(block: TiffBlock, start: int) -> str:
    """Software that writes a picture anew turns the block around, but not the note in it."""
    return block.order if block.number("H", start) < _SWAPPED else _OTHER[block.order]


def _texts(
    block: TiffBlock, found: Mapping[int, Entry], tags: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    for tag, name in tags.items():
        if tag in found:
            yield from _text(block, found[tag], name)


def _text(block: TiffBlock, entry: Entry, name: str) -> Iterator[tuple[str, str]]:
    data = block.value(entry, limit=_MAX_VALUE)
    if name == "CameraInfo":
        at = entry.at + 4 * _PENTAX_SERIAL
        if entry.kind == LONG and entry.count > _PENTAX_SERIAL:
            yield "InternalSerialNumber", str(block.number("I", at))
    elif entry.kind == LONG:
        yield name, str(block.number("I", entry.at))
    elif name == "LensSerialNumber" and entry.kind == UNDEFINED:
        yield name, data[:_LENS].hex()
    elif name.startswith(_AS_DIGITS) or (name == "ImageUniqueID" and entry.kind != ASCII):
        yield name.removeprefix(_AS_DIGITS), data.hex()
    else:
        yield name, _plain(decode_text(data.lstrip(b"\0").partition(b"\0")[0]))


def _plain(text: str) -> str:
    return text.partition("\0")[0].strip()
