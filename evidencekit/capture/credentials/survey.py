"""What credentials a WARC of ours holds: how many of which kind, and the values to look for again.

The values are secrets. They stay in the memory of this process and go into no file, event, message
or log.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from evidencekit.capture.credentials.encoded import left_in
from evidencekit.capture.credentials.everywhere import MAX_VALUES, Budget, is_distinct
from evidencekit.capture.credentials.recorded import in_record
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
    """Encoded uploads that hold something, or could not be read to their end."""

    def take(self, stream: BinaryIO, folder: Path) -> None:
        """Read one file; raises :class:`~.records.Unreadable`."""
        budget = Budget()
        for record in read_records(stream, folder):
            for edit in in_record(record):
                self.counts[edit.found.kind] += 1
                self._keep(edit.value)
            self.unread += len(left_in(record, (), budget))

    def _keep(self, value: bytes) -> None:
        if not is_distinct(value) or value in self.values:
            return
        if len(self.values) < MAX_VALUES:
            self.values.add(value)
        else:
            self.passed_over += 1

    def by_kind(self) -> Mapping[str, int]:
        """Return the counts in a stable order."""
        return dict(sorted(self.counts.items()))
