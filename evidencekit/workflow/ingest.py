"""Finds become artifacts: copied, identified, read for metadata, committed in batches.

One command holds the case from its first file to its last. What has been yielded as added is
durable; a command that is killed and run again takes up the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from evidencekit.errors import SourceChanged, SourceUnreadable
from evidencekit.files.opening import open_regular
from evidencekit.formats.fields import encode_base64
from evidencekit.intake.files import FileSource, StreamSource
from evidencekit.metadata.identify.by_content import identify, is_extension_mismatch
from evidencekit.metadata.kinds import READABLE
from evidencekit.metadata.record import encode_record, record
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.event import Actor
from evidencekit.model.find import Find, Refused
from evidencekit.model.ids import ArtifactId, Digest
from evidencekit.model.json import Json
from evidencekit.protocols import Observer, Source
from evidencekit.sandbox.runner import Worker
from evidencekit.store.case import Case
from evidencekit.store.index import Row, place_of
from evidencekit.store.objects import adopt
from evidencekit.store.spool import Spooled
from evidencekit.store.writer import CaseWriter, Draft, open_writer
from evidencekit.workflow.dating import Dated, Undated, date_early
from evidencekit.workflow.setting import Setting

MAX_BATCH_FILES = 1000  # docs/format/case.md §3
MAX_BATCH_BYTES = 64 * 2**20
_UNNAMED = ArtifactId("a0-0")
_UNSALTED = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new artifact, acknowledged."""

    artifact: Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Already:
    """The same file, unchanged, was taken in before: by an earlier run of this command."""

    row: Row


Outcome = Added | Already | Refused | Dated | Undated


def add(
    case: Case,
    paths: Sequence[Path] = (),
    *,
    stream: tuple[BinaryIO, str] | None = None,
    actor: Actor | None = None,
    sensitivity: Sensitivity = Sensitivity.NORMAL,
    detail: Mapping[str, Json] | None = None,
    role: str | None = None,
    setting: Setting,
    observer: Observer | None = None,
) -> Iterator[Outcome]:
    """Take in files, folders and at most one ``stream`` with its name; yields as it goes.

    Nothing happens before the first item is asked for. ``sensitivity`` is fixed before bytes are
    read; ``detail`` is told of each act besides, ``role`` of each artifact. Raises
    :class:`~evidencekit.errors.BadInput` for a path that does not exist.
    """
    sources: list[Source] = [FileSource(paths, leave_out=case.root)]
    if stream is not None:
        sources.append(StreamSource(stream[0], name=stream[1]))
    machine = setting.machine()
    with (
        open_writer(case.root, case.id, machine, command="add") as writer,
        Worker() as worker,
    ):
        batch = _Batch(
            case, writer, worker, actor or case.first_actor(), sensitivity, detail=detail or {}
        )
        for source in sources:
            for find in source.collect():
                yield from batch.take(_with_role(find, role))
                if observer is not None:
                    observer.on("add", batch.taken, None)
                if batch.is_full():
                    yield from batch.commit(setting)
        yield from batch.commit(setting)


def _with_role(find: Find | Refused, role: str | None) -> Find | Refused:
    return replace(find, role=role) if role is not None and isinstance(find, Find) else find


class _Batch:
    def __init__(
        self,
        case: Case,
        writer: CaseWriter,
        worker: Worker,
        actor: Actor,
        sensitivity: Sensitivity,
        *,
        detail: Mapping[str, Json] = MappingProxyType({}),
    ) -> None:
        self.taken = 0
        self._detail = dict(detail)
        self._case = case
        self._writer = writer
        self._worker = worker
        self._actor = actor
        self._sensitivity = sensitivity
        self._drafts: list[Draft] = []
        self._refused: list[Refused] = []
        self._bytes = 0
        self._recorded: dict[tuple[int, int], dict[tuple[str, Digest], Sensitivity]] = {}

    def take(self, find: Find | Refused) -> Iterator[Outcome]:
        """Spool one find; what is refused here is recorded with the next commit."""
        self.taken += 1
        if isinstance(find, Find):
            outcome = self._spool(find)
            if isinstance(outcome, Already):
                yield outcome
            elif isinstance(outcome, Refused):
                find = outcome
        if isinstance(find, Refused):
            self._refused.append(find)
            yield find

    def is_full(self) -> bool:
        """Tell whether it is time to commit."""
        return (
            len(self._drafts) >= MAX_BATCH_FILES
            or len(self._refused) >= MAX_BATCH_FILES
            or self._bytes >= MAX_BATCH_BYTES
        )

    def commit(self, setting: Setting) -> Iterator[Outcome]:
        """Make what was taken durable, as one event, and date it where an authority is set."""
        if not self._drafts and not self._refused:
            return
        refused: list[Json] = [refused_detail(item) for item in self._refused]
        committed = self._writer.commit(
            "add",
            actor=self._actor,
            detail={"refused": refused, **self._detail},
            drafts=self._drafts,
        )
        self._drafts, self._refused, self._bytes = [], [], 0
        yield from (Added(artifact=artifact) for artifact in committed.artifacts)
        yield from date_early(self._case, committed, setting)

    def _spool(self, find: Find) -> Already | Refused | None:
        try:
            with find.content.open() as stream:
                spooled = self._writer.spool.put(stream)
        except SourceChanged:
            return Refused(name=find.name, name_bytes=find.name_bytes, why="changed-while-read")
        except SourceUnreadable:
            return Refused(name=find.name, name_bytes=find.name_bytes, why="unreadable")
        row = self._known(find, spooled.digested.sha256)
        if row is not None:
            adopt(self._case.root, [spooled])  # the same bytes again, should they have been lost
            return Already(row=row)
        self._drafts.append(
            draft_of(find, spooled, self._writer, self._worker, sensitivity=self._sensitivity)
        )
        self._bytes += spooled.digested.size
        return None

    def _is_recorded(self, row: Row) -> bool:
        """Ask the ledger: the index proves nothing. Another sensitivity is another artifact."""
        place = self._writer.index.body_of(row.id)
        if place is None:
            return False
        if place not in self._recorded:
            self._recorded[place] = {
                (artifact.id, artifact.sha256): artifact.sensitivity
                for artifact in self._case.artifacts_at(place)
            }
        return self._recorded[place].get((row.id, row.sha256)) is self._sensitivity

    def _known(self, find: Find, digest: Digest) -> Row | None:
        place = place_of(find.source)
        for row, known in self._writer.index.same_bytes(digest):
            if place is not None and place == known and self._is_recorded(row):
                return row
        return None


def draft_of(
    find: Find,
    spooled: Spooled,
    writer: CaseWriter,
    worker: Worker,
    *,
    sensitivity: Sensitivity,
) -> Draft:
    """Return the artifact that a spooled find will be, with the record of what is inside it."""
    digested = spooled.digested
    media_type = find.media_type or identify(digested.head, size=digested.size).media_type
    artifact = Artifact(
        id=_UNNAMED,
        salt=_UNSALTED,
        sha256=digested.sha256,
        size=digested.size,
        media_type=media_type,
        name=find.name,
        name_bytes=find.name_bytes,
        acquired_at=find.acquired_at,
        origin=find.origin,
        derived_from=ArtifactId(find.derived_from) if find.derived_from is not None else None,
        sensitivity=sensitivity,
        access=find.access,
        role=find.role,
        source=find.source,
        type={"extension_mismatch": is_extension_mismatch(find.name, media_type)},
        derivation=find.derivation,
    )
    document = _metadata_of(spooled.path, media_type, worker)
    if document is None:
        return Draft(artifact=artifact, spooled=(spooled,))
    kept = writer.spool.put_bytes(document)
    return Draft(artifact=replace(artifact, metadata=kept.stored), spooled=(spooled, kept))


def _metadata_of(path: str, media_type: str, worker: Worker) -> bytes | None:
    """Return the metadata record of a spooled file, or None where there is nothing to record."""
    if media_type not in READABLE:
        return None
    with open_regular(path) as stream:
        found = record(stream, media_type=media_type, worker=worker)
    return encode_record(found) if found.facts or found.problems else None


def refused_detail(refused: Refused) -> Json:
    """Return a refusal as an event's detail holds it."""
    members: dict[str, Json] = {"name": refused.name, "why": refused.why}
    if refused.name_bytes is not None:
        members["name_bytes"] = encode_base64(refused.name_bytes)
    return members
