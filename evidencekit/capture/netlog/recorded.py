"""One exchange of the network log: gathered while it is under way, then closed and handed on.

Response bodies are the bytes as delivered: while a content decoder is set the log reports what went
in and what came out of it, and what went in is kept. Bodies go to spooled temporary files, which
:meth:`Recorded.close` closes.
"""

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import BinaryIO

from evidencekit.capture.netlog.heads import RequestHead, ResponseHead
from evidencekit.capture.netlog.log import Event
from evidencekit.capture.netlog.sockets import Socket
from evidencekit.capture.warc import Block, Exchange, Truncated
from evidencekit.model.json import Json

_BODILESS = frozenset({101, 204, 205, HTTPStatus.NOT_MODIFIED})
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
class Gathering:
    """An exchange that is under way."""

    url: str
    at: datetime
    is_http2: bool
    request: RequestHead
    socket: Socket | None
    body: BinaryIO
    keeps_body: bool = True
    size: int = 0
    response: ResponseHead = _NOTHING
    is_encoded: bool = False
    is_redirected: bool = False
    is_cut: bool = False
    """Cancelled, failed, or still open when the log ended."""
    error: int = 0
    has_ended: bool = True
    hints: list[tuple[str, ...]] = field(default_factory=list)
    """Fields of each 103 that came before the answer (RFC 8297)."""
    trailers: tuple[str, ...] = ()
    """Fields after the body, of HTTP/2 only."""

    def append(self, event: Event) -> None:
        """Take the part of the response body that ``event`` holds."""
        if not self.keeps_body:  # whatever the log has: it should have none
            return
        try:
            data = base64.b64decode(event.text("bytes"), validate=True)
        except binascii.Error:
            self.is_cut = True
            return
        self.body.write(data)
        self.size += len(data)

    def close(self, upload: BinaryIO | None, *, page_id: str | None, error: str | None) -> Recorded:
        """Turn it into what is handed on; ``upload`` is the request's body, at its end."""
        upload_size = upload.tell() if upload is not None else 0
        if self.response.status == HTTPStatus.NOT_MODIFIED:
            self._drop_body()  # what follows is the cache's copy, not the wire's
        return Recorded(
            exchange=Exchange(
                url=_web_url(self.url),
                at=self.at,
                request=_block(self.request.raw, upload, upload_size),
                response=_block(self.response.raw, self.body, self.size),
                ip=self.socket.ip if self.socket else None,
                protocols=_protocols(self),
                truncated=_truncated(self),
                page_id=page_id,
                metadata=self._metadata(error),
            ),
            method=self.request.method,
            status=self.response.status,
            is_whole_upload=self.request.length in {None, upload_size},
        )

    def _metadata(self, error: str | None) -> Mapping[str, Json]:
        found: dict[str, Json] = {
            "error": error,
            "early_hints": list(self.hints),
            "trailers": self.trailers,
        }
        return {name: value for name, value in found.items() if value}

    def _drop_body(self) -> None:
        self.body.seek(0)
        self.body.truncate()
        self.size = 0


def _block(head: bytes, body: BinaryIO | None, size: int) -> Block:
    if body is None or not size:
        if body is not None:
            body.close()
        return Block(head=head, body=None, body_size=0)
    body.seek(0, io.SEEK_SET)
    return Block(head=head, body=body, body_size=size)


def _truncated(now: Gathering) -> Truncated | None:
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


def _protocols(now: Gathering) -> tuple[str, ...]:
    http = "h2" if now.is_http2 else "http/1.1"
    if now.response.raw.startswith(b"HTTP/1.0"):
        http = "http/1.0"
    version = str(now.socket.tls.get("version", "")) if now.socket else ""
    tls = (version.lower().replace(" ", "/"),) if version.isascii() and version else ()
    return (http, *tls)


def _web_url(url: str) -> str:
    # A WebSocket begins as an HTTP exchange, and WARC tools expect an HTTP URL for one.
    return "http" + url[2:] if url.startswith(("ws:", "wss:")) else url
