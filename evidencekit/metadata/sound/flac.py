"""FLAC: blocks of metadata, then frames (RFC 9639)."""

import hashlib
import io
from collections.abc import Iterator
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.jpeg.read import read as read_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.sound.tags import add_id3, add_v1, id3_size, trailing_tags
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.vorbis import add_comments

_STREAMINFO, _APPLICATION, _COMMENT, _CUESHEET, _PICTURE = 0, 2, 4, 5, 6
_WORDS = {1: "free-space", 2: "application-data", 3: "player-hints", 4: "tags", 5: "outline",
          6: "pictures"}  # fmt: skip
_PIECE, _TAIL = 4 * 2**20, 2**20
_INFO_SIZE = 34


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the blocks say; a walk that breaks off leaves what was found before."""
    try:
        start = _start(stream, facts)
        for kind, offset, data in _blocks(stream, start):
            _add_block(facts, kind, data, f"block at {offset}")
    except MalformedError as exc:
        facts.problem(f"FLAC: {exc}")
    size = stream.seek(0, SEEK_END)
    stream.seek(max(0, size - _TAIL))
    for tag, _at, data in trailing_tags(stream.read()):
        facts.structure("BytesAfterEnd", f"{len(data)} bytes of {tag}", source="end")
        if tag == "id3v1":
            add_v1(facts, data, source="end")


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write STREAMINFO and the frames; raises :class:`MalformedError` where that needs a guess."""
    del wish  # there is no place for a time, and there are no remarks
    gone = Gone()
    start = _start(stream)
    gone.when(start, "tags")
    information, position = b"", start + 4
    for kind, offset, data in _blocks(stream, start):
        position = offset + 4 + len(data)
        if kind == _STREAMINFO and not information:
            information = data
        else:
            gone.note(_WORDS.get(kind, "details"))
    if len(information) != _INFO_SIZE:
        raise MalformedError("FLAC without STREAMINFO")
    out.write(b"fLaC\x80\0\0\x22" + information)
    digest = hashlib.sha256(information)
    end = _end(stream, position, gone)
    stream.seek(position)
    if stream.read(2)[:1] != b"\xff":
        raise MalformedError("no frames of FLAC")
    for piece in _pieces(stream, position, end):
        digest.update(piece)
        out.write(piece)
    return Rebuilt(removed=gone.words, kept=(), content_sha256=digest.hexdigest())


def _start(stream: BinaryIO, facts: FactList | None = None) -> int:
    stream.seek(0)
    size = id3_size(stream.read(10))
    if size and facts is not None:
        stream.seek(0)
        add_id3(facts, stream.read(size), source="ID3v2 at 0")
    stream.seek(size)
    if stream.read(4) != b"fLaC":
        raise MalformedError("no FLAC")
    return size


def _blocks(stream: BinaryIO, start: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield kind, place and content of each block of metadata (§8.1)."""
    position, is_last = start + 4, False
    while not is_last:
        stream.seek(position)
        head = stream.read(4)
        size = int.from_bytes(head[1:], "big")
        data = stream.read(size)
        if len(head) < 4 or len(data) < size:  # noqa: PLR2004
            raise MalformedError("a block that is cut off")
        is_last = bool(head[0] & 0x80)
        yield head[0] & 0x7F, position, data
        position += 4 + size


def _end(stream: BinaryIO, position: int, gone: Gone) -> int:
    """Return where the frames end: tags of other formats may follow, nothing else (§9.3)."""
    size = stream.seek(0, SEEK_END)
    stream.seek(max(position, size - _TAIL))
    tail = stream.read()
    end = len(tail)
    for _kind, at, _data in trailing_tags(tail):
        gone.note("tags")
        end = at
    _require_frame_ends(tail[:end])
    return size - len(tail) + end


def _require_frame_ends(tail: bytes) -> None:
    """Refuse what follows the last frame: it ends with a CRC-16 over all of it (§9.3)."""
    at = len(tail)
    while (at := tail.rfind(b"\xff", 0, at)) >= 0:
        if tail[at + 1 : at + 2] in {b"\xf8", b"\xf9"} and _crc16(tail[at:]) == 0:
            return
    raise MalformedError("bytes behind the last frame")


def _crc16(data: bytes) -> int:
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ _TABLE[value >> 8 ^ byte]
    return value


def _row(byte: int) -> int:
    value = byte << 8
    for _bit in range(8):
        value = (value << 1 ^ (0x8005 if value & 0x8000 else 0)) & 0xFFFF
    return value


_TABLE = tuple(_row(byte) for byte in range(256))


def _pieces(stream: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    stream.seek(start)
    while start < end:
        piece = stream.read(min(_PIECE, end - start))
        if not piece:
            return
        start += len(piece)
        yield piece


def _add_block(facts: FactList, kind: int, data: bytes, source: str) -> None:
    if kind == _COMMENT:
        add_comments(facts, data, source=source)
    elif kind == _PICTURE:
        _add_picture(facts, data, source)
    elif kind == _APPLICATION:
        facts.structure("Application", decode_text(data[:4]), source=source)
        text = decode_text(data[4:]).strip("\0")
        if text.isprintable() and text:
            facts.add("FLAC", "Application", text, raw=text, source=source)
    elif kind == _CUESHEET:
        text = decode_text(data[:128].rstrip(b"\0"))
        facts.add("FLAC", "MediaCatalogNumber", text, raw=text, source=source)


def _add_picture(facts: FactList, data: bytes, source: str) -> None:
    """§8.8: type, media type, description, measures, the picture."""
    facts.structure("Picture", f"{len(data)} bytes", source=source)
    size = int.from_bytes(data[4:8], "big")
    at = 8 + size
    length = int.from_bytes(data[at : at + 4], "big")
    text = decode_text(data[at + 4 : at + 4 + length])
    if text:
        facts.add("FLAC", "PictureDescription", text, raw=text, source=source)
    start = data.find(b"\xff\xd8\xff", at)
    if start >= 0:
        read_jpeg(facts, io.BytesIO(data[start:]))
