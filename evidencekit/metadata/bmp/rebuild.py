"""A Windows bitmap written anew from its colours and its rows ([MS-WMF] §2.2.2.9).

Only rows that are not packed; the bits that fill a row up to its end are set to zero.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.whole import read_whole

_FILE = struct.Struct("<2sIHHI")
_INFO = struct.Struct("<IiiHHIIiiII")
_DEPTHS = frozenset({1, 4, 8, 16, 24, 32})
_INDEXED = 8  # bits a pixel, up to which colours come from a table
_MAX_SIDE = 65_500


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    """Negative where the first row is on top."""
    depth: int
    colours: int
    size: int
    start: int
    resolution: tuple[int, int]

    @property
    def stride(self) -> int:
        """Bytes of a row."""
        return (self.width * self.depth + 31) // 32 * 4

    @property
    def table(self) -> int:
        """Where the colours begin."""
        return _FILE.size + self.size


def rebuild(stream: BinaryIO, out: BinaryIO, _wish: Wish) -> Rebuilt:
    """Write the picture anew; raises :class:`MalformedError` where that needs a guess."""
    data, gone = read_whole(stream), Gone()
    header = _header(data)
    rows = b"".join(_rows(data, header))
    table = b"".join(
        data[at : at + 3] + b"\0"
        for at in range(header.table, header.table + 4 * header.colours, 4)
    )
    made = _made(header, table, rows)
    out.write(made)
    gone.when(len(data) > header.start + len(rows), "bytes-after-end")
    gone.when(header.size > _INFO.size, "colour-profile")
    gone.when(any(header.resolution), "density")
    gone.when(not gone.words and made != data, "fill-bytes")
    digest = hashlib.sha256(table + rows).hexdigest()
    return Rebuilt(removed=gone.words, kept=(), content_sha256=digest)


def _header(data: bytes) -> _Header:
    kind, _size, _one, _two, start = _FILE.unpack_from(data)
    size, width, height, planes, depth, packing, _bytes, across, down, used, _ = _INFO.unpack_from(
        data, _FILE.size
    )
    if kind != b"BM" or size < _INFO.size or planes != 1 or depth not in _DEPTHS or packing:
        raise MalformedError("a bitmap that is not understood")
    if not 0 < width <= _MAX_SIDE or not 0 < abs(height) <= _MAX_SIDE:
        raise MalformedError("a bitmap without a size")
    colours = (used or 1 << depth) if depth <= _INDEXED else 0
    if colours > 1 << depth:
        raise MalformedError("a bitmap of more colours than it can have")
    found = _Header(width, height, depth, colours, size, start, (across, down))
    if found.table + 4 * colours > start or start + found.stride * abs(height) > len(data):
        raise MalformedError("a bitmap that is cut off")
    return found


def _rows(data: bytes, header: _Header) -> Iterator[bytes]:
    bits = header.width * header.depth
    whole, rest = divmod(bits, 8)
    for number in range(abs(header.height)):
        at = header.start + number * header.stride
        row = data[at : at + whole]
        if rest:
            row += bytes((data[at + whole] & (0xFF << (8 - rest)) & 0xFF,))
        yield row.ljust(header.stride, b"\0")


def _made(header: _Header, table: bytes, rows: bytes) -> bytes:
    start = _FILE.size + _INFO.size + len(table)
    return (
        _FILE.pack(b"BM", start + len(rows), 0, 0, start)
        + _INFO.pack(
            _INFO.size, header.width, header.height, 1, header.depth, 0, len(rows), 0, 0,
            header.colours, 0,
        )
        + table
        + rows
    )  # fmt: skip
