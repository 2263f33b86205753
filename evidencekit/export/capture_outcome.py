"""What comes first in the report of a capture: its verdict, and every warning, the gravest on top.

Reasons and notes are taken as they come, also those that a later release invents: each is shown
with its meaning where we have words for it, and always as it was recorded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.export.blocks import Cell, Foreign, Items, Part, Remark, facts, told
from evidencekit.export.members import mapping_of, mappings_of, moment_of, number_of, text_of
from evidencekit.export.visits import Reason, reasons_of
from evidencekit.export.words import Pair, load_words, term
from evidencekit.formats.artifact import ids_in
from evidencekit.model.artifact import Sensitivity
from evidencekit.model.bundle import CaptureAccount
from evidencekit.model.json import JsonObject
from evidencekit.text.clean import clean

OVERRIDING = frozenset({"tls-not-verified", "tls-not-verified-more"})
"""Reasons and notes that say: somebody chose to go on in spite of a warning."""
CHOSEN = ("allow_private", "accepts_invalid_tls")
"""Settings, and facts of a capture, that say the same."""
LIMITING = ("through-proxy", "browser-version-untested", "recorded-by-protocol")
"""Notes that bear on everything else, so that they come before the other notes."""
MAX_NAMED = 10
"""Servers that are named under one warning."""
MAX_CODE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The first section."""

    code: str
    """A word of ours for the style sheet; ``unknown`` for a verdict that we do not know."""
    verdict: Pair
    meaning: Pair
    parts: tuple[Part, ...]


def outcome_of(account: CaptureAccount) -> Outcome:
    """Return the verdict, what it means, and the warnings in the order of their weight."""
    words, detail = load_words("capture"), account.body.detail
    code = text_of(detail, "verdict")
    known = f"outcome.{code}" in words
    return Outcome(
        code=code if known else "unknown",
        verdict=term("verdict", clean(code, limit=MAX_CODE)),
        meaning=words[f"outcome.{code}" if known else "outcome.unknown"],
        parts=tuple(_parts(account)),
    )


def _parts(account: CaptureAccount) -> Iterator[Part]:
    words, detail = load_words("capture"), account.body.detail
    reasons, notes = reasons_of(detail, "reasons"), reasons_of(detail, "notes")
    overridden = (*_chosen(detail), *(_said(r) for r in (*reasons, *notes) if _overrides(r)))
    if overridden:
        yield Items(items=overridden, heading=words["outcome.overridden"], is_grave=True)
    yield from (Remark(words=one, is_grave=True) for one in _state_of(account))
    missing = tuple(_said(one) for one in reasons if not _overrides(one))
    if missing:
        yield Items(items=missing, heading=words["outcome.reasons"])
    others = sorted((one for one in notes if not _overrides(one)), key=_weight)
    limits = (*_names(account), *(_said(one) for one in others))
    if limits:
        yield Items(items=limits, heading=words["outcome.notes"])
    yield _glance(account)


def _chosen(detail: JsonObject) -> Iterator[Cell]:
    """Yield what was switched off on purpose, and whom it concerned."""
    found = mapping_of(detail, "facts")
    chosen = {**found, **mapping_of(found, "settings")}
    for name in CHOSEN:
        if chosen.get(name) is True:
            reached = tuple(_private(found)) if name == "allow_private" else ()
            yield (term("override", name), *reached)
    doubted = [one for one in mappings_of(found, "servers") if _is_doubted(one)]
    if doubted:
        named = (_place(one) for one in doubted[:MAX_NAMED])
        yield (load_words("capture")["outcome.bad_certificate"], *named)


def _private(capture_facts: JsonObject) -> Iterator[Foreign | Pair]:
    servers = [one for one in mappings_of(capture_facts, "servers") if text_of(one, "ip_is")]
    for one in servers[:MAX_NAMED]:
        yield _place(one, term("address", text_of(one, "ip_is")))
    if not servers and _all_known(capture_facts):
        yield load_words("capture")["outcome.none_private"]


def _all_known(capture_facts: JsonObject) -> bool:
    """Return whether the record names the address of every server that was met."""
    servers = mappings_of(capture_facts, "servers")
    is_whole = number_of(capture_facts, "servers_omitted") == 0
    return bool(servers) and is_whole and all(text_of(one, "ip") for one in servers)


def _is_doubted(server: JsonObject) -> bool:
    """Return whether a connection went on although its certificate was found wrong."""
    tls = mapping_of(server, "tls")
    is_wrong = bool(text_of(mapping_of(tls, "verdict"), "error"))
    return is_wrong and not text_of(server, "refusal") and not text_of(tls, "error")


def _place(server: JsonObject, kind: Pair | None = None) -> Foreign:
    place, ip = f"{text_of(server, 'host')}:{text_of(server, 'port')}", text_of(server, "ip")
    return Foreign(text=f"{place} → {ip}" if ip else place, form="code", before=kind)


def _state_of(account: CaptureAccount) -> Iterator[Pair]:
    words = load_words("capture")
    if account.seal is None:
        yield words["outcome.unsealed"]
    withheld = sum(one is None for one in account.body.artifacts)
    if withheld:
        yield words["outcome.withheld"].filled(count=withheld)
    for one in (Sensitivity.CSAM_SUSPECTED, Sensitivity.INTIMATE):
        if any(item.artifact.sensitivity is one for item in account.artifacts):
            yield words["outcome.sensitive"].filled(what=term("sensitivity", one.value))


def _names(account: CaptureAccount) -> Iterator[Cell]:
    for host in dict.fromkeys(one for one in (account.asked, account.answered) if one is not None):
        for warning in host.warnings:
            (reason,) = reasons_of({"warnings": [warning]}, "warnings")
            yield (
                *_said(reason),
                Foreign(text=host.unicode),
                Foreign(text=host.ascii, form="code"),
            )


def _said(reason: Reason) -> Cell:
    """Return meaning and argument in words, and the reason as it was recorded."""
    meaning = reason.meaning or load_words("capture")["outcome.no_words"]
    argument = clean(reason.code.partition(" ")[2])
    words = Pair(f"{meaning.ko}: {argument}", f"{meaning.en}: {argument}") if argument else meaning
    return (words, Foreign(text=reason.code, form="code"))


def _overrides(reason: Reason) -> bool:
    return reason.code.partition(" ")[0] in OVERRIDING


def _weight(note: Reason) -> int:
    return 0 if note.code.startswith(LIMITING) else 1


def _glance(account: CaptureAccount) -> Part:
    """Return what a reader wants to know before turning the page."""
    detail, words = account.body.detail, load_words("capture")
    actor = account.body.actor
    seal = account.seal
    return facts(
        told("what.url", Foreign(text=text_of(detail, "url"), form="long")),
        told("what.started", moment_of(detail, "started_at") or account.line.at),
        told("who.actor", *(Foreign(text=part or "") for part in (actor.alias, actor.org))),
        told(
            "what.artifacts", words["outcome.count"].filled(count=len(list(ids_in(account.body))))
        ),
        told("secured.seal", words["outcome.sealed"].filled(seal=seal.number) if seal else None),
        told("who.case", Foreign(text=account.title), Foreign(text=account.case, form="code")),
    )
