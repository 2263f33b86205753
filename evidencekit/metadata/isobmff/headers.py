"""Heads of movies, tracks and media, written anew without times and names.

ISO/IEC 14496-12 §8.2.2 (mvhd), §8.3.2 (tkhd), §8.4.2 (mdhd), §8.4.3 (hdlr), §8.6.6 (elst), §8.7.2
(dref). The epoch is 1904-01-01 00:00 UTC.
"""

import struct
from datetime import UTC, datetime, timedelta

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Part, box, split
from evidencekit.metadata.malformed import MalformedError

_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_MATRIX = 36  # bytes
_COMPONENTS = frozenset({b"mhlr", b"dhlr"})  # QuickTime's, before the type of a handler
_SELF_CONTAINED = 1  # flag of an entry of dref


def created(head: Part) -> int:
    """Return when ``mvhd``, ``tkhd`` or ``mdhd`` says it was made, in seconds of the epoch."""
    wide = head.data[:1] == b"\1"
    return int.from_bytes(head.data[4 : 12 if wide else 8], "big")


def changed(head: Part) -> int:
    """Return the second at which it was changed."""
    wide = head.data[:1] == b"\1"
    return int.from_bytes(head.data[12:20] if wide else head.data[8:12], "big")


def shown_time(seconds: int) -> str:
    """Return a second as people read it; many devices write local time here although it is UTC."""
    try:
        return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return f"{seconds} s after 1904"


def movie_head(part: Part, gone: Gone, *, tracks: int, keeps_time: bool) -> bytes:
    """Encode ``mvhd``; where time is kept, it is when the movie was made."""
    wide, made, rest = _timed(part, gone, wide_size=92, keeps_time=keeps_time)
    times = _times(wide, made if keeps_time else 0)
    size = 12 if wide else 8  # time scale and duration
    rate_and_volume = rest[size : size + 6]
    matrix = rest[size + 16 : size + 16 + _MATRIX]
    after = rest[size + 16 + _MATRIX :]
    gone.when(after[:24].strip(b"\0"), "player-hints")
    return box(
        b"mvhd", part.data[:1], bytes(3), times, rest[:size], rate_and_volume, bytes(10), matrix,
        bytes(24), struct.pack(">I", tracks + 1),
    )  # fmt: skip


def track_head(part: Part, gone: Gone, *, number: int) -> bytes:
    """Encode ``tkhd`` for a track that is called ``number``."""
    wide, _made, rest = _timed(part, gone, wide_size=76, keeps_time=False)
    size = 8 if wide else 4
    duration, shape = rest[8 : 8 + size], rest[16 + size :]
    if len(shape) != 8 + _MATRIX + 8:
        raise MalformedError("tkhd is cut off")
    name = struct.pack(">II", number, 0)
    seen = shape[:6] + bytes(2) + shape[8:]
    flags = bytes((0, 0, part.data[3] & 0x0F))
    return box(b"tkhd", part.data[:1], flags, _times(wide, 0), name, duration, bytes(8), seen)


def media_head(part: Part, gone: Gone) -> bytes:
    """Encode ``mdhd``: time scale, duration and language."""
    wide, _made, rest = _timed(part, gone, wide_size=16, keeps_time=False)
    size = 12 if wide else 8
    return box(b"mdhd", part.data[:1], bytes(3), _times(wide, 0), rest[: size + 2], bytes(2))


def handler(part: Part, gone: Gone) -> bytes:
    """Encode ``hdlr`` without maker and name."""
    component = part.data[4:8] if part.data[4:8] in _COMPONENTS else bytes(4)
    gone.when(part.data[12:].strip(b"\0"), "handler-names")
    return box(b"hdlr", bytes(4), component, part.data[8:12], bytes(12), b"\0")


def edits(part: Part) -> bytes:
    """Encode ``elst``: what is played when."""
    row = 20 if part.data[:1] == b"\1" else 12
    count = int.from_bytes(part.data[4:8], "big")
    if len(part.data) < 8 + row * count:
        raise MalformedError("elst is cut off")
    return box(b"elst", part.data[:1], bytes(3), part.data[4 : 8 + row * count])


def references(part: Part, gone: Gone) -> bytes:
    """Encode ``dref``: everything is in this file, or there is no copy."""
    for entry in split(part.data[8:], part.offset + 16):
        if not entry.data[3:4] or not entry.data[3] & _SELF_CONTAINED:
            raise MalformedError("its pictures or its sound are in another file")
        gone.when(entry.data[4:].strip(b"\0"), "data-references")
    return box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", bytes(3), b"\1"))


def _timed(part: Part, gone: Gone, *, wide_size: int, keeps_time: bool) -> tuple[bool, int, bytes]:
    """Return whether it is the wide form, when it was made, and what stands behind the times."""
    wide = part.data[:1] == b"\1"
    start = 20 if wide else 12
    if part.data[:1] not in {b"\0", b"\1"} or len(part.data) < start + wide_size - (
        0 if wide else 4
    ):
        raise MalformedError(f"{part.name} is cut off, or of a version that is not understood")
    made = created(part)
    gone.when((made and not keeps_time) or changed(part) not in {0, made}, "time")
    return wide, made, part.data[start:]


def _times(wide: bool, made: int) -> bytes:
    return struct.pack(">QQ" if wide else ">II", made, made)
