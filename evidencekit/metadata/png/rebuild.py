"""A PNG written anew from what shows the picture, and nothing else (PNG 3rd ed.).

Kept: IHDR PLTE tRNS IDAT IEND (the picture), acTL fcTL fdAT (its animation), cICP mDCV cLLI and the
one of iCCP, sRGB, gAMA + cHRM that decides colours (§4.3), each only at its exact length. Written
anew: orientation (eXIf), pixel ratio (pHYs, only if pixels are not square), a colour profile that
is not sRGB. Dropped although harmless to look at: sBIT, bKGD, hIST, sPLT, the density – they change
no pixel and tell encoders and devices apart. Dropped of course: text, tIME, unknown chunks.
"""

import hashlib
import zlib
from collections.abc import Sequence
from math import gcd
from typing import BinaryIO

from evidencekit.metadata.exif.kept import Kept, make_exif, read_kept
from evidencekit.metadata.icc import MAX_PROFILE, is_srgb, make_profile, read_profile
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.png.chunks import (
    SIGNATURE,
    Chunk,
    make_chunk,
    read_header,
    trailer_start,
    walk,
)
from evidencekit.metadata.png.pixels import split_pixels
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.whole import read_whole

_PIECE = 2**20  # bytes per IDAT written; how the encoder cut them is a trace of it
_EXACT = {  # what is copied as it is, and how long it must be
    b"acTL": 8, b"cICP": 4, b"mDCV": 24, b"cLLI": 8, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32,
}  # fmt: skip
_BEFORE_PIXELS = frozenset({b"PLTE", b"tRNS", b"iCCP", b"pHYs", *_EXACT})
_ANIMATION = frozenset({b"fcTL", b"fdAT"})
_TEXTS = {b"tEXt": "text", b"zTXt": "text", b"iTXt": "text", b"eXIf": "exif", b"tIME": "time"}
_SQUARE = 1, 1


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the picture anew; raises :class:`MalformedError` where that needs a guess."""
    data = read_whole(stream)
    chunks = tuple(walk(data))
    header = read_header(chunks[0])
    _require_order(chunks)
    pixels, surplus = split_pixels(header, chunks)
    kept = _exif(chunks, wish)
    before = [
        make_chunk(b"IHDR", chunks[0].data),
        *_copies(chunks, (b"acTL", b"cICP")),
        *_colours(chunks),
        *_copies(chunks, (b"mDCV", b"cLLI")),
        *_palette(chunks, header.colour),
        *_pixel_ratio(chunks),
        *(make_chunk(b"eXIf", block) for block in (make_exif(kept),) if block),
    ]
    rebuilt = b"".join([SIGNATURE, *before, *_frames(chunks, pixels), make_chunk(b"IEND", b"")])
    out.write(rebuilt)
    return Rebuilt(
        removed=_removed(data, chunks, rebuilt, surplus=surplus),
        kept=(*_kept(rebuilt), *kept.words),
        kept_values=kept.values,
        content_sha256=_digest(chunks, pixels),
    )


def _require_order(chunks: Sequence[Chunk]) -> None:
    """§5.6: the data in one run, and nothing that counts twice, behind them, or unknown to us."""
    kinds = [chunk.kind for chunk in chunks]
    places = [place for place, kind in enumerate(kinds) if kind == b"IDAT"]
    if not places or places[-1] - places[0] != len(places) - 1:
        raise MalformedError("picture data missing, or not in one run")
    for kind in (b"eXIf", *_BEFORE_PIXELS):
        if kinds.count(kind) > 1:
            raise MalformedError(f"{kind.decode()} twice")
    for kind in _BEFORE_PIXELS & set(kinds[places[0] :]):
        # Viewers ignore it there; moved to where we write it, it would count.
        raise MalformedError(f"{kind.decode()} after the picture data")
    if b"tRNS" in kinds and b"PLTE" in kinds[kinds.index(b"tRNS") :]:
        raise MalformedError("tRNS before PLTE")
    _require_known(chunks)


def _require_known(chunks: Sequence[Chunk]) -> None:
    """§5.4: a decoder must not go on past a critical chunk that it does not know."""
    for chunk in chunks:
        if chunk.name[0].isupper() and chunk.kind not in {b"IHDR", b"PLTE", b"IDAT", b"IEND"}:
            raise MalformedError(f"critical chunk {chunk.name} is not understood")
    if chunks[-1].data:
        raise MalformedError("IEND is not empty")


def _copies(chunks: Sequence[Chunk], kinds: Sequence[bytes]) -> list[bytes]:
    copies = []
    for kind in kinds:
        for data in _of(chunks, kind):
            if len(data) != _EXACT[kind]:
                raise MalformedError(f"{kind.decode()} has a wrong length")
            copies.append(make_chunk(kind, data))
    return copies


def _colours(chunks: Sequence[Chunk]) -> list[bytes]:
    """§4.3: the profile goes before sRGB, and that before gamma and primaries."""
    for profile in _of(chunks, b"iCCP"):
        numbers = read_profile(_inflate_profile(profile))
        if is_srgb(numbers):
            return [make_chunk(b"sRGB", b"\0")]
        packed = zlib.compress(make_profile(numbers), 9)
        return [make_chunk(b"iCCP", b"picture\0\0" + packed)]
    return _copies(chunks, (b"sRGB",)) or _copies(chunks, (b"gAMA", b"cHRM"))


def _inflate_profile(data: bytes) -> bytes:
    _name, _, rest = data.partition(b"\0")
    engine = zlib.decompressobj()
    try:
        profile = engine.decompress(rest[1:], MAX_PROFILE)
    except zlib.error as exc:
        raise MalformedError("a colour profile that does not inflate") from exc
    if rest[:1] != b"\0" or not engine.eof:
        raise MalformedError("a colour profile that is cut off or too large")
    return profile


def _palette(chunks: Sequence[Chunk], colour: int) -> list[bytes]:
    """§11.2.2, §11.3.1.1: each of exactly the length that this kind of picture gives it."""
    palette = b"".join(_of(chunks, b"PLTE"))
    entries, odd = divmod(len(palette), 3)
    if odd or entries > 256 or (colour == 3 and not entries):  # noqa: PLR2004
        raise MalformedError("PLTE has a wrong length")
    transparent = b"".join(_of(chunks, b"tRNS"))
    if len(transparent) not in {0: {0, 2}, 2: {0, 6}, 3: range(entries + 1)}.get(colour, {0}):
        raise MalformedError("tRNS has a wrong length")
    kept = {b"PLTE": palette if colour == 3 else b"", b"tRNS": transparent}  # noqa: PLR2004
    return [make_chunk(kind, data) for kind, data in kept.items() if data]


def _pixel_ratio(chunks: Sequence[Chunk]) -> list[bytes]:
    for data in _of(chunks, b"pHYs"):
        across, down = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
        common = gcd(across, down) or 1
        ratio = across // common, down // common
        if ratio != _SQUARE and all(ratio):
            numbers = b"".join(number.to_bytes(4, "big") for number in ratio)
            return [make_chunk(b"pHYs", numbers + b"\0")]
    return []


def _exif(chunks: Sequence[Chunk], wish: Wish) -> Kept:
    return next((read_kept(data, wish) for data in _of(chunks, b"eXIf")), Kept())


def _frames(chunks: Sequence[Chunk], pixels: bytes) -> list[bytes]:
    frames, is_written = [], False
    for chunk in chunks:
        if chunk.kind in _ANIMATION:
            frames.append(make_chunk(chunk.kind, chunk.data))
        elif chunk.kind == b"IDAT" and not is_written:
            pieces = [pixels[at : at + _PIECE] for at in range(0, len(pixels), _PIECE)]
            frames += [make_chunk(b"IDAT", piece) for piece in pieces]
            is_written = True
    return frames


def _of(chunks: Sequence[Chunk], kind: bytes) -> list[bytes]:
    return [chunk.data for chunk in chunks if chunk.kind == kind]


def _kept(rebuilt: bytes) -> tuple[str, ...]:
    words = {
        b"iCCP": "colour-profile numbers", b"pHYs": "pixel-ratio",
        b"acTL": "animation", b"sRGB": "srgb", b"gAMA": "gamma", b"cHRM": "primaries",
        b"cICP": "colour-code", b"mDCV": "brightness", b"cLLI": "brightness",
    }  # fmt: skip
    found = (words.get(chunk.kind) for chunk in walk(rebuilt))
    return tuple(dict.fromkeys(word for word in found if word is not None))


def _removed(
    data: bytes, chunks: Sequence[Chunk], rebuilt: bytes, *, surplus: int
) -> tuple[str, ...]:
    """Name what of the input is not in the output, in the order met, each kind once."""
    written = {(chunk.kind, chunk.data) for chunk in walk(rebuilt)} | {(b"IDAT", b"")}
    gone = [c for c in chunks if c.kind != b"IDAT" and (c.kind, c.data) not in written]
    words = [_TEXTS.get(c.kind) or _word(c) for c in gone]
    if surplus:
        words.append("bytes-after-picture-data")
    if trailer_start(chunks[-1]) < len(data):
        words.append("bytes-after-end")
    return tuple(dict.fromkeys(words))


def _word(chunk: Chunk) -> str:
    known = {b"iCCP": "colour-profile", b"pHYs": "density"}
    return known.get(chunk.kind, f"chunk {chunk.name}")


def _digest(chunks: Sequence[Chunk], pixels: bytes) -> str:
    digest = hashlib.sha256(pixels)
    for chunk in chunks:
        if chunk.kind in _ANIMATION:
            digest.update(chunk.data)
    return digest.hexdigest()
