"""Read a case's whole chain, checking it, and list its artifact lines on the way."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.jsonl import read_lines
from evidencekit.formats.body import MAX_BODY_BYTES
from evidencekit.formats.case import BODIES, LEDGER
from evidencekit.formats.ledger import MAX_LINE_BYTES
from evidencekit.model.event import Line
from evidencekit.model.ids import Digest
from evidencekit.proof.bodies import open_body
from evidencekit.proof.chain import Chain
from evidencekit.protocols import Observer
from evidencekit.store.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The file of artifact lines that was written, as a manifest names it."""

    sha256: Digest


def read_chain(
    case: Case,
    listing: Path | None,
    observer: Observer | None,
    *,
    heads: Mapping[int, Digest] = MappingProxyType({}),
) -> tuple[Chain, Listing]:
    """Check the chain and its bodies line by line; write artifact lines to ``listing``.

    ``heads`` are what seals say of the chain: its line hash at a number of lines. Raises
    :class:`EvidenceDoubted` naming the first line that does not hold.
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
                    observer.on("seal", chain.size, None)
                if heads.get(chain.size, chain.head) != chain.head:
                    raise EvidenceDoubted(f"ledger line {chain.size}: a seal says another ledger")
    finally:
        if out is not None:
            out.close()
    if chain.size < max(heads, default=0):
        raise EvidenceDoubted(f"{LEDGER}: ends before what a seal covers")
    return chain, Listing(sha256=Digest(digest.hexdigest()))


def artifact_lines(line: Line, data: bytes | None) -> list[bytes]:
    """Return the artifact lines of one event, ``null`` where purged, checked against the chain."""
    body = open_body(line, data)
    if body is None:
        return [b"null"] * len(line.leaves)
    return [artifact.data if artifact is not None else b"null" for artifact in body.artifacts]
