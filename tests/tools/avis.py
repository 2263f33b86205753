"""Small AVI files with a mark in every place that they offer; chunks are written by hand."""

import io
from functools import cache
from typing import Any

import av

from tests.tools.films import MARK, encoded_sound, pictures


def chunk(kind: bytes, *contents: bytes) -> bytes:
    data = b"".join(contents)
    return kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Take chunks apart, for files that are made here."""
    found, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


@cache
def coded_avi(codec: str = "mjpeg", pixels: str = "yuvj420p") -> bytes:
    """Ten pictures, and sound as plain numbers."""
    out = io.BytesIO()
    with av.open(out, "w", format="avi") as container:
        seen: Any = container.add_stream(codec, rate=10)
        seen.width, seen.height, seen.pix_fmt = 64, 48, pixels
        sound: Any = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        frames = [one.reformat(format=pixels) for one in pictures()]
        coded = [packet for frame in frames for packet in seen.encode(frame)]
        for packet in (*coded, *seen.encode(None), *encoded_sound(sound)):
            container.mux(packet)
    return out.getvalue()


def planted_avi() -> bytes:
    """Return one with a remark in each picture, and marks beside and behind."""
    ((_, content),) = chunks(coded_avi())[:1]
    written, index = [], b""
    for kind, data in chunks(content[4:]):
        if kind == b"LIST" and data[:4] == b"hdrl":
            written.append(chunk(kind, _heads(data[4:])))
        elif kind == b"LIST" and data[:4] == b"movi":
            inner, index = _remarked(data[4:])
            written.append(chunk(kind, b"movi", inner, chunk(b"JUNK", b"junk " + MARK)))
        elif kind == b"idx1":
            written.append(chunk(kind, index))
    lists = (
        chunk(b"LIST", b"INFO", chunk(b"INAM", b"title " + MARK), chunk(b"IART", b"by " + MARK),
              chunk(b"ICMT", b"about " + MARK), chunk(b"ISFT", b"with " + MARK)),
        chunk(b"JUNK", b"free " + MARK), chunk(b"own ", b"own " + MARK),
        chunk(b"LIST", b"ncdt", chunk(b"nctg", b"place " + MARK)),
    )  # fmt: skip
    return chunk(b"RIFF", b"AVI ", written[0], lists[0], *written[1:], *lists[1:]) + MARK[::-1]


def _heads(data: bytes) -> bytes:
    written = []
    for kind, content in chunks(data):
        is_stream = kind == b"LIST" and content[:4] == b"strl"
        more = chunk(b"strn", b"name " + MARK) + chunk(b"strd", b"data " + MARK)
        if kind != b"JUNK":
            written.append(chunk(kind, content, more if is_stream else b""))
    dated = chunk(b"IDIT", b"Fri May 01 10:00:01 2026\n\0")
    return b"hdrl" + b"".join(written) + dated + chunk(b"JUNK", MARK)


def _remarked(data: bytes) -> tuple[bytes, bytes]:
    """Put a comment into each picture; returns the chunks and an index of them."""
    comment = b"\xff\xfe" + (2 + len(MARK)).to_bytes(2, "big") + MARK
    written, index = b"", b""
    for kind, content in chunks(data):
        made = content[:2] + comment + content[2:] if kind == b"00dc" else content
        index += kind + (0x10).to_bytes(4, "little") + (4 + len(written)).to_bytes(4, "little")
        index += len(made).to_bytes(4, "little")
        written += chunk(kind, made)
    return written, index


FACTS = frozenset(
    {
        "title MARK-7f3a91", "by MARK-7f3a91", "about MARK-7f3a91", "with MARK-7f3a91",
        "name MARK-7f3a91", "place MARK-7f3a91", "2026-05-01 10:00:01",
    }
)  # fmt: skip
