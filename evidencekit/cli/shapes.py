"""The JSON objects that scripts depend on (DESIGN §8): keys are stable, more may be added."""

from evidencekit.formats.times import write_time
from evidencekit.model.artifact import Artifact
from evidencekit.model.find import Refused
from evidencekit.model.json import Json, JsonObject
from evidencekit.store.case import Event
from evidencekit.store.index import Row

_MEMBERS = ("id", "sha256", "size", "media_type", "name", "origin", "derived_from")


def artifact_object(artifact: Artifact | Row) -> dict[str, Json]:
    """Return what ``add``, ``strip`` and ``list`` print of an artifact."""
    return {member: getattr(artifact, member) for member in _MEMBERS}


def refused_object(refused: Refused) -> JsonObject:
    """Return what ``add`` prints of something it did not take: the same keys, and why."""
    nothing: dict[str, Json] = dict.fromkeys(_MEMBERS)
    return {**nothing, "name": refused.name, "refused": refused.why, "detail": refused.detail}


def whole_artifact_object(artifact: Artifact) -> JsonObject:
    """Return all that the case records of an artifact, except its salt."""
    return {
        **artifact_object(artifact),
        "acquired_at": write_time(artifact.acquired_at),
        "sensitivity": artifact.sensitivity.value,
        "access": artifact.access.value,
        "role": artifact.role,
        "source": artifact.source,
        "type": artifact.type,
        "metadata_sha256": artifact.metadata.sha256 if artifact.metadata is not None else None,
        "derivation": artifact.derivation,
    }


def event_object(event: Event, artifacts: list[str | None]) -> JsonObject:
    """Return what ``log`` prints of an event; its body may be withheld or purged."""
    body = event.body
    actor: dict[str, Json] | None = None
    if body is not None:
        actor = {"alias": body.actor.alias, "org": body.actor.org, "role": body.actor.role}
    return {
        "seq": event.line.seq,
        "at": write_time(event.line.at),
        "action": event.line.action,
        "actor": actor,
        "artifacts": artifacts,
        "detail": body.detail if body is not None else None,
    }
