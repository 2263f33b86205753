"""A table of events and artifacts for quick listing, derived from ledger and bodies.

Nothing rests on it: a missing, stale or damaged index is made again, and verification never
looks at it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.case import INDEX
from evidencekit.formats.hashing import line_hash
from evidencekit.model.artifact import Artifact
from evidencekit.model.find import Access
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json
from evidencekit.store.index_file import covered_by, open_tables, tables_in_memory
from evidencekit.store.unindexed import Appended, events_after

_ADD_ARTIFACT = """INSERT INTO artifact
  (id, seq, sha256, size, media_type, name, origin, derived_from, access, place)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

Place = tuple[int, int]
"""Offset and size of a body in its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a listing shows of an artifact."""

    id: str
    sha256: Digest
    size: int
    media_type: str
    name: str
    origin: str
    derived_from: str | None
    access: Access


class Index:
    """The open index of one case, up to date with its ledger."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def append(self, events: Iterable[Appended]) -> None:
        """Take in the events that follow; those that a reader took in meanwhile are passed over."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for event in events:
                self._append(event)
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _append(self, event: Appended) -> None:
        covered = covered_by(self._db)
        if event.seq <= covered.seq:
            return
        self._db.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?)",
            (event.seq, event.action, covered.bodies_end, len(event.body)),
        )
        self._db.executemany(_ADD_ARTIFACT, (_values(a, event.seq) for a in event.artifacts))
        self._db.execute(
            "UPDATE at SET seq = ?, head = ?, ledger_end = ?, bodies_end = ?",
            (
                event.seq,
                line_hash(event.line),
                covered.ledger_end + len(event.line) + 1,
                covered.bodies_end + len(event.body) + 1,
            ),
        )

    def catch_up(self, root: Path) -> None:
        """Take in what the ledger holds beyond the index."""
        covered = covered_by(self._db)
        events = events_after(root, ledger_end=covered.ledger_end, bodies_end=covered.bodies_end)
        first = next(events, None)
        if first is not None:  # an empty transaction would wait for everybody who still reads
            self.append(chain((first,), events))

    def fall_back(self, root: Path) -> None:
        """Go on in memory, with everything that the ledger holds: the disk has let us down."""
        self.close()
        self._db = tables_in_memory()
        self.catch_up(root)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def rows(self) -> Iterator[Row]:
        """Yield all artifacts in the order in which they came."""
        yield from (_row(values) for values in self._db.execute(_SELECT + "ORDER BY number"))

    def same_bytes(self, sha256: Digest) -> list[tuple[Row, str | None]]:
        """Return artifacts with these bytes, and where they came from (:func:`place_of`)."""
        found = self._db.execute(
            _SELECT.replace("FROM", ", place FROM") + "WHERE sha256 = ?", (sha256,)
        )
        return [(_row(values[:8]), values[8]) for values in found]

    def places_of(self, action: str) -> list[tuple[int, Place]]:
        """Return number and place of each event of a kind, in order."""
        found = self._db.execute(
            "SELECT seq, body_start, body_size FROM event WHERE action = ? ORDER BY seq", (action,)
        )
        return [(seq, (start, size)) for seq, start, size in found]

    def body_of(self, artifact_id: str) -> Place | None:
        """Return the place of the body that holds an artifact."""
        found: Place | None = self._db.execute(
            "SELECT body_start, body_size FROM event JOIN artifact USING (seq) WHERE id = ?",
            (artifact_id,),
        ).fetchone()
        return found

    def artifact_count(self) -> int:
        """Return how many artifacts there are."""
        number: int = self._db.execute("SELECT count(*) FROM artifact").fetchone()[0]
        return number


_SELECT = "SELECT id, sha256, size, media_type, name, origin, derived_from, access FROM artifact "


@contextmanager
def open_index(root: Path) -> Iterator[Index]:
    """Yield an index that is up to date; where the folder is read-only, one in memory.

    Raises :class:`EvidenceDoubted` where the file turns out damaged later; it is then removed.
    """
    index = Index(open_tables(root))
    try:
        try:
            index.catch_up(root)
        except sqlite3.Error:  # read-only, locked, no room, a damaged page: nothing rests on it
            index.fall_back(root)
        yield index
    except sqlite3.DatabaseError as exc:
        (root / INDEX).unlink(missing_ok=True)
        raise EvidenceDoubted(f"{INDEX} was damaged and is removed; run the command again") from exc
    finally:
        index.close()


def _values(artifact: Artifact, seq: int) -> tuple[str | int | None, ...]:
    return (
        artifact.id,
        seq,
        artifact.sha256,
        artifact.size,
        artifact.media_type,
        artifact.name,
        artifact.origin,
        artifact.derived_from,
        artifact.access.value,
        place_of(artifact.source),
    )


def place_of(source: Mapping[str, Json]) -> str | None:
    """Return what tells one file of a source from another: its raw path and when it was changed."""
    path = source.get("path_bytes", source.get("path"))
    return f"{source.get('modified')} {path}" if isinstance(path, str) else None


def _row(values: tuple[str, str, int, str, str, str, str | None, str]) -> Row:
    identity, sha256, size, media_type, name, origin, derived_from, access = values
    return Row(
        id=identity,
        sha256=Digest(sha256),
        size=size,
        media_type=media_type,
        name=name,
        origin=origin,
        derived_from=derived_from,
        access=Access(access),
    )
