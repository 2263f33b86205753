"""Writes directories and what they point to, always in the same places (TIFF 6.0 §2)."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SHORT, LONG, RATIONAL, UNDEFINED = 3, 4, 5, 7
_INLINE = 4
MOST = 2**32 - 2**20  # bytes: places are numbers of 32 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One page."""

    numbers: Mapping[int, Sequence[int]]
    pieces: Sequence[bytes]
    """Strips or tiles."""
    places: int
    """The field that says where these lie."""
    sizes: int
    others: Mapping[int, tuple[int, bytes]] = field(default_factory=dict)
    """Further fields: their type and value."""


def encode(pages: Sequence[Written], order: str) -> bytes:
    """Return a file; what is coded stays in ``order``, ``<`` or ``>``, so numbers do too."""
    out = bytearray(b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    link = 4
    for page in pages:
        places = []
        for piece in page.pieces:
            places.append(len(out))
            out += piece + bytes(len(piece) % 2)
        lists = {page.places: places, page.sizes: [len(one) for one in page.pieces]}
        fields = {tag: _whole(values, order) for tag, values in page.numbers.items()}
        fields |= {tag: (LONG, _packed(values, "I", order)) for tag, values in lists.items()}
        fields |= page.others
        out[link : link + 4] = struct.pack(f"{order}I", len(out))
        link = _directory(out, fields, order)
    return bytes(out)


def directory_at(place: int, fields: Mapping[int, tuple[int, bytes]], order: str) -> bytes:
    """Return one directory with its values, as it stands from ``place`` on."""
    out = bytearray(place)
    _directory(out, fields, order)
    return bytes(out[place:])


def _directory(out: bytearray, fields: Mapping[int, tuple[int, bytes]], order: str) -> int:
    """Append a directory and its values; returns where the place of the next is to be written."""
    start = len(out)
    behind = start + 2 + 12 * len(fields) + 4
    table, values = struct.pack(f"{order}H", len(fields)), b""
    for tag, (kind, data) in sorted(fields.items()):
        count = len(data) // {SHORT: 2, LONG: 4, RATIONAL: 8}.get(kind, 1)
        table += struct.pack(f"{order}HHI", tag, kind, count)
        if len(data) <= _INLINE:
            table += data.ljust(_INLINE, b"\0")
        else:
            table += struct.pack(f"{order}I", behind + len(values))
            values += data + bytes(len(data) % 2)
    out += table + bytes(4) + values
    return behind - 4


def _whole(values: Sequence[int], order: str) -> tuple[int, bytes]:
    if max(values) < 65_536:  # noqa: PLR2004
        return SHORT, _packed(values, "H", order)
    return LONG, _packed(values, "I", order)


def _packed(values: Sequence[int], form: str, order: str) -> bytes:
    return struct.pack(f"{order}{len(values)}{form}", *values)
