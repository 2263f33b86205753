"""What the reports of captures tell, gathered from a case; nothing is checked here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from evidencekit import __version__
from evidencekit.capture.address import parse_url
from evidencekit.capture.hosting.lookalike import both_forms
from evidencekit.errors import BadInput, EvidenceDoubted
from evidencekit.export.members import mapping_of, text_of
from evidencekit.files.jsonl import read_lines
from evidencekit.formats.artifact import read_artifact
from evidencekit.formats.body import MAX_BODY_BYTES, decode_body
from evidencekit.formats.case import BODIES, HEADS, LEDGER, stamp_name
from evidencekit.formats.hashing import line_hash
from evidencekit.formats.ledger import MAX_LINE_BYTES, decode_line
from evidencekit.model.artifact import Artifact
from evidencekit.model.bundle import (
    BundleFile,
    CaptureAccount,
    SealFact,
    ShownArtifact,
    StampFact,
)
from evidencekit.model.event import Body, Line
from evidencekit.model.hosting import HostName
from evidencekit.proof.rfc3161 import read_token
from evidencekit.store.case import Case
from evidencekit.store.index import Place

_CAPTURE, _HOSTING = "capture", "route"
MAX_EARLY = 10
"""Tokens over one line that are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What all reports of one case have in common."""

    case: Case
    title: str
    seals: tuple[SealFact, ...]
    hosted: Mapping[str, tuple[tuple[int, Place], ...]]
    """By host: number and place of the acts that say who hosts it, in order."""
    about: BundleFile | None
    language: str
    written_at: datetime
    path_of: Callable[[Artifact], str]
    """Where an artifact lies in the bundle; empty where there is none."""
    shown: Callable[[Body], Body]
    """Takes out of a body what must not be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One act, its line and body as they stand in the files."""

    line: Line
    line_bytes: bytes
    body_bytes: bytes


def hosting_acts(case: Case) -> Mapping[str, tuple[tuple[int, Place], ...]]:
    """Return for each host which acts say who hosts it."""
    found: dict[str, tuple[tuple[int, Place], ...]] = {}
    for seq, place in case.places_of(_HOSTING):
        body = case.body_at(place)
        if body is not None:
            host = text_of(mapping_of(body.detail, "host"), "ascii")
            found[host] = (*found.get(host, ()), (seq, place))
    return found


def title_of(case: Case) -> str:
    """Return the title that a case was opened with; empty where it is not there any more."""
    first = next(case.events(), None)
    body = first.body if first is not None else None
    return text_of(body.detail, "title") if body is not None else ""


def recorded_captures(case: Case) -> Iterator[Recorded]:
    """Yield the captures in order, reading the case once; undecodable lines raise."""
    with (case.root / LEDGER).open("rb") as ledger, (case.root / BODIES).open("rb") as bodies:
        lines = read_lines(ledger, limit=MAX_LINE_BYTES, what=LEDGER)
        others = read_lines(bodies, limit=MAX_BODY_BYTES, what=BODIES)
        for line_bytes, body_bytes in zip(lines, others, strict=False):
            line = decode_line(line_bytes)
            if line.action == _CAPTURE:
                yield Recorded(line=line, line_bytes=line_bytes, body_bytes=body_bytes)


def account_of(telling: Telling, recorded: Recorded) -> CaptureAccount | None:
    """Return what is to be told; None where the body is withheld or purged."""
    opened = decode_body(recorded.body_bytes)
    if opened is None:
        return None
    line, body = recorded.line, telling.shown(opened[0])
    artifacts = (read_artifact(one.members) for one in body.artifacts if one is not None)
    asked, answered = (_host(text_of(body.detail, name)) for name in ("url", "final_url"))
    early, broken = _early(telling.case, recorded)
    return CaptureAccount(
        about=telling.about,
        case=telling.case.id,
        title=telling.title,
        language=telling.language,
        written_at=telling.written_at,
        tool_version=__version__,
        line=line,
        line_sha256=line_hash(recorded.line_bytes),
        body=body,
        artifacts=tuple(
            ShownArtifact(artifact=one, path=telling.path_of(one)) for one in artifacts
        ),
        asked=asked,
        answered=answered,
        hosting=_hosting(telling, answered or asked, line.seq),
        seal=next((one for one in telling.seals if one.ledger_size >= line.seq), None),
        early=early,
        early_broken=broken,
    )


def _host(url: str) -> HostName | None:
    try:
        return both_forms(parse_url(url).host)
    except BadInput:
        return None


def _hosting(telling: Telling, host: HostName | None, seq: int) -> Body | None:
    """Return the act that belongs to a capture: the first after it, else the last before."""
    acts = telling.hosted.get(host.ascii, ()) if host is not None else ()
    chosen = next((one for one in acts if one[0] > seq), acts[-1] if acts else None)
    return telling.case.body_at(chosen[1]) if chosen is not None else None


def _early(case: Case, recorded: Recorded) -> tuple[tuple[StampFact, ...], int]:
    """Return the tokens over a line, and how many more there are that do not belong to it."""
    stamps, broken = [], 0
    for number in range(1, MAX_EARLY + 1):
        token, request = (
            case.root / HEADS / stamp_name(str(recorded.line.seq), number, kind)
            for kind in ("tsr", "tsq")
        )
        if not (token.is_file() and request.is_file()):
            break
        try:
            found = read_token(
                token.read_bytes(), request.read_bytes(), recorded.line_bytes, what=token.name
            )
        except EvidenceDoubted:
            broken += 1
        else:
            tsa = found.signer.subject.rfc4514_string()
            stamps.append(StampFact(tsa=tsa, gen_time=found.gen_time))
    return tuple(stamps), broken
