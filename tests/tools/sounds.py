"""Small recordings of sound with a mark in every place that their formats offer.

Sound is coded by PyAV; tags around it are written by hand.
"""

import io
import struct
import zlib
from typing import Any

import av

from tests.tools.films import MARK, encoded_sound

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def coded_sound(form: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        track: Any = container.add_stream(codec, rate=48000, layout="mono")
        for packet in encoded_sound(track):
            container.mux(packet)
    return out.getvalue()


def planted_mp3() -> bytes:
    frames = (
        _id3_frame(b"TIT2", b"\3title " + MARK),
        _id3_frame(b"TPE1", b"\1\xff\xfe" + ("artist " + MARK.decode()).encode("utf-16-le")),
        _id3_frame(b"COMM", b"\3kor\0comment " + MARK),
        _id3_frame(b"TXXX", b"\3own\0value " + MARK),
        _id3_frame(b"PRIV", b"owner " + MARK + b"\0\1\2\3"),
        _id3_frame(b"APIC", b"\3image/png\0\3cover " + MARK + b"\0\x89PNG\r\n"),
        _id3_frame(b"WOAF", b"https://example.org/" + MARK),
    )
    body = b"".join(frames) + bytes(20)
    tag = b"ID3\4\0\0" + _synchsafe(len(body)) + body
    return tag + coded_sound("mp3", "libmp3lame") + _ape() + _v1()


def planted_flac() -> bytes:
    data = coded_sound("flac", "flac")
    comments = _comments(b"vendor " + MARK)
    picture = struct.pack(">II9sI", 3, 9, b"image/png", len(b"drawn " + MARK)) + b"drawn " + MARK
    picture += bytes(16) + struct.pack(">I", len(MARK)) + MARK[::-1]
    blocks = ((4, comments), (6, picture), (2, b"OWNX" + b"application " + MARK), (1, MARK))
    first = data[4:42]
    at, is_last = 4, False
    while not is_last:
        is_last, size = bool(data[at] & 0x80), int.from_bytes(data[at + 1 : at + 4], "big")
        at += 4 + size
    added = [bytes((kind,)) + struct.pack(">I", len(one))[1:] + one for kind, one in blocks]
    added[-1] = bytes((added[-1][0] | 0x80,)) + added[-1][1:]
    return b"fLaC" + bytes((first[0] & 0x7F,)) + first[1:] + b"".join(added) + data[at:] + _v1()


def planted_ogg() -> bytes:
    """Opus, whose comments stand on a page of their own."""
    data = coded_sound("ogg", "libopus")
    pages = _pages(data)
    comments = b"OpusTags" + _comments(b"vendor " + MARK)
    sizes = b"\xff" * (len(comments) // 255) + bytes((len(comments) % 255,))
    pages[1] = _page(pages[1], sizes, comments)
    return b"".join(pages) + b"behind " + MARK


def planted_wav() -> bytes:
    data = coded_sound("wav", "pcm_s16le")
    at = data.index(b"fmt ")
    form = data[at : at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")]
    samples = data[data.index(b"data") :]
    bext = (b"described " + MARK).ljust(256, b"\0") + (b"desk " + MARK).ljust(32, b"\0")
    bext += bytes(32) + b"2026-05-0110:00:01" + bytes(602 - 338) + b"history " + MARK
    listed = b"INFO" + _chunk(b"IART", b"artist " + MARK + b"\0") + _chunk(b"ICMT", b"text " + MARK)
    parts = (
        form, _chunk(b"LIST", listed), _chunk(b"bext", bext), _chunk(b"JUNK", MARK[::-1]),
        _chunk(b"iXML", b"<BWFXML><NOTE>note " + MARK + b"</NOTE></BWFXML>"),
        samples, _chunk(b"own1", MARK),
    )  # fmt: skip
    body = b"WAVE" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body + MARK


def planted_amr() -> bytes:
    frame = bytes((0x3C,)) + bytes(range(31))  # 12.2 kbit/s, a frame of good quality
    return b"#!AMR\n" + frame * 20 + b"\xff" + MARK


MP3_FACTS = frozenset(
    f"{word} {MARK.decode()}"
    for word in (
        "title", "artist", "comment", "own value", "owner", "cover", "ape", "v1 title",
    )
) | {f"https://example.org/{MARK.decode()}"}  # fmt: skip
COMMENT_FACTS = frozenset(
    {f"vendor {MARK.decode()}", f"artist {MARK.decode()}", f"text {MARK.decode()}"}
)
WAV_FACTS = frozenset(
    f"{word} {MARK.decode()}" for word in ("artist", "text", "described", "desk", "history", "note")
) | {"2026-05-01"}  # fmt: skip
FLAC_FACTS = COMMENT_FACTS | {f"drawn {MARK.decode()}", f"application {MARK.decode()}"}


def _id3_frame(name: bytes, data: bytes) -> bytes:
    return name + _synchsafe(len(data)) + b"\0\0" + data


def _synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def _ape() -> bytes:
    item = struct.pack("<II", len(b"ape " + MARK), 0) + b"Artist\0" + b"ape " + MARK
    foot = struct.pack("<8sIIII8s", b"APETAGEX", 2000, len(item) + 32, 1, 0, bytes(8))
    return item + foot


def lyrics() -> bytes:
    body = b"LYRICSBEGINLYR" + b"%05d" % len(b"lyrics " + MARK) + b"lyrics " + MARK
    return body + b"%06d" % len(body) + b"LYRICS200"


def _v1() -> bytes:
    return b"TAG" + (b"v1 title " + MARK).ljust(30, b"\0") + bytes(95)


def _comments(vendor: bytes) -> bytes:
    texts = (b"ARTIST=artist " + MARK, b"DESCRIPTION=text " + MARK)
    return _counted(vendor) + struct.pack("<I", len(texts)) + b"".join(map(_counted, texts))


def _counted(text: bytes) -> bytes:
    return struct.pack("<I", len(text)) + text


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _pages(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        count = data[at + 26]
        size = 27 + count + sum(data[at + 27 : at + 27 + count])
        found.append(data[at : at + size])
        at += size
    return found


def _page(page: bytes, sizes: bytes, content: bytes) -> bytes:
    made = page[:22] + bytes(4) + bytes((len(sizes),)) + sizes + content
    turned = zlib.crc32(made.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return made[:22] + struct.pack("<I", int(f"{turned:032b}"[::-1], 2)) + made[26:]
