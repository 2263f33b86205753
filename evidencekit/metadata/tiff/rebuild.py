"""A TIFF written anew from what shows its pages, and nothing else.

Kept: the coded data of strips and tiles, cut where the picture ends, and the numbers that decide
how they are shown (:mod:`~evidencekit.metadata.tiff.allowed`). Small versions of a page go; masks
and raw data of sensors are refused.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from evidencekit.metadata.exif.kept import Kept, read_kept
from evidencekit.metadata.exif.tiff import tiff_block
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.icc import is_srgb, read_profile
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.profiles import rebuild_profile
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.tiff import allowed as tag
from evidencekit.metadata.tiff.coded import JPEG, UNDERSTOOD, exact, jpeg_stream
from evidencekit.metadata.tiff.directories import Directories, Page
from evidencekit.metadata.tiff.layout import sizes_of
from evidencekit.metadata.tiff.writing import (
    LONG,
    MOST,
    RATIONAL,
    UNDEFINED,
    Written,
    directory_at,
    encode,
)
from evidencekit.metadata.whole import read_whole

_SMALL_VERSION, _MASK = 1, 4  # bits of NewSubfileType
_OLD_SUBFILE, _OLD_SMALL = 255, (2,)
_DNG, _ASCII, _TAKEN, _ZONE = 50706, 2, 0x9003, 0x9011
_UPRIGHT = 1
_WORDS = {
    305: "software", 306: "time", 700: "xmp", 33723: "photoshop-iptc", 34377: "photoshop-iptc",
    34665: "exif", 34853: "place", 330: "more-pictures", 34675: "colour-profile", 282: "density",
    283: "density", 296: "density", 37724: "layers", 301: "primaries", 318: "primaries",
    319: "primaries", **dict.fromkeys((269, 270, 271, 272, 285, 315, 316, 33432), "text"),
}  # fmt: skip
_UNSAID = frozenset({tag.SUBFILE, 255, 297, tag.INKS, tag.COEFFICIENTS, tag.EXIF})
"""Not written, and nobody misses them: which version, which page, what is usual."""


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write all pages anew; raises :class:`MalformedError` where that needs a guess."""
    data = read_whole(stream)
    file, gone, digest = Directories(data), Gone(), hashlib.sha256()
    kept = Kept() if file.is_large else read_kept(data, wish)
    pages = []
    for page in _shown(file, gone):
        written = _page(file, page, gone)
        for piece in written.pieces:
            digest.update(len(piece).to_bytes(8, "big") + piece)
        digest.update(repr(sorted(written.numbers.items())).encode())
        pages.append(written)
    if not pages:
        raise MalformedError("no page")
    rebuilt = _encoded(pages, kept, file.order)
    _note_exif(file, data, kept, gone)
    if rebuilt != data and not gone.words:
        gone.note("file-details")
    out.write(rebuilt)
    return Rebuilt(
        removed=gone.words,
        kept=_kept(pages, kept),
        kept_values=kept.values,
        content_sha256=digest.hexdigest(),
    )


def _shown(file: Directories, gone: Gone) -> Iterator[Page]:
    for page in file.pages():
        kind = page[tag.SUBFILE].numbers()[:1] if tag.SUBFILE in page else (0,)
        old = page[_OLD_SUBFILE].numbers() if _OLD_SUBFILE in page else ()
        if any(one & _MASK for one in kind):
            raise MalformedError("a page that is a mask of another")
        if any(one & _SMALL_VERSION for one in kind) or old == _OLD_SMALL:
            gone.note("thumbnail")
        else:
            yield page


def _page(file: Directories, page: Page, gone: Gone) -> Written:
    if _DNG in page:
        raise MalformedError("raw data of a camera, which are no picture yet")
    numbers = dict(tag.numbers_of(page))
    compression = page[tag.COMPRESSION].numbers()[0] if tag.COMPRESSION in page else 1
    if compression not in UNDERSTOOD:
        raise MalformedError(f"compression {compression} is not understood")
    pieces = _pieces(file, page, numbers, compression)
    is_tiled = tag.TILES in page
    numbers[tag.COMPRESSION] = (compression,)
    others = _others(file.order, page, numbers)
    written = Written(
        numbers=numbers,
        pieces=pieces,
        places=tag.TILES if is_tiled else tag.STRIPS,
        sizes=tag.TILE_SIZES if is_tiled else tag.STRIP_SIZES,
        others=others,
    )
    _note(page, written, gone)
    return written


def _pieces(
    file: Directories, page: Page, numbers: Mapping[int, tuple[int, ...]], compression: int
) -> Sequence[bytes]:
    is_tiled = tag.TILES in page
    fields = (tag.TILES, tag.TILE_SIZES) if is_tiled else (tag.STRIPS, tag.STRIP_SIZES)
    if any(one not in page for one in fields):
        raise MalformedError("picture data missing")
    places, lengths = (page[one].numbers() for one in fields)
    expected = sizes_of(numbers, is_tiled=is_tiled, is_jpeg=compression == JPEG)
    if not len(places) == len(lengths) == len(expected):
        raise MalformedError("another number of pieces than the picture has")
    is_reversed = numbers.get(tag.FILL_ORDER) == (2,)
    return [
        exact(file.piece(place, length), compression, size, is_reversed=is_reversed)
        for place, length, size in zip(places, lengths, expected, strict=True)
    ]


def _others(
    order: str, page: Page, numbers: dict[int, tuple[int, ...]]
) -> dict[int, tuple[int, bytes]]:
    found: dict[int, tuple[int, bytes]] = {}
    if tag.ORIENTATION in page:
        turned = page[tag.ORIENTATION].numbers()
        if len(turned) == 1 and _UPRIGHT < turned[0] <= 8:  # noqa: PLR2004 (TIFF 6.0 p. 36)
            numbers[tag.ORIENTATION] = turned
    if tag.TABLES in page and numbers[tag.COMPRESSION] == (JPEG,):
        found[tag.TABLES] = UNDEFINED, jpeg_stream(page[tag.TABLES].data)
    if tag.PROFILE in page and (profile := _profile(page[tag.PROFILE].data)):
        found[tag.PROFILE] = UNDEFINED, profile
    if ranges := tag.ranges_of(page):
        found[tag.RANGES] = RATIONAL, _fractions(order, ranges)
    across, down = tag.pixel_ratio(page)
    if across != down:
        numbers[tag.UNIT] = (1,)  # only a shape, no measure
        found[tag.ACROSS] = RATIONAL, _fractions(order, (across,))
        found[tag.DOWN] = RATIONAL, _fractions(order, (down,))
    return found


def _fractions(order: str, values: Sequence[int]) -> bytes:
    end = "little" if order == "<" else "big"
    one = (1).to_bytes(4, end)  # type: ignore[arg-type]
    return b"".join(value.to_bytes(4, end) + one for value in values)  # type: ignore[arg-type]


def _profile(data: bytes) -> bytes:
    """Return the profile as numbers; empty for sRGB, which is what viewers assume."""
    try:
        if is_srgb(read_profile(data)):
            return b""
    except MalformedError:
        pass  # it may be one of tables
    return rebuild_profile(data)


def _note(page: Page, written: Written, gone: Gone) -> None:
    has = {*written.numbers, *written.others, written.places, written.sizes} | _UNSAID
    for one in page:
        if one not in has:
            gone.note(_WORDS.get(one, "details"))
    for one, (_kind, data) in written.others.items():
        gone.when(one in page and page[one].data != data, _WORDS.get(one, "details"))


def _note_exif(file: Directories, data: bytes, kept: Kept, gone: Gone) -> None:
    """Note Exif where it says more than what is kept of it."""
    block = None if file.is_large else tiff_block(data)
    for page in file.pages():
        if tag.EXIF not in page:
            continue
        said = set()
        if block is not None and kept.taken:
            said = set(block.entries(page[tag.EXIF].numbers()[0])) - {_TAKEN, _ZONE}
        gone.when(said or not kept.taken, "exif")


def _encoded(pages: list[Written], kept: Kept, order: str) -> bytes:
    if sum(len(piece) for page in pages for piece in page.pieces) > MOST:
        raise MalformedError("more data than a TIFF can point to")
    if not kept.taken:
        return encode(pages, order)
    first = pages[0]
    empty = encode([_with_exif(first, 0, order), *pages[1:]], order)
    place = len(empty)
    texts = {_TAKEN: (_ASCII, kept.taken + b"\0")}
    if kept.zone:
        texts[_ZONE] = (_ASCII, kept.zone + b"\0")
    whole = encode([_with_exif(first, place, order), *pages[1:]], order)
    return whole + directory_at(place, texts, order)


def _with_exif(page: Written, place: int, order: str) -> Written:
    pointer = place.to_bytes(4, "little" if order == "<" else "big")
    return Written(
        numbers=page.numbers, pieces=page.pieces, places=page.places, sizes=page.sizes,
        others={**page.others, tag.EXIF: (LONG, pointer)},
    )  # fmt: skip


def _kept(pages: Sequence[Written], kept: Kept) -> tuple[str, ...]:
    words = dict.fromkeys(kept.words)
    for page in pages:
        if tag.ORIENTATION in page.numbers:
            words[f"orientation {page.numbers[tag.ORIENTATION][0]}"] = None
        words |= dict.fromkeys(["pixel-ratio"] if tag.ACROSS in page.others else [])
        words |= dict.fromkeys(["colour-profile numbers"] if tag.PROFILE in page.others else [])
    return tuple(words)
