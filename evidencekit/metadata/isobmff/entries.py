"""Sample entries: how the samples of a track are coded (ISO/IEC 14496-12 §8.5.2, §12.1.3, §12.2.3).

QuickTime's own forms of sound descriptions are among them (QuickTime File Format, "Sound sample
descriptions", versions 1 and 2).
"""

import struct
from collections.abc import Iterator

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Part, box, split
from evidencekit.metadata.isobmff.codecs import rebuild_codec
from evidencekit.metadata.isobmff.colours import rebuild_colours
from evidencekit.metadata.malformed import MalformedError

VIDEO = frozenset(
    {
        b"avc1", b"avc3", b"hvc1", b"hev1", b"dvh1", b"dvhe", b"av01", b"vp08", b"vp09", b"mp4v",
        b"s263", b"h263", b"jpeg", b"mjpa", b"mjpb", b"png ", b"apcn", b"apch", b"apcs", b"apco",
        b"ap4h", b"ap4x",
    }
)  # fmt: skip
PLAIN_SOUND = frozenset({b"sowt", b"twos", b"raw ", b"in24", b"in32", b"fl32", b"fl64", b"NONE"})
SOUND = PLAIN_SOUND | frozenset(
    {
        b"mp4a", b"ac-3", b"ec-3", b"Opus", b"fLaC", b"alac", b"samr", b"sawb", b"lpcm", b"ipcm",
        b"fpcm", b"ulaw", b"alaw", b".mp3",
    }
)  # fmt: skip
_VIDEO_HEAD, _SOUND_HEAD = 78, 28
_SOUND_MORE = {0: 0, 1: 16, 2: 36}
_CHANNELS_ROW = 20


def rebuild_entries(part: Part, handler: bytes, gone: Gone) -> bytes:
    """Return ``stsd`` anew; raises :class:`MalformedError` for codings that are not known."""
    entries = list(split(part.data[8:], part.offset + 16))
    if len(entries) != int.from_bytes(part.data[4:8], "big") or not entries:
        raise MalformedError("stsd does not hold what it says")
    written = []
    for entry in entries:
        if handler == b"vide" and entry.kind in VIDEO:
            written.append(_video(entry, gone))
        elif handler == b"soun" and entry.kind in SOUND:
            written.append(_sound(entry, gone))
        else:
            raise MalformedError(f"coded as {entry.name}, which is not understood")
    return box(b"stsd", part.data[:1], bytes(3), struct.pack(">I", len(written)), *written)


def codings(part: Part) -> tuple[bytes, ...]:
    """Return the four letters of each entry of ``stsd``."""
    return tuple(entry.kind for entry in split(part.data[8:]))


def bytes_of_a_sample(part: Part) -> int | None:
    """Return how many bytes a sample of plain QuickTime sound has, None for other codings."""
    entry = next(split(part.data[8:]))
    if entry.kind not in PLAIN_SOUND or len(entry.data) < _SOUND_HEAD:
        return None
    version, channels, bits = struct.unpack_from(">H6xHH", entry.data, 8)
    if version == 1:
        per_packet, _, per_frame = struct.unpack_from(">III", entry.data + bytes(16), 28)
        return int(per_frame // per_packet) if per_packet else None
    return int(channels * bits // 8)


def extensions(entry: Part, handler: bytes) -> Iterator[Part]:
    """Yield the boxes inside a sample entry."""
    head = _VIDEO_HEAD if handler == b"vide" else _sound_head(entry)
    yield from split(entry.data[head:], entry.offset + 8 + head)


def _video(entry: Part, gone: Gone) -> bytes:
    data = entry.data
    if len(data) < _VIDEO_HEAD or int.from_bytes(data[6:8], "big") != 1:
        raise MalformedError(f"{entry.name} is cut off")
    width, height, across, down = struct.unpack_from(">HHII", data, 24)
    frames, depth, colours = struct.unpack(">H", data[40:42])[0], data[74:76], data[76:78]
    gone.when(data[8:24].strip(b"\0"), "encoder")
    gone.when(data[42:74].strip(b"\0"), "encoder")
    if colours not in {b"\xff\xff", b"\0\0"}:
        colours = b"\xff\xff"
    if entry.kind in {b"jpeg", b"png "} and data[76:78] == b"\0\0":
        raise MalformedError("a table of colours, which is not understood")
    head = (
        bytes(6)
        + b"\0\1"
        + bytes(16)
        + struct.pack(">HHIIIH", width, height, across, down, 0, frames)
    )
    return box(entry.kind, head, bytes(32), depth, colours, *_children(entry, b"vide", gone))


def _sound_head(entry: Part) -> int:
    version = int.from_bytes(entry.data[8:10], "big")
    if version not in _SOUND_MORE:
        raise MalformedError("a description of sound that is not understood")
    return _SOUND_HEAD + _SOUND_MORE[version]


def _sound(entry: Part, gone: Gone) -> bytes:
    data, head = entry.data, _sound_head(entry)
    if len(data) < head or int.from_bytes(data[6:8], "big") != 1:
        raise MalformedError(f"{entry.name} is cut off")
    gone.when(data[10:16].strip(b"\0"), "encoder")
    start = bytes(6) + data[6:10] + bytes(6) + data[16:head]
    return box(entry.kind, start, *_children(entry, b"soun", gone))


def _children(entry: Part, handler: bytes, gone: Gone) -> Iterator[bytes]:
    for part in extensions(entry, handler):
        match part.kind:
            case b"colr":
                yield rebuild_colours(part, gone)
            case b"wave":
                yield _wave(part, gone)
            case b"chan":
                yield _channels(part)
            case b"sinf" | b"senc":
                raise MalformedError("encrypted")
            case _:
                written = rebuild_codec(part, gone)
                if written is None:
                    gone.note(f"box {part.name}")
                else:
                    yield written


def _wave(part: Part, gone: Gone) -> bytes:
    """QuickTime wraps the configuration of a decoder of sound; a box without a name ends it."""
    written = []
    for inner in split(part.data, part.offset + 8):
        if inner.kind == bytes(4):
            written.append(box(bytes(4)))
        elif inner.kind == b"mp4a":
            written.append(box(b"mp4a", bytes(4)))
        else:
            rebuilt = rebuild_codec(inner, gone)
            gone.when(rebuilt is None, f"box {inner.name}")
            written.append(rebuilt or b"")
    return box(b"wave", *written)


def _channels(part: Part) -> bytes:
    count = int.from_bytes(part.data[12:16], "big")
    size = 16 + count * _CHANNELS_ROW
    if len(part.data) < size:
        raise MalformedError("chan is cut off")
    return box(b"chan", part.data[:size])
