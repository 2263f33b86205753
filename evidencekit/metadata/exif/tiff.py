"""A TIFF block by its directories (TIFF 6.0 §2), each value only where it is wanted.

A reader of our own, besides exifread: it says where a value stands, and takes nothing for granted
of what is around it.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError

MAX_ENTRIES = 1_000
BYTE, ASCII, SHORT, LONG, UNDEFINED = 1, 2, 3, 4, 7
_SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, 5: 8, 6: 1, UNDEFINED: 1, 8: 2, 9: 4, 10: 8, 13: 4}
ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
"""How a block begins, and the order of its numbers for :mod:`struct`."""
_INLINE = 4  # bytes that stand in the entry itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One field of a directory."""

    kind: int
    count: int
    at: int
    """Where its value begins, in bytes from the start of the block."""

    @property
    def size(self) -> int:
        """Bytes of the value; 0 for a type that TIFF does not know."""
        return _SIZES.get(self.kind, 0) * self.count


class TiffBlock:
    """``data`` in one byte order; offsets in it count from ``base``."""

    def __init__(self, data: bytes, order: str, base: int = 0) -> None:
        self.data, self.order, self._base = data, order, base

    def number(self, form: str, offset: int) -> int:
        """Unpack one number; raises :class:`MalformedError` where the block ends before."""
        try:
            value: int = struct.unpack_from(f"{self.order}{form}", self.data, offset)[0]
        except struct.error as exc:
            raise MalformedError("Exif is cut off") from exc
        return value

    def first(self) -> int:
        """Return where the first directory stands."""
        return self.number("I", 4)

    def entries(self, start: int) -> Mapping[int, Entry]:
        """Return the first field of each tag in the directory at ``start``."""
        found: dict[int, Entry] = {}
        for number in range(min(self.number("H", start), MAX_ENTRIES)):
            place = start + 2 + 12 * number
            tag, kind = self.number("H", place), self.number("H", place + 2)
            entry = Entry(kind=kind, count=self.number("I", place + 4), at=place + 8)
            if entry.size > _INLINE:
                at = self._base + self.number("I", place + 8)
                entry = Entry(kind=kind, count=entry.count, at=at)
            found.setdefault(tag, entry)
        return found

    def pointed(self, entry: Entry) -> int:
        """Return where the directory stands that a field points to."""
        return self._base + self.number("I", entry.at)

    def value(self, entry: Entry, *, limit: int) -> bytes:
        """Return the bytes of a value, at most ``limit``, fewer where the block ends before."""
        return self.data[entry.at : entry.at + min(entry.size, limit)]


def tiff_block(data: bytes) -> TiffBlock | None:
    """Return the block, None where no viewer would read it."""
    order = ORDERS.get(data[:4])
    return TiffBlock(data, order) if order is not None else None
