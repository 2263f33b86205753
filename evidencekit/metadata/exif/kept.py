"""What of Exif a copy keeps: which side is up and, where it is wished for, when it was taken.

Exif is a TIFF file (TIFF 6.0 §2; Exif 2.32 §4.5). Read here by a minimal reader of its own, since
what is *written* must follow from no more than these values.
"""

import re
import struct
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Wish

UPRIGHT = 1
_ORIENTATION, _EXIF_IFD, _TAKEN, _OFFSET = 0x0112, 0x8769, 0x9003, 0x9011
_ASCII, _SHORT, _LONG = 2, 3, 4
_VALUES = range(1, 9)  # TIFF 6.0 p. 36
_MAX_ENTRIES = 1000
_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_DATE = re.compile(rb"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d")
_ZONE = re.compile(rb"[+-]\d\d:\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The whole of what may be written."""

    orientation: int = UPRIGHT
    taken: bytes = b""
    """``YYYY:MM:DD HH:MM:SS`` as the device wrote it (Exif 2.32 §4.6.5, DateTimeOriginal)."""
    zone: bytes = b""
    """``+HH:MM`` (OffsetTimeOriginal), only with ``taken``."""

    @property
    def words(self) -> tuple[str, ...]:
        """What the account of a copy calls it."""
        turned = (f"orientation {self.orientation}",) if self.orientation != UPRIGHT else ()
        return (*turned, *(("time-taken",) if self.taken else ()))

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the source that are in it on purpose."""
        return tuple(one.decode("ascii") for one in (self.taken, self.zone) if one)


def read_kept(exif: bytes, wish: Wish) -> Kept:
    """Return what of a TIFF block stays; where it says nothing or nonsense, nothing.

    Raises :class:`MalformedError` where a viewer may or may not find a value: entries that are cut
    off.
    """
    order = _ORDERS.get(exif[:4])
    if order is None:
        return Kept()  # no viewer reads a block without this
    block = _Block(exif, order)
    first = block.entries(block.number("I", 4))
    orientation = block.short(first.get(_ORIENTATION))
    if not wish.keeps_time or _EXIF_IFD not in first:
        return Kept(orientation=orientation)
    photo = block.entries(block.number("I", first[_EXIF_IFD] + 8))
    taken = block.text(photo.get(_TAKEN), _DATE)
    return Kept(
        orientation=orientation,
        taken=taken,
        zone=block.text(photo.get(_OFFSET), _ZONE) if taken else b"",
    )


def make_exif(kept: Kept) -> bytes:
    """Return the smallest TIFF block that says this alone; empty where there is nothing."""
    first = []
    if kept.orientation != UPRIGHT:
        first.append(struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, kept.orientation, 0))
    if not kept.taken:
        return _head() + _ifd(first) if first else b""
    photo_at = 8 + 2 + 12 * (len(first) + 1) + 4
    first.append(struct.pack(">HHII", _EXIF_IFD, _LONG, 1, photo_at))
    texts = [(_TAKEN, kept.taken + b"\0")]
    if kept.zone:
        texts.append((_OFFSET, kept.zone + b"\0"))
    data_at = photo_at + 2 + 12 * len(texts) + 4
    entries, data = [], b""
    for tag, text in texts:
        entries.append(struct.pack(">HHII", tag, _ASCII, len(text), data_at + len(data)))
        data += text + bytes(len(text) % 2)
    return _head() + _ifd(first) + _ifd(entries) + data


def _head() -> bytes:
    return b"MM\x00*" + struct.pack(">I", 8)


def _ifd(entries: list[bytes]) -> bytes:
    return struct.pack(">H", len(entries)) + b"".join(entries) + struct.pack(">I", 0)


class _Block:
    """A TIFF block and its byte order."""

    def __init__(self, data: bytes, order: str) -> None:
        self._data, self._order = data, order

    def number(self, form: str, offset: int) -> int:
        try:
            value: int = struct.unpack_from(f"{self._order}{form}", self._data, offset)[0]
        except struct.error as exc:
            raise MalformedError("Exif is cut off") from exc
        return value

    def entries(self, start: int) -> dict[int, int]:
        """Return where the first entry of each tag stands."""
        count = min(self.number("H", start), _MAX_ENTRIES)
        places = (start + 2 + 12 * number for number in range(count))
        found: dict[int, int] = {}
        for place in places:
            found.setdefault(self.number("H", place), place)
        return found

    def short(self, entry: int | None) -> int:
        if entry is None or not self._is(entry, _SHORT, count=1):
            return UPRIGHT
        value = self.number("H", entry + 8)
        return value if value in _VALUES else UPRIGHT

    def text(self, entry: int | None, form: re.Pattern[bytes]) -> bytes:
        if entry is None or self.number("H", entry + 2) != _ASCII:
            return b""
        size = self.number("I", entry + 4)
        start = self.number("I", entry + 8) if size > 4 else entry + 8  # noqa: PLR2004 (fits in the entry itself)
        value = self._data[start : start + min(size, 64)].rstrip(b"\0 ")
        return value if form.fullmatch(value) else b""

    def _is(self, entry: int, kind: int, *, count: int) -> bool:
        return self.number("H", entry + 2) == kind and self.number("I", entry + 4) == count
