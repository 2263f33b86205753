"""One visit to one page: how long it may take, and what it came to."""

from dataclasses import dataclass, field, replace

from evidencekit.capture.page.clicks import Click
from evidencekit.capture.page.facts import PageFacts
from evidencekit.capture.page.seen import Document, Seen
from evidencekit.capture.page.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserLimits:
    """How long each step may take, and how much there may be."""

    load_s: float = 30
    scroll_s: float = 20
    """For each behaviour that only looks further down."""
    click_s: float = 20
    """For each behaviour that clicks."""
    idle_s: float = 15
    quiet_s: float = 0.75
    """How long nothing must move on the network."""
    poll_s: float = 6
    """After how long without a byte a script's request no longer counts as under way."""
    view_s: float = 30
    """For each picture."""
    total_s: float = 180
    log_bytes: int = 8 << 30
    """Of the browser's network log, some four times what is downloaded; no page needs it, a server
    that sends for ever does."""
    max_requests: int = 50_000


def limits_for(total_s: float) -> BrowserLimits:
    """Return limits for a page that may take so long in all.

    What shows more of the page (scrolling, "load more") may take a third each; how long to wait for
    a page to load or to fall silent says nothing about its length, and stays.
    """
    usual = BrowserLimits()
    return replace(
        usual,
        total_s=total_s,
        scroll_s=max(usual.scroll_s, total_s / 3),
        click_s=max(usual.click_s, total_s / 3),
    )


@dataclass(slots=True, kw_only=True)
class Visit:
    """What one visit came to; filled as it goes, so that a crash leaves what there is."""

    seen: Seen
    net_error: str | None = None
    """Why the page did not open, e.g. ``net::ERR_NAME_NOT_RESOLVED``."""
    is_download: bool = False
    facts: PageFacts | None = None
    """What the page said of itself at the end; None where it did not answer."""
    clicks: list[Click] = field(default_factory=list)
    clicks_omitted: int = 0
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    views: list[View] = field(default_factory=list)

    @property
    def document(self) -> Document | None:
        """The answer that the main frame shows; None where nothing answered."""
        return self.seen.document

    @property
    def final_url(self) -> str | None:
        """Where the page stood at the end."""
        return self.facts.url if self.facts else None

    @property
    def title(self) -> str | None:
        """As the page says it: hostile text."""
        return (self.facts.title or None) if self.facts else None

    def add_reason(self, reason: str) -> None:
        """Add a reason once."""
        if reason not in self.reasons:
            self.reasons.append(reason)

    def add_note(self, note: str) -> None:
        """Add a note once."""
        if note not in self.notes:
            self.notes.append(note)
