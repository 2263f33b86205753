"""Finds become artifacts: copied, identified, read for metadata, committed in batches.

One command holds the case from its first file to its last. What has been yielded as added is
durable; a command that is killed and run again takes up the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from evidencekit.errors import SourceChanged, SourceRefused, SourceUnreadable
from evidencekit.formats.fields import encode_base64
from evidencekit.intake.archives import MAX_DEPTH, OPENED, ArchiveSource
from evidencekit.intake.files import FileSource, StreamSource
from evidencekit.intake.members import Archive
from evidencekit.intake.packed import PACKED, PackedSource
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.event import Actor
from evidencekit.model.find import Find, Refused
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json
from evidencekit.protocols import Observer, Source
from evidencekit.sandbox.runner import Worker
from evidencekit.store.case import Case
from evidencekit.store.index import Row, place_of
from evidencekit.store.objects import adopt
from evidencekit.store.writer import CaseWriter, Draft, open_writer
from evidencekit.workflow.dating import Dated, Undated, date_early
from evidencekit.workflow.drafting import draft_of
from evidencekit.workflow.setting import Setting

MAX_BATCH_FILES = 1000  # docs/format/case.md §3
MAX_BATCH_BYTES = 64 * 2**20


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
    opens_archives: bool = True,
    setting: Setting,
    observer: Observer | None = None,
) -> Iterator[Outcome]:
    """Take in files, folders and at most one ``stream`` with its name; yields as it goes.

    Nothing happens before the first item is asked for. ``sensitivity`` is fixed before bytes are
    read; ``detail`` is told of each act besides, ``role`` of each artifact. Archives are opened
    when they are in the case, three deep, unless ``opens_archives`` is false. Raises
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
        taking = _Taking(case, batch, setting, observer, opens_archives=opens_archives)
        for source in sources:
            yield from taking.take_all(_with_role(find, role) for find in source.collect())


class _Taking:
    """Takes sources to their end: what they yield, and what lies in archives among it."""

    def __init__(
        self,
        case: Case,
        batch: "_Batch",
        setting: Setting,
        observer: Observer | None,
        *,
        opens_archives: bool,
    ) -> None:
        self._case, self._batch, self._setting, self._observer = case, batch, setting, observer
        self._opens_archives = opens_archives

    def take_all(self, finds: Iterator[Find | Refused], depth: int = 0) -> Iterator[Outcome]:
        """Take what a source yields; archives are opened when they are safe in the case."""
        archives: list[Archive] = []
        for find in finds:
            yield from self._heed(self._batch.take(find), archives)
            if self._observer is not None:
                self._observer.on("add", self._batch.taken, None)
            if self._batch.is_full():
                yield from self._heed(self._batch.commit(self._setting), archives)
        yield from self._heed(self._batch.commit(self._setting), archives)
        for archive in archives if self._opens_archives else ():
            yield from self._open(archive, depth + 1)

    def _open(self, archive: Archive, depth: int) -> Iterator[Outcome]:
        if depth > MAX_DEPTH:
            refused = Refused(name=archive.name, why="archive-too-deep")
            yield from self.take_all(iter((refused,)), depth)
            return
        sha256 = self._case.artifact(archive.id).sha256
        with self._case.open_object(sha256) as stream:
            source: Source = (
                PackedSource(stream, archive, self._batch.folder)
                if archive.media_type in PACKED
                else ArchiveSource(stream, archive)
            )
            yield from self.take_all(source.collect(), depth)

    @staticmethod
    def _heed(outcomes: Iterator[Outcome], archives: list[Archive]) -> Iterator[Outcome]:
        """Pass outcomes on, and note the archives among them, also those of an earlier run."""
        for outcome in outcomes:
            yield outcome
            if isinstance(outcome, Added | Already):
                one = outcome.artifact if isinstance(outcome, Added) else outcome.row
                if one.media_type in OPENED | PACKED:
                    archives.append(
                        Archive(id=one.id, name=one.name, size=one.size, media_type=one.media_type)
                    )


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

    @property
    def folder(self) -> Path:
        """For unfinished work; gone with the command."""
        return self._writer.spool.folder

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
        except SourceRefused as exc:
            return Refused(name=_place_in(find), name_bytes=find.name_bytes, why=exc.why)
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


def _place_in(find: Find) -> str:
    """Return the name of a file; of a member of an archive, where it lies in which."""
    path = find.source.get("path")
    return path if find.source.get("kind") == "member" and isinstance(path, str) else find.name


def refused_detail(refused: Refused) -> Json:
    """Return a refusal as an event's detail holds it."""
    members: dict[str, Json] = {"name": refused.name, "why": refused.why}
    if refused.name_bytes is not None:
        members["name_bytes"] = encode_base64(refused.name_bytes)
    return members
