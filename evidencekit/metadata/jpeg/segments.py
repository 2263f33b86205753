"""JPEG as a list of marker segments (ISO/IEC 10918-1 Annex B), the picture data never decoded.

Nothing is skipped over: whatever stands where a marker must stand ends the walk, since a walker
that searches for the next marker finds one inside somebody's hidden data.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from evidencekit.metadata.malformed import MalformedError

MAX_SEGMENTS = 10_000  # a progressive picture has some ten; extended XMP of 1 MB has 16

SOI, EOI, SOS, DQT, DHT, DAC, DNL, DRI, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xCC, 0xDC, 0xDD, 0xFE
APP0, APP1, APP2, APP13, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xEF
FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB})  # SOFn that are not hierarchical

_FILL = 0xFF
_FILL_RUN = re.compile(rb"\xff+")
_RESTARTS = range(0xD0, 0xD8)
_BARE = frozenset({0x00, 0x01, SOI, *_RESTARTS})  # stand alone, or not at all (B.1.1.3)
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7]")  # B.1.1.5: stuffed zeros and restarts go on
_NAMES = {SOS: "SOS", DQT: "DQT", DHT: "DHT", DAC: "DAC", DNL: "DNL", DRI: "DRI", COM: "COM"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One marker and what belongs to it."""

    marker: int
    offset: int
    """Of the 0xFF right before the marker; fill bytes (B.1.1.2) stand earlier."""
    payload: bytes
    """Without marker and length; empty for EOI."""
    entropy: bytes = b""
    """After SOS: the entropy-coded data up to the next marker, restart markers included."""

    @property
    def name(self) -> str:
        """As ISO 10918-1 table B.1 writes it."""
        if self.marker in FRAMES:
            return f"SOF{self.marker & 0xF}"
        if APP0 <= self.marker <= APP15:
            return f"APP{self.marker & 0xF}"
        return _NAMES.get(self.marker, f"marker {self.marker:02X}")


def is_frame(marker: int) -> bool:
    """Tell a start of frame that we take; hierarchical ones (Annex J) are none."""
    return marker in FRAMES


def walk(data: bytes | mmap) -> Iterator[Segment]:
    """Yield segments up to and including EOI; raises :class:`MalformedError` where they end."""
    if data[:2] != bytes((_FILL, SOI)):
        raise MalformedError("no start of image")
    position = 2
    for _ in range(MAX_SEGMENTS):
        segment, position = _read_segment(data, position)
        yield segment
        if segment.marker == EOI:
            return
    raise MalformedError(f"more than {MAX_SEGMENTS} segments")


def trailer_start(end: Segment) -> int:
    """Return where the bytes after the image begin, given its EOI."""
    return end.offset + 2


def _read_segment(data: bytes | mmap, position: int) -> tuple[Segment, int]:
    offset = _marker_offset(data, position)
    marker = data[offset + 1]
    if marker == EOI:
        return Segment(marker=EOI, offset=offset, payload=b""), offset + 2
    if marker in _BARE:
        raise MalformedError(f"marker {marker:02X} out of place at {offset}")
    length = int.from_bytes(data[offset + 2 : offset + 4], "big")
    end = offset + 2 + length
    payload = data[offset + 4 : end]
    if len(payload) != length - 2:
        raise MalformedError(f"segment at {offset} has an impossible length")
    if marker != SOS:
        return Segment(marker=marker, offset=offset, payload=payload), end
    scan_end = _scan_end(data, end)
    entropy = data[end:scan_end]
    return Segment(marker=SOS, offset=offset, payload=payload, entropy=entropy), scan_end


def _marker_offset(data: bytes | mmap, position: int) -> int:
    if data[position : position + 1] != b"\xff":
        raise MalformedError(f"no marker where one must stand, at {position}")
    fill = _FILL_RUN.match(data, position)
    offset = fill.end() - 1 if fill is not None else position
    if offset + 1 >= len(data):
        raise MalformedError("ends without end of image")
    return offset


def _scan_end(data: bytes | mmap, position: int) -> int:
    """Return where the marker after a scan, or the fill bytes before it, begin."""
    while (found := _SCAN_END.search(data, position)) is not None:
        offset = _marker_offset(data, found.start())
        if data[offset + 1] not in _RESTARTS:
            return found.start()
        position = offset + 2
    raise MalformedError("ends inside a scan")
