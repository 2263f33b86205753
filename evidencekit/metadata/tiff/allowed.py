"""What a page of a TIFF may say in a copy: numbers that decide how it is shown (TIFF 6.0 part 1-3).

Each of these fields is held against what it may be, and written anew; a picture that needs another
is not understood.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.tiff.directories import Page

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIPS, ORIENTATION, SAMPLES, ROWS, STRIP_SIZES, PLANAR = 273, 274, 277, 278, 279, 284
TILE_WIDTH, TILE_LENGTH, TILES, TILE_SIZES, PALETTE, TABLES = 322, 323, 324, 325, 320, 347
SUBSAMPLING, COEFFICIENTS, RANGES, PROFILE, EXIF, SUBFILE = 530, 529, 532, 34675, 34665, 254
ACROSS, DOWN, UNIT, INKS = 282, 283, 296, 332
_SMALL = range(65_536)
_VALUES: Mapping[int, range | frozenset[int]] = MappingProxyType(
    {
        WIDTH: range(1, 2**31), LENGTH: range(1, 2**31), BITS: range(1, 65),
        PHOTOMETRIC: frozenset({0, 1, 2, 3, 5, 6, 8}), FILL_ORDER: range(1, 3),
        SAMPLES: range(1, 33), ROWS: range(1, 2**32), PLANAR: range(1, 3),
        292: range(8), 293: frozenset({0, 2}),  # options of faxes
        317: range(1, 4), PALETTE: _SMALL, TILE_WIDTH: range(1, 2**31),
        TILE_LENGTH: range(1, 2**31),
        338: range(3), 339: range(1, 4),  # what further values are, and of which type
        SUBSAMPLING: frozenset({1, 2, 4}), 531: range(1, 3),
    }
)  # fmt: skip
_LENGTHS = MappingProxyType({SUBSAMPLING: 2})
_RAW = frozenset({32803, 34892})
"""Photometric interpretations of raw data of sensors."""
_OF_601 = (0.299, 0.587, 0.114)
_BY_PALETTE = (3,)
_NEAR = 0.002


def numbers_of(page: Page) -> dict[int, tuple[int, ...]]:
    """Return the whole numbers that are written, by field; raises :class:`MalformedError`."""
    if PHOTOMETRIC in page and page[PHOTOMETRIC].numbers()[:1] in {(one,) for one in _RAW}:
        raise MalformedError("raw data of a camera, which are no picture yet")
    found = {}
    for tag, allowed in _VALUES.items():
        if tag in page:
            values = page[tag].numbers()
            if not values or any(one not in allowed for one in values):
                raise MalformedError(f"field {tag} says what is not understood")
            found[tag] = values
    for tag in (WIDTH, LENGTH, PHOTOMETRIC):
        if len(found.get(tag, ())) != 1:
            raise MalformedError(f"field {tag} is missing, or not one number")
    if found[PHOTOMETRIC] != _BY_PALETTE:
        found.pop(PALETTE, None)  # nobody looks into it
    _require_lengths(found)
    _require_inks(page)
    return found


def _require_lengths(found: Mapping[int, tuple[int, ...]]) -> None:
    samples = found.get(SAMPLES, (1,))[0]
    for tag, values in found.items():
        longest = {BITS: samples, 338: samples, 339: samples, SUBSAMPLING: 2}.get(tag, 1)
        if tag == PALETTE:
            longest = 3 << min(found.get(BITS, (1,))[0], 16)
        if len(values) > longest:
            raise MalformedError(f"field {tag} has more values than it may")


def _require_inks(page: Page) -> None:
    if INKS in page and page[INKS].numbers() != (1,):
        raise MalformedError("inks that are not cyan, magenta, yellow and black")
    if COEFFICIENTS in page and not _are_usual(page):
        raise MalformedError("colours of a kind that is not understood")


def _are_usual(page: Page) -> bool:
    return all(
        abs(have - want) < _NEAR
        for have, want in zip(_ratios(page, COEFFICIENTS, 3), _OF_601, strict=True)
    )


def ranges_of(page: Page) -> tuple[int, ...]:
    """Return black and white of each value as whole numbers; empty where nothing says."""
    if RANGES not in page:
        return ()
    ratios = _ratios(page, RANGES, 6)
    if any(one != int(one) or int(one) not in _SMALL for one in ratios):
        raise MalformedError("black and white of a kind that is not understood")
    return tuple(map(int, ratios))


def pixel_ratio(page: Page) -> tuple[int, int]:
    """Return how pixels are shaped: across to down, 1 to 1 where nothing says."""
    if ACROSS not in page or DOWN not in page:
        return 1, 1
    across, down = (_ratios(page, tag, 1)[0] for tag in (ACROSS, DOWN))
    if across <= 0 or down <= 0 or abs(across / down - 1) < _NEAR:
        return 1, 1
    hundredths = round(100 * across / down)
    return max(1, min(hundredths, 65_535)), 100


def _ratios(page: Page, tag: int, count: int) -> tuple[float, ...]:
    field = page[tag]
    if field.kind != 5 or len(field.data) != 8 * count:  # noqa: PLR2004 (RATIONAL)
        raise MalformedError(f"field {tag} is no list of {count} fractions")
    pairs = struct.iter_unpack(f"{field.order}II", field.data)
    return tuple(above / below if below else 0.0 for above, below in pairs)
