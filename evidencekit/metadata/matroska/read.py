"""Facts in Matroska and WebM: titles, dates, programs, tags, attachments, chapters."""

import io
from datetime import UTC, datetime, timedelta
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.iso6709 import add_written_position
from evidencekit.metadata.jpeg.read import read as read_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.matroska import names
from evidencekit.metadata.matroska.blocks import Block, blocks_of
from evidencekit.metadata.matroska.ebml import Element, Piece, split, walk
from evidencekit.metadata.matroska.ebml import read as read_element
from evidencekit.metadata.matroska.tracks import Track, read_tracks
from evidencekit.metadata.png.read import read as read_png
from evidencekit.metadata.sei import remarks
from evidencekit.metadata.texts import decode_text

GROUP = "Matroska"
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)  # RFC 8794 §7.6, in nanoseconds
_MAX_DEPTH, _LOOKED_AT = 8, 6
_MAX_RANDOM = 16  # bytes of an identifier


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the elements say; a walk that breaks off leaves what was found before."""
    size = stream.seek(0, SEEK_END)
    try:
        for one in walk(stream, 0, size):
            said = "?" if one.end is None else f"{one.end - one.start} bytes"
            facts.structure(f"{one.number:X}", said, source=f"at {one.start}")
            if one.number == names.SEGMENT:
                _add_segment(facts, stream, one, size)
                break
    except MalformedError as exc:
        facts.problem(f"Matroska: {exc}")


def _add_segment(facts: FactList, stream: BinaryIO, segment: Element, size: int) -> None:
    end, tracks, clusters = segment.end or size, list[Track](), 0
    for one in walk(stream, segment.body, end):
        source = f"at {one.start}"
        if one.number == names.CLUSTER:
            clusters += 1
            if clusters == 1:
                _add_remarks(facts, stream, one, end, tracks)
        elif one.number in names.MASTERS and one.end is not None:
            data = read_element(stream, one)
            if one.number == names.TRACKS:
                tracks += read_tracks(data)
                _count_tracks(facts, tracks, source)
            _add(facts, one.number, data, source)
    facts.structure("Clusters", f"{clusters} ×", source="segment")
    if end < size:
        facts.structure("BytesAfterEnd", f"{size - end} bytes", source=f"at {end}")


def _count_tracks(facts: FactList, tracks: list[Track], source: str) -> None:
    for track in tracks:
        said = f"{track.codec}, type {track.kind}"
        facts.structure(f"Track{track.number}", said, source=source)


def _add(facts: FactList, parent: int, data: bytes, source: str, depth: int = 0) -> None:
    if parent == names.SIMPLE_TAG:
        _add_tag(facts, data, source)
    elif parent == names.FILE:
        _add_attachment(facts, data, source)
    for piece in split(data):
        if piece.number in names.MASTERS and depth < _MAX_DEPTH:
            _add(facts, piece.number, piece.data, source, depth + 1)
        else:
            _add_value(facts, piece, source)


def _add_value(facts: FactList, piece: Piece, source: str) -> None:
    if piece.number in names.TEXTS and (text := decode_text(piece.data)).strip():
        facts.add(GROUP, names.TEXTS[piece.number], text, raw=text, source=source)
    elif piece.number in names.IDENTIFIERS and 2 < len(piece.data) <= _MAX_RANDOM:  # noqa: PLR2004
        value = piece.data.hex()
        facts.add(GROUP, names.IDENTIFIERS[piece.number], value, raw=value, source=source)
    elif piece.number == names.DATE:
        _add_date(facts, piece.data, source)


def _add_date(facts: FactList, data: bytes, source: str) -> None:
    nanoseconds = int.from_bytes(data, "big", signed=True)
    try:
        shown = f"{_EPOCH + timedelta(microseconds=nanoseconds // 1000):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        shown = f"{nanoseconds} ns after 2001"
    facts.add(GROUP, "DateUTC", shown, raw=str(nanoseconds), source=source)


def _add_tag(facts: FactList, data: bytes, source: str) -> None:
    parts = {piece.number: piece.data for piece in split(data)}
    name, text = (decode_text(parts.get(one, b"")) for one in (names.TAG_NAME, names.TAG_STRING))
    if text.strip():
        facts.add(GROUP, f"Tag {name}", text, raw=text, source=source)
    if "LOCATION" in name.upper():
        add_written_position(facts, text, source=source)


def _add_attachment(facts: FactList, data: bytes, source: str) -> None:
    parts = {piece.number: piece.data for piece in split(data)}
    content = parts.get(names.FILE_DATA, b"")
    facts.structure("Attachment", f"{len(content)} bytes", source=source)
    if content.startswith(b"\xff\xd8\xff"):
        read_jpeg(facts, io.BytesIO(content))
    elif content.startswith(b"\x89PNG"):
        read_png(facts, io.BytesIO(content))


def _add_remarks(
    facts: FactList, stream: BinaryIO, cluster: Element, end: int, tracks: list[Track]
) -> None:
    """Look into the first pictures, where encoders and cameras leave remarks."""
    by_number = {track.number: track for track in tracks if track.coded_as is not None}
    looked_at = 0
    for block in blocks_of(stream, cluster, end):
        if looked_at >= _LOOKED_AT:
            return
        if isinstance(block, Block) and block.track in by_number and not block.is_laced:
            looked_at += 1
            track = by_number[block.track]
            assert track.coded_as is not None  # noqa: S101 (asked above)
            for remark in remarks(block.frame, track.coded_as, track.length_size):
                text = remark.shown
                source = f"block of track {track.number}"
                facts.add("SEI", f"UserData {remark.uuid.hex()}", text, raw=text, source=source)
