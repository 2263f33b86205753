"""Tells what the page asked for from the browser's own calls home, which are no evidence.

Chromium calls home without an initiator. Pages hardly ever do, and then the debugging protocol saw
them ask; but it may say so later than the log. So what is doubtful is held back until it is known
to be the page's, at the latest until the log has ended. Everything else passes at once.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit

from evidencekit.capture.netlog.log import Event
from evidencekit.capture.netlog.sockets import Socket
from evidencekit.capture.recording.recorded import Failure, Recorded

MAX_DOUBTFUL = 64
"""How many may wait; bodies of each may hold half a MiB of memory. A browser makes some ten."""
_NO_INITIATOR = "not an origin"


@dataclass(slots=True, kw_only=True, eq=False)
class Asked:
    """One request, each hop of a redirect for itself."""

    url: str
    is_own: bool | None = None
    """Whether the browser made it for itself; None while that is not known."""
    sockets: set[int] = field(default_factory=set)
    held: list[Recorded] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class Owners:
    """Passes on what is the page's.

    ``was_seen`` tells of a URL whether the page was seen asking for it, so far.
    """

    def __init__(self, was_seen: Callable[[str], bool]) -> None:
        self._was_seen = was_seen
        self._doubtful: dict[Asked, None] = {}
        self._ready: deque[Recorded] = deque()
        self._own_hosts: set[str] = set()
        self._page_hosts: set[str] = set()
        self._own_sockets: set[int] = set()
        self._page_sockets: set[int] = set()
        self.own_requests = 0
        self.failures: list[Failure] = []
        """Of the page's requests."""

    def ask(self, event: Event) -> Asked:
        """Learn of a request that begins."""
        asked = Asked(url=urldefrag(event.text("url")).url)
        # Navigations have no initiator either, but another type.
        has_no_origin = event.text("initiator") in {"", _NO_INITIATOR}
        self._doubtful[asked] = None
        if not (has_no_origin and event.text("request_type") == "other"):
            self._decide(asked, is_own=False)
        else:
            self._reconsider(asked)
        if len(self._doubtful) > MAX_DOUBTFUL:
            oldest = next(iter(self._doubtful))
            self._decide(oldest, is_own=not self._was_seen(oldest.url))
        return asked

    def use(self, asked: Asked, socket: Socket) -> None:
        """Learn which connection a request went over."""
        asked.sockets.add(socket.number)
        if asked.is_own is not None:
            (self._own_sockets if asked.is_own else self._page_sockets).add(socket.number)

    def record(self, asked: Asked, recorded: Recorded) -> None:
        """Take a finished exchange."""
        self._reconsider(asked)
        asked.held.append(recorded)
        self._pass_on(asked)

    def fail(self, asked: Asked, failure: Failure) -> None:
        """Take a request that got no answer."""
        self._reconsider(asked)
        asked.failures.append(failure)
        self._pass_on(asked)

    def ready(self) -> Iterator[Recorded]:
        """Hand over, once, what is known to be the page's; the caller closes it."""
        while self._ready:
            yield self._ready.popleft()

    def settle(self) -> None:
        """Decide what is left: what nobody saw the page ask for is the browser's own."""
        for asked in list(self._doubtful):
            self._decide(asked, is_own=not self._was_seen(asked.url))

    def is_own_host(self, host: str) -> bool:
        """Return whether only the browser itself, never the page, asked for ``host``."""
        return host in self._own_hosts and host not in self._page_hosts

    def is_own_socket(self, number: int) -> bool:
        """Return whether only the browser itself used a connection."""
        return number in self._own_sockets and number not in self._page_sockets

    def _reconsider(self, asked: Asked) -> None:
        if asked.is_own is None and self._was_seen(asked.url):
            self._decide(asked, is_own=False)

    def _decide(self, asked: Asked, *, is_own: bool) -> None:
        del self._doubtful[asked]
        asked.is_own = is_own
        self.own_requests += is_own
        (self._own_hosts if is_own else self._page_hosts).add(urlsplit(asked.url).hostname or "")
        (self._own_sockets if is_own else self._page_sockets).update(asked.sockets)
        self._pass_on(asked)

    def _pass_on(self, asked: Asked) -> None:
        if asked.is_own is None:
            return
        if asked.is_own:
            for recorded in asked.held:
                recorded.close()
        else:
            self._ready.extend(asked.held)
            self.failures.extend(asked.failures)
        asked.held.clear()
        asked.failures.clear()
