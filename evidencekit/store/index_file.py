"""The SQLite file behind the index: opened if it is this ledger's, else made again.

Where the folder is read-only the same tables are held in memory.
"""

import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.case import INDEX, LEDGER
from evidencekit.formats.hashing import line_hash
from evidencekit.formats.ledger import MAX_LINE_BYTES

_SCHEMA = """
CREATE TABLE at (version INTEGER, seq INTEGER, head TEXT, ledger_end INTEGER, bodies_end INTEGER);
INSERT INTO at VALUES (3, 0, NULL, 0, 0);
CREATE TABLE event (seq INTEGER PRIMARY KEY, action TEXT, body_start INTEGER, body_size INTEGER);
CREATE TABLE artifact (
  number INTEGER PRIMARY KEY, id TEXT UNIQUE, seq INTEGER, sha256 TEXT, size INTEGER,
  media_type TEXT, name TEXT, origin TEXT, derived_from TEXT, access TEXT, place TEXT);
CREATE INDEX by_sha256 ON artifact (sha256);
"""
_VERSION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """How much of ledger and bodies an index has taken in."""

    seq: int
    head: str | None
    ledger_end: int
    bodies_end: int


def open_tables(root: Path) -> sqlite3.Connection:
    """Return tables that hold nothing but a beginning of the ledger at ``root``."""
    for _attempt in range(2):
        try:
            return _connect(root / INDEX)
        except (sqlite3.Error, EvidenceDoubted):
            with suppress(OSError):
                (root / INDEX).unlink(missing_ok=True)
    return tables_in_memory()


def tables_in_memory() -> sqlite3.Connection:
    """Return empty tables that end with the process."""
    return _prepare(sqlite3.connect(":memory:", isolation_level=None))


def covered_by(db: sqlite3.Connection) -> Covered:
    """Return how far the tables reach."""
    seq, head, ledger_end, bodies_end = db.execute(
        "SELECT seq, head, ledger_end, bodies_end FROM at"
    ).fetchone()
    return Covered(seq=seq, head=head, ledger_end=ledger_end, bodies_end=bodies_end)


def _connect(path: Path) -> sqlite3.Connection:
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return tables_in_memory()
    db = sqlite3.connect(path, timeout=10, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = OFF")
        _prepare(db)
        _require_same_ledger(covered_by(db), path.parent)
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


def _require_same_ledger(covered: Covered, root: Path) -> None:
    if covered.seq == 0:
        return
    with (root / LEDGER).open("rb") as ledger:
        start = max(0, covered.ledger_end - MAX_LINE_BYTES - 1)
        ledger.seek(start)
        before = ledger.read(covered.ledger_end - start)
    last = before.removesuffix(b"\n").rpartition(b"\n")[2]
    if not before.endswith(b"\n") or line_hash(last) != covered.head:
        raise EvidenceDoubted("index of another ledger")
