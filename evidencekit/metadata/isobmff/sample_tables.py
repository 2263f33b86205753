"""Where the samples of a track lie, and the tables that say so (ISO/IEC 14496-12 §8.6, §8.7).

Samples are addressed chunk by chunk: a chunk is a run of samples without a gap.
"""

import struct
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from evidencekit.metadata.isobmff.boxes import Part, box
from evidencekit.metadata.malformed import MalformedError

MAX_SAMPLES = 20_000_000  # that have a size each: 90 hours at 60 pictures a second
MAX_CHUNKS = 5_000_000
_FULL = bytes(4)  # version 0, no flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Samples of one track in a row."""

    offset: int
    size: int
    first: int
    """Number of the first sample, from 0."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """All samples of one track."""

    chunks: Sequence[Chunk]
    count: int
    constant: int
    """Bytes that each has; 0 where they differ."""
    sizes: Sequence[int]
    """Of each; empty where all are alike."""

    def sizes_of(self, chunk: Chunk) -> Iterator[int]:
        """Yield the sizes of the samples of a chunk."""
        if self.sizes:
            yield from self.sizes[chunk.first : chunk.first + chunk.count]
        else:
            for _number in range(chunk.count):
                yield self.constant


def read_samples(tables: Mapping[bytes, Part], *, unit: int | None) -> Samples:
    """Read ``stsz`` (or ``stz2``), ``stsc`` and ``stco`` (or ``co64``).

    ``unit`` is how many bytes a sample of plain sound has, where QuickTime counts such samples and
    not bytes. Raises :class:`MalformedError` where tables contradict each other.
    """
    constant, count, sizes = _sizes(tables)
    if unit is not None and constant == 1:
        constant = unit
    counts = list(_counts(tables, _offsets(tables)))
    if sum(found for _, found in counts) != count:
        raise MalformedError("chunks that do not hold the samples of their track")
    before = accumulate((found for _, found in counts), initial=0)
    starts = array("Q", accumulate(sizes, initial=0)) if sizes else None
    chunks = []
    for (offset, number), first in zip(counts, before, strict=False):
        size = starts[first + number] - starts[first] if starts else number * constant
        chunks.append(Chunk(offset=offset, size=size, first=first, count=number))
    return Samples(chunks=chunks, count=count, constant=constant, sizes=sizes)


def make_sizes(tables: Mapping[bytes, Part], sizes: Sequence[int] | None) -> bytes:
    """Encode ``stsz``: as it was, or with ``sizes`` where samples became smaller."""
    if sizes is None:
        constant, count, sizes = _sizes(tables)
        if not sizes:
            return box(b"stsz", _FULL, struct.pack(">II", constant, count))
    table = struct.pack(f">{len(sizes)}I", *sizes)
    return box(b"stsz", _FULL, struct.pack(">II", 0, len(sizes)), table)


def make_offsets(offsets: Sequence[int], *, is_long: bool) -> bytes:
    """Encode ``stco``, or ``co64`` where that ``is_long``."""
    kind, letter = (b"co64", "Q") if is_long else (b"stco", "I")
    table = struct.pack(f">{len(offsets)}{letter}", *offsets)
    return box(kind, _FULL, struct.pack(">I", len(offsets)), table)


def exact_table(part: Part, row: int, *, head: int = 4) -> bytes:
    """Encode a table of rows of ``row`` bytes anew: as many as it says, and nothing behind them.

    ``head`` bytes stand before the number of rows.
    """
    count = int.from_bytes(part.data[head : head + 4], "big")
    size = head + 4 + count * row
    if len(part.data) < size:
        raise MalformedError(f"{part.name} is cut off")
    return box(part.kind, part.data[0:1], bytes(3), part.data[4:size])


def _sizes(tables: Mapping[bytes, Part]) -> tuple[int, int, Sequence[int]]:
    if b"stsz" not in tables:
        return _compact_sizes(tables)
    data = tables[b"stsz"].data
    constant, count = struct.unpack_from(">II", _long_enough(data, 12), 4)
    if constant or not count:
        return constant, count, ()
    _require_few(count, MAX_SAMPLES)
    return 0, count, _numbers("I", _long_enough(data, 12 + 4 * count)[12:], count)


def _compact_sizes(tables: Mapping[bytes, Part]) -> tuple[int, int, Sequence[int]]:
    """§8.7.3.3: sizes of 4, 8 or 16 bits."""
    if b"stz2" not in tables:
        raise MalformedError("a track without sizes of its samples")
    data = _long_enough(tables[b"stz2"].data, 12)
    bits, count = data[7], int.from_bytes(data[8:12], "big")
    _require_few(count, MAX_SAMPLES)
    body = _long_enough(data, 12 + (count * bits + 7) // 8)[12:]
    match bits:
        case 16:
            return 0, count, _numbers("H", body, count)
        case 8:
            return 0, count, array("I", body[:count])
        case 4:
            halves = (half for byte in body for half in (byte >> 4, byte & 15))
            return 0, count, array("I", [size for size, _ in zip(halves, range(count))])  # noqa: B905
        case _:
            raise MalformedError("sizes of samples in a form that is not understood")


def _offsets(tables: Mapping[bytes, Part]) -> Sequence[int]:
    letter, width = ("I", 4) if b"stco" in tables else ("Q", 8)
    part = tables.get(b"stco") or tables.get(b"co64")
    if part is None:
        raise MalformedError("a track that does not say where its samples are")
    count = int.from_bytes(_long_enough(part.data, 8)[4:8], "big")
    _require_few(count, MAX_CHUNKS)
    return _numbers(letter, _long_enough(part.data, 8 + width * count)[8:], count)


def _counts(tables: Mapping[bytes, Part], offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield offset and number of samples of each chunk (§8.7.4)."""
    if b"stsc" not in tables:
        raise MalformedError("a track without chunks")
    data = _long_enough(tables[b"stsc"].data, 8)
    count = int.from_bytes(data[4:8], "big")
    _require_few(count, MAX_CHUNKS)
    rows = list(struct.iter_unpack(">III", _long_enough(data, 8 + 12 * count)[8 : 8 + 12 * count]))
    firsts = [first for first, _, _ in rows]
    if not offsets:  # a movie in fragments has no samples here
        return
    if firsts[:1] != [1] or any(a >= b for a, b in zip(firsts, firsts[1:])):  # noqa: B905, RUF007
        raise MalformedError("chunks that are not in order")
    for (first, number, _), next_one in zip(rows, [*firsts[1:], len(offsets) + 1], strict=True):
        for chunk in range(first, min(next_one, len(offsets) + 1)):
            yield offsets[chunk - 1], number


def _numbers(letter: str, data: bytes, count: int) -> Sequence[int]:
    return array(letter, struct.unpack_from(f">{count}{letter}", data))


def _long_enough(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise MalformedError("a table that is cut off")
    return data


def _require_few(count: int, most: int) -> None:
    if count > most:
        raise MalformedError(f"more than {most} entries in a table")
