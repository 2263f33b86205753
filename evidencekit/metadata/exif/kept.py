"""What of Exif a copy keeps: which side is up and, where it is wished for, when it was taken.

Exif is a TIFF file (TIFF 6.0 §2; Exif 2.32 §4.5). Read here by a minimal reader of its own, since
what is *written* must follow from no more than these values.
"""

import re
import struct
from dataclasses import dataclass

from evidencekit.metadata.exif.tiff import ASCII, LONG, SHORT, Entry, TiffBlock, tiff_block
from evidencekit.metadata.rebuilt import Wish

UPRIGHT = 1
_ORIENTATION, _EXIF_IFD, _TAKEN, _OFFSET = 0x0112, 0x8769, 0x9003, 0x9011
_VALUES = range(1, 9)  # TIFF 6.0 p. 36
_MAX_TEXT = 64  # bytes
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

    Raises ``MalformedError`` where a viewer may or may not find a value: entries that are cut
    off.
    """
    block = tiff_block(exif)
    if block is None:
        return Kept()
    first = block.entries(block.first())
    orientation = _orientation(block, first.get(_ORIENTATION))
    if not wish.keeps_time or _EXIF_IFD not in first:
        return Kept(orientation=orientation)
    photo = block.entries(block.pointed(first[_EXIF_IFD]))
    taken = _text(block, photo.get(_TAKEN), _DATE)
    zone = _text(block, photo.get(_OFFSET), _ZONE) if taken else b""
    return Kept(orientation=orientation, taken=taken, zone=zone)


def make_exif(kept: Kept) -> bytes:
    """Return the smallest TIFF block that says this alone; empty where there is nothing."""
    first = []
    if kept.orientation != UPRIGHT:
        first.append(struct.pack(">HHIHH", _ORIENTATION, SHORT, 1, kept.orientation, 0))
    if not kept.taken:
        return _head() + _ifd(first) if first else b""
    photo_at = 8 + 2 + 12 * (len(first) + 1) + 4
    first.append(struct.pack(">HHII", _EXIF_IFD, LONG, 1, photo_at))
    texts = [(_TAKEN, kept.taken + b"\0")]
    if kept.zone:
        texts.append((_OFFSET, kept.zone + b"\0"))
    data_at = photo_at + 2 + 12 * len(texts) + 4
    entries, data = [], b""
    for tag, text in texts:
        entries.append(struct.pack(">HHII", tag, ASCII, len(text), data_at + len(data)))
        data += text + bytes(len(text) % 2)
    return _head() + _ifd(first) + _ifd(entries) + data


def _head() -> bytes:
    return b"MM\x00*" + struct.pack(">I", 8)


def _ifd(entries: list[bytes]) -> bytes:
    return struct.pack(">H", len(entries)) + b"".join(entries) + struct.pack(">I", 0)


def _orientation(block: TiffBlock, entry: Entry | None) -> int:
    if entry is None or entry.kind != SHORT or entry.count != 1:
        return UPRIGHT
    value = block.number("H", entry.at)
    return value if value in _VALUES else UPRIGHT


def _text(block: TiffBlock, entry: Entry | None, form: re.Pattern[bytes]) -> bytes:
    if entry is None or entry.kind != ASCII:
        return b""
    value = block.value(entry, limit=_MAX_TEXT).rstrip(b"\0 ")
    return value if form.fullmatch(value) else b""
