"""One request and its answer: gathered from what the protocol tells, then handed on.

A redirect is several hops of one request. What is not yet known of a hop may come in any order, by
several sessions; :attr:`Hop.is_complete` says when nothing more is expected.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import BinaryIO, Literal

from evidencekit.capture.protocol_record.heads import (
    NO_HEAD,
    Head,
    list_head,
    request_head,
    text_head,
)
from evidencekit.capture.protocol_record.said import Answer, Paused, moment_of
from evidencekit.capture.recording.recorded import Recorded, web_url
from evidencekit.capture.warc import Block, Exchange, Truncated
from evidencekit.model.json import Json

_BODILESS = frozenset({101, 204, 205, HTTPStatus.NOT_MODIFIED})
_REDIRECTS = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """``Network.requestWillBeSentExtraInfo``: the head of the request as it was sent."""

    table: Mapping[str, str]
    ticks: float | None
    """When, in seconds of the browser's own clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """``Network.responseReceivedExtraInfo``: the answer as the network stack got it."""

    status: int
    table: Mapping[str, str]
    text: str
    """Of HTTP/1.1; empty where there is none."""


@dataclass(slots=True, kw_only=True)
class Body:
    """The body of an answer, decoded; ``state`` says what it is worth."""

    spool: Callable[[], BinaryIO]
    state: Literal["none", "coming", "whole", "cut", "given-up", "lost"] = "none"
    """``lost`` is what we cannot have, ``given-up`` what we ended because it was too much."""
    file: BinaryIO | None = None
    size: int = 0

    def append(self, data: bytes) -> None:
        """Add what came; raises OSError."""
        if data:
            self.file = self.file or self.spool()
            self.size += self.file.write(data)

    def drop(self) -> None:
        """Forget what came."""
        if self.file is not None:
            self.file.close()
        self.file, self.size = None, 0


@dataclass(slots=True, kw_only=True, eq=False)
class Hop:
    """Filled by :class:`~evidencekit.capture.protocol_record.hops.Hops` and the taker of bodies."""

    url: str
    body: Body
    upload: Body
    at: datetime | None = None
    """When the page asked; None where it was not seen asking."""
    epoch: float | None = None
    """What the browser's own clock has to be added to."""
    method: str = "GET"
    has_upload: bool = False
    stated: Mapping[str, str] = field(default_factory=dict)
    """Fields of the request before the network stack added its own."""
    sent: Sent | None = None
    paused: Paused | None = None
    answer: Answer | None = None
    has_more: bool = False
    """Whether the network stack tells of it too, before or after."""
    received: Received | None = None
    more: list[tuple[Sent, Received | None]] = field(default_factory=list)
    """Further requests that the browser made for the same answer, and what it tells of theirs."""
    is_mixed: bool = False
    """Whether the answer is what the page was given, out of a cache and several exchanges."""
    hints: list[tuple[str, ...]] = field(default_factory=list)
    end: Literal["finished", "failed", "redirected", None] = None
    error: str | None = None
    is_ended_by_us: bool = False
    is_from_cache: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all of it is here."""
        if self.end is None or self.body.state == "coming":
            return False
        # An answer that the page was not told of (CORS) was received all the same.
        is_hidden = self.answer is None and self.paused is not None and self.paused.status != 0
        return self.received is not None or not (self.has_more or is_hidden)

    @property
    def was_on_the_wire(self) -> bool:
        """Whether a server answered, or was asked at least."""
        if self.received is not None:
            return True
        if self.is_from_cache or (self.answer is not None and self.answer.is_local):
            return False
        return self.sent is not None or (self.paused is not None and self.paused.status != 0)

    @property
    def was_cached(self) -> bool:
        """Whether a cache answered, which is not told when it got that answer."""
        is_cached = self.is_mixed or (self.answer is not None and self.answer.is_cached)
        return is_cached and self.received is None and self.paused is not None

    @property
    def status(self) -> int:
        """What the server answered; 0 where it did not."""
        if self.received is not None:
            return self.received.status
        return self.paused.status if self.paused is not None else 0

    def recorded(
        self, *, now: datetime, ip: str | None, tls_version: str, page_id: str
    ) -> Recorded:
        """Turn it into what is handed on; ``now`` dates what nobody dated."""
        table = self.sent.table if self.sent is not None else self.stated
        request = request_head(self.method, self.url, table)
        response = self._response_head()
        if not self._may_have_body() or self._is_overlong(response):
            self.body.drop()
        return Recorded(
            exchange=Exchange(
                url=web_url(self.url),
                at=self._sent_at() or self.at or now,
                request=_block(request.raw(), self.upload),
                response=_block(
                    response.raw(is_decoded=response.is_encoded and self.body.size > 0), self.body
                ),
                ip=ip,
                protocols=self._protocols(response, tls_version),
                truncated=self._truncated(response),
                page_id=page_id,
                metadata=self._metadata(),
            ),
            method=self.method,
            status=self.status,
            is_whole_upload=self._is_whole_upload(request),
        )

    def close(self) -> None:
        """Drop both bodies, of what is not handed on."""
        self.body.drop()
        self.upload.drop()

    def _sent_at(self) -> datetime | None:
        """Return when it was sent: later than it was asked for, by queues and preflights."""
        told = [one.ticks for one in (self.answer, self.sent) if one is not None]
        ticks = next((one for one in told if one is not None), None)
        return moment_of(self.epoch + ticks) if self.epoch and ticks is not None else None

    def _response_head(self) -> Head:
        if self.received is not None and self.received.text:
            return text_head(self.received.text, self.received.table)
        table = self.received.table if self.received is not None else {}
        if self.paused is not None and self.paused.status == self.status and self.status:
            return list_head(self.status, self.paused.phrase, self.paused.fields, table)
        return list_head(self.status, "", (), table) if self.status else NO_HEAD

    def _may_have_body(self) -> bool:
        return bool(self.status) and self.method != "HEAD" and self.status not in _BODILESS

    def _truncated(self, head: Head) -> Truncated | None:
        """Decide whether the body is whole: by its announced length, where it is stored as sent."""
        if not self._may_have_body():
            return None
        length = None if head.is_chunked else head.length
        if self.end == "redirected":
            # The browser follows a redirect without reading its body.
            return "unspecified" if length or head.is_chunked else None
        is_comparable = length is not None and (length == 0 or not head.is_encoded)
        if self.body.size == length if is_comparable else self.body.state == "whole":
            return None
        if self.body.state == "given-up":
            return "length"
        if self.is_ended_by_us:
            return "time"
        return "disconnect" if self.error or self.body.state == "cut" else "unspecified"

    def _is_overlong(self, head: Head) -> bool:
        """Return whether the cache added what it had of an answer that came in parts."""
        length = None if head.is_chunked or head.is_encoded else head.length
        return length is not None and self.body.size > length

    def _protocols(self, head: Head, tls_version: str) -> tuple[str, ...]:
        if self.was_cached:
            return ()
        said = self.answer.protocol.lower() if self.answer is not None else ""
        if self.answer is None and self.sent is not None:
            said = "h2" if ":method" in self.sent.table else "http/1.1"
        if head.start.startswith(b"HTTP/1.0"):
            said = "http/1.0"
        names = (said, tls_version.lower().replace(" ", "/"))
        return tuple(one for one in names if one and one.isascii() and one.isprintable())

    def _metadata(self) -> Mapping[str, Json]:
        found: dict[str, Json] = {
            "error": self.error,
            "early_hints": list(self.hints),
            "request_head": "as stated before it was sent" if self.sent is None else None,
            "response_head": "without cookies" if self.received is None and self.status else None,
            "from_cache": self.was_cached,
        }
        return {name: value for name, value in found.items() if value}

    def _is_whole_upload(self, request: Head) -> bool:
        if request.length is not None:
            return request.length == self.upload.size
        return not self.has_upload or self.upload.size > 0


def _block(head: bytes, body: Body) -> Block:
    if body.file is None:
        return Block(head=head, body=None, body_size=0)
    body.file.seek(0, io.SEEK_SET)
    return Block(head=head, body=body.file, body_size=body.size)
