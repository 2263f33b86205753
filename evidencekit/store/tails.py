"""The two growing files of a case: where they end, and what a crash left behind their end.

The body of event n becomes durable before its ledger line does. So after a crash the bodies may
be one ahead, and either file may end in a torn line; none of that was ever acknowledged.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.durable import disk_errors
from evidencekit.files.jsonl import Tail, read_tail
from evidencekit.formats.body import MAX_BODY_BYTES, WITHHELD, decode_body
from evidencekit.formats.case import BODIES, LEDGER, TORN
from evidencekit.formats.hashing import line_hash
from evidencekit.formats.ledger import MAX_LINE_BYTES, decode_line
from evidencekit.model.event import Line
from evidencekit.model.ids import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where the next event goes."""

    last: Line | None
    head: Digest | None
    ledger_end: int
    bodies_end: int
    repaired: tuple[str, ...] = ()
    """What was moved aside, in words for the log of the one who opened the case."""


def read_position(root: Path) -> Position:
    """Find the end of both files without touching them; raises :class:`EvidenceDoubted`."""
    ledger = _tail(root / LEDGER, MAX_LINE_BYTES)
    bodies = _tail(root / BODIES, MAX_BODY_BYTES)
    last = decode_line(ledger.line) if ledger.line is not None else None
    seq = last.seq if last is not None else 0
    written = _seq_of(bodies, seq)
    if written < seq or written > seq + 1:
        raise EvidenceDoubted(f"{root}: {LEDGER} ends at {seq}, {BODIES} at {written}")
    return Position(
        last=last,
        head=line_hash(ledger.line) if ledger.line is not None else None,
        ledger_end=ledger.end,
        bodies_end=bodies.end if written == seq else bodies.start,
    )


def set_aside_torn(root: Path, position: Position) -> tuple[str, ...]:
    """Move what lies behind the end of either file to ``spool/torn``; say what was moved."""
    moved = []
    for name, end in ((LEDGER, position.ledger_end), (BODIES, position.bodies_end)):
        with (root / name).open("r+b") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > end:
                stream.seek(end)
                with disk_errors(str(root)):
                    _keep(root, f"{name}.{end}", stream.read())
                    stream.truncate(end)
                    os.fsync(stream.fileno())
                moved.append(f"{size - end} bytes of an unfinished write behind {name}")
    return tuple(moved)


def _keep(root: Path, name: str, data: bytes) -> None:
    folder = root / TORN
    folder.mkdir(parents=True, exist_ok=True)
    number = sum(1 for _ in folder.iterdir())
    (folder / f"{number:04d}.{name}").write_bytes(data)


def _tail(path: Path, limit: int) -> Tail:
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return read_tail(fd, limit=limit, what=path.name)
    finally:
        os.close(fd)


def _seq_of(bodies: Tail, seq: int) -> int:
    if bodies.line is None:
        return 0
    if bodies.line == WITHHELD:
        return seq  # only an old body can have been purged, never one that is still being added
    opened = decode_body(bodies.line)
    return opened[0].seq if opened is not None else seq
