"""What a find will be in the case: an artifact, and the record of what is inside it."""

from collections.abc import Mapping
from dataclasses import replace

from evidencekit.files.opening import open_regular
from evidencekit.metadata.identify.agreeing import is_agreed
from evidencekit.metadata.identify.also import also
from evidencekit.metadata.identify.by_content import identify, is_extension_mismatch
from evidencekit.metadata.identify.magic import Opinion
from evidencekit.metadata.kinds import READABLE
from evidencekit.metadata.record import Record, encode_record, record
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.find import Find
from evidencekit.model.ids import ArtifactId
from evidencekit.model.json import Json
from evidencekit.sandbox.runner import Worker
from evidencekit.store.spool import Spooled
from evidencekit.store.writer import CaseWriter, Draft

_UNNAMED = ArtifactId("a0-0")
_UNSALTED = "0" * 64


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
    found = _record_of(spooled.path, media_type, worker)
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
        type=_type_of(find, spooled, media_type, found),
        derivation=find.derivation,
    )
    if found is None or not (found.facts or found.problems):
        return Draft(artifact=artifact, spooled=(spooled,))
    kept = writer.spool.put_bytes(encode_record(found))
    return Draft(artifact=replace(artifact, metadata=kept.stored), spooled=(spooled, kept))


def _record_of(path: str, media_type: str, worker: Worker) -> Record | None:
    """Return the metadata record of a spooled file, or None where nothing reads its type."""
    if media_type not in READABLE:
        return None
    with open_regular(path) as stream:
        return record(stream, media_type=media_type, worker=worker)


def _type_of(
    find: Find, spooled: Spooled, media_type: str, found: Record | None
) -> Mapping[str, Json]:
    """Return further opinions about the type; what we made ourselves needs none."""
    told: dict[str, Json] = {"extension_mismatch": is_extension_mismatch(find.name, media_type)}
    if find.origin != "intake":
        return told
    opinion = found.opinion if found is not None else None
    if isinstance(opinion, Opinion) and not is_agreed(media_type, opinion.media_type):
        told["disagrees"] = opinion.media_type
    with open_regular(spooled.path) as stream:
        others = also(stream, media_type, found.facts if found is not None else ())
    return told | ({"also": list(others)} if others else {})
