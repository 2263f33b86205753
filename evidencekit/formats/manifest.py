"""The manifest between bytes and model (docs/format/manifest.md)."""

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import decode_object, encode
from evidencekit.formats.fields import Fields, decode_base64, encode_base64
from evidencekit.formats.ledger import KEY_BYTES
from evidencekit.model.seal import Manifest

FORMAT = "evidencekit/manifest/1"
MAX_MANIFEST_BYTES = 2**20  # docs/format/README.md §5


def encode_manifest(manifest: Manifest) -> bytes:
    """Encode the bytes that a seal signs."""
    return encode(
        {
            "format": FORMAT,
            "case": manifest.case,
            "seal": manifest.seal,
            "artifacts": {
                "count": manifest.artifact_count,
                "root": manifest.root,
                "sha256": manifest.artifacts_sha256,
            },
            "ledger": {
                "size": manifest.ledger_size,
                "head": manifest.head,
                "keys": [encode_base64(key) for key in sorted(manifest.keys)],
            },
            "previous_seal": manifest.previous_seal,
            "tool": {"name": "evidencekit", "version": manifest.tool_version},
        }
    )


def decode_manifest(data: bytes) -> Manifest:
    """Decode a manifest; raises :class:`FormatUnreadable`."""
    if len(data) > MAX_MANIFEST_BYTES:
        raise FormatUnreadable("manifest: longer than it may be")
    fields = Fields(decode_object(data, what="manifest", form=FORMAT), "manifest")
    artifacts, ledger = fields.nested("artifacts"), fields.nested("ledger")
    return Manifest(
        case=fields.case_id("case"),
        seal=fields.count("seal"),
        artifact_count=artifacts.count("count"),
        root=artifacts.digest("root"),
        artifacts_sha256=artifacts.digest_or_none("sha256"),
        ledger_size=ledger.count("size"),
        head=ledger.digest("head"),
        keys=_keys(ledger),
        previous_seal=fields.digest_or_none("previous_seal"),
        tool_version=fields.nested("tool").text("version"),
    )


def _keys(ledger: Fields) -> frozenset[bytes]:
    keys = [decode_base64(item) if isinstance(item, str) else None for item in ledger.array("keys")]
    if not all(key is not None and len(key) == KEY_BYTES for key in keys):
        raise FormatUnreadable("manifest: a ledger key is not 32 bytes of base64")
    found = [key for key in keys if key is not None]
    if found != sorted(set(found)):
        raise FormatUnreadable("manifest: ledger keys are not in order, or one stands there twice")
    return frozenset(found)
