"""Puts the events of a NetLog together to exchanges of request and response.

Response bodies are the bytes as delivered: while a content decoder is set the log reports what went
in and what came out of it, and what went in is kept. One exchange is yielded per request that was
sent, so each hop of a redirect is one. What the HTTP cache answered never was on the wire and is
none. The browser's own calls home are left out and counted.

Memory is bounded by the number of open requests: bodies go to spooled temporary files, which are
closed by :meth:`Recorded.close`.
"""

import base64
import binascii
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import urldefrag, urlsplit

from evidencekit.capture import netlog_sockets, netlog_uploads
from evidencekit.capture.netlog import Event
from evidencekit.capture.netlog_heads import (
    RequestHead,
    ResponseHead,
    request_head,
    response_head,
)
from evidencekit.capture.netlog_sockets import Socket, Sockets
from evidencekit.capture.netlog_uploads import Uploads
from evidencekit.capture.warc import Block, Exchange, Truncated

NEEDED = (
    frozenset(
        {
            "REQUEST_ALIVE",
            "URL_REQUEST_START_JOB",
            "URL_REQUEST_REDIRECTED",
            "URL_REQUEST_FILTERS_SET",
            "URL_REQUEST_JOB_BYTES_READ",
            "URL_REQUEST_JOB_FILTERED_BYTES_READ",
            "HTTP_TRANSACTION_SEND_REQUEST_HEADERS",
            "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS",
            "HTTP_TRANSACTION_READ_RESPONSE_HEADERS",
            "CANCELLED",
        }
    )
    | netlog_sockets.NEEDED
    | netlog_uploads.NEEDED
)
_BODILESS = frozenset({101, 204, 205, HTTPStatus.NOT_MODIFIED})
_NO_INITIATOR = "not an origin"
_NOTHING = ResponseHead(status=0, raw=b"", length=None, is_chunked=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that got no answer."""

    url: str
    error: str
    """Chromium's name, e.g. ``net::ERR_NAME_NOT_RESOLVED``."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One exchange, and what a judge of the capture needs of it."""

    exchange: Exchange
    method: str
    status: int
    """0 where no answer came."""
    is_whole_upload: bool
    """Whether the request body has the length that was announced."""

    @property
    def is_partial(self) -> bool:
        """Whether it must not stand beside whole answers, which a replay would take it for."""
        return self.method in {"OPTIONS", "HEAD"} or self.status in {0, 101, 206, 304}

    def close(self) -> None:
        """Remove the spooled bodies."""
        for block in (self.exchange.request, self.exchange.response):
            if block.body is not None:
                block.body.close()


@dataclass(slots=True, kw_only=True)
class _Asked:
    url: str
    is_own: bool


@dataclass(slots=True, kw_only=True)
class _Open:
    """An exchange that is under way."""

    url: str
    at: datetime
    is_http2: bool
    request: RequestHead
    socket: Socket | None
    body: BinaryIO
    size: int = 0
    response: ResponseHead = _NOTHING
    is_encoded: bool = False
    is_redirected: bool = False
    is_cut: bool = False
    """Cancelled, failed, or still open when the log ended."""
    error: int = 0
    has_ended: bool = True


class Exchanges:
    """Reads ``events`` once.

    ``was_seen`` tells of a URL whether the page was seen asking for it, ``error_name`` names net
    errors, ``spool`` makes temporary files. What is cancelled from ``closing_at`` on we ended
    ourselves, not the server. What is public beside the iteration is filled by it.
    """

    def __init__(
        self,
        events: Iterable[Event],
        *,
        was_seen: Callable[[str], bool],
        error_name: Callable[[int], str],
        spool: Callable[[], BinaryIO],
        closing_at: datetime,
        page_id: str | None = None,
    ) -> None:
        self._events = events
        self._was_seen = was_seen
        self._error_name = error_name
        self._spool = spool
        self._closing_at = closing_at
        self._page_id = page_id
        self._asked: dict[int, _Asked] = {}
        self._open: dict[int, _Open] = {}
        self.sockets = Sockets()
        self._uploads = Uploads(self.sockets, spool)
        self.failures: list[Failure] = []
        self.own_requests = 0
        self._own_hosts: set[str] = set()
        self._page_hosts: set[str] = set()
        self._own_sockets: set[int] = set()
        self._page_sockets: set[int] = set()

    def is_own_host(self, host: str) -> bool:
        """Return whether only the browser itself, never the page, asked for ``host``."""
        return host in self._own_hosts and host not in self._page_hosts

    def page_connections(self) -> tuple[Socket, ...]:
        """Return all connections but those that only the browser itself used."""
        own = self._own_sockets - self._page_sockets
        return tuple(s for s in self.sockets.all() if s.number not in own)

    def __iter__(self) -> Iterator[Recorded]:
        for event in self._events:
            self.sockets.take(event)
            self._uploads.take(event)
            recorded = self._take(event)
            if recorded is not None:
                yield recorded
        for source in list(self._open):
            self._open[source].is_cut = True
            self._open[source].has_ended = False
            recorded = self._finish(source)
            if recorded is not None:
                yield recorded

    def _take(self, event: Event) -> Recorded | None:
        match event.name:
            case "URL_REQUEST_START_JOB":
                if event.is_begin:
                    self._ask(event)
            case (
                "HTTP_TRANSACTION_SEND_REQUEST_HEADERS"
                | "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS"
            ):
                return self._send(event)
            case "REQUEST_ALIVE":
                return self._end(event) if event.is_end else None
            case _ if event.source in self._open:
                return self._receive(event, self._open[event.source])
            case _:
                pass
        return None

    def _ask(self, event: Event) -> None:
        url = urldefrag(event.text("url")).url
        # Chromium calls home without an initiator; navigations have none either, but another type.
        has_no_origin = event.text("initiator") in {"", _NO_INITIATOR}
        is_own = has_no_origin and event.text("request_type") == "other" and not self._was_seen(url)
        self._asked[event.source] = _Asked(url=url, is_own=is_own)
        host = urlsplit(url).hostname or ""
        (self._own_hosts if is_own else self._page_hosts).add(host)
        self.own_requests += is_own

    def _send(self, event: Event) -> Recorded | None:
        earlier = self._finish(event.source)  # sent again, after an error or with credentials
        asked = self._asked.get(event.source)
        if asked is None:
            return earlier
        socket = self._attribute(event.source, asked)
        if asked.is_own:
            return earlier
        is_http2 = "HTTP2" in event.name
        self._open[event.source] = _Open(
            url=asked.url,
            at=event.at,
            is_http2=is_http2,
            request=request_head(event.text("line").strip(), event.lines("headers")),
            socket=socket,
            body=self._spool(),
        )
        self._uploads.begin(event.source, is_http2=is_http2)
        return earlier

    def _receive(self, event: Event, now: _Open) -> Recorded | None:
        match event.name:
            case "HTTP_TRANSACTION_READ_RESPONSE_HEADERS":
                now.response = response_head(event.lines("headers"))
            case "URL_REQUEST_FILTERS_SET":
                now.is_encoded = True
            case "URL_REQUEST_JOB_BYTES_READ" if now.is_encoded:
                _append(now, event)
            case "URL_REQUEST_JOB_FILTERED_BYTES_READ" if not now.is_encoded:
                _append(now, event)
            case "CANCELLED":
                now.is_cut = True
                now.has_ended = event.at < self._closing_at
            case "URL_REQUEST_REDIRECTED":
                now.is_redirected = True
                return self._finish(event.source)
            case _:
                pass
        return None

    def _end(self, event: Event) -> Recorded | None:
        asked = self._asked.pop(event.source, None)
        error = event.number("net_error")
        now = self._open.get(event.source)
        if now is not None:
            now.error = error
            now.is_cut = now.is_cut or error != 0
        if asked is not None:
            self._attribute(event.source, asked)
            if error and not asked.is_own and (now is None or not now.response.status):
                name = self._error_name(error)
                self.failures.append(Failure(url=asked.url, error=name, at=event.at))
        return self._finish(event.source)

    def _attribute(self, source: int, asked: _Asked) -> Socket | None:
        socket = self.sockets.of_request(source)
        if socket is not None:
            (self._own_sockets if asked.is_own else self._page_sockets).add(socket.number)
        return socket

    def _finish(self, source: int) -> Recorded | None:
        now = self._open.pop(source, None)
        if now is None:
            return None
        upload = self._uploads.finish(source)
        upload_size = upload.tell() if upload is not None else 0
        if (
            now.response.status == HTTPStatus.NOT_MODIFIED
        ):  # what follows is the cache's copy, not the wire's
            now.body.seek(0)
            now.body.truncate()
            now.size = 0
        return Recorded(
            exchange=Exchange(
                url=_web_url(now.url),
                at=now.at,
                request=_block(now.request.raw, upload, upload_size),
                response=_block(now.response.raw, now.body, now.size),
                ip=now.socket.ip if now.socket else None,
                protocols=_protocols(now),
                truncated=_truncated(now),
                page_id=self._page_id,
                metadata={"error": self._error_name(now.error)} if now.error else {},
            ),
            method=now.request.method,
            status=now.response.status,
            is_whole_upload=now.request.length in {None, upload_size},
        )


def _append(now: _Open, event: Event) -> None:
    try:
        data = base64.b64decode(event.text("bytes"), validate=True)
    except binascii.Error:
        now.is_cut = True
        return
    now.body.write(data)
    now.size += len(data)


def _block(head: bytes, body: BinaryIO | None, size: int) -> Block:
    if body is None or not size:
        if body is not None:
            body.close()
        return Block(head=head, body=None, body_size=0)
    body.seek(0, io.SEEK_SET)
    return Block(head=head, body=body, body_size=size)


def _truncated(now: _Open) -> Truncated | None:
    """Decide whether the body is whole, from its announced length where there is one."""
    response = now.response
    if not response.status or now.request.method == "HEAD" or response.status in _BODILESS:
        return None
    if response.length == now.size:
        return None
    if not now.has_ended:
        return "time"  # still coming when we closed the browser
    if now.error:
        return "disconnect"
    if now.is_redirected:
        # The browser follows a redirect without reading its body.
        return "unspecified" if response.length or response.is_chunked else None
    return "unspecified" if response.length is not None or now.is_cut else None


def _protocols(now: _Open) -> tuple[str, ...]:
    http = "h2" if now.is_http2 else "http/1.1"
    if now.response.raw.startswith(b"HTTP/1.0"):
        http = "http/1.0"
    version = str(now.socket.tls.get("version", "")) if now.socket else ""
    tls = (version.lower().replace(" ", "/"),) if version.isascii() and version else ()
    return (http, *tls)


def _web_url(url: str) -> str:
    # A WebSocket begins as an HTTP exchange, and WARC tools expect an HTTP URL for one.
    return "http" + url[2:] if url.startswith(("ws:", "wss:")) else url
