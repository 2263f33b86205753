"""Writes a copy of a WARC of ours in which every credential that was found is marked.

A mark is as long as what it covers, so every block keeps its length and every offset its meaning.
Records without a find are copied as they lie, packed bytes and all; in the others nothing changes
but the marked bytes, packed bodies that held a credential (:mod:`.packing`), and the digests over
them. The copy begins with a warcinfo record that says of
which file it is a copy and by which rules, and the list of what was marked.
"""

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from evidencekit.capture.credentials.bodies import Body
from evidencekit.capture.credentials.everywhere import repeated
from evidencekit.capture.credentials.found import MARK, RULES, outermost
from evidencekit.capture.credentials.packing import Packed, pack_anew
from evidencekit.capture.credentials.recorded import (
    Edit,
    body_digests,
    edits,
    in_plain,
    in_record,
    is_message,
    is_text,
    read_body,
)
from evidencekit.capture.credentials.records import Record, read_records
from evidencekit.capture.credentials.tally import URN, Tally, list_of
from evidencekit.capture.warc import WarcWriter
from evidencekit.model.json import Json

_PIECE = 2**20
_GZIP = 31
_PACKED, _STORED = 6, 0
_UNSEARCHED = "unsearched-body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A copy that was written."""

    path: Path
    document: Json
    """Its part of the list of what was marked and what was left (docs/format/redactions.md)."""
    replaced: Mapping[str, int]
    """How many marks by kind."""
    packed: Mapping[str, int]
    """How many packed bodies were packed anew or covered, by how."""
    left: Mapping[str, int]
    """How many places by reason that may hold a credential and were not marked."""


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
        tally = Tally()
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
            warc.write_metadata(URN, list_of([document]), at=self._clock())
        with target.open("ab") as out, members.open("rb") as packed:
            for piece in iter(lambda: packed.read(_PIECE), b""):
                out.write(piece)
        members.unlink()
        return Cleared(
            path=target,
            document=document,
            replaced=dict(sorted(tally.replaced.items())),
            packed=dict(sorted(tally.packed.items())),
            left=dict(sorted(tally.left.items())),
        )

    def _copy(self, record: Record, stream: BinaryIO, out: BinaryIO, tally: Tally) -> None:
        name = record.text(b"WARC-Record-ID").decode("ascii", "replace")
        tally.original = tally.original or name
        body = read_body(record)
        found = list(self._edits(record, body, tally, name))
        anew = self._packed_anew(record, body, tally, name)
        if not found and anew is None:
            _copy_bytes(stream, out, record.offset, record.stored_size)
            return
        if anew is not None or _is_in_body(record, found):
            found += body_digests(record)
        for edit in found:
            record.data[edit.found.start : edit.found.end] = edit.mark
            tally.replace(name, edit)
        if anew is not None:
            anew.write(record)
            tally.pack(name, anew)
        record.redigest()
        out.writelines(_packed(record))

    def _edits(self, record: Record, body: Body | None, tally: Tally, name: str) -> Iterator[Edit]:
        known = list(in_record(record, body, self._values))
        yield from known
        if not is_text(record):
            return
        if not tally.budget.allows(record.end - record.block, self._values):
            tally.leave(name, _UNSEARCHED)
            return
        reach = outermost([edit.found for edit in known])
        starts = [one.start for one in reach]
        for edit in self._repeated(record, body):
            before = bisect_right(starts, edit.found.start) - 1
            if before < 0 or reach[before].end < edit.found.end:
                yield edit

    def _repeated(self, record: Record, body: Body | None) -> Iterator[Edit]:
        for name in (b"WARC-Target-URI", b"WARC-Refers-To-Target-URI"):
            span = record.field(name)
            if span is not None:
                yield from edits(record.data, repeated(record.data, *span, self._values))
        end = record.head_end() if is_message(record) else record.end
        yield from edits(record.data, repeated(record.data, record.block, end, self._values))
        if body is not None and not body.coding:
            again = repeated(body.data, body.start, body.end, self._values)
            yield from in_plain(record, body, again)
        if body is not None:
            framing = body.framing(record.head_end(), record.end)
            for span in (body.trailers, *framing):
                yield from edits(record.data, repeated(record.data, *span, self._values))

    def _packed_anew(
        self, record: Record, body: Body | None, tally: Tally, name: str
    ) -> Packed | None:
        if body is None or not body.coding:
            return None
        size = body.end - body.start + sum(end - start for start, end in body.pieces)
        if not tally.budget.allows(size, self._values):
            tally.leave(name, _UNSEARCHED)
            return None
        return pack_anew(record, body, self._values)


def _is_in_body(record: Record, found: list[Edit]) -> bool:
    if not is_message(record):
        return False
    start = record.head_end()
    return any(edit.found.start >= start for edit in found)


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
