"""How many bytes of values each strip or tile of a page gives (TIFF 6.0 §3, §15, §21)."""

from collections.abc import Mapping

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.tiff import allowed as tag

MAX_PIECES = 500_000
_YCBCR, _APART = 6, (2,)


def sizes_of(
    numbers: Mapping[int, tuple[int, ...]], *, is_tiled: bool, is_jpeg: bool
) -> tuple[int, ...]:
    """Return bytes for each piece, plane after plane; raises :class:`MalformedError`."""
    width, length = numbers[tag.WIDTH][0], numbers[tag.LENGTH][0]
    if is_tiled:
        if any(len(numbers.get(one, ())) != 1 for one in (tag.TILE_WIDTH, tag.TILE_LENGTH)):
            raise MalformedError("tiles without measures")
        across, down = numbers[tag.TILE_WIDTH][0], numbers[tag.TILE_LENGTH][0]
        count = -(-width // across) * -(-length // down)
        rows = [down] * _limited(count)
    else:
        across, down = width, min(numbers.get(tag.ROWS, (length,))[0], length)
        count = _limited(-(-length // down))
        rows = [down] * (count - 1) + [length - down * (count - 1)]
    planes = _bits_of_planes(numbers)
    _limited(len(rows) * len(planes))
    thinned = None if is_jpeg else _thinned(numbers)
    return tuple(_size(across, one, bits, thinned) for bits in planes for one in rows)


def _limited(count: int) -> int:
    if count > MAX_PIECES:
        raise MalformedError(f"more than {MAX_PIECES} pieces")
    return count


def _bits_of_planes(numbers: Mapping[int, tuple[int, ...]]) -> list[int]:
    """Return bits of one pixel, for each plane."""
    samples = numbers.get(tag.SAMPLES, (1,))[0]
    bits = numbers.get(tag.BITS, (1,))
    if len(bits) == 1:
        bits *= samples
    if len(bits) != samples:
        raise MalformedError("bits of another number of values than a pixel has")
    return list(bits) if numbers.get(tag.PLANAR) == _APART else [sum(bits)]


def _thinned(numbers: Mapping[int, tuple[int, ...]]) -> tuple[int, int] | None:
    """Return how colours are thinned out; None where they are not."""
    if numbers[tag.PHOTOMETRIC] != (_YCBCR,) or numbers.get(tag.PLANAR) == _APART:
        return None
    found = numbers.get(tag.SUBSAMPLING, (2, 2))
    if len(found) != 2:  # noqa: PLR2004
        raise MalformedError("colours thinned out in a way that is not understood")
    return found[0], found[1]


def _size(across: int, rows: int, bits: int, thinned: tuple[int, int] | None) -> int:
    if thinned is None:
        return (across * bits + 7) // 8 * rows
    wide, high = thinned
    return -(-across // wide) * -(-rows // high) * (wide * high + 2)
