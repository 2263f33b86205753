"""Small pictures made byte by byte, so that a test knows every byte that is in them.

Pure Python on purpose: the strippers must not be tested with pictures made by their own code, and
no imaging library is a dependency.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = str | bytes | int | Sequence[tuple[int, int]]

MAKE, MODEL, ORIENTATION, SOFTWARE, DATE, ARTIST = 0x10F, 0x110, 0x112, 0x131, 0x132, 0x13B
XP_AUTHOR = 0x9C9D
DATE_ORIGINAL, OFFSET_ORIGINAL, USER_COMMENT, BODY_SERIAL = 0x9003, 0x9011, 0x9286, 0xA431
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4
_EXIF_IFD, _GPS_IFD, _THUMB_OFFSET, _THUMB_LENGTH = 0x8769, 0x8825, 0x201, 0x202
_LONG_TAGS = frozenset({_EXIF_IFD, _GPS_IFD, _THUMB_OFFSET, _THUMB_LENGTH})

SEOUL: Mapping[int, Value] = {  # the public square before the city hall
    LATITUDE_REF: "N",
    LATITUDE: ((37, 1), (33, 1), (5688, 100)),
    LONGITUDE_REF: "E",
    LONGITUDE: ((126, 1), (58, 1), (4080, 100)),
}


def exif(
    image: Mapping[int, Value] | None = None,
    *,
    photo: Mapping[int, Value] | None = None,
    gps: Mapping[int, Value] | None = None,
    thumbnail: bytes = b"",
    order: str = "<",
) -> bytes:
    """A TIFF block: IFD 0 with its Exif and GPS IFDs, and IFD 1 with a thumbnail."""
    block = bytearray(b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    pointers: dict[int, Value] = {}
    if photo:
        pointers[_EXIF_IFD] = 0
    if gps:
        pointers[_GPS_IFD] = 0
    first = {**(image or {}), **pointers}
    sizes = len(_ifd(first, 8, order))
    position = 8 + sizes
    for tag, entries in ((_EXIF_IFD, photo), (_GPS_IFD, gps)):
        if entries:
            first[tag] = position
            position += len(_ifd(entries, position, order))
    second = position if thumbnail else 0
    block += _ifd(first, 8, order, following=second)
    for entries in (photo, gps):
        if entries:
            block += _ifd(entries, len(block), order)
    if thumbnail:
        tags: dict[int, Value] = {0x103: 6, _THUMB_OFFSET: 0, _THUMB_LENGTH: len(thumbnail)}
        tags[_THUMB_OFFSET] = second + len(_ifd(tags, second, order))
        block += _ifd(tags, second, order) + thumbnail
    return bytes(block)


def _ifd(entries: Mapping[int, Value], offset: int, order: str, *, following: int = 0) -> bytes:
    table, extra = b"", b""
    extra_at = offset + 2 + 12 * len(entries) + 4
    for tag in sorted(entries):
        kind, count, data = _encode(tag, entries[tag], order)
        if len(data) > 4:
            stored = struct.pack(f"{order}I", extra_at + len(extra))
            extra += data + bytes(len(data) % 2)
        else:
            stored = data.ljust(4, b"\0")
        table += struct.pack(f"{order}HHI", tag, kind, count) + stored
    return (
        struct.pack(f"{order}H", len(entries)) + table + struct.pack(f"{order}I", following) + extra
    )


def _encode(tag: int, value: Value, order: str) -> tuple[int, int, bytes]:
    match value:
        case str():
            data = value.encode() + b"\0"
            return 2, len(data), data
        case bytes():
            return (1 if tag >= 0x9C9B and tag <= 0x9C9F else 7), len(value), value
        case int():
            form, kind = ("I", 4) if tag in _LONG_TAGS else ("H", 3)
            return kind, 1, struct.pack(f"{order}{form}", value)
        case _:
            data = b"".join(struct.pack(f"{order}II", *pair) for pair in value)
            return 5, len(value), data


def segment(marker: int, payload: bytes) -> bytes:
    """One JPEG marker segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def exif_segment(block: bytes) -> bytes:
    """A TIFF block in APP1."""
    return segment(0xE1, b"Exif\0\0" + block)


JFIF = segment(0xE0, b"JFIF\0\1\1\1\0\x48\0\x48\0\0")
_DQT = segment(0xDB, b"\0" + bytes([8] * 64))
_DHT = segment(0xC4, b"\0\1" + bytes(15) + b"\0") + segment(0xC4, b"\x10\1" + bytes(15) + b"\0")
# One code of one bit each: DC category 0, AC end of block. So a grey block is two zero bits.


@dataclass(frozen=True, kw_only=True)
class Jpeg:
    """A grey picture of 16 by 16, in parts."""

    before: bytes = JFIF
    """Segments after SOI."""
    between: bytes = b""
    """Before the (first) scan."""
    trailer: bytes = b""
    progressive: bool = False
    restarts: bool = False
    picture: tuple[bytes, ...] = field(init=False)
    """Entropy-coded data, scan by scan."""

    def __post_init__(self) -> None:
        one, four = b"\x3f", b"\x00"
        if self.restarts:
            coded = one + b"\xff\xd0" + one + b"\xff\xd1" + one + b"\xff\xd2" + one
            scans: tuple[bytes, ...] = (coded,)
        elif self.progressive:
            scans = (b"\x0f", b"\x0f")  # four DC codes, then four end-of-blocks
        else:
            scans = (four,)
        object.__setattr__(self, "picture", scans)

    def encode(self) -> bytes:
        frame = segment(0xC2 if self.progressive else 0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\x00")
        restart = segment(0xDD, b"\0\1") if self.restarts else b""
        bands = (b"\0\0\0", b"\x01\x3f\0") if self.progressive else (b"\0\x3f\0",)
        scans = b"".join(
            segment(0xDA, b"\x01\x01\x00" + band) + coded
            for band, coded in zip(bands, self.picture, strict=True)
        )
        head = b"\xff\xd8" + self.before + _DQT + frame + _DHT + restart + self.between
        return head + scans + b"\xff\xd9" + self.trailer


def chunk(kind: bytes, data: bytes) -> bytes:
    """One PNG chunk with its CRC."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@dataclass(frozen=True, kw_only=True)
class Png:
    """An RGB picture of 4 by 3, in parts."""

    before: bytes = b""
    """Chunks after IHDR."""
    after: bytes = b""
    """Chunks before IEND."""
    trailer: bytes = b""
    behind_pixels: bytes = b""
    """Inside IDAT, behind the compressed stream."""
    extra_pixels: bytes = b""
    """Inside the compressed stream, below the last row."""

    @property
    def picture(self) -> bytes:
        rows = b"".join(b"\0" + bytes(range(row * 12, row * 12 + 12)) for row in range(3))
        return zlib.compress(rows + self.extra_pixels, 9)

    def encode(self) -> bytes:
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, 8, 2, 0, 0, 0))
        data = self.picture + self.behind_pixels
        half = len(data) // 2
        pixels = chunk(b"IDAT", data[:half]) + chunk(b"IDAT", data[half:])
        end = chunk(b"IEND", b"")
        parts = (header, self.before, pixels, self.after, end, self.trailer)
        return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


Matrix: TypeAlias = Sequence[Sequence[float]]
SRGB_PRIMARIES = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.71410),
)
P3_PRIMARIES = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def icc(primaries: Matrix, *, words: str, curve: bytes | None = None) -> bytes:
    """A matrix profile, by default with the sRGB curve, and ``words`` wherever there is room."""
    text = words.encode("utf-16-be")
    tags = {
        b"desc": b"mluc\0\0\0\0"
        + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28)
        + text,
        b"cprt": b"text\0\0\0\0" + words.encode() + b"\0",
        b"rTRC": b"para\0\0\0\0\0\3\0\0" + b"".join(map(_fixed, SRGB_CURVE))
        if curve is None
        else curve,
        b"dmdd": b"text\0\0\0\0" + words.encode() + b"\0",
    }
    tags[b"gTRC"] = tags[b"bTRC"] = tags[b"rTRC"]
    for name, row in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True):
        tags[name] = b"XYZ \0\0\0\0" + b"".join(map(_fixed, row))
    offset = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"test", 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    return (
        (head + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp").ljust(128, b"\0") + table + body
    )


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))
