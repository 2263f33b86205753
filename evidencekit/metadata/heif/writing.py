"""Encodes a picture file: items, their properties and their data, each in one canonical form."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.heif.items import ALPHA, Property
from evidencekit.metadata.isobmff.boxes import Part, box
from evidencekit.metadata.isobmff.codecs import rebuild_codec
from evidencekit.metadata.isobmff.colours import rebuild_colours
from evidencekit.metadata.malformed import MalformedError

_EXACT = {b"ispe": 12, b"irot": 1, b"imir": 1}
_TURNS = {b"irot": 3, b"imir": 1}  # the bits that count
_FULL, _MAX_BOX = bytes(4), 2**32 - 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One item as it is to be."""

    number: int
    is_primary: bool
    kind: bytes
    is_hidden: bool
    data: bytes
    references: Sequence[tuple[bytes, Sequence[int]]]
    properties: Sequence[Property]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The file, and words for what is in it besides the picture."""

    data: bytes
    words: tuple[str, ...]


def make_file(brands: bytes, items: Sequence[Written], exif: bytes, gone: Gone) -> Made:
    """Encode everything; ``exif`` is a TIFF block that is told of the picture, or empty."""
    table = _Properties(gone)
    associations = b"".join(table.associate(item) for item in items)
    if exif:
        items = [*items, _told(items, exif)]
    head, content = box(b"ftyp", brands), b"".join(item.data for item in items)
    if len(content) > _MAX_BOX:
        raise MalformedError("a picture of more than 4 GB")
    properties = box(b"iprp", table.encode(), _associated(associations, table.count))
    start = len(head) + len(_meta(items, properties, 0)) + 8
    data = head + _meta(items, properties, start) + box(b"mdat", content)
    return Made(data=data, words=table.words)


def _told(items: Sequence[Written], exif: bytes) -> Written:
    primary = next(item.number for item in items if item.is_primary)
    return Written(
        number=len(items) + 1,
        is_primary=False,
        kind=b"Exif",
        is_hidden=True,
        data=bytes(4) + exif,
        references=[(b"cdsc", [primary])],
        properties=(),
    )


def _meta(items: Sequence[Written], properties: bytes, start: int) -> bytes:
    primary = next(item.number for item in items if item.is_primary)
    told = [_information(item) for item in items]
    references = [
        box(kind, struct.pack(f">HH{len(targets)}H", item.number, len(targets), *targets))
        for item in items
        for kind, targets in item.references
    ]
    return box(
        b"meta",
        _FULL,
        box(b"hdlr", bytes(8), b"pict", bytes(12), b"\0"),
        box(b"pitm", _FULL, struct.pack(">H", primary)),
        box(b"iinf", _FULL, struct.pack(">H", len(items)), *told),
        box(b"iref", _FULL, *references) if references else b"",
        properties,
        box(b"iloc", _FULL, b"\x44\0", struct.pack(">H", len(items)), _places(items, start)),
    )


def _information(item: Written) -> bytes:
    version_and_flags = bytes((2, 0, 0, 1 if item.is_hidden else 0))
    return box(b"infe", version_and_flags, struct.pack(">HH", item.number, 0), item.kind, b"\0")


def _places(items: Sequence[Written], start: int) -> bytes:
    rows = []
    for item in items:
        rows.append(struct.pack(">HHHII", item.number, 0, 1, start, len(item.data)))
        start += len(item.data)
    return b"".join(rows)


def _associated(associations: bytes, count: int) -> bytes:
    """§9.3.3.3: indexes of 15 bits, whether they are needed or not."""
    return box(b"ipma", b"\0\0\0\1", struct.pack(">I", count), associations)


class _Properties:
    """Properties, each written once, and which item has which."""

    def __init__(self, gone: Gone) -> None:
        self._gone = gone
        self._known: dict[bytes, int] = {}
        self._words: dict[str, None] = {}
        self.count = 0

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._words)

    def associate(self, item: Written) -> bytes:
        """Return the row of ``ipma`` of an item; empty where it has no properties."""
        numbers = []
        for one in item.properties:
            written = _rebuild(one.part, self._gone)
            if written:
                number = self._known.setdefault(written, len(self._known) + 1)
                numbers.append(number | (0x8000 if one.is_essential else 0))
                self._note(one.part.kind, item)
            elif written is None and one.is_essential:
                raise MalformedError(f"a property {one.part.name} that is not understood")
            elif written is None:
                self._gone.note(f"box {one.part.name}")
        if not numbers:
            return b""
        self.count += 1
        return struct.pack(f">HB{len(numbers)}H", item.number, len(numbers), *numbers)

    def encode(self) -> bytes:
        return box(b"ipco", *self._known)

    def _note(self, kind: bytes, item: Written) -> None:
        if item.is_primary and kind in _TURNS:
            self._words["orientation"] = None


def _rebuild(part: Part, gone: Gone) -> bytes | None:
    """Return a property anew, empty where it is not needed, None where it is not known."""
    if part.kind in _EXACT:
        data = part.data[: _EXACT[part.kind]]
        if len(data) < _EXACT[part.kind]:
            raise MalformedError(f"{part.name} is cut off")
        return box(part.kind, bytes((data[0] & _TURNS.get(part.kind, 0),)) + data[1:])
    if part.kind == b"pixi":
        size = 5 + (part.data[4] if len(part.data) > 4 else 0)  # noqa: PLR2004
        return box(b"pixi", part.data[:size])
    if part.kind == b"colr":
        return rebuild_colours(part, gone) or b""
    if part.kind == b"auxC":
        name = part.data[4:].partition(b"\0")[0]
        return box(b"auxC", _FULL, name, b"\0") if name in ALPHA else None
    return rebuild_codec(part, gone)
