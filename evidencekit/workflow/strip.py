"""Make a copy without metadata: a new artifact, the original untouched."""

from dataclasses import dataclass
from io import BytesIO

from evidencekit.files.opening import HeldBytes
from evidencekit.metadata.strip import Stripped
from evidencekit.metadata.strip import strip as write_stripped
from evidencekit.metadata.types import extension_for
from evidencekit.model.artifact import Artifact
from evidencekit.model.event import Actor
from evidencekit.model.find import Find
from evidencekit.model.json import Json
from evidencekit.sandbox.runner import Worker
from evidencekit.store.case import Case
from evidencekit.store.writer import open_writer
from evidencekit.workflow.ingest import draft_of
from evidencekit.workflow.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class StripResult:
    """The copy, and what was done to make it."""

    artifact: Artifact
    stripped: Stripped


def strip(
    case: Case,
    artifact_id: str,
    *,
    purpose: str = "share",
    actor: Actor | None = None,
    setting: Setting,
) -> StripResult:
    """Add a stripped copy of one artifact; raises :class:`~evidencekit.errors.BadInput`.

    Nothing is added unless the copy is proven clean (:mod:`evidencekit.metadata.strip`). Its name
    says nothing: the original's may be the victim's.
    """
    original = case.artifact(artifact_id)
    machine = setting.machine()
    with (
        Worker() as worker,
        open_writer(case.root, case.id, machine, command="strip") as writer,
    ):
        out = BytesIO()
        with case.open_object(original.sha256) as stream:
            stripped = write_stripped(stream, out, media_type=original.media_type, worker=worker)
        derivation: dict[str, Json] = {
            "method": "strip",
            "removed": list(stripped.removed),
            "kept": list(stripped.kept),
            "lossless": stripped.lossless,
        }
        find = Find(
            name=f"{original.id}-stripped.{extension_for(original.media_type)}",
            content=HeldBytes(out.getvalue()),
            origin="strip",
            acquired_at=setting.clock(),
            derived_from=original.id,
            derivation=derivation,
            access=original.access,
        )
        with find.content.open() as copy:
            spooled = writer.spool.put(copy)
        draft = draft_of(find, spooled, writer, worker, sensitivity=original.sensitivity)
        committed = writer.commit(
            "strip",
            actor=actor or case.first_actor(),
            detail={"of": original.id, "purpose": purpose, **derivation},
            drafts=[draft],
        )
    return StripResult(artifact=committed.artifacts[0], stripped=stripped)
