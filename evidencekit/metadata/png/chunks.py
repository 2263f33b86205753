"""PNG as a list of chunks (PNG 3rd ed. §5), every length, order and CRC checked on the way."""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 200_000  # 8 KiB IDATs of a 1.6 GB picture
_MAX_LENGTH = 2**31 - 1  # §5.3
_KIND = re.compile(rb"[A-Za-z]{2}[A-Z][A-Za-z]")  # §5.4: the reserved third letter is upper case
_HEADER_SIZE, _CRC_SIZE = 13, 4
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}  # §11.2.1
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = (  # Adam7, §8.1: first column and row, step between columns and rows
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk whose CRC was right."""

    kind: bytes
    offset: int
    """Of its length field."""
    data: bytes

    @property
    def name(self) -> str:
        """Its four letters."""
        return self.kind.decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """IHDR, §11.2.1, its values checked against each other."""

    width: int
    height: int
    depth: int
    colour: int
    interlace: int

    def raw_size(self, width: int, height: int) -> int:
        """Return the inflated size of an image of this kind, filter bytes included (§7.2)."""
        bits = self.depth * _CHANNELS[self.colour]
        if not self.interlace:
            return height * (1 + (width * bits + 7) // 8)
        total = 0
        for column, row, across, down in _PASSES:
            columns = max(0, (width - column + across - 1) // across)
            rows = max(0, (height - row + down - 1) // down)
            total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
        return total


def walk(data: bytes) -> Iterator[Chunk]:
    """Yield chunks up to and including IEND; raises :class:`MalformedError` where they end."""
    if not data.startswith(SIGNATURE):
        raise MalformedError("no PNG signature")
    position = len(SIGNATURE)
    for number in range(MAX_CHUNKS):
        chunk = _read_chunk(data, position)
        if (chunk.kind == b"IHDR") != (number == 0):
            raise MalformedError("IHDR is not the first chunk, or not the only one")
        yield chunk
        if chunk.kind == b"IEND":
            return
        position += 12 + len(chunk.data)
    raise MalformedError(f"more than {MAX_CHUNKS} chunks")


def trailer_start(end: Chunk) -> int:
    """Return where the bytes after the image begin, given its IEND."""
    return end.offset + 12 + len(end.data)


def make_chunk(kind: bytes, data: bytes) -> bytes:
    """Encode one chunk, with its CRC computed anew."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def read_header(chunk: Chunk) -> Header:
    """Decode IHDR strictly; anything that PNG does not define is malformed."""
    if len(chunk.data) != _HEADER_SIZE:
        raise MalformedError("IHDR has a wrong length")
    width, height, depth, colour, method, filters, interlace = struct.unpack(">IIBBBBB", chunk.data)
    if not (0 < width <= _MAX_LENGTH and 0 < height <= _MAX_LENGTH):
        raise MalformedError("impossible picture size")
    if depth not in _DEPTHS.get(colour, ()) or method or filters or interlace not in {0, 1}:
        raise MalformedError("IHDR says what PNG does not define")
    return Header(width=width, height=height, depth=depth, colour=colour, interlace=interlace)


def _read_chunk(data: bytes, offset: int) -> Chunk:
    head = data[offset : offset + 8]
    length, kind = int.from_bytes(head[:4], "big"), head[4:]
    if not head:
        raise MalformedError("ends without IEND")
    if length > _MAX_LENGTH or _KIND.fullmatch(kind) is None:
        raise MalformedError(f"no chunk where one must stand, at {offset}")
    body = data[offset + 8 : offset + 8 + length]
    stated = data[offset + 8 + length : offset + 12 + length]
    if len(body) != length or len(stated) != _CRC_SIZE:
        raise MalformedError(f"{kind.decode()} at {offset} is cut off")
    if int.from_bytes(stated, "big") != zlib.crc32(body, zlib.crc32(kind)):
        raise MalformedError(f"{kind.decode()} at {offset} has a wrong CRC")
    return Chunk(kind=kind, offset=offset, data=body)
