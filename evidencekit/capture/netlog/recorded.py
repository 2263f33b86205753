"""One exchange of the network log: gathered while it is under way, then closed and handed on.

Response bodies are the bytes as delivered, content-encoded where they came so, without the framing
of the connection. Bodies go to spooled temporary files, which :meth:`Recorded.close` closes.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from evidencekit.capture.netlog.answers import Answer, is_bodiless
from evidencekit.capture.netlog.heads import RequestHead, ResponseHead
from evidencekit.capture.netlog.sockets import Socket
from evidencekit.capture.recording.recorded import Recorded, web_url
from evidencekit.capture.warc import Block, Exchange, Truncated
from evidencekit.model.json import Json

_NOTHING = ResponseHead(status=0, raw=b"", length=None, span=None, is_chunked=False)


@dataclass(slots=True, kw_only=True)
class Gathering:
    """An exchange that is under way."""

    url: str
    at: datetime
    is_http2: bool
    request: RequestHead
    socket: Socket | None
    answer: Answer
    upload: BinaryIO | None = None
    """The request's body, at its end, when the browser has done with the request."""
    response: ResponseHead = _NOTHING
    is_redirected: bool = False
    is_cut: bool = False
    """Cancelled, failed, or still open when the log ended."""
    error: int = 0
    has_ended: bool = True
    hints: list[tuple[str, ...]] = field(default_factory=list)
    """Fields of each 103 that came before the answer (RFC 8297)."""

    @property
    def surplus(self) -> int:
        """How many bytes more came than the head announces; 0 where it announces nothing."""
        said = [one for one in (self.response.length, self.response.span) if one is not None]
        return max(0, self.answer.size - min(said)) if said else 0

    def close(self, *, page_id: str | None, error: str | None) -> Recorded:
        """Turn it into what is handed on."""
        upload_size = self.upload.tell() if self.upload is not None else 0
        return Recorded(
            exchange=Exchange(
                url=web_url(self.url),
                at=self.at,
                request=_block(self.request.raw, self.upload, upload_size),
                response=_block(self.response.raw, self.answer.body, self.answer.size),
                ip=self.socket.ip if self.socket else None,
                protocols=_protocols(self),
                truncated=_truncated(self),
                page_id=page_id,
                metadata=self._metadata(error),
            ),
            method=self.request.method,
            status=self.response.status,
            is_whole_upload=self.request.length in {None, upload_size},
            is_overlong=bool(self.surplus),
            is_unmatched=self.socket is not None and self.socket.is_unmatched,
        )

    def _metadata(self, error: str | None) -> Mapping[str, Json]:
        found: dict[str, Json] = {
            "error": error,
            "early_hints": list(self.hints),
            "trailers": self.answer.trailers,
            "surplus_bytes": self.surplus,
        }
        return {name: value for name, value in found.items() if value}


def _block(head: bytes, body: BinaryIO | None, size: int) -> Block:
    if body is None or not size:
        if body is not None:
            body.close()
        return Block(head=head, body=None, body_size=0)
    body.seek(0, io.SEEK_SET)
    return Block(head=head, body=body, body_size=size)


def _truncated(now: Gathering) -> Truncated | None:
    """Decide whether the body is whole, and else what cut it."""
    if _is_whole(now):
        return None
    if not now.has_ended:
        return "time"  # still coming when we closed the browser
    return "disconnect" if now.error else "unspecified"


def _is_whole(now: Gathering) -> bool:
    """Judge by the framing, and by what the head announces."""
    response, answer = now.response, now.answer
    if not response.status or is_bodiless(now.request.method, response.status):
        return True
    if response.length is not None:  # the end of a stream may come after the browser has left it
        return answer.size >= response.length
    # Where nothing but the end of the connection ends a body, a cut is one that we or the browser
    # made: it reads no further in a redirect.
    has_its_end = answer.is_until_close and not (now.is_cut or now.error or now.is_redirected)
    return (answer.is_whole or has_its_end) and answer.size >= (response.span or 0)


def _protocols(now: Gathering) -> tuple[str, ...]:
    http = "h2" if now.is_http2 else "http/1.1"
    if now.response.raw.startswith(b"HTTP/1.0"):
        http = "http/1.0"
    version = str(now.socket.tls.get("version", "")) if now.socket else ""
    tls = (version.lower().replace(" ", "/"),) if version.isascii() and version else ()
    return (http, *tls)
