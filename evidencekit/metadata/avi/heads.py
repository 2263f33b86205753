"""What is said of an AVI and of its streams, written anew from numbers (AVI 1.0)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.metadata.avi.chunks import MAX_HEAD, encode, read_chunk
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.sound.riff import Chunk, form_of, walk

MAX_STREAMS = 64
_AVIH, _STRH, _BITMAP = 40, 56, 40
_INDEXED, _INTERLEAVED = 0x10, 0x100
_PALETTED = (1, 4, 8)
_PLAIN = b"\0\0\0\0"
_MJPEG = frozenset({b"MJPG", b"mjpg", b"AVRn", b"dmb1"})
_H264 = frozenset({b"H264", b"h264", b"X264", b"x264", b"avc1", b"AVC1"})
_MPEG4 = frozenset(
    {b"XVID", b"xvid", b"DIVX", b"divx", b"DX50", b"FMP4", b"fmp4", b"MP4V", b"mp4v"}
)
_OTHERS = frozenset(
    {_PLAIN, b"DIB ", b"RGB ", b"YUY2", b"UYVY", b"I420", b"IYUV", b"YV12", b"cvid",
     b"MSVC",
     b"CRAM", b"IV32", b"IV41", b"IV50", b"VP80", b"VP90", b"MP42", b"MP43", b"DIV3", b"WMV1",
     b"WMV2", b"H263",
     b"RLE ", b"tscc"}
)  # fmt: skip
_SOUNDS = frozenset({0x1, 0x2, 0x3, 0x6, 0x7, 0x11, 0x50, 0x55, 0xFF, 0x160, 0x161, 0x2000})
"""Numbers, ADPCM, A-law, MPEG, AAC, WMA, AC-3 (mmreg.h)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream that is seen or heard."""

    number: int
    """In the source."""
    kind: bytes
    """``vids`` or ``auds``."""
    coding: str
    """How its chunks are looked into: ``mjpeg``, ``h264``, ``mpeg4``, or ``""`` for not at all."""
    head: bytes
    form: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """The head of the file and its streams."""

    main: bytes
    streams: tuple[Stream, ...]


def read_heads(stream: BinaryIO, part: Chunk, gone: Gone) -> Heads:
    """Read ``hdrl``; raises :class:`MalformedError` for a coding that is not known."""
    main, streams, count = b"", [], 0
    for chunk in walk(stream, part.body, part.body + part.size, sizes={}):
        if chunk.kind == b"avih":
            main = read_chunk(stream, chunk, MAX_HEAD)[:_AVIH]
        elif chunk.kind == b"LIST" and _kind_of(stream, chunk) == b"strl":
            found = _stream(stream, chunk, count, gone)
            streams += [found] if found is not None else []
            count += 1
        else:
            gone.note("free-space" if chunk.kind == b"JUNK" else "player-hints")
    if len(main) != _AVIH or not streams or count > MAX_STREAMS:
        raise MalformedError("no head, or nothing in it is seen or heard")
    return Heads(main=main, streams=tuple(streams))


def write_heads(heads: Heads, *, pictures: int) -> bytes:
    """Encode ``hdrl`` for so many ``pictures`` of the first stream that is seen."""
    interval, _rate, _grain, flags, _frames, first = struct.unpack_from("<6I", heads.main)
    width, height = struct.unpack_from("<II", heads.main, 32)
    flags = flags & _INTERLEAVED | _INDEXED
    main = struct.pack(
        "<10I", interval, 0, 0, flags, pictures, first, len(heads.streams), 0, width, height
    )
    lists = (
        encode(b"LIST", b"strl", encode(b"strh", one.head), encode(b"strf", one.form))
        for one in heads.streams
    )
    return encode(b"LIST", b"hdrl", encode(b"avih", main, bytes(16)), *lists)


def _kind_of(stream: BinaryIO, chunk: Chunk) -> bytes:
    stream.seek(chunk.body)
    return stream.read(4)


def _stream(stream: BinaryIO, part: Chunk, number: int, gone: Gone) -> Stream | None:
    found: dict[bytes, bytes] = {}
    for chunk in walk(stream, part.body + 4, part.body + part.size, sizes={}):
        if chunk.kind in {b"strh", b"strf"} and chunk.kind not in found:
            found[chunk.kind] = read_chunk(stream, chunk, MAX_HEAD)
        elif chunk.kind != b"indx":
            gone.note({b"strn": "tags", b"strd": "tags", b"JUNK": "free-space"}.get(
                chunk.kind, "player-hints"))  # fmt: skip
    head, form = found.get(b"strh", b""), found.get(b"strf", b"")
    kind = head[:4]
    if kind not in {b"vids", b"auds"}:
        if kind == b"iavs":
            raise MalformedError("pictures and sound in one stream, which is not understood")
        gone.note(f"track {kind.decode('latin-1')}")
        return None
    if len(head) < 48:  # noqa: PLR2004 (all but where it is shown)
        raise MalformedError("the head of a stream is cut off")
    coding, form = _picture(form, gone) if kind == b"vids" else ("", _sound(form, gone))
    return Stream(number=number, kind=kind, coding=coding, head=_head(head, form), form=form)


def _head(head: bytes, form: bytes) -> bytes:
    """Numbers only; who made the decoder is said by the form of the pictures."""
    kind, flags, first = head[:4], head[8:12], head[16:20]
    coding = form[16:20] if kind == b"vids" else bytes(4)
    flags = bytes((flags[0] & 1, 0, flags[2] & 1, 0))
    numbers, place = head[20:36], head[48:56].ljust(8, b"\0")
    return kind + coding + flags + bytes(4) + first + numbers + bytes(4) + head[40:48] + place


def _picture(form: bytes, gone: Gone) -> tuple[str, bytes]:
    """BITMAPINFOHEADER and, where there is one, its palette."""
    if len(form) < _BITMAP:
        raise MalformedError("a form of pictures that is cut off")
    coding, bits = form[16:20], int.from_bytes(form[14:16], "little")
    colours = 0
    if bits in _PALETTED:
        colours = int.from_bytes(form[32:36], "little") or 1 << bits
    size = _BITMAP + 4 * min(colours, 256)
    if len(form) < size:
        raise MalformedError("a palette that is cut off")
    if len(form) > size and coding not in _MJPEG | {_PLAIN, b"DIB "}:
        raise MalformedError("pictures whose decoder is told more than numbers")
    gone.when(len(form) > size, "unused-bytes")
    made = _BITMAP.to_bytes(4, "little") + form[4:24] + bytes(8) + form[32:size]
    return _coding_of(coding), made


def _coding_of(coding: bytes) -> str:
    for name, known in (("mjpeg", _MJPEG), ("h264", _H264), ("mpeg4", _MPEG4), ("", _OTHERS)):
        if coding in known:
            return name
    raise MalformedError(f"coded as {coding.decode('latin-1')}, which is not understood")


def _sound(form: bytes, gone: Gone) -> bytes:
    if int.from_bytes(form[:2], "little") not in _SOUNDS:
        raise MalformedError("sound coded in a way that is not understood")
    return form_of(form, gone)


def each_number(heads: Heads) -> Iterator[tuple[int, int]]:
    """Yield the number of each stream in the source with that in the copy."""
    yield from ((one.number, number) for number, one in enumerate(heads.streams))
