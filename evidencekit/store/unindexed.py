"""Events as they stand in ledger and bodies, from where the index ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidencekit.errors import EvidenceDoubted
from evidencekit.formats.artifact import read_artifact
from evidencekit.formats.body import MAX_BODY_BYTES, decode_body
from evidencekit.formats.case import BODIES, LEDGER
from evidencekit.formats.ledger import MAX_LINE_BYTES, decode_line
from evidencekit.model.artifact import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """One event as it stands in the two files."""

    seq: int
    action: str
    line: bytes
    body: bytes
    artifacts: tuple[Artifact, ...]


def events_after(root: Path, *, ledger_end: int, bodies_end: int) -> Iterator[Appended]:
    """Yield the events that begin at these offsets; a torn last line is passed over.

    Raises :class:`EvidenceDoubted` for a ledger line without its body.
    """
    with (root / LEDGER).open("rb") as ledger, (root / BODIES).open("rb") as bodies:
        ledger.seek(ledger_end)
        bodies.seek(bodies_end)
        while (line := ledger.readline(MAX_LINE_BYTES + 1)).endswith(b"\n"):
            body = bodies.readline(MAX_BODY_BYTES + 1)
            if not body.endswith(b"\n"):
                raise EvidenceDoubted("a ledger line without its body")
            yield _appended(line[:-1], body[:-1])


def _appended(line: bytes, body: bytes) -> Appended:
    decoded, opened = decode_line(line), decode_body(body)
    encoded = opened[0].artifacts if opened is not None else ()
    return Appended(
        seq=decoded.seq,
        action=decoded.action,
        line=line,
        body=body,
        artifacts=tuple(read_artifact(item.members) for item in encoded if item is not None),
    )
