"""A custody entry as a row that people read: who did what to which files, and what is to be noted.

Details come out of event bodies, whose members are foreign text or may be missing; what has the
wrong shape is left out of the remarks, never guessed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidencekit.export.members import text_of
from evidencekit.export.words import Pair, load_words, term
from evidencekit.formats.artifact import ids_in
from evidencekit.model.bundle import Account, CustodyEntry
from evidencekit.model.event import Actor, Body
from evidencekit.model.json import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPart:
    """How far the newest seal reaches; number and size are 0 where nothing was ever sealed."""

    number: int
    ledger_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One row of the record of custody."""

    seq: int
    at: datetime
    code: str
    action: Pair
    actor: Actor | None
    """None where the body is withheld or purged."""
    ids: tuple[str, ...]
    """Artifacts that the act added and that are told of, in order."""
    added: int
    """How many artifacts the act added, also where they are not told of."""
    remarks: tuple[Pair, ...]
    """Plain text holding foreign text: escape it for the place it goes to."""


def sealed_part(account: Account) -> SealedPart:
    """Return the reach of the newest seal."""
    last = max(account.seals, key=lambda seal: seal.ledger_size, default=None)
    if last is None:
        return SealedPart(number=0, ledger_size=0)
    return SealedPart(number=last.number, ledger_size=last.ledger_size)


def read_act(entry: CustodyEntry, sealed: SealedPart) -> Act:
    """Return the row for one entry."""
    line, body = entry.line, entry.body
    ids = artifact_ids(body) if body is not None else ()
    return Act(
        seq=line.seq,
        at=line.at,
        code=line.action,
        action=term("action", line.action),
        actor=body.actor if body is not None else None,
        ids=ids,
        added=len(line.leaves),
        remarks=tuple(_remarks(entry, len(ids), sealed)),
    )


def artifact_ids(body: Body) -> tuple[str, ...]:
    """Return the ids of the artifacts of an act that are neither withheld nor purged."""
    return tuple(item for item in ids_in(body) if item is not None)


def _remarks(entry: CustodyEntry, told: int, sealed: SealedPart) -> Iterator[Pair]:
    words, line, body = load_words("terms"), entry.line, entry.body
    if body is None:
        yield words["remark.withheld_body"]
    else:
        yield from remarks_of(line.action, body, added=len(line.leaves))
    if body is not None and told < len(line.leaves):
        yield words["remark.withheld_files"].filled(count=len(line.leaves) - told)
    if line.purged:
        yield words["remark.purged"].filled(count=len(line.purged))
    if line.new_key is not None:
        yield words["remark.new_key"]
    if not sealed.number:
        yield words["remark.never_sealed"]
    elif line.seq > sealed.ledger_size and line.action != "seal":
        yield words["remark.after_seal"].filled(seal=sealed.number)


_SHORT = 16  # digits of a fingerprint, to tell a few keys apart
_MADE = {"strip": "stripped", "fingerprint": "fingerprinted"}


def remarks_of(action: str, body: Body, *, added: int = 0) -> Iterator[Pair]:
    """Yield what an act says of itself; with ``added``, also how many files came with it."""
    match action:
        case "init.investigation" | "init.support":
            yield from _given("title", body.detail)
        case "add":
            yield from _added(body.detail, added)
        case "capture" | "route":
            yield _visited(action, body.detail)
        case "strip" | "fingerprint" | "access":
            yield from _of_artifacts(action, body.detail)
        case "seal" | "countersign" | "key.rotate" | "key.revoke":
            yield _signed(action, body.detail)
        case "export.begin":
            yield from _handed(body.detail)
        case "export.done":
            yield from _given("bundle", body.detail)
        case _:
            return


def _of_artifacts(action: str, detail: Mapping[str, Json]) -> Iterator[Pair]:
    if action != "access":
        yield _fill(_MADE[action], of=text_of(detail, "of"))
        yield from _given("purpose", detail)
        return
    looked_at = detail.get("of")
    yield _fill("accessed", count=len(looked_at) if isinstance(looked_at, list | tuple) else 0)
    yield from _given("reason", detail)


def _signed(action: str, detail: Mapping[str, Json]) -> Pair:
    if action in ("seal", "countersign"):
        stamps = detail.get("timestamps")
        count = len(stamps) if isinstance(stamps, list | tuple) else 0
        return _fill("sealed", seal=text_of(detail, "seal"), count=count)
    if action == "key.rotate":
        return _fill("rotated", to=text_of(detail, "to_sha256")[:_SHORT])
    reason = term("why-revoked", text_of(detail, "reason"))
    certificate, since = text_of(detail, "certificate_sha256")[:_SHORT], text_of(detail, "since")
    return _fill("revoked", certificate=certificate, since=since, reason=reason)


def _added(detail: Mapping[str, Json], added: int) -> Iterator[Pair]:
    if added:
        yield _fill("added", count=added)
    refused = detail.get("refused")
    if isinstance(refused, list | tuple) and refused:
        yield _fill("refused", count=len(refused), why=_why(refused))


def _why(refused: Sequence[Json]) -> Pair:
    counts = Counter(text_of(item, "why") for item in refused if isinstance(item, dict))
    named = [(term("why", code), count) for code, count in sorted(counts.items())]
    return Pair(
        ", ".join(f"{name.ko} {count:,}" for name, count in named),
        ", ".join(f"{name.en} {count:,}" for name, count in named),
    )


def _visited(action: str, detail: Mapping[str, Json]) -> Pair:
    if action == "route":
        host = detail.get("host")
        return _fill("routed", host=text_of(host, "ascii") if isinstance(host, dict) else "")
    verdict = term("verdict", text_of(detail, "verdict"))
    return _fill("captured", verdict=verdict, url=text_of(detail, "url"))


def _handed(detail: Mapping[str, Json]) -> Iterator[Pair]:
    shown, held = detail.get("shown"), detail.get("held_back")
    if isinstance(shown, int) and isinstance(held, int):
        profile = term("profile", text_of(detail, "profile"))
        yield _fill("handed", shown=shown, held=held, profile=profile)
    for name in ("recipient", "purpose", "bundle"):
        yield from _given(name, detail)


def _given(name: str, detail: Mapping[str, Json]) -> Iterator[Pair]:
    value = text_of(detail, name)
    if value:
        yield _fill(name, **{name: term("purpose", value) if name == "purpose" else value})


def _fill(name: str, **values: object) -> Pair:
    return load_words("terms")[f"remark.{name}"].filled(**values)
