"""A packed body that holds credentials, packed anew: the same content with marks, the same length.

Gzip, Brotli and Zstandard all have room for bytes that mean nothing, and a mark packs better than
what it covers, so there is nearly always room to fill up. Where there is none, in other codings,
and where the body cannot be unpacked to its end, all of it is covered. Nothing of what stood there
is left either way, and the list says which (docs/decisions/0021).
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import brotli
import zstandard

from evidencekit.capture.credentials.bodies import Body
from evidencekit.capture.credentials.everywhere import repeated
from evidencekit.capture.credentials.found import MARK, Found, mark, outermost
from evidencekit.capture.credentials.recorded import in_body
from evidencekit.capture.credentials.records import Record

How = Literal["repacked", "covered", "unread"]
MAX_THOROUGH = 2**20
"""Bytes that are packed as well as can be where that is needed; it takes a second and more."""
_BR_QUALITIES = (5, 9, 11)
_ZSTD_LEVELS = (3, 9, 19, 18, 17)
"""The first that leaves room; servers seldom go beyond the first."""
_FIXED_GZIP = 18  # RFC 1952 §2.3: header and trailer
_NAME_FLAG = 8  # FNAME: a text ended by a zero byte, which nobody takes for content
_BR_NOTHING, _BR_END = b"\x06", b"\x03"  # RFC 7932 §9.2: metadata of no bytes; last and empty
_ZSTD_WINDOW_LOG = 23  # RFC 9659 §3: what browsers take
_ZSTD_EMPTY = b"\x00\x00\x00"  # RFC 8878 §3.1.1.2: a raw block of no bytes
_ZSTD_NO_RUN = b"\x02\x00\x00" + MARK  # the same as a run of no bytes, which needs one to repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A body as it goes into the copy."""

    how: How
    """``repacked``; ``covered`` as a whole; ``unread``: so too, and nobody knows what it held."""
    finds: tuple[Found, ...]
    """By their offsets in the unpacked body."""
    data: bytes
    """As many bytes as there were."""
    pieces: tuple[tuple[int, int], ...]
    """Of the record, where they go."""

    def write(self, record: Record) -> None:
        """Put it in the place of the original's."""
        at = 0
        for start, end in self.pieces:
            record.data[start:end] = self.data[at : at + end - start]
            at += end - start


def pack_anew(record: Record, body: Body, values: Sequence[bytes]) -> Packed | None:
    """Return the packed ``body`` of ``record`` without credentials; None where it holds none."""
    finds = outermost(_finds(record, body, values))
    if not finds and body.is_whole and not _is_in_packed(record, body, values):
        return None
    size = sum(end - start for start, end in body.pieces)
    how: How = "unread"
    data = None
    if body.is_whole:
        data = packed(_marked(body, finds), body.coding, size)
        how = "covered" if data is None else "repacked"
    return Packed(
        how=how,
        finds=tuple(finds),
        data=MARK * size if data is None else data,
        pieces=body.pieces,
    )


def packed(content: bytes, coding: bytes, size: int) -> bytes | None:
    """Pack ``content`` into exactly ``size`` bytes; None where that cannot be done."""
    pack = _PACKERS.get(coding.strip().lower())
    return pack(content, size) if pack is not None else None


def _finds(record: Record, body: Body, values: Sequence[bytes]) -> Iterator[Found]:
    yield from in_body(record, body)
    yield from repeated(body.data, body.start, body.end, values)


def _is_in_packed(record: Record, body: Body, values: Sequence[bytes]) -> bool:
    """Tell whether a value stands in the packed bytes: a file name, a frame to be skipped."""
    joined = b"".join(record.data[start:end] for start, end in body.pieces)
    return next(repeated(joined, 0, len(joined), values), None) is not None


def _marked(body: Body, finds: list[Found]) -> bytes:
    content = bytearray(body.data)
    for one in finds:
        content[one.start : one.end] = mark(bytes(content[one.start : one.end]))
    return bytes(content)


def _gzip(content: bytes, size: int) -> bytes | None:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = engine.compress(content) + engine.flush()
    spare = size - _FIXED_GZIP - len(deflated)
    if spare < 0:
        return None
    head = bytes((0x1F, 0x8B, 8, _NAME_FLAG if spare else 0, 0, 0, 0, 0, 2, 255))
    name = MARK * (spare - 1) + b"\0" if spare else b""
    check = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return head + name + deflated + check


def _brotli(content: bytes, size: int) -> bytes | None:
    for quality in _tried(content, _BR_QUALITIES):
        engine = brotli.Compressor(quality=quality)
        whole: bytes = engine.process(content) + engine.flush()  # ends between two bytes
        spare = size - len(whole) - len(_BR_END)
        if spare >= 0:
            return whole + _BR_NOTHING * spare + _BR_END
    return None


def _zstd(content: bytes, size: int) -> bytes | None:
    for level in _tried(content, _ZSTD_LEVELS):
        settings = zstandard.ZstdCompressionParameters.from_level(
            level, window_log=_ZSTD_WINDOW_LOG, write_content_size=1, write_checksum=0
        )
        frame = zstandard.ZstdCompressor(compression_params=settings).compress(content)
        spare = size - len(frame)
        runs = spare % len(_ZSTD_EMPTY)
        blocks = (spare - runs * len(_ZSTD_NO_RUN)) // len(_ZSTD_EMPTY)
        if blocks >= 0:
            head = zstandard.frame_header_size(frame)
            return frame[:head] + _ZSTD_EMPTY * blocks + _ZSTD_NO_RUN * runs + frame[head:]
    return None


def _tried(content: bytes, levels: Sequence[int]) -> Sequence[int]:
    return levels if len(content) <= MAX_THOROUGH else levels[:2]


_PACKERS: Mapping[bytes, Callable[[bytes, int], bytes | None]] = {
    b"gzip": _gzip,
    b"x-gzip": _gzip,
    b"br": _brotli,
    b"zstd": _zstd,
}
