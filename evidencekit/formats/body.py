"""Event bodies between bytes and model (docs/format/ledger.md §2).

The artifact lines inside a body are kept as the bytes that their leaves commit to; nothing here
encodes an artifact twice.
"""

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import (
    encode,
    encode_parsed,
    parse,
    require_canonical,
    require_format,
)
from evidencekit.formats.fields import Fields
from evidencekit.formats.hashing import body_commitment
from evidencekit.model.event import Actor, ArtifactLine, Body, Tool
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json, JsonObject

FORMAT = "evidencekit/body/1"
MAX_BODY_BYTES = 256 * 2**20  # docs/format/README.md §5
WITHHELD = b"null"
_WHAT = "event body"


def encode_body(body: Body) -> bytes:
    """Encode one body line, without LF."""
    return _splice(_members(body), body.artifacts)


def commitment(body: Body) -> Digest:
    """Return what the chain line holds as ``body_commit``."""
    return body_commitment(encode(_members(body)))


def decode_body(data: bytes) -> tuple[Body, Digest] | None:
    """Return a body and its commitment, or None where it is withheld or purged."""
    if len(data) > MAX_BODY_BYTES:
        raise FormatUnreadable("event body: longer than a line may be")
    if data == WITHHELD:
        return None
    value = parse(data, what=_WHAT)
    if not isinstance(value, dict):
        raise FormatUnreadable("event body: not a JSON object")
    require_format(value, what=_WHAT, form=FORMAT)
    listed = Fields(value, _WHAT).array("artifacts")
    try:
        artifacts = tuple(_artifact_line(item) for item in listed)
        members = {name: item for name, item in value.items() if name != "artifacts"}
        alone = encode_parsed(members)
    except ValueError as exc:
        raise FormatUnreadable(f"event body: not a JSON document of ours ({exc})") from exc
    body = _body(Fields(members, _WHAT), artifacts)
    require_canonical(data, lambda: _splice(members, artifacts), what=_WHAT)
    return body, body_commitment(alone)


def _artifact_line(item: Json) -> ArtifactLine | None:
    if item is None:
        return None
    if not isinstance(item, dict):
        raise FormatUnreadable("event body: an artifact line is not an object")
    return ArtifactLine(data=encode_parsed(item), members=item)


def _body(fields: Fields, artifacts: tuple[ArtifactLine | None, ...]) -> Body:
    actor, tool = fields.nested("actor"), fields.nested("tool")
    return Body(
        seq=fields.count("seq"),
        salt=fields.digest("salt"),
        actor=Actor(
            alias=actor.text("alias"),
            org=actor.text_or_none("org"),
            role=actor.text_or_none("role"),
        ),
        artifacts=artifacts,
        detail=fields.object("detail"),
        tool=Tool(
            name=tool.text("name"),
            version=tool.text("version"),
            python=tool.text("python"),
            platform=tool.text("platform"),
        ),
    )


def _members(body: Body) -> JsonObject:
    actor, tool = body.actor, body.tool
    return {
        "format": FORMAT,
        "seq": body.seq,
        "salt": body.salt,
        "actor": {"alias": actor.alias, "org": actor.org, "role": actor.role},
        "detail": body.detail,
        "tool": {
            "name": tool.name,
            "version": tool.version,
            "python": tool.python,
            "platform": tool.platform,
        },
    }


def _splice(members: JsonObject, artifacts: tuple[ArtifactLine | None, ...]) -> bytes:
    # "artifacts" sorts straight after "actor", the first member of every body (RFC 8785 §3.2.3).
    head = encode({"actor": members["actor"]})[:-1]
    rest: dict[str, Json] = {name: item for name, item in members.items() if name != "actor"}
    listed = b",".join(item.data if item is not None else WITHHELD for item in artifacts)
    return head + b',"artifacts":[' + listed + b"]," + encode(rest)[1:]
