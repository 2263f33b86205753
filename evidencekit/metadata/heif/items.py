"""Items of a picture file: what there is, where it lies, and how one belongs to another.

ISO/IEC 14496-12 §8.11.3 (iloc), §8.11.6 (iinf), §8.11.12 (iref), ISO/IEC 23008-12 §9.3 (iprp).
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.isobmff.boxes import Part, split
from evidencekit.metadata.isobmff.movie import by_kind, children
from evidencekit.metadata.malformed import MalformedError

MAX_ITEMS = 20_000
MAX_ITEM = 192 * 2**20  # bytes of one that is read
ALPHA = frozenset({b"urn:mpeg:hevc:2015:auxid:1", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"})
"""What an auxiliary picture is called that says how transparent another is."""
_IN_FILE, _IN_META = 0, 1  # construction methods


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One picture, part of one, or something that is told of one."""

    number: int
    kind: bytes
    """``hvc1``, ``av01``, ``grid``, ``Exif``, ``mime`` …"""
    name: str
    content_type: str
    """Of a ``mime`` item."""
    is_hidden: bool
    is_protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """Something that holds for an item, and whether a reader must understand it."""

    part: Part
    is_essential: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    method: int
    extents: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """All items of a file."""

    primary: int | None
    items: Mapping[int, Item]
    references: Sequence[tuple[bytes, int, Sequence[int]]]
    """Kind, from which item, to which ones, in order."""
    properties: Mapping[int, Sequence[Property]]
    inside: bytes = b""
    places: Mapping[int, _Place] = field(default_factory=dict)

    def read(self, stream: BinaryIO, number: int) -> bytes:
        """Return the data of an item; raises :class:`MalformedError` where they are elsewhere."""
        place = self.places.get(number)
        if place is None:
            return b""
        size = stream.seek(0, SEEK_END) if place.method == _IN_FILE else len(self.inside)
        pieces, total = [], 0
        for offset, length in place.extents:
            total += length
            if offset + length > size or total > MAX_ITEM:
                raise MalformedError("an item that is not in the file, or too large")
            if place.method == _IN_META:
                pieces.append(self.inside[offset : offset + length])
            else:
                stream.seek(offset)
                pieces.append(stream.read(length))
        return b"".join(pieces)

    def referred(self, kind: bytes, number: int) -> Iterator[int]:
        """Yield the items to which ``number`` refers by references of a kind."""
        for one, source, targets in self.references:
            if one == kind and source == number:
                yield from targets

    def referring(self, kind: bytes, number: int) -> Iterator[int]:
        """Yield the items that refer to ``number``."""
        for one, source, targets in self.references:
            if one == kind and number in targets:
                yield source


def read_items(meta: Part) -> Items:
    """Read ``meta`` of a file; raises :class:`MalformedError` where its tables are broken."""
    parts = by_kind(split(meta.data[4:], meta.offset + 12))
    if b"iinf" not in parts or b"iloc" not in parts:
        raise MalformedError("a picture file without items")
    try:
        return Items(
            primary=_primary(parts.get(b"pitm")),
            items=dict(_items(parts[b"iinf"])),
            references=list(_references(parts.get(b"iref"))),
            properties=_properties(parts.get(b"iprp")),
            inside=parts[b"idat"].data if b"idat" in parts else b"",
            places=dict(_places(parts[b"iloc"])),
        )
    except struct.error as exc:
        raise MalformedError("a table of items that is cut off") from exc


class _Cursor:
    """Reads numbers of varying width one after the other."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data, self._position = data, position

    def take(self, width: int) -> int:
        piece = self._data[self._position : self._position + width]
        if len(piece) < width:
            raise MalformedError("a table of items that is cut off")
        self._position += width
        return int.from_bytes(piece, "big")

    @property
    def is_at_end(self) -> bool:
        return self._position >= len(self._data)


def _primary(pitm: Part | None) -> int | None:
    if pitm is None:
        return None
    return _Cursor(pitm.data, 4).take(2 if pitm.data[:1] == b"\0" else 4)


def _items(iinf: Part) -> Iterator[tuple[int, Item]]:
    start = 6 if iinf.data[:1] == b"\0" else 8
    for number, part in enumerate(split(iinf.data[start:], iinf.offset + 8 + start)):
        if number >= MAX_ITEMS:
            raise MalformedError(f"more than {MAX_ITEMS} items")
        if part.kind == b"infe":
            item = _item(part.data)
            yield item.number, item


def _item(data: bytes) -> Item:
    version, flags = data[:1], data[3:4]
    if version not in {b"\2", b"\3"}:
        raise MalformedError("an item of a version that is not understood")
    cursor = _Cursor(data, 4)
    width = 2 if version == b"\2" else 4
    number, protection = cursor.take(width), cursor.take(2)
    rest = data[6 + width :]
    name, _, more = rest[4:].partition(b"\0")
    content_type = more.partition(b"\0")[0] if rest[:4] == b"mime" else b""
    return Item(
        number=number,
        kind=rest[:4],
        name=name.decode("utf-8", "replace"),
        content_type=content_type.decode("latin-1"),
        is_hidden=bool(flags and flags[0] & 1),
        is_protected=protection != 0,
    )


def _places(iloc: Part) -> Iterator[tuple[int, _Place]]:
    version = iloc.data[0] if iloc.data else 9
    if version > 2:  # noqa: PLR2004
        raise MalformedError("iloc of a version that is not understood")
    cursor = _Cursor(iloc.data, 4)
    sizes, bases = cursor.take(1), cursor.take(1)
    wide = 4 if version == 2 else 2  # noqa: PLR2004
    for _number in range(_few(cursor.take(wide))):
        number = cursor.take(wide)
        method = cursor.take(2) & 15 if version else _IN_FILE
        if method not in {_IN_FILE, _IN_META} or cursor.take(2):
            raise MalformedError("an item whose data are in another item, or in another file")
        base, extents = cursor.take(bases >> 4), []
        for _extent in range(_few(cursor.take(2))):
            if version:
                cursor.take(bases & 15)
            offset = base + cursor.take(sizes >> 4)
            extents.append((offset, cursor.take(sizes & 15)))
        yield number, _Place(method=method, extents=extents)


def _references(iref: Part | None) -> Iterator[tuple[bytes, int, Sequence[int]]]:
    if iref is None:
        return
    width = 2 if iref.data[:1] == b"\0" else 4
    for part in split(iref.data[4:], iref.offset + 12):
        cursor = _Cursor(part.data, 0)
        source = cursor.take(width)
        yield part.kind, source, [cursor.take(width) for _ in range(_few(cursor.take(2)))]


def _properties(iprp: Part | None) -> Mapping[int, Sequence[Property]]:
    if iprp is None:
        return {}
    inner = children(iprp)
    if b"ipco" not in inner or b"ipma" not in inner:
        raise MalformedError("properties that belong to nothing")
    ipco, found = inner[b"ipco"], {}
    known = list(split(ipco.data, ipco.offset + 8))
    for part in split(iprp.data, iprp.offset + 8):
        if part.kind == b"ipma":
            found.update(_associations(part, known))
    return found


def _associations(ipma: Part, known: Sequence[Part]) -> dict[int, Sequence[Property]]:
    cursor = _Cursor(ipma.data, 4)
    wide, is_long = (2 if ipma.data[:1] == b"\0" else 4), bool(ipma.data[3] & 1)
    found: dict[int, Sequence[Property]] = {}
    for _item in range(_few(cursor.take(4))):
        number, held = cursor.take(wide), []
        for _property in range(cursor.take(1)):
            value = cursor.take(2 if is_long else 1)
            index, is_essential = (
                (value & 0x7FFF, bool(value >> 15)) if is_long else (value & 0x7F, bool(value >> 7))
            )
            if index > len(known):
                raise MalformedError("a property that there is not")
            if index:
                held.append(Property(part=known[index - 1], is_essential=is_essential))
        found[number] = held
    return found


def _few(count: int) -> int:
    if count > MAX_ITEMS:
        raise MalformedError(f"more than {MAX_ITEMS} entries in a table")
    return count
