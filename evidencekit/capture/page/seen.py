"""What was counted while a page ran: its answers, failures, dialogs, popups.

Filled by the listeners to the browser, read by the verdict. Everything in it is bounded: a page
that fails a million times costs a number, not a million texts.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from evidencekit.model.json import Json

MAX_PROBLEMS = 200
MAX_HOPS = 30
MAX_URL_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The answer that the main frame shows."""

    url: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    sent_at: datetime | None = None
    """When the request was sent, by the clock of this machine."""
    head_at: datetime | None = None
    """When the head of the answer had come."""
    media_type: str = ""
    """What the browser took it for, which may be another type than the head says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One address on the way to the page, and what sent the visit on from there."""

    url: str
    status: int
    how: Literal["http", "browser", "page"]
    """A redirect of the server, one that the browser made up (HSTS), or the page itself."""

    def as_json(self) -> dict[str, Json]:
        """Return it as the event's facts hold it."""
        return {"url": self.url[:MAX_URL_CHARS], "status": self.status, "how": self.how}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One resource that is missing, broken or not finished."""

    url: str
    """Cut at :data:`MAX_URL_CHARS`."""
    why: str
    """Stable words with an argument, e.g. ``http-status 404`` or ``net::ERR_CONNECTION_RESET``."""
    kind: str = ""
    """What the page wanted it as, in the words of the protocol: ``Image``, ``Script``."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """Counted while the page runs; http and https only."""

    urls: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    """Answers from the network per URL, neither cache nor service worker."""
    requests: int = 0
    failed: int = 0
    bad_status: int = 0
    dialogs: int = 0
    popups: int = 0
    downloads: int = 0
    programs: int = 0
    """Steps to an address that another program would open, such as ``mailto:``."""
    crashed: int = 0
    """Frames of other sites and workers; the page itself is in :class:`.watch.Watch`."""
    websockets: int = 0
    messages_lost: int = 0
    """Of WebSockets."""
    navigations_refused: int = 0
    """Steps away from the page after a click of ours."""
    left_open: int = 0
    """Requests that the site held open without an end, as long polling does."""
    document: Document | None = None
    hops: list[Hop] = field(default_factory=list)
    """The first :data:`MAX_HOPS`."""
    problems: list[Problem] = field(default_factory=list)
    problems_omitted: int = 0
    """How many more there were than the list holds."""

    def add_hop(self, hop: Hop) -> None:
        """Note one more address on the way, as long as there are not too many."""
        if len(self.hops) < MAX_HOPS:
            self.hops.append(hop)

    def add_problem(self, url: str, why: str, kind: str = "") -> None:
        """List one more problem, or count it where the list is full."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(url=url[:MAX_URL_CHARS], why=why[:100], kind=kind[:40]))
        else:
            self.problems_omitted += 1
