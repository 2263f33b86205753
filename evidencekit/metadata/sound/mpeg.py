"""MP3: frames of MPEG audio between tags (ISO/IEC 11172-3 §2.4.1, 13818-3 §2.4.2)."""

import hashlib
import io
from collections.abc import Iterator
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.playing import show as show_by_av
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.shown import Shown
from evidencekit.metadata.sound.tags import (
    MAX_TAG,
    add_ape,
    add_id3,
    add_lyrics,
    add_v1,
    id3_size,
    trailing_tags,
)
from evidencekit.metadata.texts import decode_text

_BITRATES = {  # kbit/s by version (1; 2 and 2.5) and layer, index 1 to 14
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BLOCK, _LARGEST = 2**20, 4_608  # bytes: of a piece that is read, of the largest frame
_INFO_AT = (36, 21, 32, 17, 13)  # where the head of Xing or Info may stand in the first frame
_WORDS = {"id3v1": "tags", "ape": "tags", "lyrics3": "tags"}


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the tags say, and which encoder the first frame names."""
    start = _leading(stream, facts)
    tail, size = _tail(stream)
    for kind, at, data in trailing_tags(tail):
        source = f"{kind} at {size - len(tail) + at}"
        if kind == "id3v1":
            add_v1(facts, data, source=source)
        elif kind == "ape":
            add_ape(facts, data, source=source)
        else:
            add_lyrics(facts, data, source=source)
    stream.seek(start)
    encoder = _encoder(stream.read(_LARGEST))
    if encoder:
        facts.add("MPEG", "Encoder", encoder, raw=encoder, source=f"frame at {start}")


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the frames and nothing else; raises :class:`MalformedError` where there are none.

    The first frame may name the encoder, which players need to cut what it filled up.
    """
    del wish  # there is no place for a time; a remark of the encoder sets how the sound begins
    gone, digest, encoder, count = Gone(), hashlib.sha256(), "", 0
    start = _leading(stream)
    gone.when(start, "tags")
    tail, size = _tail(stream)
    end = size
    for kind, at, _data in trailing_tags(tail):
        gone.note(_WORDS[kind])
        end = size - len(tail) + at
    for frame in _frames(stream, start, end, gone):
        encoder = _encoder(frame) if not count else encoder
        count += 1
        digest.update(frame)
        out.write(frame)
    if not count:
        raise MalformedError("no frames of MPEG audio")
    return Rebuilt(
        removed=gone.words,
        kept=("encoder-remarks",) if encoder else (),
        content_sha256=digest.hexdigest(),
        kept_values=(encoder,) if encoder else (),
    )


def show(stream: BinaryIO, pixels: int) -> Shown | None:
    """Return a digest of each decoded frame; None without PyAV.

    It is given what lies between the tags: two of them at the end, FFmpeg takes for sound.
    """
    start, (tail, size) = _leading(stream), _tail(stream)
    found = [at for _kind, at, _data in trailing_tags(tail)]
    end = size - len(tail) + min(found, default=len(tail))
    stream.seek(start)
    return show_by_av(io.BytesIO(stream.read(end - start)), pixels)


def frame_size(head: bytes) -> int:
    """Return the bytes of the frame that begins with ``head`` (4 bytes); 0 where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or bitrate in {0, 15} or rate == 3:  # noqa: PLR2004
        return 0
    kind = 1 if version == 3 else 2  # noqa: PLR2004
    bits = _BITRATES[kind, layer][bitrate - 1] * 1000
    frequency, padding = _RATES[version][rate], head[2] >> 1 & 1
    if layer == 1:
        return int((12 * bits // frequency + padding) * 4)
    samples = 72 if layer == 3 and kind == 2 else 144  # noqa: PLR2004
    return int(samples * bits // frequency + padding)


def _leading(stream: BinaryIO, facts: FactList | None = None) -> int:
    """Return where the tags at the start end; add what they say."""
    position = 0
    while True:
        stream.seek(position)
        size = id3_size(stream.read(10))
        if not size or size > MAX_TAG:
            return position
        if facts is not None:
            stream.seek(position)
            add_id3(facts, stream.read(size), source=f"ID3v2 at {position}")
        position += size


def _tail(stream: BinaryIO) -> tuple[bytes, int]:
    size = stream.seek(0, SEEK_END)
    stream.seek(max(0, size - 2**20))
    return stream.read(), size


def _frames(stream: BinaryIO, start: int, end: int, gone: Gone) -> Iterator[bytes]:
    """Yield frame by frame; what stands between them and begins no frame is left out."""
    buffer, position, at, is_inside = b"", start, 0, False
    while True:
        if len(buffer) - at < 2 * _LARGEST and position < end:
            stream.seek(position)
            block = stream.read(min(_BLOCK, end - position))
            buffer, at, position = buffer[at:] + block, 0, position + len(block)
        size = frame_size(buffer[at : at + 4])
        is_whole = size and at + size <= len(buffer)
        if is_whole and (is_inside or _goes_on(buffer, at + size)):
            yield buffer[at : at + size]
            at, is_inside = at + size, True
        elif at >= len(buffer):
            return
        else:
            gone.note("unused-bytes")
            is_inside = False
            found = buffer.find(b"\xff", at + 1)
            at = found if found >= 0 else len(buffer)


def _goes_on(buffer: bytes, at: int) -> bool:
    """Whether a frame follows, or the end: two bytes alone look like a frame too often."""
    return at >= len(buffer) or frame_size(buffer[at : at + 4]) > 0


def _encoder(frame: bytes) -> str:
    """Return the name in the head of Xing or LAME, where the first frame has one."""
    for at in _INFO_AT:
        if frame[at : at + 4] in {b"Xing", b"Info"}:
            flags = int.from_bytes(frame[at + 4 : at + 8], "big")
            place = (
                at
                + 8
                + sum(size for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if flags & bit)
            )
            return decode_text(frame[place : place + 9].partition(b"\0")[0]).strip()
    return ""
