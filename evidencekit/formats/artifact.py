"""Artifact lines between bytes and model (docs/format/ledger.md §3)."""

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import decode_object, encode, require_format
from evidencekit.formats.fields import Fields, encode_base64
from evidencekit.formats.times import write_time
from evidencekit.model.artifact import Artifact, Sensitivity, StoredObject
from evidencekit.model.event import ArtifactLine, Body
from evidencekit.model.find import Access, Origin
from evidencekit.model.ids import ArtifactId
from evidencekit.model.json import Json, JsonObject

FORMAT = "evidencekit/artifact/1"
MAX_ARTIFACT_BYTES = 2**20  # docs/format/README.md §5
_ORIGINS: dict[str, Origin] = {
    "intake": "intake",
    "capture": "capture",
    "strip": "strip",
    "fingerprint": "fingerprint",
}


def encode_artifact(artifact: Artifact) -> bytes:
    """Encode one artifact line, without LF."""
    return encode(artifact_members(artifact))


def artifact_line(artifact: Artifact) -> ArtifactLine:
    """Return an artifact as an event's body holds it."""
    members = artifact_members(artifact)
    return ArtifactLine(data=encode(members), members=members)


def ids_in(body: Body) -> tuple[ArtifactId | None, ...]:
    """Return the ids of a body's artifacts, None where withheld or purged."""
    return tuple(
        require_artifact(item.members).artifact_id("id") if item is not None else None
        for item in body.artifacts
    )


def artifact_members(artifact: Artifact) -> dict[str, Json]:
    """Return an artifact line, not yet encoded."""
    members: dict[str, Json] = {
        "format": FORMAT,
        "id": artifact.id,
        "salt": artifact.salt,
        "sha256": artifact.sha256,
        "size": artifact.size,
        "media_type": artifact.media_type,
        "name": artifact.name,
        "acquired_at": write_time(artifact.acquired_at),
        "origin": artifact.origin,
        "derived_from": artifact.derived_from,
        "sensitivity": artifact.sensitivity.value,
        "access": artifact.access.value,
    }
    return {**members, **_optional(artifact)}


def decode_artifact(data: bytes) -> Artifact:
    """Decode one artifact line; raises :class:`FormatUnreadable`."""
    if len(data) > MAX_ARTIFACT_BYTES:
        raise FormatUnreadable("artifact line: longer than a line may be")
    return read_artifact(decode_object(data, what="artifact line", form=FORMAT))


def read_artifact(members: JsonObject) -> Artifact:
    """Take an artifact out of a decoded line; raises :class:`FormatUnreadable`."""
    fields = require_artifact(members)
    try:
        return Artifact(
            id=fields.artifact_id("id"),
            salt=fields.digest("salt"),
            sha256=fields.digest("sha256"),
            size=fields.count("size"),
            media_type=fields.text("media_type"),
            name=fields.text("name"),
            acquired_at=fields.time("acquired_at"),
            origin=_ORIGINS[fields.text("origin")],
            derived_from=fields.artifact_id_or_none("derived_from"),
            sensitivity=Sensitivity(fields.text("sensitivity")),
            access=Access(fields.text("access")),
            name_bytes=fields.raw("name_bytes") if "name_bytes" in members else None,
            role=fields.text_or_none("role"),
            source=fields.object_or_empty("source"),
            type=fields.object_or_empty("type"),
            metadata=read_stored(fields.nested("metadata")) if "metadata" in members else None,
            derivation=fields.object_or_empty("derivation"),
        )
    except (KeyError, ValueError) as exc:
        raise FormatUnreadable("artifact line: a value outside its list") from exc


def require_artifact(members: JsonObject) -> Fields:
    """Return the members of a decoded line if it is one of a version that we read."""
    require_format(members, what="artifact line", form=FORMAT)
    return Fields(members, "artifact line")


def read_stored(fields: Fields) -> StoredObject:
    """Take digest and size out of a line or a part of one."""
    return StoredObject(sha256=fields.digest("sha256"), size=fields.count("size"))


def _optional(artifact: Artifact) -> dict[str, Json]:
    members: dict[str, Json] = {}
    if artifact.name_bytes is not None:
        members["name_bytes"] = encode_base64(artifact.name_bytes)
    if artifact.role is not None:
        members["role"] = artifact.role
    if artifact.metadata is not None:
        stored = artifact.metadata
        members["metadata"] = {"sha256": stored.sha256, "size": stored.size}
    for name in ("source", "type", "derivation"):
        value = getattr(artifact, name)
        if value:
            members[name] = value
    return members
