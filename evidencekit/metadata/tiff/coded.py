"""Coded data of one strip or tile, cut where its picture ends: nothing rides behind it.

Where a compression says itself where it ends, that is believed; where it does not, the number of
values that the strip must give tells.
"""

import zlib

from evidencekit.metadata.jpeg import segments as jpeg
from evidencekit.metadata.jpeg.rebuild import is_exact
from evidencekit.metadata.jpeg.segments import Segment
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.tiff.lzw import lzw_end

PLAIN, FAX_RLE, FAX_3, FAX_4, LZW, JPEG, DEFLATE, OLD_DEFLATE, PACKBITS = (
    1, 2, 3, 4, 5, 7, 8, 32946, 32773,
)  # fmt: skip
UNDERSTOOD = frozenset({PLAIN, FAX_RLE, FAX_3, FAX_4, LZW, JPEG, DEFLATE, OLD_DEFLATE, PACKBITS})
_FAX_ENDS = {FAX_3: "000000000001" * 6, FAX_4: "000000000001" * 2}
"""ITU-T T.4 §4.1.4 (return to control), T.6 §2.4.1.1 (end of facsimile block)."""
_TABLES = frozenset({jpeg.DQT, jpeg.DHT, jpeg.DAC, jpeg.DRI})
_SHOWN = _TABLES | jpeg.FRAMES | {jpeg.SOS, jpeg.DNL}
_DROPPED = frozenset({jpeg.EOI, jpeg.COM, *range(jpeg.APP0, jpeg.APP15 + 1)})
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def exact(data: bytes, compression: int, size: int, *, is_reversed: bool) -> bytes:
    """Return the data that give ``size`` bytes of values; raises :class:`MalformedError`.

    ``is_reversed`` is FillOrder 2: the lowest bit of each byte comes first.
    """
    match compression:
        case 1:
            return _long_enough(data[:size], size)
        case 2 | 3 | 4:
            return _fax(data, compression, is_reversed=is_reversed)
        case 5:
            return data[: lzw_end(data, size)]
        case 7:
            return jpeg_stream(data)
        case 8 | 32946:
            return _deflated(data, size)
        case 32773:
            return data[: _packbits_end(data, size)]
        case _:
            raise MalformedError(f"compression {compression} is not understood")


def jpeg_stream(data: bytes) -> bytes:
    """Return a JPEG of tables, frames and scans only; also one that is tables alone."""
    written = [b"\xff\xd8"]
    for one in jpeg.walk(data):
        if one.marker in _SHOWN and is_exact(one):
            written.append(_segment(one))
        elif one.marker not in _DROPPED:
            raise MalformedError(f"{one.name} in picture data is not understood")
    return b"".join((*written, b"\xff\xd9"))


def _segment(one: Segment) -> bytes:
    size = (len(one.payload) + 2).to_bytes(2, "big")
    return bytes((0xFF, one.marker)) + size + one.payload + one.entropy


def _long_enough(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise MalformedError("picture data that are cut off")
    return data


def _deflated(data: bytes, size: int) -> bytes:
    engine = zlib.decompressobj()
    try:
        found = engine.decompress(data, size)
        rest = engine.decompress(engine.unconsumed_tail, 64)
    except zlib.error as exc:
        raise MalformedError("picture data that do not inflate") from exc
    if len(found) != size or rest or not engine.eof:
        raise MalformedError("picture data of another size than the picture")
    return data[: len(data) - len(engine.unused_data)]


def _packbits_end(data: bytes, size: int) -> int:
    """TIFF 6.0 §9."""
    at = made = 0
    while made < size:
        if at >= len(data):
            raise MalformedError("picture data that are cut off")
        count = data[at]
        if count < 128:  # noqa: PLR2004
            at, made = at + 2 + count, made + 1 + count
        elif count == 128:  # noqa: PLR2004
            at += 1
        else:
            at, made = at + 2, made + 257 - count
    if made != size or at > len(data):
        raise MalformedError("picture data of another size than the picture")
    return at


def _fax(data: bytes, compression: int, *, is_reversed: bool) -> bytes:
    """Cut behind the mark of the end; without one nobody can say what is still picture."""
    mark = _FAX_ENDS.get(compression, "")
    bits = data.translate(_REVERSED) if is_reversed else data
    found = f"{int.from_bytes(bits, 'big'):0{8 * len(bits)}b}".find(mark) if mark else -1
    if found < 0:
        raise MalformedError("a fax whose end is not marked")
    return data[: (found + len(mark) + 7) // 8]
