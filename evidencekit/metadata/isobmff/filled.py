"""A track whose samples were told elsewhere, with the tables that say the same (§8.6, §8.7)."""

import struct
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from evidencekit.metadata.isobmff.boxes import Part, box, split
from evidencekit.metadata.isobmff.movie import children
from evidencekit.metadata.malformed import MalformedError

_FULL = bytes(4)
_TABLES = frozenset({b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stz2", b"stco", b"co64"})
_NOT_PLAYED = -1  # media time of an empty edit, §8.6.6.3
_DURATION_AT = {b"mvhd": (16, 24), b"mdhd": (16, 24), b"tkhd": (20, 28)}
"""Where the duration stands in each version of a head."""


class Filling:
    """Samples in the order in which they are decoded."""

    def __init__(self) -> None:
        self.sizes: array[int] = array("I")
        self.durations: array[int] = array("I")
        self.shifts: array[int] = array("q")
        self.syncs = bytearray()
        self.chunks: list[tuple[int, int, int]] = []
        """Offset, number of samples, description."""
        self.start: int | None = None
        self.end = 0
        self.scale = 0
        """Units of a second in which the track counts."""

    def begin(self, moment: int) -> None:
        """Say when the next sample is decoded; what was before lasts until then."""
        if self.start is None:
            self.start = self.end = moment
        elif moment != self.end:
            if not self.durations or moment < self.end - self.durations[-1]:
                raise MalformedError("fragments that go back in time")
            lasts = self.durations[-1] + moment - self.end
            if lasts >= 2**32:
                raise MalformedError("a gap that no table can say")
            self.durations[-1] = lasts
            self.end = moment

    def add(
        self,
        offset: int,
        *,
        description: int,
        durations: Sequence[int],
        sizes: Sequence[int],
        shifts: Sequence[int],
        syncs: bytes,
    ) -> None:
        """Add a run of samples that lie one behind the other."""
        if not sizes:
            return
        self.start = self.start or 0
        self.durations.extend(array("I", durations))
        self.sizes.extend(array("I", sizes))
        self.shifts.extend(array("q", shifts))
        self.syncs += syncs
        self.chunks.append((offset, len(sizes), description))
        self.end += sum(durations)

    @property
    def duration(self) -> int:
        """In units of the track, without what is before its start."""
        return self.end - (self.start or 0)

    def duration_in(self, scale: int) -> int:
        """In units of the movie, with what is before its start, rounded up."""
        return -(-self.end * scale // self.scale) if self.scale else 0


def filled_track(trak: Part, filling: Filling, scale: int) -> Part:
    """Return ``trak`` with tables, durations and, where it starts later, an edit that says so."""
    media = children(children(trak)[b"mdia"]) if b"mdia" in children(trak) else {}
    if b"mdhd" not in media:
        raise MalformedError("a track without a time scale")
    head = media[b"mdhd"].data
    at = 20 if head[:1] == b"\1" else 12
    filling.scale = int.from_bytes(head[at : at + 4], "big")
    total = filling.duration_in(scale)
    is_seen = media[b"hdlr"].data[8:12] == b"vide" if b"hdlr" in media else False
    made = _edited(
        trak,
        {
            b"tkhd": lambda part: _box(with_duration(part, total)),
            b"edts": lambda part: _edits(part, total),
            b"mdhd": lambda part: _box(with_duration(part, filling.duration)),
            b"stbl": lambda part: _tables(part, filling, is_seen=is_seen),
        },
        inside=frozenset({b"mdia", b"minf"}),
    )
    delay = _delay(filling, scale)
    if delay:
        if b"edts" in children(trak):
            raise MalformedError("a track that starts later, and is edited besides")
        made += box(b"edts", box(b"elst", _FULL, struct.pack(">I", 2), _delayed(delay, total)))
    return Part(kind=b"trak", data=made, offset=trak.offset)


def with_duration(part: Part, value: int) -> Part:
    """Return a head that lasts so long, in its own units."""
    is_wide = part.data[:1] == b"\1"
    at, size = _DURATION_AT[part.kind][is_wide], 8 if is_wide else 4
    if value >= 1 << 8 * size or len(part.data) < at + size:
        raise MalformedError(f"{part.name} cannot hold its duration")
    data = part.data[:at] + value.to_bytes(size, "big") + part.data[at + size :]
    return Part(kind=part.kind, data=data, offset=part.offset)


def _edited(
    part: Part, changes: Mapping[bytes, Callable[[Part], bytes]], *, inside: frozenset[bytes]
) -> bytes:
    """Return the content of a part, with the parts in it changed, also deeper ``inside``."""
    made = []
    for one in split(part.data, part.offset + 8):
        if one.kind in changes:
            made.append(changes[one.kind](one))
        elif one.kind in inside:
            made.append(box(one.kind, _edited(one, changes, inside=inside)))
        else:
            made.append(_box(one))
    return b"".join(made)


def _box(part: Part) -> bytes:
    return box(part.kind, part.data)


def _delay(filling: Filling, scale: int) -> int:
    """Return how much later the track starts, in units of the movie."""
    units = filling.scale
    delay, rest = divmod((filling.start or 0) * scale, units) if units else (0, 0)
    if rest:
        raise MalformedError("a start that the units of the movie cannot say")
    return delay


def _delayed(delay: int, total: int) -> bytes:
    rate = 0x10000
    return struct.pack(">IiI", delay, _NOT_PLAYED, rate) + struct.pack(
        ">IiI", total - delay, 0, rate
    )


def _edits(edts: Part, total: int) -> bytes:
    """Say of an edit that lasts to the end, whenever that will be, how long it lasts."""
    found = children(edts).get(b"elst")
    if found is None:
        return _box(edts)
    is_wide, data = found.data[:1] == b"\1", bytearray(found.data)
    size, row = (8, 20) if is_wide else (4, 12)
    for at in range(8, len(data) - row + 1, row):
        if not any(data[at : at + size]):
            data[at : at + size] = total.to_bytes(size, "big")
    return box(b"edts", box(b"elst", bytes(data)))


def _tables(stbl: Part, filling: Filling, *, is_seen: bool) -> bytes:
    inner = list(split(stbl.data, stbl.offset + 8))
    sizes = next((part.data for part in inner if part.kind == b"stsz"), bytes(12))
    if any(sizes[8:12]):
        raise MalformedError("a movie of which only a part is in fragments")
    kept = [_box(part) for part in inner if part.kind not in _TABLES]
    return box(b"stbl", *kept, *_made(filling, is_seen=is_seen))


def _made(filling: Filling, *, is_seen: bool) -> Iterator[bytes]:
    yield _table(b"stts", ">II", _runs(filling.durations))
    if any(filling.shifts):
        version = b"\1" if min(filling.shifts) < 0 else b"\0"
        yield _table(b"ctts", ">Ii" if version == b"\1" else ">II", _runs(filling.shifts), version)
    if is_seen and not all(filling.syncs):
        places = [number for number, one in enumerate(filling.syncs, start=1) if one]
        yield _table(b"stss", ">I", ((one,) for one in places))
    yield _table(b"stsc", ">III", _chunk_runs(filling.chunks))
    yield box(
        b"stsz", _FULL, struct.pack(">II", 0, len(filling.sizes)),
        struct.pack(f">{len(filling.sizes)}I", *filling.sizes),
    )  # fmt: skip
    yield _table(b"co64", ">Q", ((offset,) for offset, _, _ in filling.chunks))


def _runs(values: Sequence[int]) -> Iterator[tuple[int, int]]:
    for value, group in groupby(values):
        yield sum(1 for _ in group), value


def _chunk_runs(chunks: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    before: tuple[int, int] | None = None
    for number, (_, count, description) in enumerate(chunks, start=1):
        if (count, description) != before:
            yield number, count, description
        before = count, description


def _table(
    kind: bytes, form: str, rows: Iterator[tuple[int, ...]], version: bytes = b"\0"
) -> bytes:
    packed = [struct.pack(form, *row) for row in rows]
    return box(kind, version + bytes(3), struct.pack(">I", len(packed)), *packed)
