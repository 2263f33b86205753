"""Telemetry of GoPro cameras (GPMF): who recorded, and where.

Keys of four letters, a type, a size and a number each, padded to four bytes
(github.com/gopro/gpmf-parser, "GPMF structure").
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.iso6709 import add_degrees
from evidencekit.metadata.texts import decode_text

GROUP = "GPMF"
_MAX_DEPTH, _MAX_ITEMS = 4, 20_000
_TEXTS = frozenset(
    {b"DVNM", b"CASN", b"MINF", b"FMWR", b"FWVS", b"GPSU", b"CAME", b"MUID", b"LENS"}
)
_POSITIONS = {b"GPS5": 20, b"GPS9": 32}
"""Keys of positions, and bytes of one: latitude, longitude, altitude, two speeds, each of four
bytes; then in newer cameras days, seconds, precision and fix."""


@dataclass(frozen=True, slots=True)
class _Item:
    key: bytes
    kind: bytes
    data: bytes


def add_gpmf(facts: FactList, data: bytes, *, source: str, prefix: str = "") -> None:
    """Add device, serial number, firmware and a position; broken data end it in silence.

    It is the first, or with a ``prefix``, which is for the end of a film, the last.
    """
    scale = [1]
    for item in _walk(data, 0):
        if item.key == b"SCAL":
            scale = _scale(item)
        elif item.key in _TEXTS:
            text = decode_text(item.data) if item.kind in b"cUFG" else item.data.hex()
            facts.add(GROUP, f"{prefix}{item.key.decode()}", text, raw=text, source=source)
        elif row := _POSITIONS.get(item.key):
            at = (len(item.data) // row - 1) * row if prefix else 0
            if 0 <= at <= len(item.data) - row:
                _add_position(facts, item.data[at:], scale, source=source, prefix=prefix)


def _walk(data: bytes, depth: int) -> Iterator[_Item]:
    position = 0
    for _number in range(_MAX_ITEMS):
        if position + 8 > len(data):
            return
        key, kind, size, count = struct.unpack_from(">4ssBH", data, position)
        length = size * count
        content = data[position + 8 : position + 8 + length]
        if kind == b"\0" and depth < _MAX_DEPTH:
            yield from _walk(content, depth + 1)
        else:
            yield _Item(key, kind, content)
        position += 8 + length + -length % 4


def _scale(item: _Item) -> list[int]:
    letter, width = ("i", 4) if item.kind in b"lL" else ("h", 2)
    count = len(item.data) // width
    return list(struct.unpack_from(f">{count}{letter}", item.data)) or [1]


def _add_position(
    facts: FactList, data: bytes, scale: list[int], *, source: str, prefix: str
) -> None:
    latitude, longitude = struct.unpack_from(">ii", data)
    by_latitude, by_longitude = (scale * 2)[:2]
    if not by_latitude or not by_longitude or not (latitude or longitude):
        return
    add_degrees(
        facts, Fraction(latitude, by_latitude), Fraction(longitude, by_longitude), source=source,
        prefix=prefix,
    )  # fmt: skip
