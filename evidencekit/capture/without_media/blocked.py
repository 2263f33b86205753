"""What was not fetched: each with its address, its time, what it was to be, and what was declared.

Bounded, as everything that a page can make longer. No digest: there are no bytes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

MAX_LISTED = 500
MAX_URL_CHARS = 500
MAX_DECLARED, MAX_DECLARED_CHARS = 8, 60
Stage = Literal["not-sent", "ended-at-head"]


@dataclass(slots=True, kw_only=True)
class Blocked:
    """One request that was kept from going out, or whose answer was ended at its head."""

    url: str
    at: datetime
    kind: str
    """What it was asked for as, in the words of the protocol or of HTML."""
    stage: Stage
    declared: dict[str, str] = field(default_factory=dict)
    """What page or server say of its size and type; never checked."""

    def as_json(self) -> dict[str, Json]:
        """Return it as the event's detail holds it."""
        return {
            "url": self.url[:MAX_URL_CHARS],
            "at": write_time(self.at),
            "kind": self.kind[:40],
            "stage": self.stage,
            "declared": {name: value[:MAX_DECLARED_CHARS] for name, value in self.declared.items()},
        }


class BlockedList:
    """All of one page, in order; an address that is asked for again in the same way is counted."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        """By kind."""
        self._listed: dict[tuple[str, str, Stage], Blocked] = {}
        self._omitted = 0

    def add(self, blocked: Blocked) -> None:
        """List one more, or count it."""
        self.counts[blocked.kind[:40]] += 1
        key = (blocked.url[:MAX_URL_CHARS], blocked.kind, blocked.stage)
        if key not in self._listed:
            if len(self._listed) < MAX_LISTED:
                self._listed[key] = blocked
            else:
                self._omitted += 1

    def declare(self, declared: Mapping[str, Mapping[str, str]]) -> None:
        """Add what the page says of each address, such as width and height."""
        for one in self._listed.values():
            told = declared.get(one.url)
            if told is not None:
                one.declared |= {
                    name: value for name, value in told.items() if name not in one.declared
                }

    def as_json(self) -> dict[str, Json]:
        """Return counts and list as the event's detail holds them."""
        return {
            "blocked": self.counts.total(),
            "by_kind": dict(sorted(self.counts.items())),
            "listed": [one.as_json() for one in self._listed.values()],
            "omitted": self._omitted,
        }
