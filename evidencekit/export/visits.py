"""Captures as the report tells them: what was asked for, what answered, and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evidencekit.export.acts import artifact_ids
from evidencekit.export.members import moment_of, text_of, texts_of
from evidencekit.export.words import Pair, load_words, term
from evidencekit.model.bundle import Account
from evidencekit.model.event import Body
from evidencekit.model.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One stable word with its argument, and what it means where we know it."""

    code: str
    meaning: Pair | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRow:
    """One URL that was asked for; everything in it but the verdict is foreign text."""

    seq: int
    started_at: datetime | None
    ended_at: datetime | None
    url: str
    final_url: str
    title: str
    engine: Pair
    verdict: Pair
    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]
    ids: tuple[str, ...]


def capture_rows(account: Account) -> Iterator[CaptureRow]:
    """Yield the captures whose content is told, in the order of the ledger."""
    for entry in account.custody:
        if entry.line.action == "capture" and entry.body is not None:
            yield _row(entry.line.seq, entry.body)


def _row(seq: int, body: Body) -> CaptureRow:
    detail = body.detail
    return CaptureRow(
        seq=seq,
        started_at=moment_of(detail, "started_at"),
        ended_at=moment_of(detail, "ended_at"),
        url=text_of(detail, "url"),
        final_url=text_of(detail, "final_url"),
        title=text_of(detail, "title"),
        engine=term("engine", text_of(detail, "engine")),
        verdict=term("verdict", text_of(detail, "verdict")),
        reasons=reasons_of(detail, "reasons"),
        notes=reasons_of(detail, "notes"),
        ids=artifact_ids(body),
    )


def reasons_of(detail: JsonObject, name: str) -> tuple[Reason, ...]:
    """Return the reasons or notes of a capture."""
    meanings = load_words("terms")
    return tuple(
        Reason(code=code, meaning=meanings.get(f"reason.{code.partition(' ')[0]}"))
        for code in texts_of(detail, name)
    )
