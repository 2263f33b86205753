"""A movie in fragments, put together as if it had been written at once (ISO/IEC 14496-12 §8.8).

Recorders of screens, browsers and messengers write such films. What the fragments say of their
samples becomes the tables of the tracks; the samples stay where they are. The copy is then made
like that of any other movie.
"""

import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from evidencekit.metadata.isobmff.boxes import Box, Part, split
from evidencekit.metadata.isobmff.filled import Filling, filled_track, with_duration
from evidencekit.metadata.isobmff.movie import by_kind, children
from evidencekit.metadata.isobmff.sample_tables import MAX_SAMPLES
from evidencekit.metadata.malformed import MalformedError

MAX_RUNS = 500_000
_ENCRYPTED = frozenset({b"senc", b"saiz", b"saio"})
_BASE, _DESCRIPTION, _DURATION, _SIZE, _FLAGS = 0x1, 0x2, 0x8, 0x10, 0x20
_FROM_MOOF = 0x20000
_RUN_OFFSET, _RUN_FIRST = 0x1, 0x4
_RUN_FIELDS = (0x100, 0x200, 0x400, 0x800)  # duration, size, flags, shift
_NOT_SYNC = 0x10000


@dataclass(slots=True)
class _Defaults:
    """What samples are where a run does not say (§8.8.3, §8.8.7)."""

    description: int
    duration: int
    size: int
    flags: int


@dataclass(slots=True)
class _Track:
    """What the fragments say of one track."""

    defaults: _Defaults
    filling: Filling = field(default_factory=Filling)


def joined(movie: Sequence[Part], boxes: Iterable[Box], stream: BinaryIO) -> list[Part]:
    """Return the parts of ``moov`` with tables filled and durations set.

    Raises :class:`MalformedError` for what is not understood, and for encrypted samples.
    """
    parts = by_kind(movie)
    if b"mvhd" not in parts or b"mvex" not in parts:
        raise MalformedError("fragments of a movie that says nothing of them")
    tracks = {number: _Track(defaults=one) for number, one in _extends(parts[b"mvex"])}
    for one in boxes:
        if one.kind == b"moof":
            _take(one, stream, tracks)
    scale = _scale(parts[b"mvhd"])
    fillings = {number: one.filling for number, one in tracks.items()}
    made = [_filled(part, fillings, scale) for part in movie if part.kind != b"mvex"]
    longest = max((one.duration_in(scale) for one in fillings.values()), default=0)
    return [with_duration(part, longest) if part.kind == b"mvhd" else part for part in made]


def _extends(mvex: Part) -> Iterator[tuple[int, _Defaults]]:
    for part in split(mvex.data, mvex.offset + 8):
        if part.kind == b"trex":
            number, description, duration, size, flags = _unpacked(">IIIII", part.data, 4)
            yield number, _Defaults(description, duration, size, flags)


def _filled(part: Part, fillings: Mapping[int, Filling], scale: int) -> Part:
    if part.kind != b"trak":
        return part
    head = children(part).get(b"tkhd")
    if head is None:
        raise MalformedError("a track without a head")
    number = int.from_bytes(head.data[20:24] if head.data[:1] == b"\1" else head.data[12:16], "big")
    return filled_track(part, fillings.get(number, Filling()), scale)


def _take(moof: Box, stream: BinaryIO, tracks: Mapping[int, _Track]) -> None:
    end = moof.start  # where the data of the traf before ended; of the first, §8.8.7.1
    for part in split(moof.read(stream), moof.body):
        if part.kind == b"traf":
            end = _take_track(part, moof, end, tracks)


def _take_track(traf: Part, moof: Box, end: int, tracks: Mapping[int, _Track]) -> int:
    inner = list(split(traf.data, traf.offset + 8))
    kinds = by_kind(inner)
    if _ENCRYPTED & set(kinds):
        raise MalformedError("encrypted")
    if b"tfhd" not in kinds:
        raise MalformedError("a fragment without a head")
    data = kinds[b"tfhd"].data
    flags = int.from_bytes(data[1:4], "big")
    number = int.from_bytes(data[4:8], "big")
    if number not in tracks:
        raise MalformedError("a fragment of no track")
    track = tracks[number]
    defaults, base = _head(data, flags, track.defaults)
    if base is None:
        base = moof.start if flags & _FROM_MOOF else end
    if b"tfdt" in kinds:
        track.filling.begin(_decode_time(kinds[b"tfdt"].data))
    position = base
    for part in inner:
        if part.kind == b"trun":
            position = _take_run(part.data, base, position, defaults, track.filling)
    return position


def _head(data: bytes, flags: int, known: _Defaults) -> tuple[_Defaults, int | None]:
    """Return what holds for this fragment, and where its data are counted from."""
    at, base = 8, None
    if flags & _BASE:
        (base,), at = _unpacked(">Q", data, at), at + 8
    given = [known.description, known.duration, known.size, known.flags]
    for place, flag in enumerate((_DESCRIPTION, _DURATION, _SIZE, _FLAGS)):
        if flags & flag:
            (given[place],), at = _unpacked(">I", data, at), at + 4
    return _Defaults(*given), base


def _decode_time(data: bytes) -> int:
    return int(_unpacked(">Q" if data[:1] == b"\1" else ">I", data, 4)[0])


def _take_run(data: bytes, base: int, position: int, known: _Defaults, filling: Filling) -> int:
    """Take one ``trun``; returns where its data end (§8.8.8)."""
    flags, (count,), at = int.from_bytes(data[1:4], "big"), _unpacked(">I", data, 4), 8
    if flags & _RUN_OFFSET:
        position, at = base + _unpacked(">i", data, at)[0], at + 4
    first = known.flags
    if flags & _RUN_FIRST:
        (first,), at = _unpacked(">I", data, at), at + 4
    if len(filling.sizes) + count > MAX_SAMPLES or len(filling.chunks) >= MAX_RUNS:
        raise MalformedError(f"more than {MAX_SAMPLES} samples or {MAX_RUNS} runs")
    columns = _columns(data, at, count, flags)
    shift_form = "i" if data[:1] == b"\1" else "I"
    durations, sizes, kinds = (
        column if column is not None else array("I", [default]) * count
        for column, default in zip(
            columns[:3], (known.duration, known.size, known.flags), strict=True
        )
    )
    if count and flags & _RUN_FIRST and columns[2] is None:
        kinds[0] = first
    shifts = columns[3] if columns[3] is not None else array("I", [0]) * count
    if shift_form == "i":
        shifts = array("i", shifts.tobytes())
    filling.add(
        position,
        description=known.description,
        durations=durations,
        sizes=sizes,
        shifts=shifts,
        syncs=bytes(not flag & _NOT_SYNC for flag in kinds),
    )
    return position + sum(sizes)


def _columns(data: bytes, at: int, count: int, flags: int) -> list["array[int] | None"]:
    """Return what a run says of each sample, field by field."""
    present = [bool(flags & one) for one in _RUN_FIELDS]
    width = sum(present)
    rows = array("I", _exactly(data, at, 4 * width * count))
    rows.byteswap()
    columns: list[array[int] | None] = []
    place = 0
    for is_there in present:
        columns.append(rows[place::width] if is_there else None)
        place += is_there
    return columns


def _scale(mvhd: Part) -> int:
    at = 20 if mvhd.data[:1] == b"\1" else 12
    found = int(_unpacked(">I", mvhd.data, at)[0])
    if not found:
        raise MalformedError("a movie without a time scale")
    return found


def _unpacked(form: str, data: bytes, at: int) -> tuple[int, ...]:
    return struct.unpack(form, _exactly(data, at, struct.calcsize(form)))


def _exactly(data: bytes, at: int, size: int) -> bytes:
    found = data[at : at + size]
    if len(found) != size:
        raise MalformedError("a fragment that is cut off")
    return found
