"""The compressed pixels of a PNG: exactly as many as its header says, nothing before or behind.

Bytes after the compressed stream, and pixels below the last row, are where cropped-away parts of a
screenshot survive (CVE-2023-21036). The former are cut off, the latter make the file malformed.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.png.chunks import Chunk, Header

MAX_RAW = 2**31  # inflated bytes of all frames together; 500 megapixels of RGBA
_PIECE = 2**16  # of compressed input
_STEP = 2**20  # of output held at once
_FRAME = struct.Struct(">IIIIIHHBB")  # fcTL, §11.3.6.2


def split_pixels(header: Header, chunks: Sequence[Chunk]) -> tuple[bytes, int]:
    """Return the zlib stream of the picture and how many bytes of IDAT follow it.

    Frames of an animation are checked likewise, but must have nothing behind them.
    """
    stream = b"".join(chunk.data for chunk in chunks if chunk.kind == b"IDAT")
    size = total = header.raw_size(header.width, header.height)
    surplus = _require_pixels(stream, size)
    for size, frame in _frames(header, chunks):
        total += size
        if total > MAX_RAW:
            raise MalformedError("more pixels than we take")
        if _require_pixels(frame, size):
            raise MalformedError("bytes behind the data of a frame")
    return stream[: len(stream) - surplus], surplus


def _frames(header: Header, chunks: Sequence[Chunk]) -> Iterator[tuple[int, bytes]]:
    """Yield inflated size and zlib stream of each frame that is not the picture itself."""
    size, parts = 0, list[bytes]()
    for chunk in chunks:
        if chunk.kind == b"fcTL":
            if parts:
                yield size, b"".join(parts)
            size, parts = _frame_size(header, chunk.data), []
        elif chunk.kind == b"fdAT":
            if not size:
                raise MalformedError("frame data without a frame")
            parts.append(chunk.data[4:])  # behind the sequence number
    if parts:
        yield size, b"".join(parts)


def _frame_size(header: Header, data: bytes) -> int:
    if len(data) != _FRAME.size:
        raise MalformedError("fcTL has a wrong length")
    _sequence, width, height, x, y, *_rest = _FRAME.unpack(data)
    if not (0 < width <= header.width - x and 0 < height <= header.height - y):
        raise MalformedError("a frame outside the picture")
    return header.raw_size(width, height)


def _require_pixels(stream: bytes, size: int) -> int:
    """Return how many bytes follow a zlib stream that holds exactly ``size`` bytes."""
    if size > MAX_RAW:
        raise MalformedError("more pixels than we take")
    engine = zlib.decompressobj()
    inflated, taken = 0, 0
    try:
        for at in range(0, len(stream), _PIECE):
            piece = stream[at : at + _PIECE]
            taken += len(piece)
            inflated += _inflate_piece(engine, piece, size - inflated + 1)
            if engine.eof or inflated > size:
                break
    except zlib.error as exc:
        raise MalformedError("picture data do not inflate") from exc
    if not engine.eof or inflated != size:
        raise MalformedError(f"not the {size} bytes of pixels that belong here")
    return len(stream) - taken + len(engine.unused_data)


def _inflate_piece(engine: "zlib._Decompress", piece: bytes, limit: int) -> int:
    """Inflate one piece, at most about ``limit`` bytes of output; return how many."""
    inflated = len(engine.decompress(piece, _STEP))
    while engine.unconsumed_tail and inflated < limit:
        inflated += len(engine.decompress(engine.unconsumed_tail, _STEP))
    return inflated
