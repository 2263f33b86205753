"""A WebP written anew from what shows the picture, and nothing else.

Kept bit for bit: VP8, VP8L and ALPH, alone or as frames (ANMF) of an animation. Written anew from
numbers: the head (VP8X), how often an animation runs (ANIM), the orientation (EXIF), a colour
profile that is not sRGB (ICCP). Everything else goes, also what stands inside a frame.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from evidencekit.metadata.exif.kept import Kept, make_exif, read_kept
from evidencekit.metadata.icc import is_srgb, make_profile, read_profile
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.webp.chunks import Chunk, body_of, make_chunk, make_file, walk
from evidencekit.metadata.whole import read_whole

_CODED = frozenset({b"VP8 ", b"VP8L"})
_ICC, _ALPHA, _EXIF, _ANIMATION = 0x20, 0x10, 0x08, 0x02  # flags of VP8X
_HEAD_SIZE, _ANIM_SIZE, _FRAME_HEAD = 10, 6, 16
_WORDS = {b"EXIF": "exif", b"XMP ": "xmp", b"ICCP": "colour-profile"}


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the picture anew; raises :class:`MalformedError` where that needs a guess."""
    data = read_whole(stream)
    body = body_of(data)
    chunks = tuple(walk(body))
    kept = _kept(chunks, wish)
    profile = _profile(chunks)
    shown = _frames(chunks) if _has(chunks, b"ANIM") else _still(chunks)
    extras = {b"ICCP": profile, b"EXIF": make_exif(kept)}
    head = _head(chunks, extras)
    before = make_chunk(b"ICCP", profile) if profile else b""
    behind = make_chunk(b"EXIF", extras[b"EXIF"]) if extras[b"EXIF"] else b""
    rebuilt = make_file(b"".join((head, before, *shown, behind)))
    out.write(rebuilt)
    return Rebuilt(
        removed=_removed(data, chunks, rebuilt),
        kept=(*_words(chunks, profile), *kept.words),
        kept_values=kept.values,
        content_sha256=_digest(chunks),
    )


def _has(chunks: Iterable[Chunk], kind: bytes) -> bool:
    return any(chunk.kind == kind for chunk in chunks)


def _of(chunks: Iterable[Chunk], kind: bytes) -> list[bytes]:
    return [chunk.data for chunk in chunks if chunk.kind == kind]


def _kept(chunks: Sequence[Chunk], wish: Wish) -> Kept:
    """Read the first block, as viewers do; some begin as in a JPEG."""
    blocks = _of(chunks, b"EXIF")
    return read_kept(blocks[0].removeprefix(b"Exif\0\0"), wish) if blocks else Kept()


def _profile(chunks: Sequence[Chunk]) -> bytes:
    found = _of(chunks, b"ICCP")
    if not found:
        return b""
    profile = read_profile(found[0])
    return b"" if is_srgb(profile) else make_profile(profile)


def _head(chunks: Sequence[Chunk], extras: dict[bytes, bytes]) -> bytes:
    """§2.7: the size of the canvas, and which of the rest there is."""
    heads = _of(chunks, b"VP8X")
    if not heads:
        if any(extras.values()) or _has(chunks, b"ANIM"):
            raise MalformedError("more than a picture without a head that says so")
        return b""
    if chunks[0].kind != b"VP8X" or len(heads) > 1 or len(heads[0]) != _HEAD_SIZE:
        raise MalformedError("VP8X is not the first chunk, not the only one, or of a wrong length")
    flags = heads[0][0] & _ALPHA
    for bit, is_there in (
        (_ICC, extras[b"ICCP"]), (_EXIF, extras[b"EXIF"]), (_ANIMATION, _has(chunks, b"ANIM")),
    ):  # fmt: skip
        flags |= bit if is_there else 0
    return make_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + heads[0][4:])


def _still(chunks: Sequence[Chunk]) -> list[bytes]:
    if _has(chunks, b"ANMF"):
        raise MalformedError("frames without an animation")
    return _coded(chunks)


def _coded(chunks: Sequence[Chunk]) -> list[bytes]:
    """Return one picture, its transparency before it."""
    kinds = [chunk.kind for chunk in chunks if chunk.kind in {b"ALPH", *_CODED}]
    if kinds not in ([b"VP8 "], [b"VP8L"], [b"ALPH", b"VP8 "]):
        raise MalformedError("not exactly one picture")
    return [make_chunk(chunk.kind, chunk.data) for chunk in chunks if chunk.kind in kinds]


def _frames(chunks: Sequence[Chunk]) -> list[bytes]:
    settings, frames = _of(chunks, b"ANIM"), _of(chunks, b"ANMF")
    if len(settings) != 1 or len(settings[0]) != _ANIM_SIZE or not frames:
        raise MalformedError("an animation without frames, or that is set twice")
    if _CODED & {chunk.kind for chunk in chunks}:
        raise MalformedError("a picture besides the frames")
    return [make_chunk(b"ANIM", settings[0]), *(_frame(data) for data in frames)]


def _frame(data: bytes) -> bytes:
    if len(data) < _FRAME_HEAD:
        raise MalformedError("a frame that is cut off")
    head = data[:15] + bytes((data[15] & 3,))  # blending and disposal, §2.7.1.1
    return make_chunk(b"ANMF", head + b"".join(_coded(tuple(walk(data, _FRAME_HEAD)))))


def _words(chunks: Sequence[Chunk], profile: bytes) -> tuple[str, ...]:
    words = (
        ("animation", _has(chunks, b"ANIM")),
        ("colour-profile numbers", bool(profile)),
    )
    return tuple(word for word, is_there in words if is_there)


def _removed(data: bytes, chunks: Sequence[Chunk], rebuilt: bytes) -> tuple[str, ...]:
    written = {(chunk.kind, chunk.data) for chunk in walk(body_of(rebuilt))}
    words = []
    for chunk in chunks:
        if (chunk.kind, chunk.data) not in written:
            words.append(_WORDS.get(chunk.kind) or _word(chunk))
        if chunk.padding.strip(b"\0"):
            words.append("unused-bytes")
    if 8 + int.from_bytes(data[4:8], "little") < len(data):
        words.append("bytes-after-end")
    if not words and rebuilt != data:
        words.append("fill-bytes")
    return tuple(dict.fromkeys(words))


def _word(chunk: Chunk) -> str:
    return "frame-details" if chunk.kind in {b"ANMF", b"VP8X"} else f"chunk {chunk.name}"


def _digest(chunks: Iterable[Chunk]) -> str:
    """Digest what is coded, still or in frames."""
    digest = hashlib.sha256()
    for chunk in chunks:
        inner = walk(chunk.data, _FRAME_HEAD) if chunk.kind == b"ANMF" else (chunk,)
        for one in inner:
            if one.kind in {b"ALPH", *_CODED}:
                digest.update(one.kind + len(one.data).to_bytes(8, "big") + one.data)
    return digest.hexdigest()
