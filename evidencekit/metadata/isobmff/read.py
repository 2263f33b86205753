"""Facts in films and recordings: times, places, devices, names, what lies beside the samples."""

import io
from collections.abc import Iterator, Sequence
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.exif.makernotes import add_canon_note
from evidencekit.metadata.exif.read import add_exif
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.isobmff.boxes import Box, Part, split, walk
from evidencekit.metadata.isobmff.entries import codings
from evidencekit.metadata.isobmff.fragments import joined
from evidencekit.metadata.isobmff.gpmf import add_gpmf
from evidencekit.metadata.isobmff.headers import changed, created, shown_time
from evidencekit.metadata.isobmff.movie import Track, by_kind, read_track, read_tracks
from evidencekit.metadata.isobmff.sample_data import coded_as
from evidencekit.metadata.isobmff.sample_tables import Samples, read_samples
from evidencekit.metadata.isobmff.user_data import GROUP, add_metadata, add_user_data
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.sei import remarks
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.xmp import add_xmp

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # XMP part 3 §1.1.4
CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_FREE = frozenset({b"free", b"skip", b"wide"})
_TOLD = frozenset({b"udta", b"meta", b"uuid"})
_MAX_SAMPLE = 4 * 2**20  # bytes of a sample that is looked into
_LOOKED_AT = 3  # samples at the start, in which encoders put their remarks
_MAX_FREE = 65_536


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the boxes say; a walk that breaks off leaves what was found before."""
    size = stream.seek(0, SEEK_END)
    counts: dict[str, tuple[int, int, int]] = {}
    end, boxes = 0, list[Box]()
    try:
        for one in walk(stream, size):
            first, number, total = counts.get(one.name, (one.start, 0, 0))
            counts[one.name] = (first, number + 1, total + one.end - one.start)
            _add_box(facts, stream, one)
            end = one.end
            boxes.append(one)
    except MalformedError as exc:
        facts.problem(f"ISO media: {exc}")
        facts.structure("BytesAfterEnd", f"{size - end} bytes", source=f"at {end}")
    _add_fragments(facts, stream, boxes)
    for name, (first, number, total) in counts.items():
        facts.structure(name, f"{number} × {total} bytes", source=f"{name} at {first}")


def _add_box(facts: FactList, stream: BinaryIO, one: Box) -> None:
    source = f"{one.name} at {one.start}"
    if one.kind == b"moov":
        _add_movie(facts, stream, one)
    elif one.kind == b"ftyp":
        facts.structure("Brand", decode_text(one.read(stream)[:4]), source=source)
    elif one.kind in _FREE and one.end - one.body < _MAX_FREE:
        text = decode_text(one.read(stream).strip(b"\0"))
        if text and text.isprintable():
            facts.add(GROUP, one.name, text, raw=text, source=source)
    elif one.kind in _TOLD:
        part = Part(kind=one.kind, data=one.user_type + one.read(stream), offset=one.start)
        _add_told(facts, part)


def _add_told(facts: FactList, part: Part) -> None:
    """Add what may stand beside a movie, in it, or in a track."""
    source = f"{part.name} at {part.offset}"
    if part.kind == b"udta":
        add_user_data(facts, part)
    elif part.kind == b"meta":
        add_metadata(facts, part)
    elif part.kind == b"uuid" and part.data[:16] == XMP_UUID:
        add_xmp(facts, part.data[16:], source=source)
    elif part.kind == b"uuid" and part.data[:16] == CANON_UUID:
        _add_canon(facts, part)
    elif part.kind == b"uuid":
        said = f"{len(part.data) - 16} bytes"
        facts.structure(f"uuid {part.data[:16].hex()}", said, source=source)


def _add_canon(facts: FactList, part: Part) -> None:
    """Add what a raw picture of Canon (CR3) says: Exif and the note in blocks of their own."""
    for one in split(part.data[16:], part.offset + 24):
        source = f"{one.name} at {one.offset}"
        if one.kind in {b"CMT1", b"CMT2"}:
            add_exif(facts, io.BytesIO(one.data), source=source)
        elif one.kind == b"CMT3":
            add_canon_note(facts, one.data, source=source)


def _add_movie(facts: FactList, stream: BinaryIO, one: Box) -> None:
    parts = list(split(one.read(stream), one.body))
    kinds = by_kind(parts)
    if b"mvhd" in kinds:
        _add_times(facts, GROUP, kinds[b"mvhd"])
    for part in parts:
        _add_told(facts, part)
    for number, part in enumerate((part for part in parts if part.kind == b"trak"), start=1):
        try:
            _add_track(facts, stream, read_track(part, number))
        except MalformedError as exc:
            facts.problem(f"track {number}: {exc}")


def _add_fragments(facts: FactList, stream: BinaryIO, boxes: Sequence[Box]) -> None:
    """Look into the samples of a movie in fragments; its head was looked into before."""
    movies = [one for one in boxes if one.kind == b"moov"]
    if not movies or all(one.kind != b"moof" for one in boxes):
        return
    try:
        parts = joined(list(split(movies[0].read(stream), movies[0].body)), boxes, stream)
        for track in read_tracks(parts):
            _add_samples(facts, stream, track)
    except (MalformedError, LookupError, ArithmeticError) as exc:
        facts.problem(f"fragments: {type(exc).__name__} {exc}")


def _add_track(facts: FactList, stream: BinaryIO, track: Track) -> None:
    group = f"Track{track.number}"
    for kind, holder in ((b"tkhd", track.parts), (b"mdhd", track.media)):
        if kind in holder:
            _add_times(facts, f"{group} {kind.decode()}", holder[kind])
    handler, stsd = track.handler.decode("latin-1"), track.tables.get(b"stsd")
    coded = ", ".join(one.decode("latin-1") for one in codings(stsd)) if stsd else "?"
    source = f"track {track.number}"
    facts.structure(f"{group} {handler}", coded, source=source)
    name = _counted_text(track.media[b"hdlr"].data[24:])
    if name:
        facts.add(group, "HandlerName", name, raw=name, source=source)
    if stsd is not None and track.handler == b"vide":
        _add_compressors(facts, group, stsd, source)
    for part in (*track.parts.values(), *track.media.values()):
        _add_told(facts, part)
    _add_samples(facts, stream, track)


def _counted_text(data: bytes) -> str:
    """Text that ends with zero, or after as many bytes as its first says (QuickTime)."""
    is_counted = 0 < int.from_bytes(data[:1], "big") < ord(" ")
    return decode_text((data[1:] if is_counted else data).partition(b"\0")[0]).strip()


def _add_times(facts: FactList, group: str, head: Part) -> None:
    for tag, seconds in (("CreateDate", created(head)), ("ModifyDate", changed(head))):
        if seconds:
            source = f"{head.name} at {head.offset}"
            facts.add(group, tag, shown_time(seconds), raw=str(seconds), source=source)


def _add_compressors(facts: FactList, group: str, stsd: Part, source: str) -> None:
    for entry in split(stsd.data[8:], stsd.offset + 16):
        name = decode_text(entry.data[43 : 43 + min(entry.data[42], 31)]) if entry.data[42:] else ""
        if name.strip():
            facts.add(group, "CompressorName", name, raw=name, source=source)


def _add_samples(facts: FactList, stream: BinaryIO, track: Track) -> None:
    """Look into the first samples of pictures, and into the first and last of telemetry."""
    samples = read_samples(track.tables, unit=None)
    source = f"samples of track {track.number}"
    codec, length_size = coded_as(track)
    if codec is not None:
        for sample in _first(stream, samples):
            for remark in remarks(sample, codec, length_size):
                text = remark.shown
                facts.add("SEI", f"UserData {remark.uuid.hex()}", text, raw=text, source=source)
    elif track.handler == b"meta" and b"gpmd" in codings(track.tables[b"stsd"]):
        found = list(_first(stream, samples))[:1]
        for sample in found:
            add_gpmf(facts, sample, source=source)
        if samples.count > 1:
            add_gpmf(facts, _last(stream, samples), source=source, prefix="End")


def _first(stream: BinaryIO, samples: Samples) -> Iterator[bytes]:
    left = _LOOKED_AT
    for chunk in samples.chunks:
        position = chunk.offset
        for size in samples.sizes_of(chunk):
            if not left:
                return
            stream.seek(position)
            yield stream.read(min(size, _MAX_SAMPLE))
            position, left = position + size, left - 1


def _last(stream: BinaryIO, samples: Samples) -> bytes:
    chunk = samples.chunks[-1]
    size = list(samples.sizes_of(chunk))[-1]
    stream.seek(chunk.offset + chunk.size - size)
    return stream.read(min(size, _MAX_SAMPLE))
