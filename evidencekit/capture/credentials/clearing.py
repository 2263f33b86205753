"""Writes a copy of a WARC of ours in which every credential that was found is marked.

A mark is as long as what it covers, so every block keeps its length and every offset its meaning.
Records without a find are copied as they lie, packed bytes and all; in the others nothing changes
but the marked bytes and the digests over them. The copy begins with a warcinfo record that says of
which file it is a copy and by which rules, and the list of what was marked.
"""

import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from evidencekit.capture.credentials.encoded import Left, left_in
from evidencekit.capture.credentials.everywhere import Budget, repeated
from evidencekit.capture.credentials.found import MARK, RULES, entry, outermost
from evidencekit.capture.credentials.recorded import (
    Edit,
    coding_of,
    edits,
    in_record,
    is_text,
)
from evidencekit.capture.credentials.records import Record, read_records
from evidencekit.capture.warc import WarcWriter
from evidencekit.formats.canonical import encode
from evidencekit.model.json import Json

FORMAT = "evidencekit/redactions/1"
URN = "urn:evidencekit:redactions"
MAX_LISTED = 50_000
_PIECE = 2**20
_GZIP = 31
_PACKED, _STORED = 6, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A copy that was written."""

    path: Path
    document: Json
    """Its part of the list of what was marked and what was left (docs/format/redactions.md)."""
    replaced: Mapping[str, int]
    """How many marks by kind."""
    left: Mapping[str, int]
    """How many places by reason that hold, or may hold, a credential and were not marked."""


class Clearing:
    """Clears files of one capture; ``values`` are looked for in all of them, ``folder`` is ours."""

    def __init__(
        self,
        values: tuple[bytes, ...],
        folder: Path,
        *,
        software: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._values = values
        self._folder = folder
        self._software = software
        self._clock = clock
        self._new_id = new_id

    def clear(self, stream: BinaryIO, target: Path) -> Cleared:
        """Write the copy of ``stream`` to ``target``, which must not exist.

        Raises :class:`~.records.Unreadable`.
        """
        members = target.with_name(f"{target.name}.members")
        tally = _Tally()
        with members.open("xb") as out:
            for record in read_records(stream, self._folder):
                self._copy(record, stream, out, tally)
        document = tally.document(target.name)
        with WarcWriter(
            target,
            software=self._software,
            settings={
                "derivedFrom": tally.original,
                "redactionRules": RULES,
                "redactionMark": f"{MARK.decode('ascii')}, as often as the value had bytes",
                "redactionList": URN,
            },
            clock=self._clock,
            new_id=self._new_id,
        ) as warc:
            warc.write_metadata(URN, _list_of([document]), at=self._clock())
        with target.open("ab") as out, members.open("rb") as packed:
            for piece in iter(lambda: packed.read(_PIECE), b""):
                out.write(piece)
        members.unlink()
        return Cleared(
            path=target,
            document=document,
            replaced=dict(sorted(tally.replaced.items())),
            left=dict(sorted(tally.left.items())),
        )

    def _copy(self, record: Record, stream: BinaryIO, out: BinaryIO, tally: "_Tally") -> None:
        name = record.text(b"WARC-Record-ID").decode("ascii", "replace")
        tally.original = tally.original or name
        tally.leave(name, left_in(record, self._values, tally.budget))
        found = list(self._edits(record, tally, name))
        if not found:
            _copy_bytes(stream, out, record.offset, record.stored_size)
            return
        for edit in found:
            record.data[edit.found.start : edit.found.end] = edit.mark
            tally.replace(name, edit)
        record.redigest()
        out.writelines(_packed(record))

    def _edits(self, record: Record, tally: "_Tally", name: str) -> Iterator[Edit]:
        known = list(in_record(record, self._values))
        yield from known
        if not is_text(record):
            return
        if not tally.budget.allows(record.end - record.block, self._values):
            tally.leave(name, [Left(why="unsearched-body", count=1)])
            return
        reach = outermost([edit.found for edit in known])
        starts = [one.start for one in reach]
        for edit in self._repeated(record):
            before = bisect_right(starts, edit.found.start) - 1
            if before < 0 or reach[before].end < edit.found.end:
                yield edit

    def _repeated(self, record: Record) -> Iterator[Edit]:
        for name in (b"WARC-Target-URI", b"WARC-Refers-To-Target-URI"):
            span = record.field(name)
            if span is not None:
                yield from edits(record.data, repeated(record.data, *span, self._values))
        end = record.head_end() if coding_of(record) else record.end
        yield from edits(record.data, repeated(record.data, record.block, end, self._values))


class _Tally:
    def __init__(self) -> None:
        self.replaced: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.budget = Budget()
        self.original = ""
        """Id of the first record, which no other file has: a digest of the original would let
        short values be guessed, whose length the marks tell."""
        self._replaced: list[Json] = []
        self._left: list[Json] = []
        self._unlisted = 0

    def replace(self, record: str, edit: Edit) -> None:
        self.replaced[edit.found.kind] += 1
        self._list(self._replaced, entry(record, edit.found))

    def leave(self, record: str, left: list[Left]) -> None:
        for one in left:
            self.left[one.why] += 1
            self._list(self._left, {"record": record, "why": one.why, "count": one.count})

    def _list(self, listed: list[Json], item: Json) -> None:
        if len(self._replaced) + len(self._left) < MAX_LISTED:
            listed.append(item)
        else:
            self._unlisted += 1

    def document(self, name: str) -> dict[str, Json]:
        return {
            "name": name,
            "of": self.original,
            "replaced": self._replaced,
            "left": self._left,
            "unlisted": self._unlisted,
        }


def listing(files: Sequence[Json]) -> bytes:
    """Return the list for the copies of the files of one capture."""
    return encode(_list_of(files))


def _list_of(files: Sequence[Json]) -> Json:
    return {"format": FORMAT, "rules": RULES, "mark": MARK.decode("ascii"), "files": list(files)}


def _copy_bytes(stream: BinaryIO, out: BinaryIO, offset: int, size: int) -> None:
    place = stream.tell()  # the reader is ahead of the record that it handed out
    stream.seek(offset)
    while size:
        piece = stream.read(min(_PIECE, size))
        out.write(piece)
        size -= len(piece)
    stream.seek(place)


def _packed(record: Record) -> Iterator[bytes]:
    packer = zlib.compressobj(_PACKED if is_text(record) else _STORED, zlib.DEFLATED, _GZIP)
    for start in range(0, len(record.data), _PIECE):
        yield packer.compress(bytes(record.data[start : start + _PIECE]))
    yield packer.flush()
