"""Tags around MPEG audio: ID3 version 1 and 2, APE version 2, Lyrics3.

id3.org: ID3v1, id3v2.2.0, id3v2.3.0, id3v2.4.0-structure and -frames; the APE tag and Lyrics3 have
no standard, and are read as everybody writes them.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.jpeg.read import read as read_jpeg
from evidencekit.metadata.texts import decode_text

V1_SIZE, APE_HEAD = 128, 32
_ID3_HEAD, _LATEST = 10, 4  # bytes of the head; the latest version that is known
MAX_TAG = 64 * 2**20
_MAX_ABOUT = 512  # bytes before a picture that say what it is
_MAX_FRAMES, _MAX_INFLATED = 5_000, 2**22
_ENCODINGS = {0: None, 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_V1 = (
    ("Title", 3, 33),
    ("Artist", 33, 63),
    ("Album", 63, 93),
    ("Year", 93, 97),
    ("Comment", 97, 127),
)
_PICTURES = frozenset({"APIC", "PIC"})
_LANGUAGE_FIRST = frozenset({"COMM", "USLT", "COM", "ULT"})
_BINARY = frozenset({"GEOB", "PRIV", "UFID", "GEO", "UFI"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame of ID3v2."""

    name: str
    data: bytes


def id3_size(head: bytes) -> int:
    """Return the bytes of the ID3v2 tag that begins with ``head`` (10 bytes); 0 for none."""
    if (
        head[:3] != b"ID3"
        or len(head) < _ID3_HEAD
        or head[3] > _LATEST
        or any(byte & 0x80 for byte in head[6:10])
    ):
        return 0
    footer = 10 if head[5] & 0x10 else 0
    return 10 + _synchsafe(head[6:10]) + footer


def add_id3(facts: FactList, tag: bytes, *, source: str) -> None:
    """Add the frames of an ID3v2 tag."""
    for frame in _frames(tag):
        if frame.name in _PICTURES:
            _add_picture(facts, frame, source)
        elif frame.name in _BINARY:
            for text in _runs(frame.data):
                facts.add("ID3", frame.name, text, raw=text, source=source)
        else:
            text = _text(frame)
            if text.strip():
                facts.add("ID3", frame.name, text, raw=text, source=source)


def add_v1(facts: FactList, tag: bytes, *, source: str) -> None:
    """Add the fields of an ID3v1 tag of 128 bytes."""
    for name, start, end in _V1:
        text = decode_text(tag[start:end].partition(b"\0")[0]).strip()
        if text:
            facts.add("ID3v1", name, text, raw=text, source=source)


def add_ape(facts: FactList, tag: bytes, *, source: str) -> None:
    """Add the items of an APE tag, whose head or foot may be missing."""
    body = tag[APE_HEAD:] if tag.startswith(b"APETAGEX") else tag
    position = 0
    while position + 9 < len(body):
        size = int.from_bytes(body[position : position + 4], "little")
        name, _, rest = body[position + 8 :].partition(b"\0")
        if name.startswith(b"APETAGEX") or size > len(rest):
            return
        is_binary = body[position + 4] & 6
        text = f"{size} bytes" if is_binary else decode_text(rest[:size])
        facts.add("APE", decode_text(name), text, raw=text, source=source)
        position += 8 + len(name) + 1 + size


def add_lyrics(facts: FactList, tag: bytes, *, source: str) -> None:
    """Add the fields of a Lyrics3 tag of version 2: three letters, five digits, a text."""
    position = len(b"LYRICSBEGIN")
    while tag[position + 3 : position + 8].isdigit():
        name, size = tag[position : position + 3], int(tag[position + 3 : position + 8])
        text = decode_text(tag[position + 8 : position + 8 + size])
        facts.add("Lyrics3", decode_text(name), text, raw=text, source=source)
        position += 8 + size


def trailing_tags(tail: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Yield the tags at the end of a file of which ``tail`` is the end: kind, start, bytes."""
    end = len(tail)
    if tail[end - V1_SIZE : end - V1_SIZE + 3] == b"TAG":
        end -= V1_SIZE
        yield "id3v1", end, tail[end : end + V1_SIZE]
    if tail[end - 9 : end] == b"LYRICS200":
        size = int(tail[end - 15 : end - 9]) if tail[end - 15 : end - 9].isdigit() else 0
        start = end - 15 - size
        if tail[start : start + 11] == b"LYRICSBEGIN":
            yield "lyrics3", start, tail[start:end]
            end = start
    foot = tail[end - APE_HEAD : end]
    if foot.startswith(b"APETAGEX"):
        size = int.from_bytes(foot[12:16], "little")
        has_head = foot[23] & 0x80
        start = max(0, end - size - (APE_HEAD if has_head else 0))
        yield "ape", start, tail[start:end]


def _frames(tag: bytes) -> Iterator[Frame]:
    version, flags, body = tag[3], tag[5], tag[10:]
    if flags & 0x80 and version < 4:  # noqa: PLR2004 (later ones say it of each frame)
        body = body.replace(b"\xff\0", b"\xff")
    position = _extended(body, version) if flags & 0x40 else 0
    name_size = 3 if version == 2 else 4  # noqa: PLR2004
    head = 6 if version == 2 else 10  # noqa: PLR2004
    for _number in range(_MAX_FRAMES):
        name = body[position : position + name_size]
        if len(name) < name_size or not name.isalnum():
            return
        size_bytes = body[position + name_size : position + 2 * name_size]
        size = _synchsafe(size_bytes) if version == 4 else int.from_bytes(size_bytes, "big")  # noqa: PLR2004
        data = body[position + head : position + head + size]
        more = body[position + 9] if head == 10 and position + 9 < len(body) else 0  # noqa: PLR2004
        yield Frame(name=name.decode("ascii"), data=_plain(data, more, version))
        position += head + size


def _extended(body: bytes, version: int) -> int:
    if version == 4:  # noqa: PLR2004
        return _synchsafe(body[:4])
    return 4 + int.from_bytes(body[:4], "big")


def _plain(data: bytes, flags: int, version: int) -> bytes:
    """Undo what is done to the data of a frame: unsynchronisation, packing."""
    if version == 4:  # noqa: PLR2004
        if flags & 2:
            data = data.replace(b"\xff\0", b"\xff")
        if flags & 1:
            data = data[4:]
        return _inflated(data) if flags & 8 else data
    return _inflated(data[4:]) if flags & 0x80 else data


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MAX_INFLATED)
    except zlib.error:
        return data


def _synchsafe(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value


def _text(frame: Frame) -> str:
    data = frame.data
    if not data:
        return ""
    if data[0] not in _ENCODINGS or not frame.name.startswith(("T", "C", "U", "W", "I")):
        return decode_text(data.strip(b"\0")) if frame.name.startswith("W") else ""
    if frame.name.startswith("W") and frame.name not in {"WXXX", "WXX"}:
        return decode_text(data.partition(b"\0")[0])
    body = data[4:] if frame.name in _LANGUAGE_FIRST else data[1:]
    encoding = _ENCODINGS[data[0]]
    text = decode_text(body) if encoding is None else body.decode(encoding, errors="replace")
    return " ".join(part.strip("\ufeff ") for part in text.split("\0") if part.strip("\ufeff "))


def _add_picture(facts: FactList, frame: Frame, source: str) -> None:
    facts.structure("Picture", f"{len(frame.data)} bytes", source=source)
    at = frame.data.find(b"\xff\xd8\xff")
    for text in _runs(frame.data[: at if at >= 0 else _MAX_ABOUT]):
        facts.add("ID3", frame.name, text, raw=text, source=source)
    if at >= 0:
        read_jpeg(facts, io.BytesIO(frame.data[at:]))


def _runs(data: bytes) -> Iterator[str]:
    """Yield the texts between zero bytes that are long enough to be some."""
    for part in data[:65_536].split(b"\0"):
        text = decode_text(part).strip(" \1\2\3\r\n\t")
        if len(text) >= 4 and text.isprintable():  # noqa: PLR2004
            yield text
