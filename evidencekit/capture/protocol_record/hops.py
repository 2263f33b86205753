"""Joins what the protocol tells, event by event and session by session, to hops.

A request keeps its number through redirects. An event that has an address belongs to the first hop
with that address of which the same was not told yet; what the network stack tells of heads has
none, and belongs to the hops in order, those apart that it does not tell of (caches, workers).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Literal

from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.protocol_record.heads import octets
from evidencekit.capture.protocol_record.hop import Body, Hop, Received, Sent
from evidencekit.capture.protocol_record.said import (
    Paused,
    answer_of,
    moment_of,
    paused_of,
    seconds_of,
    table_of,
)
from evidencekit.capture.recording.recorded import Failure

_WEB = ("http://", "https://")


@dataclass(slots=True)
class _Chain:
    """All hops of one request."""

    session: str | None = None
    """That of the page or worker that asked."""
    kind: str = ""
    hops: list[Hop] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    hints: list[tuple[str, ...]] = field(default_factory=list)
    is_over: bool = False
    written: int = 0


class Hops:
    """Listens to the events in :attr:`handlers`; hands on each hop once, when it is complete.

    ``closing_at`` tells when we began to close the browser: what ends from then on we ended.
    """

    def __init__(
        self,
        *,
        spool: Callable[[], BinaryIO],
        clock: Callable[[], datetime],
        closing_at: Callable[[], datetime | None],
    ) -> None:
        self.failures: list[Failure] = []
        """Requests of the page that got no answer."""
        self._spool = spool
        self._clock = clock
        self._closing_at = closing_at
        self._chains: dict[str, _Chain] = {}
        self._ready: list[Hop] = []
        self.handlers: Mapping[str, Callable[[Params, str | None], None]] = {
            "Network.requestWillBeSent": self._asked,
            "Network.requestWillBeSentExtraInfo": self._sent,
            "Network.responseReceivedEarlyHints": self._hinted,
            "Network.responseReceivedExtraInfo": self._received,
            "Network.responseReceived": self._answered,
            "Network.requestServedFromCache": self._cached,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
        }

    def pause(self, params: Params) -> tuple[Paused, Hop | None]:
        """Learn of an answer that waits at its head, and which hop's it is; an error is none's."""
        paused = paused_of(params)
        if not paused.status:
            return paused, None
        chain = self._chain(paused.network_number or paused.number)
        hop = next((h for h in chain.hops if h.paused is None and h.url == paused.url), None)
        if hop is None:
            hop = self._new(chain, paused.url)
        hop.paused, hop.method = paused, paused.method or hop.method
        hop.stated = hop.stated or paused.stated
        hop.has_upload = hop.has_upload or paused.has_upload
        if paused.upload is not None and not hop.upload.size:
            hop.upload.append(paused.upload)
        return paused, hop

    def asker(self, paused: Paused) -> tuple[str | None, str]:
        """Return which session asked, None where none was seen to, and as what."""
        chain = self._chains.get(paused.network_number)
        return (chain.session, chain.kind) if chain is not None and chain.kind else (None, "")

    def current(self, number: str) -> Hop | None:
        """Return the last hop of a request that is under way."""
        chain = self._chains.get(number)
        return chain.hops[-1] if chain is not None and chain.hops else None

    def body_done(self, paused: Paused) -> None:
        """Learn that nothing more comes of a body."""
        self._settle(paused.network_number or paused.number)

    def ready(self) -> Iterator[Hop]:
        """Hand over, once, what is complete."""
        while self._ready:
            yield self._ready.pop(0)

    def rest(self) -> Iterator[Hop]:
        """Hand over what is left when the browser has ended."""
        for number in list(self._chains):
            chain = self._chains.pop(number)
            self._assign(chain)
            for hop in chain.hops[chain.written :]:
                hop.is_ended_by_us = hop.is_ended_by_us or hop.end is None
                yield hop

    def _asked(self, params: Params, session: str | None) -> None:
        request = params.get("request")
        if not isinstance(request, dict):
            return
        url = str(request.get("url")).partition("#")[0]
        redirect = params.get("redirectResponse")
        number = str(params.get("requestId"))
        if isinstance(redirect, dict) and number in self._chains:
            self._redirected(self._chains[number], redirect, params)
        if not url.startswith(_WEB):
            return
        chain = self._chain(number)
        chain.session, chain.kind = session, str(params.get("type"))
        hop = next((h for h in chain.hops if h.at is None and h.url == url), None)
        if hop is None:
            hop = self._new(chain, url)
        hop.at = moment_of(params.get("wallTime")) or self._clock()
        ticks = seconds_of(params.get("timestamp"))
        hop.epoch = hop.at.timestamp() - ticks if ticks is not None else None
        hop.method = str(request.get("method"))
        hop.stated = table_of(request.get("headers"))
        hop.has_upload = request.get("hasPostData") is True
        self._settle(number)

    def _redirected(self, chain: _Chain, response: Params, params: Params) -> None:
        url = str(response.get("url")).partition("#")[0]
        hop = next((h for h in chain.hops if h.end is None and h.url == url), None)
        if hop is not None:
            hop.answer, hop.end = answer_of(response), "redirected"
            hop.has_more = params.get("redirectHasExtraInfo") is True

    def _sent(self, params: Params, _session: str | None) -> None:
        number = str(params.get("requestId"))
        timing = params.get("connectTiming")
        ticks = seconds_of(timing.get("requestTime")) if isinstance(timing, dict) else None
        sent = Sent(table=table_of(params.get("headers")), ticks=ticks)
        self._chain(number).sent.append(sent)
        self._settle(number)

    def _hinted(self, params: Params, _session: str | None) -> None:
        table = table_of(params.get("headers"))
        lines = tuple(
            octets(f"{name}: {one}").decode("latin-1")
            for name, value in table.items()
            for one in value.split("\n")
        )
        self._chain(str(params.get("requestId"))).hints.append(lines)

    def _received(self, params: Params, _session: str | None) -> None:
        number = str(params.get("requestId"))
        status, text = params.get("statusCode"), params.get("headersText")
        chain = self._chain(number)
        chain.received.append(
            Received(
                status=status if isinstance(status, int) else 0,
                table=table_of(params.get("headers")),
                text=text if isinstance(text, str) else "",
            )
        )
        self._settle(number)

    def _answered(self, params: Params, _session: str | None) -> None:
        number, response = str(params.get("requestId")), params.get("response")
        hop = self.current(number)
        if hop is not None and isinstance(response, dict):
            hop.answer = answer_of(response)
            hop.has_more = params.get("hasExtraInfo") is True
            self._settle(number)

    def _cached(self, params: Params, _session: str | None) -> None:
        hop = self.current(str(params.get("requestId")))
        if hop is not None:
            hop.is_from_cache = True

    def _finished(self, params: Params, _session: str | None) -> None:
        self._end(params, "finished", None)

    def _failed(self, params: Params, _session: str | None) -> None:
        error = params.get("errorText")
        self._end(params, "failed", error if isinstance(error, str) else "failed")

    def _end(self, params: Params, end: Literal["finished", "failed"], error: str | None) -> None:
        number = str(params.get("requestId"))
        hop, chain = self.current(number), self._chains.get(number)
        if hop is None or chain is None or hop.end is not None:
            return
        hop.end, hop.error = end, error
        hop.is_ended_by_us = end == "failed" and self._closing_at() is not None
        chain.is_over = True
        self._assign(chain)
        is_unanswered = not hop.status and not (hop.answer is not None and hop.answer.is_local)
        if error is not None and is_unanswered and "blockedReason" not in params:
            self.failures.append(Failure(url=hop.url, error=error, at=self._clock()))
        self._settle(number)

    def _settle(self, number: str) -> None:
        """Hand on the hops that are complete, in order."""
        chain = self._chains.get(number)
        if chain is None:
            return
        self._assign(chain)
        while chain.written < len(chain.hops) and chain.hops[chain.written].is_complete:
            self._ready.append(chain.hops[chain.written])
            chain.written += 1
        if chain.is_over and chain.written == len(chain.hops):
            del self._chains[number]

    def _assign(self, chain: _Chain) -> None:
        """Give the hops what the network stack told of them."""
        sent, received = iter(chain.sent), iter(chain.received)
        for hop in chain.hops:
            # One that is not answered yet is told of like one that came from the network.
            is_told = hop.has_more or hop.answer is None
            hop.sent = next(sent, None) if is_told else None
            hop.received = next(received, None) if is_told else None
        if chain.hops:
            self._add_rest(chain.hops[-1], sent, received)
        if chain.hints and chain.hops:
            chain.hops[-1].hints = chain.hints

    def _add_rest(self, hop: Hop, sent: Iterator[Sent], received: Iterator[Received]) -> None:
        """Give the last hop what more was asked for it: parts that the cache did not have."""
        hop.more = [(asked, next(received, None)) for asked in sent]

    def _chain(self, number: str) -> _Chain:
        return self._chains.setdefault(number, _Chain())

    def _new(self, chain: _Chain, url: str) -> Hop:
        body, upload = Body(spool=self._spool), Body(spool=self._spool)
        chain.hops.append(Hop(url=url, body=body, upload=upload))
        return chain.hops[-1]
