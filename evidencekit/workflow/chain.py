"""Read a case's whole chain, checking it, and list its artifact lines on the way."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.jsonl import read_lines
from evidencekit.formats.body import MAX_BODY_BYTES, decode_body
from evidencekit.formats.case import BODIES, LEDGER
from evidencekit.formats.hashing import leaf_hash
from evidencekit.formats.ledger import MAX_LINE_BYTES
from evidencekit.model.event import Line
from evidencekit.model.ids import Digest
from evidencekit.proof.chain import Chain
from evidencekit.protocols import Observer
from evidencekit.store.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The file of artifact lines that was written, as a manifest names it."""

    sha256: Digest


def read_chain(
    case: Case, listing: Path | None, observer: Observer | None, *, up_to: int | None = None
) -> tuple[Chain, Listing]:
    """Check the chain and its bodies line by line; write artifact lines to ``listing``.

    Raises :class:`EvidenceDoubted` naming the first line that does not hold.
    """
    chain, digest = Chain(), hashlib.sha256()
    out = listing.open("xb") if listing is not None else None
    try:
        with (case.root / LEDGER).open("rb") as ledger, (case.root / BODIES).open("rb") as bodies:
            others = read_lines(bodies, limit=MAX_BODY_BYTES, what=BODIES)
            for data in read_lines(ledger, limit=MAX_LINE_BYTES, what=LEDGER):
                line = chain.feed(data)
                for artifact_line in artifact_lines(line, next(others, None)):
                    digest.update(artifact_line + b"\n")
                    if out is not None:
                        out.write(artifact_line + b"\n")
                if observer is not None:
                    observer.on("seal", chain.size, up_to)
                if chain.size == up_to:
                    break
    finally:
        if out is not None:
            out.close()
    return chain, Listing(sha256=Digest(digest.hexdigest()))


def artifact_lines(line: Line, body: bytes | None) -> list[bytes]:
    """Return the artifact lines of one event, ``null`` where purged, checked against the chain."""
    if body is None:
        raise EvidenceDoubted(f"event {line.seq}: its body is missing")
    opened = decode_body(body)
    if opened is None:
        return [b"null"] * len(line.leaves)
    decoded, commitment = opened
    if commitment != line.body_commit or decoded.seq != line.seq:
        raise EvidenceDoubted(f"event {line.seq}: its body is not the one that was recorded")
    if len(decoded.artifacts) != len(line.leaves):
        raise EvidenceDoubted(f"event {line.seq}: its artifacts are not those that were recorded")
    for artifact, leaf in zip(decoded.artifacts, line.leaves, strict=True):
        if artifact is not None and leaf_hash(artifact) != leaf:
            raise EvidenceDoubted(f"event {line.seq}: an artifact line was changed")
    return [artifact if artifact is not None else b"null" for artifact in decoded.artifacts]
