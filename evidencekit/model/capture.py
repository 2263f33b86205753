"""What the capture of one page came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from evidencekit.model.context import PageContext
from evidencekit.model.find import Find
from evidencekit.model.json import Json


class CaptureVerdict(StrEnum):
    """How much of the page we have; what is missing is named in ``reasons``."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCapture:
    """One URL, captured or not; even a failure is recorded."""

    url: str
    """As asked for."""
    final_url: str
    """After redirects; equal to ``url`` where nothing answered."""
    verdict: CaptureVerdict
    reasons: tuple[str, ...]
    """Stable words with an argument, e.g. ``http-status 404``; empty when complete."""
    engine: str
    started_at: datetime
    ended_at: datetime
    finds: tuple[Find, ...]
    title: str | None = None
    """As the page says it: hostile text."""
    context: PageContext | None = None
    """What the page states of itself; None where no page answered, or none that is the site's."""
    peer: str | None = None
    """Address that the page itself came from; None where it could not be seen."""
    notes: tuple[str, ...] = ()
    """What limits the capture without making it partial, e.g. ``scripts-not-run``."""
    detail: Mapping[str, Json] = field(default_factory=dict)
    """More for the ledger body: browser version, peer addresses, counts. No host name of ours."""
