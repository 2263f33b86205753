"""What credentials a WARC of ours holds: how many of which kind, and the values to look for again.

The values are secrets. They stay in the memory of this process and go into no file, event, message
or log.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from evidencekit.capture.credentials.everywhere import MAX_VALUES
from evidencekit.capture.credentials.found import Kind, outermost
from evidencekit.capture.credentials.parts import parts_of
from evidencekit.capture.credentials.recorded import in_body, in_record, read_body
from evidencekit.capture.credentials.records import read_records


@dataclass(slots=True, kw_only=True)
class Survey:
    """What was found; one for all files of a capture, since they share their secrets."""

    counts: Counter[str] = field(default_factory=Counter)
    values: set[bytes] = field(default_factory=set)
    """Distinct enough to be looked for everywhere."""
    passed_over: int = 0
    """Such values beyond those that are looked for."""
    unread: int = 0
    """Packed bodies that could not be unpacked to their end."""

    def take(self, stream: BinaryIO, folder: Path) -> None:
        """Read one file; raises :class:`~.records.Unreadable`."""
        for record in read_records(stream, folder):
            body = read_body(record)
            for edit in in_record(record, body):
                self._count(edit.found.kind, edit.value)
            if body is not None and body.coding:
                for one in outermost(in_body(record, body)):
                    self._count(one.kind, bytes(body.data[one.start : one.end]))
                self.unread += not body.is_whole

    def _count(self, kind: Kind, value: bytes) -> None:
        self.counts[kind] += 1
        for part in parts_of(kind, value):
            self._keep(part)

    def _keep(self, value: bytes) -> None:
        if value in self.values:
            return
        if len(self.values) < MAX_VALUES:
            self.values.add(value)
        else:
            self.passed_over += 1

    def by_kind(self) -> Mapping[str, int]:
        """Return the counts in a stable order."""
        return dict(sorted(self.counts.items()))
