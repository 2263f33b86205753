"""A table of events and artifacts for quick listing, derived from ledger and bodies.

Nothing rests on it: a missing, stale or damaged index is made again, and verification never
looks at it.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.artifact import read_artifact
from evidencekit.formats.body import MAX_BODY_BYTES, decode_body
from evidencekit.formats.case import BODIES, INDEX, LEDGER
from evidencekit.formats.hashing import line_hash
from evidencekit.formats.ledger import MAX_LINE_BYTES, decode_line
from evidencekit.model.artifact import Artifact
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json

_SCHEMA = """
CREATE TABLE at (version INTEGER, seq INTEGER, head TEXT, ledger_end INTEGER, bodies_end INTEGER);
INSERT INTO at VALUES (2, 0, NULL, 0, 0);
CREATE TABLE event (seq INTEGER PRIMARY KEY, action TEXT, body_start INTEGER, body_size INTEGER);
CREATE TABLE artifact (
  number INTEGER PRIMARY KEY, id TEXT UNIQUE, seq INTEGER, sha256 TEXT, size INTEGER,
  media_type TEXT, name TEXT, origin TEXT, derived_from TEXT, place TEXT);
CREATE INDEX by_sha256 ON artifact (sha256);
"""
_VERSION = 2
_ADD_ARTIFACT = """INSERT INTO artifact
  (id, seq, sha256, size, media_type, name, origin, derived_from, place)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """One event as it stands in the two files."""

    seq: int
    action: str
    line: bytes
    body: bytes
    artifacts: tuple[Artifact, ...]


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
        seq, _, ledger_end, bodies_end = self.position()
        if event.seq <= seq:
            return
        self._db.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?)",
            (event.seq, event.action, bodies_end, len(event.body)),
        )
        self._db.executemany(_ADD_ARTIFACT, (_values(a, event.seq) for a in event.artifacts))
        self._db.execute(
            "UPDATE at SET seq = ?, head = ?, ledger_end = ?, bodies_end = ?",
            (
                event.seq,
                line_hash(event.line),
                ledger_end + len(event.line) + 1,
                bodies_end + len(event.body) + 1,
            ),
        )

    def fall_back(self, root: Path) -> None:
        """Go on in memory, with everything that the ledger holds: the disk has let us down."""
        self.close()
        self._db = _in_memory()
        catch_up(self, root)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def position(self) -> tuple[int, str | None, int, int]:
        """Return sequence number, head, and where ledger and bodies go on."""
        seq, head, ledger_end, bodies_end = self._db.execute(
            "SELECT seq, head, ledger_end, bodies_end FROM at"
        ).fetchone()
        return seq, head, ledger_end, bodies_end

    def rows(self) -> Iterator[Row]:
        """Yield all artifacts in the order in which they came."""
        yield from (_row(values) for values in self._db.execute(_SELECT + "ORDER BY number"))

    def same_bytes(self, sha256: Digest) -> list[tuple[Row, str | None]]:
        """Return artifacts with these bytes, and where they came from (:func:`place_of`)."""
        found = self._db.execute(
            _SELECT.replace("FROM", ", place FROM") + "WHERE sha256 = ?", (sha256,)
        )
        return [(_row(values[:7]), values[7]) for values in found]

    def body_of(self, artifact_id: str) -> tuple[int, int] | None:
        """Return offset and size of the body that holds an artifact."""
        found: tuple[int, int] | None = self._db.execute(
            "SELECT body_start, body_size FROM event JOIN artifact USING (seq) WHERE id = ?",
            (artifact_id,),
        ).fetchone()
        return found

    def count(self, *actions: str) -> int:
        """Return how many events have one of these actions."""
        marks = ",".join("?" * len(actions))
        query = f"SELECT count(*) FROM event WHERE action IN ({marks})"  # noqa: S608 (only marks)
        number: int = self._db.execute(query, actions).fetchone()[0]
        return number

    def artifact_count(self) -> int:
        """Return how many artifacts there are."""
        number: int = self._db.execute("SELECT count(*) FROM artifact").fetchone()[0]
        return number


_SELECT = "SELECT id, sha256, size, media_type, name, origin, derived_from FROM artifact "


@contextmanager
def open_index(root: Path) -> Iterator[Index]:
    """Yield an index that is up to date; where the folder is read-only, one in memory.

    Raises :class:`EvidenceDoubted` where the file turns out damaged later; it is then removed.
    """
    index = _open(root)
    try:
        try:
            catch_up(index, root)
        except sqlite3.Error:  # read-only, locked, no room, a damaged page: nothing rests on it
            index.fall_back(root)
        yield index
    except sqlite3.DatabaseError as exc:
        (root / INDEX).unlink(missing_ok=True)
        raise EvidenceDoubted(f"{INDEX} was damaged and is removed; run the command again") from exc
    finally:
        index.close()


def _open(root: Path) -> Index:
    for _attempt in range(2):
        try:
            return Index(_connect(root / INDEX))
        except (sqlite3.Error, EvidenceDoubted):
            with suppress(OSError):
                (root / INDEX).unlink(missing_ok=True)
    return Index(_in_memory())


def _in_memory() -> sqlite3.Connection:
    return _prepare(sqlite3.connect(":memory:", isolation_level=None))


def catch_up(index: Index, root: Path) -> None:
    """Take in what the ledger holds beyond the index."""
    index.append(_events(root, index.position()))


def _connect(path: Path) -> sqlite3.Connection:
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return _in_memory()
    db = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = OFF")
        _prepare(db)
        _require_same_ledger(Index(db), path.parent)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> sqlite3.Connection:
    if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        db.executescript("BEGIN;" + _SCHEMA + "COMMIT;")
    if db.execute("SELECT version FROM at").fetchone() != (_VERSION,):
        raise sqlite3.DatabaseError("index of another version")
    return db


def _require_same_ledger(index: Index, root: Path) -> None:
    seq, head, ledger_end, _ = index.position()
    if seq == 0:
        return
    with (root / LEDGER).open("rb") as ledger:
        start = max(0, ledger_end - MAX_LINE_BYTES - 1)
        ledger.seek(start)
        before = ledger.read(ledger_end - start)
    last = before.removesuffix(b"\n").rpartition(b"\n")[2]
    if not before.endswith(b"\n") or line_hash(last) != head:
        raise EvidenceDoubted("index of another ledger")


def _events(root: Path, position: tuple[int, str | None, int, int]) -> Iterator[Appended]:
    _, _, ledger_end, bodies_end = position
    with (root / LEDGER).open("rb") as ledger, (root / BODIES).open("rb") as bodies:
        ledger.seek(ledger_end)
        bodies.seek(bodies_end)
        while (line := ledger.readline(MAX_LINE_BYTES + 1)).endswith(b"\n"):
            body = bodies.readline(MAX_BODY_BYTES + 1)
            if not body.endswith(b"\n"):
                raise EvidenceDoubted("a ledger line without its body")
            yield _appended(line[:-1], body[:-1])


def _appended(line: bytes, body: bytes) -> Appended:
    decoded, opened = decode_line(line), decode_body(body)
    encoded = opened[0].artifacts if opened is not None else ()
    return Appended(
        seq=decoded.seq,
        action=decoded.action,
        line=line,
        body=body,
        artifacts=tuple(read_artifact(item.members) for item in encoded if item is not None),
    )


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
        place_of(artifact.source),
    )


def place_of(source: Mapping[str, Json]) -> str | None:
    """Return what tells one file of a source from another: its raw path and when it was changed."""
    path = source.get("path_bytes", source.get("path"))
    return f"{source.get('modified')} {path}" if isinstance(path, str) else None


def _row(values: tuple[str, str, int, str, str, str, str | None]) -> Row:
    identity, sha256, size, media_type, name, origin, derived_from = values
    return Row(
        id=identity,
        sha256=Digest(sha256),
        size=size,
        media_type=media_type,
        name=name,
        origin=origin,
        derived_from=derived_from,
    )
