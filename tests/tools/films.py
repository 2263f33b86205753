"""Small films with a mark in every place that ISO base media offer; boxes are written by hand.

Pictures and sound are coded by PyAV, a development dependency.
"""

import io
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import av

MARK = b"MARK-7f3a91"
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
MADE = 3_860_442_001
"""2026-05-01 01:00:01 UTC in seconds since 1904."""
SOUND_ONLY = "ipod"
"""What FFmpeg calls the form of M4A."""
IDENTITY = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
QUARTER_TURN = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


@cache
def coded_film(kind: str = "mp4", *, remark: bytes = b"") -> bytes:
    """Ten pictures of H.264 and some sound; x264 leaves its settings in the first picture."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        pictures = None if kind == SOUND_ONLY else picture_track(container, "libx264")
        sound: Any = container.add_stream("aac", rate=48000, layout="mono")
        for packet in encoded_pictures(pictures, remark) if pictures else ():
            container.mux(packet)
        for packet in encoded_sound(sound):
            container.mux(packet)
    return out.getvalue()


@cache
def fragmented_film(flags: str = "frag_keyframe+empty_moov+default_base_moof") -> bytes:
    """The same pictures and sound, as recorders of screens write them."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": flags}) as container:
        pictures = picture_track(container, "libx264")
        pictures.codec_context.gop_size = 4
        sound: Any = container.add_stream("aac", rate=48000, layout="mono")
        coded = [*encoded_pictures(pictures, UNREGISTERED.encode()), *encoded_sound(sound)]
        for packet in sorted(coded, key=lambda one: one.dts * one.time_base):
            container.mux(packet)
    return out.getvalue()


def planted_fragments() -> bytes:
    """Return such a film with marks between, beside and behind its fragments."""
    written = []
    for kind, content in boxes(fragmented_film()):
        data = _planted_movie(content) if kind == b"moov" else content
        if kind == b"moof":
            written.append(box(b"emsg", b"event " + MARK) + box(b"free", MARK))
            written.append(box(b"styp", b"msdh" + MARK[:4]) + box(b"sidx", MARK))
        written.append(box(kind, data + (b"slack " + MARK if kind == b"mdat" else b"")))
    behind = box(b"uuid", XMP_UUID, b"<x:xmpmeta><a dc:creator='by " + MARK + b"'/>")
    behind += box(b"free", b"free " + MARK) + box(
        b"udta", box(b"\xa9cmt", _said(b"beside " + MARK))
    )
    return b"".join((*written, behind, box(b"uuid", bytes(16), MARK), box(b"mfra", MARK)))


def _planted_movie(content: bytes) -> bytes:
    content += _user_data() + _metadata() + box(b"junk", MARK[::-1])
    for path, change in _CHANGES:
        content = changed(content, path, change)
    return content


def mpeg4_film(behind: bytes) -> bytes:
    """Return a film of MPEG-4 Part 2 with some bytes behind its first picture."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        seen = picture_track(container, "mpeg4")
        coded: list[Any] = [*_encoded(seen, pictures()), *seen.encode(None)]
        first, *rest = coded
        longer = av.Packet(bytes(first) + behind)
        longer.pts, longer.dts, longer.time_base = first.pts, first.dts, first.time_base
        longer.stream, longer.is_keyframe = first.stream, first.is_keyframe
        for packet in (longer, *rest):
            container.mux(packet)
    return out.getvalue()


def picture_track(container: Any, codec: str) -> Any:
    options = {"preset": "ultrafast"} if codec == "libx264" else {}
    track = container.add_stream(codec, rate=10, options=options)
    track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"
    return track


def encoded_pictures(track: Any, remark: bytes) -> list[Any]:
    packets = [*_encoded(track, pictures()), *track.encode(None)]
    if remark:
        packets[0] = _with_remark(packets[0], remark)
    return packets


def _with_remark(packet: Any, text: bytes) -> Any:
    """Put user data of nobody in particular before a picture (ISO/IEC 14496-10 §7.3.2.3.1)."""
    body = bytes.fromhex("086f3693b7b34f2c965321492feee5b8") + text
    made = av.Packet(b"\0\0\0\1\x06\x05" + bytes((len(body),)) + body + b"\x80" + bytes(packet))
    made.pts, made.dts, made.time_base = packet.pts, packet.dts, packet.time_base
    made.stream, made.is_keyframe = packet.stream, packet.is_keyframe
    return made


def encoded_sound(track: Any) -> list[Any]:
    return [*_encoded(track, _sound()), *track.encode(None)]


def _encoded(track: Any, frames: list[Any]) -> list[Any]:
    return [packet for frame in frames for packet in track.encode(frame)]


def pictures() -> list[av.VideoFrame]:
    found = []
    for number in range(10):
        frame = av.VideoFrame(64, 48, "rgb24")
        row = bytes((number * 20, 100, 200)) * 64
        frame.planes[0].update(row.ljust(frame.planes[0].line_size, b"\0") * 48)
        frame.pts = number
        found.append(frame.reformat(format="yuv420p"))
    return found


def _sound() -> list[av.AudioFrame]:
    found = []
    for number in range(8):
        frame = av.AudioFrame("fltp", "mono", 1024)
        frame.sample_rate, frame.pts = 48000, number * 1024
        frame.planes[0].update(struct.pack("<1024f", *((i % 40) / 80 for i in range(1024))))
        found.append(frame)
    return found


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Take boxes apart, for films that are made here."""
    found, position = [], 0
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        found.append((kind, data[position + 8 : position + size]))
        position += size
    return found


def changed(data: bytes, path: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the content of each box at ``path`` (``moov/trak/tkhd``), sizes put right."""
    kind, _, rest = path.partition(b"/")
    return b"".join(
        box(one, (changed(content, rest, change) if rest else change(content)))
        if one == kind
        else box(one, content)
        for one, content in boxes(data)
    )


def planted_film(kind: str = "mp4") -> bytes:
    """Return a film with marks beside, in and behind everything that is seen and heard."""
    data = coded_film(kind, remark=UNREGISTERED.encode())
    parts = dict(boxes(data))
    slack = b"slack " + MARK
    text = _text_track(sum(8 + len(content) for one, content in boxes(data) if one != b"moov"))
    movie = parts[b"moov"] + text + _user_data() + _metadata() + box(b"junk", MARK[::-1])
    for path, change in _CHANGES:
        movie = changed(movie, path, change)
    before = b"".join(
        box(one, content + (slack if one == b"mdat" else b""))
        for one, content in boxes(data)
        if one != b"moov"
    )
    behind = box(b"uuid", XMP_UUID, b"<x:xmpmeta><a dc:creator='by " + MARK + b"'/>")
    return b"".join(
        (before, box(b"moov", movie), behind, box(b"uuid", bytes(16), MARK),
         box(b"free", b"free " + MARK), box(b"udta", box(b"\xa9cmt", _said(b"beside " + MARK))))
    )  # fmt: skip


def _said(text: bytes) -> bytes:
    return struct.pack(">HH", len(text), 0x55C4) + text


def _user_data() -> bytes:
    place = b"\0\0\0\0\x55\xc4" + b"place " + MARK + b"\0\0"
    place += struct.pack(">3i", int(126.978 * 65536), int(37.5658 * 65536), 0)
    place += b"earth\0notes " + MARK + b"\0"
    return box(
        b"udta",
        box(b"\xa9xyz", _said(b"+37.5658+126.9780+038.000/")),
        box(b"\xa9mak", _said(b"Maker " + MARK)),
        box(b"\xa9mod", _said(b"Model " + MARK)),
        box(b"\xa9swr", _said(b"Software " + MARK)),
        box(b"\xa9day", _said(b"2026-05-01T10:00:01+0900")),
        box(b"auth", b"\0\0\0\0\x55\xc4" + b"Author " + MARK + b"\0"),
        box(b"loci", place),
        box(b"XMP_", b"<x:xmpmeta><a xmpMM:DocumentID='id " + MARK + b"'/>"),
        box(b"vndr", b"\0\0\0\0vendor " + MARK),
    )


def _metadata() -> bytes:
    names = (
        b"com.apple.quicktime.location.ISO6709",
        b"com.apple.quicktime.creationdate",
        b"com.example.serial",
    )
    values = (b"-33.8568+151.2153+005.0/", b"2026-05-01T10:00:01+0900", b"SERIAL-0001-" + MARK)
    keys = b"".join(box(b"mdta", name) for name in names)
    items = b"".join(
        box(struct.pack(">I", number), box(b"data", struct.pack(">II", 1, 0), value))
        for number, value in enumerate(values, start=1)
    )
    return box(
        b"meta",
        box(b"hdlr", bytes(8), b"mdta", bytes(13)),
        box(b"keys", struct.pack(">II", 0, len(names)), keys),
        box(b"ilst", items),
    )


def _text_track(offset: int) -> bytes:
    """Return a track whose only sample is the slack behind the others, before it is enlarged."""
    size = len(b"slack " + MARK)
    one = struct.pack(">I", 1)
    tables = box(
        b"stbl",
        box(b"stsd", bytes(4), one, box(b"tx3g", bytes(6), b"\0\1", bytes(30))),
        box(b"stts", bytes(4), one, struct.pack(">II", 1, 1000)),
        box(b"stsc", bytes(4), one, struct.pack(">III", 1, 1, 1)),
        box(b"stsz", bytes(4), struct.pack(">II", size, 1)),
        box(b"stco", bytes(4), one, struct.pack(">I", offset)),
    )
    media = box(
        b"mdia",
        box(b"mdhd", bytes(12), struct.pack(">II", 1000, 1000), b"\x55\xc4\0\0"),
        box(b"hdlr", bytes(8), b"text", bytes(12), b"Texts of " + MARK + b"\0"),
        box(b"minf", box(b"nmhd", bytes(4)), tables),
    )
    head = struct.pack(">IIIIIIQ", 0, MADE, MADE, 9, 0, 1000, 0) + bytes(8) + IDENTITY + bytes(8)
    return box(b"trak", box(b"tkhd", head), media)


def _timed(content: bytes) -> bytes:
    return content[:4] + struct.pack(">II", MADE, MADE + 5) + content[12:]


def _named(content: bytes) -> bytes:
    return content[:24] + b"Handler of " + MARK + b"\0"


def _turned(content: bytes) -> bytes:
    return content[:40] + QUARTER_TURN + content[76:]


_CHANGES: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"mvhd", _timed),
    (b"trak/tkhd", _timed),
    (b"trak/tkhd", _turned),
    (b"trak/mdia/mdhd", _timed),
    (b"trak/mdia/hdlr", _named),
    (b"trak/mdia/minf/stbl", lambda content: content + box(b"xtra", MARK)),
)
FACTS = frozenset(
    {
        "37.5658000", "126.9780000", "-33.8568000", "151.2153000", "2026-05-01 01:00:01 UTC",
        "2026-05-01 01:00:06 UTC", "2026-05-01T10:00:01+0900", "SERIAL-0001-MARK-7f3a91",
        "Maker MARK-7f3a91", "Model MARK-7f3a91", "Software MARK-7f3a91", "Author MARK-7f3a91",
        "place MARK-7f3a91", "notes MARK-7f3a91", "id MARK-7f3a91", "by MARK-7f3a91",
        "vendor MARK-7f3a91", "free MARK-7f3a91", "beside MARK-7f3a91", "Handler of MARK-7f3a91",
    }
)  # fmt: skip
UNREGISTERED = "unregistered MARK-7f3a91"
