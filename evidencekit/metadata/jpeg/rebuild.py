"""A JPEG written anew from what shows the picture, and nothing else.

Kept as they are: frame and scan headers, tables, restart intervals, entropy-coded data. Written
anew from numbers: JFIF (only whether pixels are square), Adobe (only the colour transform), the
orientation, a colour profile that is not sRGB. Everything else goes, whatever it is: other APPn,
comments, fill bytes, whatever follows the image. Tables must be exactly as long as they say.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from math import gcd
from typing import BinaryIO

from evidencekit.metadata.exif.kept import Kept, make_exif, read_kept
from evidencekit.metadata.icc import is_srgb, make_profile, read_profile
from evidencekit.metadata.jpeg import segments as jpeg
from evidencekit.metadata.jpeg.segments import Segment, trailer_start, walk
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.whole import read_whole

_JFIF, _EXIF, _ICC, _ADOBE = b"JFIF\0", b"Exif\0\0", b"ICC_PROFILE\0", b"Adobe"
_NUMBER = 2  # bytes
_MAX_ICC_PART = 65_519  # what a segment holds besides identifier, number and count (ICC.1 B.4)
_WORDS = (  # how a dropped segment is called in the report
    (jpeg.APP0, _JFIF, "jfif-details"),
    (jpeg.APP0, b"JFXX\0", "thumbnail"),
    (jpeg.APP1, b"Exif\0", "exif"),
    (jpeg.APP1, b"http://ns.adobe.com/", "xmp"),
    (jpeg.APP2, _ICC, "colour-profile"),
    (jpeg.APP2, b"MPF\0", "more-pictures"),
    (jpeg.APP13, b"Photoshop 3.0\0", "photoshop-iptc"),
    (jpeg.APP14, _ADOBE, "adobe-details"),
    (jpeg.COM, b"", "comment"),
)


_PICTURE = frozenset({jpeg.SOS, jpeg.DQT, jpeg.DHT, jpeg.DAC, jpeg.DRI, jpeg.DNL, *jpeg.FRAMES})


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the picture anew; raises :class:`MalformedError` where that needs a guess."""
    data = read_whole(stream)
    segments = tuple(walk(data))
    _require_one_picture(segments)
    kept = _kept(segments, wish)
    extras = (_jfif(segments), ("", _exif(kept)), _colours(segments), _adobe(segments))
    body = b"".join(_copy(segment) for segment in segments if _is_picture(segment))
    rebuilt = b"".join([b"\xff\xd8", *(data for _, data in extras), body, b"\xff\xd9"])
    out.write(rebuilt)
    words = [word for word, data in extras if word and data]
    return Rebuilt(
        removed=_removed(data, segments, rebuilt),
        kept=(*kept.words, *words),
        kept_values=kept.values,
        content_sha256=_digest(segments),
    )


def _require_one_picture(segments: Sequence[Segment]) -> None:
    markers = [segment.marker for segment in segments]
    frames = [place for place, marker in enumerate(markers) if marker in jpeg.FRAMES]
    if len(frames) != 1 or jpeg.SOS not in markers or markers.index(jpeg.SOS) < frames[0]:
        raise MalformedError("not exactly one frame with its scans")
    for segment in segments:
        if segment.name.startswith("marker") and segment.marker != jpeg.EOI:
            # Hierarchical (Annex J) or reserved: it may change the picture.
            raise MalformedError(f"{segment.name} at {segment.offset} is not understood")
        if _is_picture(segment) and not is_exact(segment):
            raise MalformedError(f"{segment.name} at {segment.offset} is not as long as it says")


def _is_picture(segment: Segment) -> bool:
    return segment.marker in _PICTURE


def is_exact(segment: Segment) -> bool:
    """Whether a segment holds its content and no byte more (ISO 10918-1 B.2.2-B.2.5)."""
    payload = segment.payload
    if segment.marker in jpeg.FRAMES:
        return len(payload) > 5 and len(payload) == 6 + 3 * payload[5]  # noqa: PLR2004
    match segment.marker:
        case jpeg.SOS:
            return len(payload) > 0 and len(payload) == 4 + 2 * payload[0]
        case jpeg.DQT:
            return _is_exact_table(payload, _quantization_size)
        case jpeg.DHT:
            return _is_exact_table(payload, _huffman_size)
        case jpeg.DAC:
            return len(payload) % 2 == 0
        case _:
            return len(payload) == _NUMBER  # DRI, DNL


def _is_exact_table(payload: bytes, size_at: Callable[[bytes, int], int]) -> bool:
    position = 0
    while position < len(payload):
        position += size_at(payload, position)
    return position == len(payload) > 0


def _quantization_size(payload: bytes, position: int) -> int:
    """B.2.4.1: 64 values of one byte, or of two."""
    return 1 + 64 * (2 if payload[position] >> 4 else 1)


def _huffman_size(payload: bytes, position: int) -> int:
    """B.2.4.2: sixteen counts, and so many values."""
    return 17 + sum(payload[position + 1 : position + 17])


def _copy(segment: Segment) -> bytes:
    return _make(segment.marker, segment.payload) + segment.entropy


def _make(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def _with(segments: Iterable[Segment], marker: int, prefix: bytes) -> list[bytes]:
    return [
        segment.payload
        for segment in segments
        if segment.marker == marker and segment.payload.startswith(prefix)
    ]


def _jfif(segments: Sequence[Segment]) -> tuple[str, bytes]:
    """JFIF decides how colours are read, so whether it is there is kept; of its density, the ratio.

    ISO/IEC 10918-5 §10.1.
    """
    found = _with(segments, jpeg.APP0, _JFIF)
    if not found:
        return "jfif", b""
    across, down = (int.from_bytes(found[0][at : at + 2], "big") or 1 for at in (8, 10))
    common = gcd(across, down)
    ratio = (across // common).to_bytes(2, "big") + (down // common).to_bytes(2, "big")
    return "jfif", _make(jpeg.APP0, _JFIF + b"\x01\x02\x00" + ratio + b"\0\0")


def _kept(segments: Sequence[Segment], wish: Wish) -> Kept:
    blocks = _with(segments, jpeg.APP1, _EXIF)
    found = {read_kept(block[len(_EXIF) :], wish) for block in blocks} or {Kept()}
    if len({one.orientation for one in found}) > 1:
        raise MalformedError("two Exif blocks that turn the picture differently")
    if len(found) > 1:
        raise MalformedError("two Exif blocks that were taken at different times")
    return found.pop()


def _exif(kept: Kept) -> bytes:
    block = make_exif(kept)
    return _make(jpeg.APP1, _EXIF + block) if block else b""


def _colours(segments: Sequence[Segment]) -> tuple[str, bytes]:
    parts = [part[len(_ICC) :] for part in _with(segments, jpeg.APP2, _ICC)]
    if not parts:
        return "colour-profile", b""
    numbers = [part[:1] for part in parts]
    if sorted(numbers) != [bytes((n,)) for n in range(1, len(parts) + 1)]:
        raise MalformedError("a colour profile of which parts are missing")
    profile = read_profile(b"".join(part[2:] for part in sorted(parts)))
    if is_srgb(profile):
        return "colour-profile", b""
    written = make_profile(profile)
    pieces = [written[at : at + _MAX_ICC_PART] for at in range(0, len(written), _MAX_ICC_PART)]
    return "colour-profile numbers", b"".join(
        _make(jpeg.APP2, _ICC + bytes((number, len(pieces))) + piece)
        for number, piece in enumerate(pieces, start=1)
    )


def _adobe(segments: Sequence[Segment]) -> tuple[str, bytes]:
    """Only the last byte decides colours (Adobe TN 5116 §18); the rest are encoder flags."""
    transforms = {part[11:12] for part in _with(segments, jpeg.APP14, _ADOBE)}
    if not transforms:
        return "adobe-transform", b""
    transform = transforms.pop()
    if transforms or transform not in {b"\0", b"\1", b"\2"}:
        raise MalformedError("Adobe segments that contradict themselves")
    written = _make(jpeg.APP14, _ADOBE + b"\x00\x64\0\0\0\0" + transform)
    return f"adobe-transform {transform[0]}", written


def _removed(data: bytes, segments: Sequence[Segment], rebuilt: bytes) -> tuple[str, ...]:
    """Name what of the input is not in the output, in the order met, each kind once."""
    written = {(s.marker, s.payload) for s in walk(rebuilt)}
    gone = [s for s in segments if (s.marker, s.payload) not in written]
    words = [_word(segment) for segment in gone]
    if trailer_start(segments[-1]) < len(data):
        words.append("bytes-after-end")
    if not words and len(rebuilt) != len(data):
        words.append("fill-bytes")
    return tuple(dict.fromkeys(words))


def _word(segment: Segment) -> str:
    for marker, prefix, word in _WORDS:
        if segment.marker == marker and segment.payload.startswith(prefix):
            return word
    return f"unknown {segment.name}"


def _digest(segments: Iterable[Segment]) -> str:
    digest = hashlib.sha256()
    for segment in segments:
        if segment.marker != jpeg.SOS:
            continue
        digest.update(len(segment.entropy).to_bytes(8, "big"))
        digest.update(segment.entropy)
    return digest.hexdigest()
