"""TIFF files with a mark in every place that the format offers, made field by field."""

import struct
import zlib
from collections.abc import Mapping

MARK = b"MARK-7f3a91"
WIDE, HIGH = 20, 14
PIXELS = bytes((column * 9 + row * 5) % 256 for row in range(HIGH) for column in range(WIDE * 3))
Field = tuple[int, bytes]
"""Type and value."""


def short(*values: int) -> Field:
    return 3, struct.pack(f"<{len(values)}H", *values)


def long(*values: int) -> Field:
    return 4, struct.pack(f"<{len(values)}I", *values)


def text(value: bytes) -> Field:
    return 2, value + b"\0"


def ratio(*pairs: tuple[int, int]) -> Field:
    return 5, b"".join(struct.pack("<2I", *pair) for pair in pairs)


class Tiff:
    """A file that grows at its end; directories are chained in the order in which they come."""

    def __init__(self) -> None:
        self.data = bytearray(b"II*\0\0\0\0\0")
        self._link = 4

    def put(self, data: bytes) -> int:
        """Append bytes; returns where they are."""
        self.data += bytes(len(self.data) % 2)
        place = len(self.data)
        self.data += data
        return place

    def directory(self, fields: Mapping[int, Field]) -> int:
        """Append a directory that nothing points to."""
        values = {tag: self.put(data) for tag, (_, data) in fields.items() if len(data) > 4}
        sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
        table = struct.pack("<H", len(fields))
        for tag, (kind, data) in sorted(fields.items()):
            table += struct.pack("<HHI", tag, kind, len(data) // sizes[kind])
            table += struct.pack("<I", values[tag]) if tag in values else data.ljust(4, b"\0")
        return self.put(table + bytes(4))

    def page(self, fields: Mapping[int, Field]) -> None:
        """Append a directory as the next page."""
        place = self.directory(fields)
        self.data[self._link : self._link + 4] = struct.pack("<I", place)
        self._link = place + 2 + 12 * len(fields)


def picture(
    file: Tiff, coded: bytes, *, compression: int, bits: tuple[int, ...] = (8, 8, 8)
) -> dict[int, Field]:
    """Return the fields of one page of one strip."""
    return {
        256: short(WIDE), 257: short(HIGH), 258: short(*bits), 259: short(compression),
        262: short(2 if len(bits) == 3 else 1), 273: long(file.put(coded)), 277: short(len(bits)),
        278: short(HIGH), 279: long(len(coded)),
    }  # fmt: skip


def planted_tiff() -> bytes:
    """Return two pages and a small version of one, with marks all around them."""
    file = Tiff()
    file.put(b"between " + MARK)
    coded = zlib.compress(PIXELS)
    fields = picture(file, coded + b"behind " + MARK, compression=8)
    photo = file.directory(
        {
            0x9003: text(b"2026:05:01 10:00:01"), 0x9011: text(b"+09:00"),
            0xA431: text(b"SERIAL-0001-" + MARK),
            0x9286: (7, b"ASCII\0\0\0comment " + MARK),
        }
    )  # fmt: skip
    gps = file.directory(
        {
            1: text(b"N"), 2: ratio((37, 1), (33, 1), (5688, 100)), 3: text(b"E"),
            4: ratio((126, 1), (58, 1), (4080, 100)),
        }
    )  # fmt: skip
    inside = file.directory({270: text(b"inner " + MARK)})
    packet = b"<x:xmpmeta><a xmpMM:DocumentID='id " + MARK + b"' dc:creator='by " + MARK + b"'/>"
    iptc = b"\x1c\x02\x78\0\x0b" + MARK
    fields |= {
        269: text(b"named " + MARK), 270: text(b"about " + MARK), 271: text(b"Maker " + MARK),
        272: text(b"Model " + MARK), 274: short(6), 282: ratio((300, 1)), 283: ratio((300, 1)),
        285: text(b"page " + MARK), 296: short(2), 305: text(b"Software " + MARK),
        306: text(b"2026:05:01 10:00:02"), 315: text(b"Artist " + MARK),
        316: text(b"host " + MARK), 330: long(inside), 700: (1, packet),
        33432: text(b"(c) " + MARK),
        33723: (7, iptc), 34377: (7, b"8BIM\x04\x04\0\0\0\0\0\x10" + iptc), 34665: long(photo),
        34853: long(gps), 50341: (7, b"print " + MARK), 65000: text(b"own " + MARK),
    }  # fmt: skip
    file.page(fields)
    small = picture(file, MARK * 2, compression=1, bits=(8,))
    file.page(small | {254: long(1), 256: short(11), 257: short(2), 278: short(2)})
    file.page(picture(file, packed(PIXELS), compression=32773) | {270: text(b"second " + MARK)})
    return bytes(file.data) + b"after " + MARK[::-1]


def packed(data: bytes) -> bytes:
    """PackBits, of literal runs only, and bytes behind its end."""
    runs = (data[at : at + 100] for at in range(0, len(data), 100))
    return b"".join(bytes((len(one) - 1,)) + one for one in runs) + b"tail " + MARK


FACTS = frozenset(
    {
        "37.5658000", "126.9780000", "2026:05:01 10:00:01", "+09:00", "SERIAL-0001-MARK-7f3a91",
        "comment MARK-7f3a91", "Maker MARK-7f3a91", "Model MARK-7f3a91", "Software MARK-7f3a91",
        "Artist MARK-7f3a91", "id MARK-7f3a91", "by MARK-7f3a91", "MARK-7f3a91",
        "about MARK-7f3a91", "named MARK-7f3a91", "page MARK-7f3a91", "host MARK-7f3a91",
        "(c) MARK-7f3a91", "own MARK-7f3a91", "inner MARK-7f3a91", "second MARK-7f3a91",
    }
)  # fmt: skip
