"""Takes the bodies of answers, which the debugging protocol gives decoded.

Every answer waits at its head (``Fetch``, in the browser's own session: all pages and workers at
once, and apart from what any page's session holds back). Then one of two ways:

* *streamed*: the page or worker that asked is told to report what it gets, piece by piece
  (``Network.streamResourceContent``), and only then is the answer let go. Nothing is held up, event
  streams run, and memory is bounded;
* *whole*: the browser is told to fetch all of it first (``Fetch.getResponseBody``). This is for
  what has no page yet that could report (documents, the scripts that workers begin with,
  preflights), or one that cannot answer because a script of it waits for this very answer.

Nobody sees how much the browser holds of the second kind, so it is watched by what the guard
carries, and by time. What becomes too much is ended, as is a document that never ends.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Literal

from evidencekit.capture.chromium.cdp import Connection, Params
from evidencekit.capture.protocol_record.heads import Head, list_head
from evidencekit.capture.protocol_record.hop import Hop
from evidencekit.capture.protocol_record.hops import Hops
from evidencekit.capture.protocol_record.said import Paused, data_of

PATTERNS = {"patterns": [{"urlPattern": "*", "requestStage": "Response"}]}
MAX_WHOLE_BYTES = 32 << 20
"""Of a body that has to be held in memory, by us too."""
MAX_PACKED_BYTES = 4 << 20
"""The same, where it is packed and nobody knows into how much it unpacks."""
WHOLE_S = 25.0
"""For such a body; a page has 30 s to load."""
LATE_S = 0.5
"""How long one who asked may take to answer; a script that waits for this answer never does."""
_WATCH_S = 0.25
_NEVER_STREAMED = frozenset({"Document", "Other", "Ping", "Preflight", "CSPViolationReport"})
_STARTS_WORKERS = frozenset({"worker", "shared_worker", "service_worker"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_BODY = frozenset({204, 205, HTTPStatus.NOT_MODIFIED})
Way = Literal["none", "whole", "streamed"]


def way_of(paused: Paused, head: Head, *, asker: str | None, kind: str, asked_as: str) -> Way:
    """Decide how to get a body: ``asker`` is the session that asked, of a target of ``kind``.

    ``asked_as`` is what it asked for, in the words of the network domain.
    """
    is_redirect = paused.status in _REDIRECTS and bool(head.values(b"location"))
    if not paused.status or is_redirect or paused.method == "HEAD" or paused.status in _NO_BODY:
        return "none"
    if asker is None or paused.kind in _NEVER_STREAMED or paused.method == "OPTIONS":
        return "whole"
    # A worker waits for its scripts, the first and those that it imports.
    if kind in _STARTS_WORKERS and asked_as == "Script":
        return "whole"
    return "streamed"


class Bodies:
    """Holds all answers of the browser from :meth:`start` on, and lets each go.

    ``carried`` tells how many bytes the guard has brought from the server of a URL so far,
    ``kind_of`` what kind of target a session is of. ``wrap`` is put around what is done later.
    """

    def __init__(
        self,
        connection: Connection,
        hops: Hops,
        *,
        carried: Callable[[str], int],
        kind_of: Callable[[str | None], str],
        wrap: Callable[[Callable[[], None]], None],
    ) -> None:
        self.pending = 0
        """How many answers are held."""
        self.received_bytes = 0
        self._connection = connection
        self._hops = hops
        self._carried = carried
        self._kind_of = kind_of
        self._wrap = wrap
        self._streams: dict[tuple[str | None, str], Hop] = {}
        self.handlers: Mapping[str, Callable[[Params, str | None], None]] = {
            "Network.dataReceived": self._data,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
            "Target.detachedFromTarget": self._session_gone,
        }

    def start(self, *, timeout_s: float) -> None:
        """Begin; raises CallFailed where the browser does not do it."""
        self._connection.call("Fetch.enable", PATTERNS, timeout_s=timeout_s)

    def take(self, params: Params) -> None:
        """Get the body of an answer that waits at its head."""
        paused, hop = self._hops.pause(params)
        if hop is None:
            let_go(self._connection, paused.number)
            return
        held = _Held(self._connection, paused, hop)
        asker, asked_as = self._hops.asker(paused)
        head = list_head(paused.status, paused.phrase, paused.fields, {})
        way = way_of(paused, head, asker=asker, kind=self._kind_of(asker), asked_as=asked_as)
        if way == "none":
            held.let_go()
            return
        self.pending += 1
        hop.body.state = "coming"
        if way == "whole":
            self._take_whole(held, head)
        else:
            self._ask_to_stream(held, head, asker, is_endless=asked_as == "EventSource")

    def _data(self, params: Params, session: str | None) -> None:
        key = session, str(params.get("requestId"))
        if key in self._streams:
            data = data_of(params.get("data"))
            self._append(self._streams[key], data)
            if len(data) != params.get("dataLength"):
                self._end(key, "lost")  # what comes after a gap is worth nothing

    def _finished(self, params: Params, session: str | None) -> None:
        self._end((session, str(params.get("requestId"))), "whole")

    def _failed(self, params: Params, session: str | None) -> None:
        self._end((session, str(params.get("requestId"))), "cut")

    def _session_gone(self, params: Params, _session: str | None) -> None:
        gone = str(params.get("sessionId"))
        for key in [key for key in self._streams if key[0] == gone]:
            self._end(key, "cut")

    def _end(self, key: tuple[str | None, str], state: Literal["whole", "cut", "lost"]) -> None:
        hop = self._streams.pop(key, None)
        if hop is not None:
            hop.body.state = state

    def _append(self, hop: Hop, data: bytes) -> None:
        self.received_bytes += len(data)
        hop.body.append(data)

    def _ask_to_stream(
        self, held: "_Held", head: Head, asker: str | None, *, is_endless: bool
    ) -> None:
        number, hop = held.paused.network_number, held.hop

        def told(result: Params | None) -> None:
            if held.is_decided:
                return
            held.is_decided = True
            if result is None:
                self._take_whole(held, head)
                return
            self._streams[asker, number] = hop
            self._append(hop, data_of(result.get("bufferedData")))
            self.pending -= 1
            held.let_go()

        def is_late() -> None:
            if held.is_decided:
                return
            held.is_decided = True
            if is_endless:
                self._done(held, "lost")
            else:
                self._take_whole(held, head)

        self._connection.ask(
            "Network.streamResourceContent",
            {"requestId": number},
            session=asker,
            then=lambda result: self._wrap(lambda: told(result)),
        )
        self._connection.later(LATE_S, lambda: self._wrap(is_late))

    def _take_whole(self, held: "_Held", head: Head) -> None:
        hop, url = held.hop, held.paused.url
        limit = MAX_PACKED_BYTES if head.is_encoded else MAX_WHOLE_BYTES
        if (head.length or 0) > limit:
            self._done(held, "lost")
            return
        held_before = self._carried(url) - self.received_bytes

        def came(result: Params | None) -> None:
            if held.is_over:
                return
            if result is not None:
                self._append(hop, _body(result))
            self._done(held, "lost" if result is None else "whole")

        def watch(polls_left: int) -> None:
            if held.is_over:
                return
            # What the server brought, without what was streamed to others meanwhile.
            held_bytes = self._carried(url) - self.received_bytes - held_before
            if polls_left and held_bytes <= limit:
                self._connection.later(_WATCH_S, lambda: self._wrap(lambda: watch(polls_left - 1)))
            else:
                self._done(held, "given-up")

        self._connection.ask(
            "Fetch.getResponseBody",
            {"requestId": held.paused.number},
            then=lambda result: self._wrap(lambda: came(result)),
        )
        watch(int(WHOLE_S / _WATCH_S))

    def _done(self, held: "_Held", state: Literal["whole", "lost", "given-up"]) -> None:
        held.is_over = True
        held.hop.body.state = state
        self.pending -= 1
        if state == "given-up":
            held.end()
        else:
            held.let_go()
        self._hops.body_done(held.paused)


class _Held:
    """One answer that waits at its head."""

    def __init__(self, connection: Connection, paused: Paused, hop: Hop) -> None:
        self.paused, self.hop = paused, hop
        self.is_decided = False
        """Whether it is known if one who asked reports it."""
        self.is_over = False
        self._connection = connection

    def let_go(self) -> None:
        let_go(self._connection, self.paused.number)

    def end(self) -> None:
        refusal = {"requestId": self.paused.number, "errorReason": "Failed"}
        self._connection.post("Fetch.failRequest", refusal)


def let_go(connection: Connection, number: object) -> None:
    """Let an answer go on that waits at its head."""
    connection.post("Fetch.continueRequest", {"requestId": number})


def _body(result: Params) -> bytes:
    text = str(result.get("body", ""))
    return data_of(text) if result.get("base64Encoded") is True else text.encode("utf-8", "replace")
