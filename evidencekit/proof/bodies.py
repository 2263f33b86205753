"""What a chain line says of its body: commitment, order and leaves (docs/format/ledger.md §2)."""

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.body import decode_body
from evidencekit.formats.hashing import leaf_hash
from evidencekit.model.event import Body, Line


def open_body(line: Line, data: bytes | None) -> Body | None:
    """Return the body if it is the one that the line commits to; None where it is withheld.

    ``data`` is the line of the bodies file, None where that file has ended. Raises
    :class:`EvidenceDoubted` naming the event.
    """
    if data is None:
        raise EvidenceDoubted(f"event {line.seq}: its body is missing")
    opened = decode_body(data)
    if opened is None:
        return None
    body, commitment = opened
    if commitment != line.body_commit or body.seq != line.seq:
        raise EvidenceDoubted(f"event {line.seq}: its body is not the one that was recorded")
    if len(body.artifacts) != len(line.leaves):
        raise EvidenceDoubted(f"event {line.seq}: its artifacts are not those that were recorded")
    for artifact, leaf in zip(body.artifacts, line.leaves, strict=True):
        if artifact is not None and leaf_hash(artifact.data) != leaf:
            raise EvidenceDoubted(f"event {line.seq}: an artifact line was changed")
    return body
