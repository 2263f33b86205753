"""Puts the events of a NetLog together to exchanges of request and response.

One exchange is yielded per request that was sent, so each hop of a redirect is one. What the HTTP
cache answered never was on the wire and is none. An exchange is over when the browser has done with
the request and nothing more of the answer can come: after a redirect the connection may go on to
bring what no page will see. Memory is bounded by the number of exchanges that are not over.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

from evidencekit.capture.netlog import answers as netlog_answers
from evidencekit.capture.netlog import sockets as netlog_sockets
from evidencekit.capture.netlog import uploads as netlog_uploads
from evidencekit.capture.netlog.answers import Answers
from evidencekit.capture.netlog.heads import header_lines, request_head, response_head
from evidencekit.capture.netlog.log import Event
from evidencekit.capture.netlog.owners import Asked, Owners
from evidencekit.capture.netlog.recorded import Gathering
from evidencekit.capture.netlog.sockets import Socket, Sockets
from evidencekit.capture.netlog.uploads import Uploads
from evidencekit.capture.recording.recorded import Failure, Recorded

NEEDED = (
    frozenset(
        {
            "REQUEST_ALIVE",
            "URL_REQUEST_START_JOB",
            "URL_REQUEST_REDIRECTED",
            "HTTP_TRANSACTION_SEND_REQUEST_HEADERS",
            "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS",
            "HTTP_TRANSACTION_READ_EARLY_HINTS_RESPONSE_HEADERS",
            "HTTP_TRANSACTION_READ_RESPONSE_HEADERS",
            "CANCELLED",
        }
    )
    | netlog_answers.NEEDED
    | netlog_sockets.NEEDED
    | netlog_uploads.NEEDED
)

_GRAIN = timedelta(milliseconds=2)  # the log tells whole milliseconds of a clock set by such


class Exchanges:
    """Reads ``events`` once, following ``sockets``.

    ``was_seen`` tells of a URL whether the page was seen asking for it, ``error_name`` names net
    errors, ``spool`` makes temporary files, which stay empty unless ``keeps_bodies``.
    ``closing_at`` is asked when something is cancelled:
    from that moment on we ended it ourselves, not the server; None while the page is open. What is
    public beside the iteration is filled by it.
    """

    def __init__(
        self,
        events: Iterable[Event],
        *,
        was_seen: Callable[[str], bool],
        error_name: Callable[[int], str],
        spool: Callable[[], BinaryIO],
        closing_at: Callable[[], datetime | None],
        sockets: Sockets,
        page_id: str | None = None,
        keeps_bodies: bool = True,
    ) -> None:
        self._events = events
        self._error_name = error_name
        self._closing_at = closing_at
        self._page_id = page_id
        self._asked: dict[int, Asked] = {}
        self._open: dict[int, tuple[Asked, Gathering]] = {}
        self._over: list[tuple[Asked, Gathering]] = []
        self._sockets = sockets
        self.owners = Owners(was_seen)
        self._uploads = Uploads(sockets, spool, keeps_bodies=keeps_bodies)
        self._answers = Answers(sockets, spool, keeps_bodies=keeps_bodies)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Requests of the page that got no answer."""
        return tuple(self.owners.failures)

    def is_own_host(self, host: str) -> bool:
        """Return whether only the browser itself, never the page, asked for ``host``."""
        return self.owners.is_own_host(host)

    def page_connections(self) -> tuple[Socket, ...]:
        """Return all connections but those that only the browser itself used."""
        return tuple(s for s in self._sockets.all() if not self.owners.is_own_socket(s.number))

    def __iter__(self) -> Iterator[Recorded]:
        for event in self._events:
            self._sockets.take(event)
            self._uploads.take(event)
            self._answers.take(event)
            self._take(event)
            self._hand_on()
            yield from self.owners.ready()
        for source, (_asked, now) in list(self._open.items()):
            now.is_cut = True
            now.has_ended = False
            self._leave(source)
        self._hand_on(is_last=True)
        yield from self.owners.ready()
        self.owners.settle()
        yield from self.owners.ready()

    def _take(self, event: Event) -> None:
        match event.name:
            case "URL_REQUEST_START_JOB":
                if event.is_begin:
                    self._asked[event.source] = self.owners.ask(event)
            case (
                "HTTP_TRANSACTION_SEND_REQUEST_HEADERS"
                | "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS"
            ):
                self._send(event)
            case "REQUEST_ALIVE":
                if event.is_end:
                    self._end(event)
            case _ if event.source in self._open:
                self._receive(event, self._open[event.source][1])
            case _:
                pass

    def _send(self, event: Event) -> None:
        self._leave(event.source)  # sent again: after an error, with credentials, for another part
        asked = self._asked.get(event.source)
        if asked is None:
            return
        is_http2 = "HTTP2" in event.name
        request = request_head(event.text("line").strip(), event.lines("headers"))
        now = Gathering(
            url=asked.url,
            at=event.at,
            is_http2=is_http2,
            request=request,
            socket=self._attribute(event.source, asked),
            answer=self._answers.expect(event.source, request.method, is_http2=is_http2),
        )
        self._open[event.source] = (asked, now)
        self._uploads.begin(event.source, is_http2=is_http2)

    def _receive(self, event: Event, now: Gathering) -> None:
        match event.name:
            case "HTTP_TRANSACTION_READ_RESPONSE_HEADERS":
                now.response = response_head(event.lines("headers"))
                now.answer.begin(now.request.method, now.response)
            case "HTTP_TRANSACTION_READ_EARLY_HINTS_RESPONSE_HEADERS":
                now.hints.append(header_lines(event.lines("headers")[1:]))
            case "CANCELLED":
                closing_at = self._closing_at()
                now.is_cut = True
                now.has_ended = closing_at is None or event.at + _GRAIN < closing_at
            case "URL_REQUEST_REDIRECTED":
                now.is_redirected = True
                self._leave(event.source)
            case _:
                pass

    def _end(self, event: Event) -> None:
        asked = self._asked.pop(event.source, None)
        error = event.number("net_error")
        _, now = self._open.get(event.source, (None, None))
        if now is not None:
            now.error = error
            now.is_cut = now.is_cut or error != 0
        if asked is not None:
            self._attribute(event.source, asked)
            if error and (now is None or not now.response.status):
                name = self._error_name(error)
                self.owners.fail(asked, Failure(url=asked.url, error=name, at=event.at))
        self._leave(event.source)

    def _attribute(self, source: int, asked: Asked) -> Socket | None:
        socket = self._sockets.of_request(source)
        if socket is not None:
            self.owners.use(asked, socket)
        return socket

    def _leave(self, source: int) -> None:
        """Note that the browser has done with a request; its answer may still be coming."""
        left = self._open.pop(source, None)
        if left is not None:
            left[1].upload = self._uploads.finish(source)
            self._over.append(left)

    def _hand_on(self, *, is_last: bool = False) -> None:
        for one in list(self._over):
            asked, now = one
            if now.answer.is_over or is_last:
                self._over.remove(one)
                self._answers.forget(now.answer)
                error = self._error_name(now.error) if now.error else None
                self.owners.record(asked, now.close(page_id=self._page_id, error=error))
