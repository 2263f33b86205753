"""PDQ: 256 bits of what a picture looks like.

Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019: two passes
of a box filter along rows and columns, 64×64 values, a cosine transform of which 16×16 are kept,
each above the median or not. The tests hold results of the library of its authors.
"""

from dataclasses import dataclass
from functools import cache

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

    The second time only what is picked is computed.
    """
    rows, columns = luma.shape
    across, down = _window(columns), _window(rows)
    luma = _box(luma, across, np.arange(columns))
    luma = _box(luma.T, down, np.arange(rows)).T
    luma = _box(luma, across, _picked(columns))
    return _box(luma.T, down, _picked(rows)).T


def distance(one: str, other: str) -> int:
    """Return in how many of 256 bits two fingerprints differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _window(size: int) -> int:
    return (size + 2 * SIDE - 1) // (2 * SIDE)


def _picked(size: int) -> Places:
    found: Places = ((np.arange(SIDE) + 0.5) * size / SIDE).astype(np.int64)
    return found


def _box(values: Values, window: int, places: Places) -> Values:
    """Average along rows over ``window`` values around each place, fewer at the ends."""
    if window <= 1:
        return values[:, places]
    ahead, size = (window + 2) // 2, values.shape[1]
    ends = np.minimum(places + ahead, size)
    starts = np.maximum(places + ahead - window, 0)
    sums = np.zeros((values.shape[0], size + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    found: Values = (sums[:, ends] - sums[:, starts]) / (ends - starts)
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
