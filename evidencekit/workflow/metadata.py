"""Show what is inside an artifact: the record made when it came in, and a second opinion."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.export.places import render_places
from evidencekit.formats.canonical import decode_object
from evidencekit.formats.times import read_time
from evidencekit.metadata.contradictions import Contradiction, contradictions
from evidencekit.metadata.facts import Fact, fact_from_json
from evidencekit.metadata.generation import Trace, traces
from evidencekit.metadata.identify.agreeing import is_agreed
from evidencekit.metadata.identify.magic import Opinion, OpinionUnavailable, opinion_from_json
from evidencekit.metadata.places import places_in
from evidencekit.metadata.record import FORMAT
from evidencekit.metadata.summary import Summary, summary
from evidencekit.model.artifact import Artifact
from evidencekit.model.json import JsonObject
from evidencekit.sandbox.runner import ParserFailed, Worker
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.workflow.targets import require_outside, write_for_owner

_MAX_RECORD = 2**26


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataView:
    """One artifact and what it says about itself; every value in it is hostile text."""

    artifact: Artifact
    record: JsonObject | None
    """As recorded at intake (docs/format/metadata.md); None where there was nothing to record."""
    summary: Summary | None
    contradictions: tuple[Contradiction, ...]
    """What in it contradicts itself, or the time of the file that was handed over."""
    traces: tuple[Trace, ...]
    """Programs that generate or edit, as far as they left their names."""
    second_opinion: Opinion | OpinionUnavailable
    """What libmagic takes the file for: as recorded at intake, else asked now."""
    agrees: bool
    """Whether that is the same type; where there is no opinion, nobody disagrees."""
    facts: tuple[Fact, ...]


def show(case: Case, artifact_id: str) -> MetadataView:
    """Read the record of one artifact; raises :class:`~evidencekit.errors.BadInput`."""
    artifact = case.artifact(artifact_id)
    record = _read_record(case, artifact)
    facts = _facts(record)
    opinion = _opinion(case, artifact, record)
    return MetadataView(
        artifact=artifact,
        record=record,
        summary=summary(facts) if record is not None else None,
        contradictions=contradictions(facts, modified=_modified(artifact)),
        traces=traces(facts),
        second_opinion=opinion,
        agrees=isinstance(opinion, OpinionUnavailable)
        or is_agreed(artifact.media_type, opinion.media_type),
        facts=tuple(facts),
    )


def _opinion(
    case: Case, artifact: Artifact, record: JsonObject | None
) -> Opinion | OpinionUnavailable:
    """Return what was recorded; of a type without a record a worker is asked."""
    if record is not None and "second_opinion" in record:
        return opinion_from_json(record["second_opinion"])
    with case.open_object(artifact.sha256) as stream, Worker() as worker:
        answer = worker.call("metadata.opinion", stream)
    return opinion_from_json(None if isinstance(answer, ParserFailed) else answer)


def write_map(case: Case, view: MetadataView, out: Path, *, language: str) -> int:
    """Write the page of places to ``out``, which must not exist, for its owner only.

    Returns how many there are. Raises :class:`BadInput` where there is none.
    """
    places = places_in(view.facts)
    if not places:
        raise BadInput(_("{id} names no place").format(id=view.artifact.id))
    require_outside(case.root, out)
    write_for_owner(out, render_places(view.artifact, places, language=language))
    return len(places)


def _read_record(case: Case, artifact: Artifact) -> JsonObject | None:
    if artifact.metadata is None:
        return None
    with case.open_object(artifact.metadata.sha256) as stream:
        data = stream.read(_MAX_RECORD)
    return decode_object(data, what="metadata record", form=FORMAT)


def _facts(record: JsonObject | None) -> list[Fact]:
    facts = record.get("facts") if record is not None else None
    return [fact_from_json(fact) for fact in facts] if isinstance(facts, list) else []


def _modified(artifact: Artifact) -> datetime | None:
    """Return the time of the file as it was handed over, where there was one."""
    said = artifact.source.get("modified")
    try:
        return read_time(said) if isinstance(said, str) else None
    except ValueError:
        return None
