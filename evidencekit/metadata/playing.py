"""Decodes films and sound by PyAV, which has no part in rebuilding them; an extra.

Of a long film only pictures that stand for themselves are decoded, and of long sound its start; the
name of the decoder says so. What is not decoded is proven by the digest of the coded data.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from io import SEEK_SET
from typing import Any, BinaryIO

from evidencekit.metadata.shown import Shown

MAX_FRAMES = 900
"""Pictures that are decoded one after the other: half a minute of a film."""
MAX_KEY_FRAMES = 300
MAX_SOUND = 4_000
"""Frames of sound, some 90 seconds."""
_PLAYED = frozenset({"video", "audio"})


def show(stream: BinaryIO, _pixels: int) -> Shown | None:
    """Return a digest of each frame of each track; None where PyAV is not installed.

    Raises whatever PyAV raises.
    """
    try:
        import av  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    frames: list[str] = []
    is_all = True
    with _open(av, stream) as container:
        cover = av.stream.Disposition.attached_pic
        numbers = [
            one.index
            for one in container.streams
            if one.type in _PLAYED and not one.disposition & cover
        ]
    for number in numbers:
        with _open(av, stream) as container:
            track = container.streams[number]
            found = _track(container, track, av.error.FFmpegError)
        frames += found.frames
        is_all &= found.is_all
    said = f"PyAV {av.__version__}" + ("" if is_all else ", in part")
    return Shown(frames=tuple(frames), decoder=said)


class _Track:
    """What was decoded of one track."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.is_all = True


def _track(container: Any, track: Any, invalid: type[Exception]) -> _Track:
    found, limit = _Track(), MAX_SOUND
    track.codec_context.thread_count = 1  # each takes memory of its own
    if track.type == "video":
        limit = MAX_FRAMES
        if track.frames > MAX_FRAMES:
            track.codec_context.skip_frame, limit = "NONKEY", MAX_KEY_FRAMES
            found.is_all = False
    for packet in container.demux(track):
        if len(found.frames) >= limit:
            found.is_all = False
            break
        with suppress(invalid):  # what cannot be decoded is left out, as players do
            for frame in packet.decode():
                found.frames.append(_digest(frame, is_picture=track.type == "video"))
    return found


def _open(av: Any, stream: BinaryIO) -> Any:
    stream.seek(0, SEEK_SET)
    return av.open(stream, mode="r")


def _digest(frame: Any, *, is_picture: bool) -> str:
    """Digest what is shown, and when."""
    at = None if frame.pts is None else frame.pts * frame.time_base
    digest = hashlib.sha256(repr((str(frame.format.name), at)).encode())
    for piece in _lines(frame) if is_picture else _sound(frame):
        digest.update(piece)
    return digest.hexdigest()


def _lines(frame: Any) -> Iterator[bytes]:
    """Yield the lines of each plane without the bytes that fill them up."""
    yield f"{frame.width}x{frame.height}".encode()
    for number, plane in enumerate(frame.planes):
        used = sum(
            one.width * ((one.bits + 7) // 8)
            for one in frame.format.components
            if one.plane == number
        )
        data = memoryview(plane)
        if not plane.line_size:  # a palette
            yield bytes(data)
            continue
        for start in range(0, plane.height * plane.line_size, plane.line_size):
            yield bytes(data[start : start + min(used or plane.line_size, plane.line_size)])


def _sound(frame: Any) -> Iterator[bytes]:
    yield f"{frame.sample_rate} {frame.layout.name}".encode()
    one = 1 if frame.format.is_planar else frame.layout.nb_channels
    for plane in frame.planes:
        yield bytes(memoryview(plane)[: frame.samples * frame.format.bytes * one])
