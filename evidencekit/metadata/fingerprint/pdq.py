"""PDQ: 256 bits of what a picture looks like.

Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019: two passes
of a box filter along rows and columns, 64×64 values, a cosine transform of which 16×16 are kept,
each above the median or not. The tests hold results of the library of its authors.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Places = NDArray[np.int64]
BITS, SIDE, KEPT = 256, 64, 16
LUMA = (0.299, 0.587, 0.114)
"""Of red, green and blue."""
_QUALITY = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdq:
    """What a picture looks like."""

    hashes: tuple[str, ...]
    """64 lower-case hexadecimal digits each: the picture, then turned by 90, 180 and 270 degrees,
    then these four mirrored left to right."""
    quality: int
    """0 for a flat surface, 100 for much detail; below 50 a match says little."""


def pdq(red_green_blue: NDArray[np.uint8]) -> Pdq:
    """Return the fingerprints of rows × columns × 3 values."""
    small = reduce(red_green_blue.astype(np.float64) @ np.array(LUMA))
    turned = [np.rot90(small, -turns) for turns in range(4)]
    views = turned + [np.fliplr(view) for view in turned]
    return Pdq(hashes=tuple(map(_bits, views)), quality=_quality(small))


def reduce(luma: Values) -> Values:
    """Return 64×64 values of a picture of any size: filtered twice, then picked.

    Rows and columns are filtered each for themselves, so both passes and the choice are one table
    for each side of the picture.
    """
    rows, columns = luma.shape
    found: Values = _filtered(rows) @ luma @ _filtered(columns).T
    return found


def distance(one: str, other: str) -> int:
    """Return in how many of 256 bits two fingerprints differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _window(size: int) -> int:
    return (size + 2 * SIDE - 1) // (2 * SIDE)


def _picked(size: int) -> Places:
    found: Places = ((np.arange(SIDE) + 0.5) * size / SIDE).astype(np.int64)
    return found


@lru_cache(maxsize=64)
def _filtered(size: int) -> Values:
    """Return what each of the 64 values takes of the values of one side."""
    twice: Values = _box(size, _picked(size)) @ _box(size, np.arange(size))
    return twice


def _box(size: int, places: Places) -> Values:
    """Average over a window around each place, fewer values at the ends."""
    window, at = _window(size), np.arange(size)
    if window <= 1:
        chosen: Values = (at == places[:, None]).astype(np.float64)
        return chosen
    ahead = (window + 2) // 2
    ends = np.minimum(places + ahead, size)[:, None]
    starts = np.maximum(places + ahead - window, 0)[:, None]
    found: Values = ((starts <= at) & (at < ends)) / (ends - starts)
    return found


@cache
def _cosines() -> Values:
    rows, columns = np.arange(1, KEPT + 1), np.arange(SIDE)
    found: Values = np.sqrt(2 / SIDE) * np.cos(np.pi / (2 * SIDE) * np.outer(rows, 2 * columns + 1))
    return found


def _bits(small: Values) -> str:
    transformed = (_cosines() @ small @ _cosines().T).reshape(BITS)
    median = np.partition(transformed, BITS // 2 - 1)[BITS // 2 - 1]  # the lower of the two
    bits = np.packbits(transformed > median, bitorder="little")
    return bytes(bits[::-1]).hex()


def _quality(small: Values) -> int:
    """Sum steps between neighbours, each in whole hundredths of the range."""
    steps = sum(
        int(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum()) for axis in (0, 1)
    )
    return min(100, steps // _QUALITY)
