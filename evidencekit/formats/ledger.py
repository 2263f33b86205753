"""Chain lines between bytes and model (docs/format/ledger.md §1)."""

import re
from dataclasses import replace

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import decode_object, encode
from evidencekit.formats.fields import Fields, encode_base64
from evidencekit.formats.times import write_time
from evidencekit.model.event import Line
from evidencekit.model.json import Json, JsonObject

FORMAT = "evidencekit/ledger-line/1"
MAX_LINE_BYTES = 4 * 2**20  # docs/format/README.md §5
KEY_BYTES = 32
SIGNATURE_BYTES = 64
_ACTION = re.compile(r"[a-z]+(\.[a-z-]+)*")


def encode_unsigned(line: Line) -> bytes:
    """Encode a line without its ``sig``: what the device key signs."""
    return encode(_members(line))


def encode_line(line: Line) -> bytes:
    """Encode a whole line, without LF."""
    return encode({**_members(line), "sig": encode_base64(line.sig)})


def decode_line(data: bytes) -> Line:
    """Decode a line without its LF; raises :class:`FormatUnreadable`."""
    if len(data) > MAX_LINE_BYTES:
        raise FormatUnreadable("ledger line: longer than a line may be")
    members = decode_object(data, what="ledger line", form=FORMAT)
    fields = Fields(members, "ledger line")
    line = Line(
        seq=fields.count("seq"),
        prev=fields.digest_or_none("prev"),
        at=fields.time("at"),
        case=fields.case_id("case"),
        key=fields.raw("key", KEY_BYTES),
        action=fields.matching("action", _ACTION),
        leaves=fields.digests("leaves"),
        body_commit=fields.digest("body_commit"),
        sig=fields.raw("sig", SIGNATURE_BYTES),
    )
    if "new_key" in members:
        line = replace(line, new_key=fields.raw("new_key", KEY_BYTES))
    if "purged" in members:
        line = replace(line, purged=tuple(_purged(item) for item in fields.array("purged")))
    return line


def signed_part(data: bytes) -> bytes:
    """Return the bytes that the signature of an encoded line covers, unknown members included."""
    members = decode_object(data, what="ledger line", form=FORMAT)
    return encode({name: value for name, value in members.items() if name != "sig"})


def _members(line: Line) -> dict[str, Json]:
    members: dict[str, Json] = {
        "format": FORMAT,
        "seq": line.seq,
        "prev": line.prev,
        "at": write_time(line.at),
        "case": line.case,
        "key": encode_base64(line.key),
        "action": line.action,
        "leaves": line.leaves,
        "body_commit": line.body_commit,
    }
    if line.new_key is not None:
        members["new_key"] = encode_base64(line.new_key)
    if line.purged:
        members["purged"] = line.purged
    return members


def _purged(item: Json) -> JsonObject:
    what = "ledger line: purged entry"
    if not isinstance(item, dict):
        raise FormatUnreadable(f"{what} is not an object")
    fields = Fields(item, what)
    fields.count("seq")
    if "body" in item:
        fields.flag("body")
    else:
        fields.digest("leaf")
    return item
