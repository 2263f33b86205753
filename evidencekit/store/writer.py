"""The only code that appends to a ledger: one batch, one signed line (docs/format/case.md §3)."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from evidencekit.errors import DiskUnavailable
from evidencekit.files.durable import barrier, disk_errors
from evidencekit.files.streaming import write_all
from evidencekit.formats.artifact import artifact_line
from evidencekit.formats.body import commitment, encode_body
from evidencekit.formats.case import BODIES, LEDGER
from evidencekit.formats.hashing import leaf_hash, line_hash, line_message
from evidencekit.formats.ledger import encode_line, encode_unsigned
from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor, Body, Line
from evidencekit.model.ids import ArtifactId, CaseId, Digest
from evidencekit.model.json import Json
from evidencekit.store.index import Index, open_index
from evidencekit.store.lock import WAIT_S, hold
from evidencekit.store.machine import Machine
from evidencekit.store.objects import adopt
from evidencekit.store.spool import Spool, Spooled, open_spool, remove_dead
from evidencekit.store.tails import Position, read_position, set_aside_torn
from evidencekit.store.unindexed import Appended

_SALT_BYTES = 32
_NO_SIGNATURE = bytes(64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An artifact about to be: everything but its id and salt, with the bytes it stands for."""

    artifact: Artifact
    """With any id and salt; both are given at the commit."""
    spooled: tuple[Spooled, ...]
    """Its bytes, and those of its metadata record where there is one."""
    copy_of: int | None = None
    """Which draft of the same commit this is a copy of, counted from 0; its id is given there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """An acknowledged event."""

    seq: int
    line: bytes
    """As it stands in the ledger, without LF; what an authority may stamp."""
    artifacts: tuple[Artifact, ...]


class CaseWriter:
    """Holds a case for writing."""

    def __init__(
        self,
        root: Path,
        case: CaseId,
        machine: Machine,
        *,
        ledger_fd: int,
        spool: Spool,
        index: Index,
    ) -> None:
        self.spool = spool
        self.index = index
        self._root = root
        self._case = case
        self._fd = ledger_fd
        self._machine = machine
        self._position = read_position(root)
        self.repaired = set_aside_torn(root, self._position)

    @property
    def position(self) -> Position:
        """Where the ledger ends now."""
        return self._position

    def commit(
        self,
        action: str,
        *,
        actor: Actor,
        detail: Mapping[str, Json],
        drafts: Sequence[Draft] = (),
        new_key: bytes | None = None,
    ) -> Committed:
        """Append one event with its artifacts; when this returns, it is durable.

        Raises :class:`DiskUnavailable`; nothing of the event is in the case then.
        """
        seq = (self._position.last.seq if self._position.last is not None else 0) + 1
        artifacts = tuple(self._named(draft, seq, n) for n, draft in enumerate(drafts, start=1))
        lines = tuple(artifact_line(artifact) for artifact in artifacts)
        body = Body(
            seq=seq,
            salt=self._salt(),
            actor=actor,
            artifacts=lines,
            detail=detail,
            tool=self._machine.tool,
        )
        line = self._signed(
            Line(
                seq=seq,
                prev=self._position.head,
                at=self._machine.clock(),
                case=self._case,
                key=self._machine.device.public,
                action=action,
                leaves=tuple(leaf_hash(item.data) for item in lines),
                body_commit=commitment(body),
                sig=_NO_SIGNATURE,
                new_key=new_key,
            )
        )
        written = Appended(
            seq=seq,
            action=action,
            line=encode_line(line),
            body=encode_body(body),
            artifacts=artifacts,
        )
        self._write(written, line, [item for draft in drafts for item in draft.spooled])
        return Committed(seq=seq, line=written.line, artifacts=artifacts)

    def _named(self, draft: Draft, seq: int, n: int) -> Artifact:
        named = replace(draft.artifact, id=ArtifactId(f"a{seq}-{n}"), salt=self._salt())
        if draft.copy_of is None:
            return named
        return replace(named, derived_from=ArtifactId(f"a{seq}-{draft.copy_of + 1}"))

    def _salt(self) -> Digest:
        return Digest(self._machine.random_bytes(_SALT_BYTES).hex())

    def _signed(self, line: Line) -> Line:
        return replace(line, sig=self._machine.device.sign(line_message(encode_unsigned(line))))

    def _write(self, event: Appended, line: Line, spooled: Sequence[Spooled]) -> None:
        before = self._position
        bodies = self._root / BODIES
        try:
            with disk_errors(str(self._root)):
                barrier(self._root, [item.path for item in spooled])
                changed = adopt(self._root, spooled) if spooled else []
                _append(bodies, event.body)
                barrier(self._root, [bodies, *changed])
                write_all(self._fd, event.line + b"\n")
                os.fsync(self._fd)
        except (OSError, DiskUnavailable):
            # Nobody was told of this event. What cannot be cut off now is torn, and found as such.
            for path, end in (
                (self._root / LEDGER, before.ledger_end),
                (bodies, before.bodies_end),
            ):
                with suppress(OSError):
                    os.truncate(path, end)
            raise
        self._position = Position(
            last=line,
            head=line_hash(event.line),
            ledger_end=before.ledger_end + len(event.line) + 1,
            bodies_end=before.bodies_end + len(event.body) + 1,
        )
        try:
            self.index.append([event])
        except sqlite3.Error:  # the event is recorded; only the listing of it failed
            self.index.fall_back(self._root)


def _append(path: Path, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        write_all(fd, data + b"\n")
    finally:
        os.close(fd)


@contextmanager
def open_writer(
    root: Path, case: CaseId, machine: Machine, *, command: str, wait_s: float = WAIT_S
) -> Iterator[CaseWriter]:
    """Hold the case at ``root`` for writing, repairing what a crash left.

    Raises :class:`~evidencekit.errors.CaseLocked` when somebody else keeps holding it.
    """
    with hold(root, command=command, at=machine.clock(), wait_s=wait_s) as ledger_fd:
        remove_dead(root)
        with open_spool(root) as spool, open_index(root) as index:
            yield CaseWriter(root, case, machine, ledger_fd=ledger_fd, spool=spool, index=index)
