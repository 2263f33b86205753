"""Judge ledger and bodies against the seals that cover them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from evidencekit.errors import EvidenceDoubted
from evidencekit.files.jsonl import read_lines
from evidencekit.formats.artifact import read_stored, require_artifact
from evidencekit.formats.body import MAX_BODY_BYTES
from evidencekit.formats.canonical import UnknownVersion
from evidencekit.formats.case import BODIES, LEDGER
from evidencekit.formats.ledger import MAX_LINE_BYTES
from evidencekit.model.artifact import StoredObject
from evidencekit.model.event import Body, Line
from evidencekit.model.report import Check, Verdict, failed, not_checked, passed
from evidencekit.proof.bodies import open_body
from evidencekit.proof.chain import Chain, accepted_keys, unaccepted_after
from evidencekit.text.catalog import _
from evidencekit.verify.revoked_keys import RevokedKey, record_revoked_key
from evidencekit.verify.seals import JudgedSeal


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What has to be there for one artifact: little, since there may be millions."""

    id: str
    content: StoredObject
    metadata: StoredObject | None


@dataclass(slots=True, kw_only=True)
class LedgerFindings:
    """What reading the ledger came to."""

    checks: list[Check] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    """All artifacts whose lines are shown and committed to by the chain, in order."""
    sealed: int = 0
    """How many of them the newest seal covers."""
    lines: int = 0
    case: str | None = None
    heads: dict[int, bytes] = field(default_factory=dict)
    """The bytes of those lines that an early timestamp may stand over."""
    withheld: int = 0
    purged: int = 0
    last_purge: int = 0
    """Number of the last line that says that something was purged; 0 where none does."""
    recorded_seals: dict[int, int] = field(default_factory=dict)
    """Seals that events record, with the number of timestamps that they record."""
    recorded_counters: dict[int, set[str]] = field(default_factory=dict)
    """Countersignatures that events record: their digests, by the number of the seal."""
    revoked_keys: dict[str, RevokedKey] = field(default_factory=dict)
    """Signing keys that events revoke, by the SHA-256 of their certificates."""
    gaps: set[str] = field(default_factory=set)
    """What is not shown: ``<seq>`` for a whole body, else the leaf; purged things are taken out."""


def judge_ledger(
    ledger: BinaryIO,
    bodies: BinaryIO,
    seals: Sequence[JudgedSeal],
    dated: frozenset[int],
    *,
    is_live: bool = False,
) -> LedgerFindings:
    """Read both files side by side; what does not hold is a check, never an exception.

    Only :class:`UnknownVersion` is raised: what this release cannot read, it cannot judge.
    ``is_live`` is for a case, where a crash may have left a body without its line.
    """
    found, chain = LedgerFindings(), Chain()
    pending = {seal.manifest.ledger_size: seal for seal in seals}
    others = read_lines(bodies, limit=MAX_BODY_BYTES, what=BODIES)
    try:
        for data in read_lines(ledger, limit=MAX_LINE_BYTES, what=LEDGER):
            line = chain.feed(data)
            if line.seq in dated:
                found.heads[line.seq] = data
            _shown(line, next(others, None), found)
            found.purged += len(line.purged)
            found.last_purge = line.seq if line.purged else found.last_purge
            found.gaps -= {str(item.get("leaf") or item.get("seq")) for item in line.purged}
            if line.seq in pending:
                found.checks.append(_compare(chain, pending.pop(line.seq)))
                found.sealed = len(found.shown)
    except UnknownVersion:
        raise
    except EvidenceDoubted as exc:
        found.checks.append(failed("ledger", Verdict.INVALID, exc.message, path=LEDGER))
        return found
    found.lines, found.case = chain.size, chain.case
    if is_live and next(others, None) is not None:
        others = iter(())
        detail = _("a crash left a body without its event; it was never acknowledged")
        found.checks.append(not_checked("ledger-tail", detail, path=BODIES))
    found.checks += _conclude(chain, pending, others, found)
    found.checks.append(_judge_keys(chain, seals))
    found.checks += _judge_purges(found, seals)
    return found


def _judge_purges(found: LedgerFindings, seals: Sequence[JudgedSeal]) -> list[Check]:
    if found.last_purge <= max((seal.manifest.ledger_size for seal in seals), default=0):
        return []
    detail = _("evidence was purged after the newest seal; only a device key says so")
    consequence = Verdict.INDETERMINATE
    return [not_checked("purge", detail, consequence=consequence, path=LEDGER)]


def _conclude(
    chain: Chain, pending: dict[int, JudgedSeal], others: Iterator[bytes], found: LedgerFindings
) -> list[Check]:
    checks = [
        failed("ledger", Verdict.INVALID, _("ends before what this seal covers"), path=seal.folder)
        for seal in pending.values()
    ]
    if next(others, None) is not None:
        checks.append(failed("ledger", Verdict.INVALID, _("more bodies than lines"), path=BODIES))
    if chain.size == 0:
        checks.append(failed("ledger", Verdict.INVALID, _("holds no event"), path=LEDGER))
    if not checks:
        detail = _(
            "{n} events in an unbroken chain, {withheld} of them withheld; {purged} purged"
        ).format(n=chain.size, withheld=found.withheld, purged=found.purged)
        checks.append(passed("ledger", detail, path=LEDGER))
    if chain.set_back:
        listed = ", ".join(str(seq) for seq in chain.set_back[:10])
        detail = _("the clock was set back before event {listed}").format(listed=listed)
        checks.append(passed("ledger-clock", detail, path=LEDGER))
    return checks


def _shown(line: Line, data: bytes | None, found: LedgerFindings) -> None:
    body = open_body(line, data)
    if body is not None and line.action == "seal":
        _record_seal(body, found)
    if body is not None and line.action == "countersign":
        _record_counter(body, found)
    if body is not None and line.action == "key.revoke":
        record_revoked_key(line.seq, body, found.revoked_keys)
    if body is None:
        found.withheld += 1
        found.gaps.add(str(line.seq))
        return
    for artifact, leaf in zip(body.artifacts, line.leaves, strict=True):
        if artifact is None:
            found.gaps.add(leaf)
        else:
            fields = require_artifact(artifact.members)
            has_record = "metadata" in artifact.members
            found.shown.append(
                Shown(
                    id=fields.artifact_id("id"),
                    content=read_stored(fields),
                    metadata=read_stored(fields.nested("metadata")) if has_record else None,
                )
            )


def _record_seal(body: Body, found: LedgerFindings) -> None:
    number, stamps = body.detail.get("seal"), body.detail.get("timestamps")
    if isinstance(number, int):
        count = len(stamps) if isinstance(stamps, list) else 0
        found.recorded_seals[number] = found.recorded_seals.get(number, 0) + count


def _record_counter(body: Body, found: LedgerFindings) -> None:
    number, digest = body.detail.get("seal"), body.detail.get("signature_sha256")
    if isinstance(number, int) and isinstance(digest, str):
        found.recorded_counters.setdefault(number, set()).add(digest)


def judge_seal_events(seals: Sequence[JudgedSeal], found: LedgerFindings) -> list[Check]:
    """Hold the seals that are there against those that the ledger records."""
    present = {seal.manifest.seal: seal.stamp_count for seal in seals}
    checks = []
    counters = {seal.manifest.seal: seal.countersigned.digests for seal in seals}
    for number, digests in sorted(found.recorded_counters.items()):
        if digests - counters.get(number, frozenset()):
            detail = _("the ledger records a countersignature of this seal, and it is missing")
            name = f"seal-{number}-counter"
            checks.append(failed(name, Verdict.INCOMPLETE, detail, path=LEDGER))
    for number, stamps in sorted(found.recorded_seals.items()):
        name = f"seal-{number}"
        if number not in present:
            detail = _("the ledger records this seal, and it is missing")
            checks.append(failed(name, Verdict.INCOMPLETE, detail, path=LEDGER))
        elif present[number] < stamps:
            detail = _("the ledger records more timestamps of this seal than there are")
            checks.append(failed(name, Verdict.INCOMPLETE, detail, path=LEDGER))
    return checks


def judge_gaps(found: LedgerFindings) -> list[Check]:
    """Judge what is not shown by something that says that it shows the whole case."""
    if not found.gaps:
        return []
    detail = _("{n} events or artifacts are withheld, and no event says that they were purged")
    detail = detail.format(n=len(found.gaps))
    return [failed("ledger", Verdict.INCOMPLETE, detail, path=BODIES)]


def _compare(chain: Chain, seal: JudgedSeal) -> Check:
    manifest, state = seal.manifest, chain.state()
    name = f"seal-{manifest.seal}-ledger"
    same = (
        state.head == manifest.head
        and state.root == manifest.root
        and state.leaf_count == manifest.artifact_count
        and chain.case == manifest.case
        and state.keys <= manifest.keys
    )
    if same:
        detail = _("covers {lines} events and {artifacts} artifacts").format(
            lines=manifest.ledger_size, artifacts=manifest.artifact_count
        )
        return passed(name, detail, path=seal.folder)
    return failed(name, Verdict.INVALID, _("states another ledger than this"), path=seal.folder)


def _judge_keys(chain: Chain, seals: Sequence[JudgedSeal]) -> Check:
    # A signer known but expired or revocable vouches too, as far as that goes; a stranger does not.
    usable = [seal for seal in seals if seal.judged.doubt <= Verdict.INDETERMINATE]
    if not usable:
        detail = _("no trusted seal says whose device keys signed the events")
        return not_checked("ledger-keys", detail, consequence=Verdict.UNTRUSTED, path=LEDGER)
    vouched = frozenset(key for seal in usable for key in seal.manifest.keys)
    sealed = max(seal.manifest.ledger_size for seal in usable)
    strangers = unaccepted_after(chain, sealed, accepted_keys(chain, vouched))
    if strangers:
        named = ", ".join(sorted(key.hex() for key in strangers))
        detail = _("events after the last seal are signed by an unknown device: {keys}").format(
            keys=named
        )
        return failed("ledger-keys", Verdict.UNTRUSTED, detail, path=LEDGER)
    if all(seal.judged.doubt for seal in usable):
        detail = _("the seal that vouches for the device keys is itself in doubt")
        return not_checked("ledger-keys", detail, consequence=Verdict.INDETERMINATE, path=LEDGER)
    later = chain.size - sealed
    detail = _("device keys are vouched for by the seal; {n} later events").format(n=later)
    return passed("ledger-keys", detail, path=LEDGER)
