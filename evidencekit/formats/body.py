"""Event bodies between bytes and model (docs/format/ledger.md §2).

The artifact lines inside a body are kept as the bytes that their leaves commit to; nothing here
encodes an artifact twice.
"""

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import decode, encode
from evidencekit.formats.fields import Fields
from evidencekit.formats.hashing import body_commitment
from evidencekit.model.event import Actor, Body, Tool
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json, JsonObject

FORMAT = "evidencekit/body/1"
MAX_BODY_BYTES = 256 * 2**20  # docs/format/README.md §5
WITHHELD = b"null"


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
    value = decode(data, what="event body") if data != WITHHELD else None
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise FormatUnreadable(f"event body: not {FORMAT}, or of a version not readable here")
    members = {name: item for name, item in value.items() if name != "artifacts"}
    artifacts = Fields(value, "event body").array("artifacts")
    encoded = tuple(None if item is None else encode(item) for item in artifacts)
    return _body(Fields(members, "event body"), encoded), body_commitment(encode(members))


def _body(fields: Fields, artifacts: tuple[bytes | None, ...]) -> Body:
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


def _splice(members: JsonObject, artifacts: tuple[bytes | None, ...]) -> bytes:
    # "artifacts" sorts straight after "actor", the first member of every body (RFC 8785 §3.2.3).
    head = encode({"actor": members["actor"]})[:-1]
    rest: dict[str, Json] = {name: item for name, item in members.items() if name != "actor"}
    listed = b",".join(item if item is not None else b"null" for item in artifacts)
    return head + b',"artifacts":[' + listed + b"]," + encode(rest)[1:]
