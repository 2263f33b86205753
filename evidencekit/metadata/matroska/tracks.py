"""Tracks of a film: read, and written anew with what a decoder needs (RFC 9559 §5.1.4)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Part
from evidencekit.metadata.isobmff.codecs import rebuild_codec
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.matroska import names
from evidencekit.metadata.matroska.ebml import Piece, element, split, unsigned
from evidencekit.metadata.sei import Codec
from evidencekit.metadata.vorbis import empty_comments

PICTURES, SOUND = 1, 2
_NUMBERS = frozenset({0xB9, 0x88, 0x55AA, 0x9C, 0x23E383, 0x234E7A, 0x56AA, 0x56BB, 0x6DE7, 0x55EE})
_OF_PICTURES = frozenset(
    {
        0xB0, 0xBA, 0x9A, 0x9D, 0x53B8, 0x53C0, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x54B0, 0x54BA,
        0x54B2, 0x2EB524,
    }
)  # fmt: skip
_OF_COLOURS = frozenset({0x55B1, 0x55B2, 0x55B3, 0x55B4, 0x55B5, 0x55B6, 0x55B7, 0x55B8, 0x55B9,
                         0x55BA, 0x55BB, 0x55BC, 0x55BD})  # fmt: skip
_OF_LIGHT = frozenset(range(0x55D1, 0x55DB))
_OF_SOUND = frozenset({0xB5, 0x78B5, 0x9F, 0x6264})
_COLOURS, _LIGHT = 0x55B0, 0x55D0
_LANGUAGE = re.compile(rb"[a-z]{3}")
_ENCODING, _COMPRESSION, _ALGORITHM = 0x6240, 0x5034, 0x4254
_IN_ENCODING, _IN_COMPRESSION = frozenset({0x5031, 0x5032, 0x5033}), frozenset({0x4254, 0x4255})
_ALGORITHMS = frozenset({0, 3})  # zlib, and heads that are stripped
_CODED: Mapping[str, tuple[Codec, bytes]] = MappingProxyType(
    {"V_MPEG4/ISO/AVC": ("h264", b"avcC"), "V_MPEGH/ISO/HEVC": ("h265", b"hvcC")}
)
_MAX_SMALL = 64  # bytes of a private part that are numbers only


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track."""

    number: int
    kind: int
    """1 for pictures, 2 for sound; others are no part of a copy."""
    codec: str
    pieces: Sequence[Piece]

    @property
    def is_played(self) -> bool:
        """Whether it is seen or heard."""
        return self.kind in {PICTURES, SOUND}

    @property
    def private(self) -> bytes:
        """What its decoder is told before the first frame."""
        return next((one.data for one in self.pieces if one.number == names.PRIVATE), b"")

    @property
    def is_encoded_again(self) -> bool:
        """Whether frames are packed once more."""
        return any(one.number == names.ENCODINGS for one in self.pieces)

    @property
    def coded_as(self) -> Codec | None:
        """How its pictures are coded, where remarks are looked for in them."""
        found = None if self.is_encoded_again else _CODED.get(self.codec)
        return found[0] if found is not None and self.length_size else None

    @property
    def length_size(self) -> int:
        """Bytes of the size before each unit inside a frame; 0 where there is none."""
        at = 4 if self.codec == "V_MPEG4/ISO/AVC" else 21
        return (self.private[at] & 3) + 1 if len(self.private) > at else 0


def read_tracks(data: bytes) -> list[Track]:
    """Read ``Tracks``; raises :class:`MalformedError` for one without number or codec."""
    return [_track(list(split(one.data))) for one in split(data) if one.number == names.ENTRY]


def rebuild_track(track: Track, gone: Gone) -> bytes:
    """Encode a track without names; raises :class:`MalformedError` for codings not known."""
    written = [
        unsigned(names.NUMBER, track.number),
        unsigned(names.UID, track.number),
        unsigned(names.TYPE, track.kind),
        element(names.CODEC, track.codec.encode("ascii")),
    ]
    private = _private(track, gone)
    if private:
        written.append(element(names.PRIVATE, private))
    for one in track.pieces:
        written += _kept(one, gone)
    return element(names.ENTRY, *written)


def _track(pieces: list[Piece]) -> Track:
    found = {one.number: one.data for one in pieces}
    if not {names.NUMBER, names.TYPE, names.CODEC} <= set(found):
        raise MalformedError("a track without number, type or codec")
    return Track(
        number=int.from_bytes(found[names.NUMBER], "big"),
        kind=int.from_bytes(found[names.TYPE], "big"),
        codec=found[names.CODEC].rstrip(b"\0").decode("ascii", "replace"),
        pieces=pieces,
    )


def _kept(one: Piece, gone: Gone) -> list[bytes]:
    if one.number in _NUMBERS and len(one.data) <= 8:  # noqa: PLR2004
        return [element(one.number, one.data)]
    if one.number == names.LANGUAGE and _LANGUAGE.fullmatch(one.data):
        return [element(names.LANGUAGE, one.data)]
    if one.number == names.VIDEO:
        return [element(names.VIDEO, *_pictures(one.data, gone))]
    if one.number == names.AUDIO:
        return [element(names.AUDIO, *_numbers(one.data, _OF_SOUND, gone))]
    if one.number == names.ENCODINGS:
        return [element(names.ENCODINGS, *map(_encoding, split(one.data)))]
    _note(one, gone)
    return []


def _note(one: Piece, gone: Gone) -> None:
    if one.number == names.UID:
        gone.when(len(one.data) > 2, "identifiers")  # noqa: PLR2004 (ours are small numbers)
    elif one.number not in {names.NUMBER, names.TYPE, names.CODEC, names.PRIVATE}:
        gone.note("handler-names" if one.number in names.TEXTS else "details")


def _numbers(data: bytes, allowed: frozenset[int], gone: Gone) -> list[bytes]:
    found = [one for one in split(data) if one.number in allowed and len(one.data) <= 8]  # noqa: PLR2004
    gone.when(len(found) < len(list(split(data))), "details")
    return [element(one.number, one.data) for one in found]


def _pictures(data: bytes, gone: Gone) -> list[bytes]:
    written = _numbers(
        b"".join(element(o.number, o.data) for o in split(data) if o.number != _COLOURS),
        _OF_PICTURES,
        gone,
    )
    for one in split(data):
        if one.number == _COLOURS:
            plain = b"".join(
                element(o.number, o.data) for o in split(one.data) if o.number != _LIGHT
            )
            light = [
                element(_LIGHT, *_numbers(o.data, _OF_LIGHT, gone))
                for o in split(one.data)
                if o.number == _LIGHT
            ]
            written.append(element(_COLOURS, *_numbers(plain, _OF_COLOURS, gone), *light))
    return written


def _encoding(one: Piece) -> bytes:
    """RFC 9559 §5.1.4.1.31: packed frames stay packed; encrypted ones have no copy."""
    if one.number != _ENCODING:
        return b""
    written = []
    for inner in split(one.data):
        if inner.number in _IN_ENCODING and len(inner.data) <= 8:  # noqa: PLR2004
            written.append(element(inner.number, inner.data))
        elif inner.number == _COMPRESSION:
            parts = list(split(inner.data))
            kind = next((int.from_bytes(o.data, "big") for o in parts if o.number == _ALGORITHM), 0)
            if kind not in _ALGORITHMS:
                raise MalformedError("frames packed in a way that is not understood")
            kept = (element(o.number, o.data) for o in parts if o.number in _IN_COMPRESSION)
            written.append(element(_COMPRESSION, *kept))
        else:
            raise MalformedError("encrypted")
    return element(_ENCODING, *written)


def _private(track: Track, gone: Gone) -> bytes:
    rebuild = _PRIVATE.get(track.codec)
    if rebuild is None:
        raise MalformedError(f"coded as {track.codec}, which is not understood")
    return rebuild(track.private, gone)


def _boxed(kind: bytes, *, head: bytes = b"") -> Callable[[bytes, Gone], bytes]:
    """Return how a configuration is written that is the same as in ISO media."""

    def rebuild(data: bytes, gone: Gone) -> bytes:
        if not data:
            return b""
        written = rebuild_codec(Part(kind=kind, data=head + data, offset=0), gone)
        return (written or b"")[8 + len(head) :]

    return rebuild


def _nothing(data: bytes, gone: Gone) -> bytes:
    gone.when(data, "details")
    return b""


def _small(data: bytes, _gone: Gone) -> bytes:
    if len(data) > _MAX_SMALL:
        raise MalformedError("settings of a decoder of impossible size")
    return data


def _opus(data: bytes, gone: Gone) -> bytes:
    """RFC 7845 §5.1."""
    size = 19 if len(data) > 18 and not data[18] else 21 + (data[9] if len(data) > 9 else 0)  # noqa: PLR2004
    gone.when(len(data) > size, "unused-bytes")
    if not data.startswith(b"OpusHead") or len(data) < size:
        raise MalformedError("OpusHead is cut off")
    return data[:size]


def _flac(data: bytes, gone: Gone) -> bytes:
    written = rebuild_codec(Part(kind=b"dfLa", data=bytes(4) + data[4:], offset=0), gone)
    if not data.startswith(b"fLaC") or written is None:
        raise MalformedError("no FLAC")
    return b"fLaC" + written[12:]


def _vorbis(data: bytes, gone: Gone) -> bytes:
    """Xiph lacing of three heads, of which the second is comments."""
    if data[:1] != b"\2":
        raise MalformedError("Vorbis without its three heads")
    sizes, position = [], 1
    for _head in range(2):
        size = 0
        while data[position : position + 1] == b"\xff":
            size, position = size + 255, position + 1
        sizes.append(size + int.from_bytes(data[position : position + 1], "big"))
        position += 1
    first = data[position : position + sizes[0]]
    comments = data[position + sizes[0] : position + sum(sizes)]
    setup = data[position + sum(sizes) :]
    empty = empty_comments(comments)
    gone.when(comments != empty, "tags")
    lengths = b"".join(b"\xff" * (len(o) // 255) + bytes((len(o) % 255,)) for o in (first, empty))
    return b"\2" + lengths + first + empty + setup


_PRIVATE: Mapping[str, Callable[[bytes, Gone], bytes]] = MappingProxyType(
    {
        "V_MPEG4/ISO/AVC": _boxed(b"avcC"), "V_MPEGH/ISO/HEVC": _boxed(b"hvcC"),
        "V_AV1": _boxed(b"av1C"), "V_VP8": _nothing, "V_VP9": _small, "V_MJPEG": _nothing,
        "V_MPEG1": _small, "V_MPEG2": _small, "V_PRORES": _small, "V_THEORA": _vorbis,
        "A_OPUS": _opus, "A_VORBIS": _vorbis, "A_FLAC": _flac, "A_AAC": _small,
        "A_MPEG/L3": _nothing, "A_MPEG/L2": _nothing, "A_AC3": _nothing, "A_EAC3": _nothing,
        "A_DTS": _nothing, "A_PCM/INT/LIT": _nothing, "A_PCM/INT/BIG": _nothing,
        "A_PCM/FLOAT/IEEE": _nothing, "A_ALAC": _small,
    }
)  # fmt: skip
