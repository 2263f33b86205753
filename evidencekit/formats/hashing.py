"""The hashes of docs/format/README.md §4, each with a prefix of its own."""

import hashlib

from evidencekit.model.ids import Digest

_LINE = b"evidencekit/line/v1\0"
_BODY = b"evidencekit/body/v1\0"
_LEAF = b"\x00evidencekit/leaf/v1\0"
_SIGNATURE = b"evidencekit/ledger-sig/v1\0"


def sha256(data: bytes) -> Digest:
    """Return the plain SHA-256."""
    return Digest(hashlib.sha256(data).hexdigest())


def line_hash(line: bytes) -> Digest:
    """Return what the next line's ``prev`` and a manifest's ``head`` hold; ``line`` has no LF."""
    return sha256(_LINE + line)


def body_commitment(body_without_artifacts: bytes) -> Digest:
    """Return the commitment to a body."""
    return sha256(_BODY + body_without_artifacts)


def leaf_hash(artifact_line: bytes) -> Digest:
    """Return the leaf of an artifact line, which is without LF."""
    return sha256(_LEAF + artifact_line)


def line_message(line_without_sig: bytes) -> bytes:
    """Return what a device key signs."""
    return _SIGNATURE + line_without_sig
