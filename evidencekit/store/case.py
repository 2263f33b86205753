"""A case: made once, opened often, read without a lock."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from evidencekit.errors import BadInput, EvidenceDoubted, FormatUnreadable
from evidencekit.files.durable import disk_errors, sync_path, write_durably
from evidencekit.files.jsonl import read_lines
from evidencekit.files.opening import read_whole
from evidencekit.formats.artifact import read_artifact
from evidencekit.formats.body import MAX_BODY_BYTES, decode_body
from evidencekit.formats.case import (
    BODIES,
    CASE_FILE,
    HEADS,
    INDEX,
    LEDGER,
    OBJECTS,
    SEALS,
    SPOOL,
    CaseFile,
    decode_case_file,
    encode_case_file,
)
from evidencekit.formats.ledger import MAX_LINE_BYTES, decode_line
from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor, Body, Line
from evidencekit.model.ids import CaseId, Digest
from evidencekit.store.index import Place, Row, open_index
from evidencekit.store.machine import Machine
from evidencekit.store.objects import open_object
from evidencekit.store.writer import open_writer
from evidencekit.text.catalog import _

_ID_BYTES = 16
_MAX_CASE_FILE = 2**20  # docs/format/README.md §5


class Kind(StrEnum):
    """What a case is for; fixed for ever by its first line, and policy follows it."""

    INVESTIGATION = "investigation"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act as recorded; the body is None where it is withheld or purged."""

    line: Line
    body: Body | None


class Case:
    """The read side of a case folder; reading takes no lock and writes nothing but the index."""

    def __init__(self, root: Path, case_id: CaseId, kind: Kind) -> None:
        self.root = root
        self.id = case_id
        self.kind = kind

    def events(self) -> Iterator[Event]:
        """Yield all events in order; undecodable ones raise, signatures are not checked here."""
        with (self.root / LEDGER).open("rb") as ledger, (self.root / BODIES).open("rb") as bodies:
            lines = read_lines(ledger, limit=MAX_LINE_BYTES, what=LEDGER)
            others = read_lines(bodies, limit=MAX_BODY_BYTES, what=BODIES)
            for line in lines:
                body = next(others, None)
                if body is None:
                    raise EvidenceDoubted(f"{BODIES}: fewer lines than {LEDGER}")
                opened = decode_body(body)
                yield Event(line=decode_line(line), body=opened[0] if opened is not None else None)

    def artifact_count(self) -> int:
        """Return how many artifacts there are, without going through them."""
        with open_index(self.root) as index:
            return index.artifact_count()

    def rows(self) -> Iterator[Row]:
        """Yield what a listing shows of all artifacts."""
        with open_index(self.root) as index:
            yield from index.rows()

    def artifact(self, artifact_id: str) -> Artifact:
        """Return one artifact; raises :class:`BadInput` where the case has none of that id."""
        with open_index(self.root) as index:
            place = index.body_of(artifact_id)
        for artifact in self.artifacts_at(place) if place is not None else ():
            if artifact.id == artifact_id:
                return artifact
        raise BadInput(
            _("no artifact {id!r} in this case").format(id=artifact_id),
            hint=_("evidencekit list shows what is there"),
        )

    def places_of(self, action: str) -> Iterator[tuple[int, Place]]:
        """Yield number and place of the body of each act of a kind, in order."""
        with open_index(self.root) as index:
            yield from index.places_of(action)

    def artifacts_at(self, place: Place) -> Iterator[Artifact]:
        """Yield the artifacts of the body that lies at an offset and has a size."""
        body = self.body_at(place)
        for line in body.artifacts if body is not None else ():
            if line is not None:
                yield read_artifact(line.members)

    def body_with(self, artifact_id: str) -> Body | None:
        """Return the body of the act that an artifact came with; None where it is withheld."""
        with open_index(self.root) as index:
            place = index.body_of(artifact_id)
        return self.body_at(place) if place is not None else None

    def body_at(self, place: Place) -> Body | None:
        """Return the body that lies there; None where it is withheld or purged."""
        with (self.root / BODIES).open("rb") as bodies:
            bodies.seek(place[0])
            opened = decode_body(bodies.read(place[1]))
        return opened[0] if opened is not None else None

    @contextmanager
    def open_object(self, sha256: Digest) -> Iterator[BinaryIO]:
        """Open stored bytes; raises :class:`EvidenceDoubted` where they are gone."""
        try:
            with open_object(self.root, sha256) as stream:
                yield stream
        except FileNotFoundError as exc:
            raise EvidenceDoubted(f"object {sha256} is missing from the store") from exc

    def first_actor(self) -> Actor:
        """Return who opened the case, under whose name later acts go unless another is given."""
        first = next(self.events(), None)
        if first is None or first.body is None:
            raise EvidenceDoubted("the first event cannot be read")
        return first.body.actor


def create_case(root: Path, *, title: str, kind: Kind, actor: Actor, machine: Machine) -> Case:
    """Make a case folder; raises :class:`BadInput` where something is in the way."""
    require_room(root)
    if root.exists():
        _clear(root)
    case_id = CaseId(machine.random_bytes(_ID_BYTES).hex())
    with disk_errors(str(root)):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (OBJECTS, HEADS, SEALS, SPOOL):
            (root / name).mkdir(parents=True, exist_ok=True)
        for name in (LEDGER, BODIES):
            (root / name).touch(mode=0o644)
        sync_path(root)
    with open_writer(root, case_id, machine, command="init") as writer:
        writer.commit(f"init.{kind}", actor=actor, detail={"title": title})
    # Last, so that a folder without it is not yet a case, and init may be run again.
    content = encode_case_file(CaseFile(id=case_id, created=machine.clock()))
    with disk_errors(str(root)):
        write_durably(root / CASE_FILE, content)
    return Case(root, case_id, kind)


def require_room(root: Path) -> None:
    """Raise :class:`BadInput` where anything but the rest of an ``init`` cut off is in the way."""
    if os.path.lexists(root) and not (root.is_dir() and _is_unfinished(root)):
        raise BadInput(_("{path} is not empty").format(path=root))


def _clear(root: Path) -> None:
    for entry in root.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _is_unfinished(root: Path) -> bool:
    """Tell whether there is nothing but a beginning: no second event, no object, no seal."""
    expected = {OBJECTS.partition("/")[0], HEADS, SEALS, SPOOL, LEDGER, BODIES, INDEX}
    if any(entry.name not in expected for entry in root.iterdir()):
        return False
    folders = (root / OBJECTS, root / HEADS, root / SEALS)
    if any(entry.is_file() for folder in folders for entry in folder.rglob("*")):
        return False
    ledger = root / LEDGER
    return not ledger.exists() or ledger.read_bytes().count(b"\n") <= 1


def open_case(root: Path) -> Case:
    """Open a case by its first ledger line; ``case.json`` only says that this is one."""
    try:
        decode_case_file(read_whole(root / CASE_FILE, limit=_MAX_CASE_FILE))
        with (root / LEDGER).open("rb") as ledger:
            first = next(read_lines(ledger, limit=MAX_LINE_BYTES, what=LEDGER), None)
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise BadInput(
            _("{path} is not a case").format(path=root),
            hint=_("evidencekit init CASE makes one; -C CASE or EVIDENCEKIT_CASE names one"),
        ) from exc
    if first is None:
        raise EvidenceDoubted(f"{LEDGER}: holds no event")
    line = decode_line(first)
    if line.seq != 1 or not line.action.startswith("init."):
        raise EvidenceDoubted(f"{LEDGER}: does not begin with the opening of a case")
    kind = line.action.removeprefix("init.")
    if kind not in list(Kind):
        raise FormatUnreadable(f"{LEDGER}: a case of a kind that this release does not know")
    return Case(root, line.case, Kind(kind))
