"""Handshakes of WebSockets, which the ``Fetch`` domain does not see.

Their messages are recorded apart, whoever records the rest.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.protocol_record.facts import Facts
from evidencekit.capture.protocol_record.heads import Head, request_head, text_head
from evidencekit.capture.protocol_record.said import moment_of, table_of
from evidencekit.capture.recording.recorded import Recorded, web_url
from evidencekit.capture.warc import Block, Exchange

MAX_HANDSHAKES = 1000
_SWITCHED = 101


@dataclass(slots=True, kw_only=True)
class _Handshake:
    url: str
    at: datetime
    table: Mapping[str, str]


class Handshakes:
    """Listens to the events in :attr:`handlers`."""

    def __init__(self, *, clock: Callable[[], datetime], facts: Facts, page_id: str) -> None:
        self._clock = clock
        self._facts = facts
        self._page_id = page_id
        self._open: dict[tuple[str | None, str], _Handshake] = {}
        self._ready: list[Recorded] = []
        self.handlers: Mapping[str, Callable[[Params, str | None], None]] = {
            "Network.webSocketCreated": self._created,
            "Network.webSocketWillSendHandshakeRequest": self._asked,
            "Network.webSocketHandshakeResponseReceived": self._answered,
        }

    def ready(self) -> Iterator[Recorded]:
        """Hand over, once, what is complete."""
        while self._ready:
            yield self._ready.pop(0)

    def _created(self, params: Params, session: str | None) -> None:
        url = str(params.get("url")).partition("#")[0]
        self._facts.use(url)
        if url.startswith(("ws://", "wss://")) and len(self._open) < MAX_HANDSHAKES:
            key = session, str(params.get("requestId"))
            self._open[key] = _Handshake(url=url, at=self._clock(), table={})

    def _asked(self, params: Params, session: str | None) -> None:
        one = self._open.get((session, str(params.get("requestId"))))
        request = params.get("request")
        if one is not None and isinstance(request, dict):
            one.at = moment_of(params.get("wallTime")) or one.at
            one.table = table_of(request.get("headers"))

    def _answered(self, params: Params, session: str | None) -> None:
        one = self._open.pop((session, str(params.get("requestId"))), None)
        response = params.get("response")
        if one is None or not isinstance(response, dict):
            return
        status = response.get("status")
        status = status if isinstance(status, int) else _SWITCHED
        table = table_of(response.get("headers"))
        answer = text_head(str(response.get("headersText") or ""), table)
        self._ready.append(
            Recorded(
                exchange=Exchange(
                    url=web_url(one.url),
                    at=one.at,
                    request=_bare(_request(one, str(response.get("requestHeadersText") or ""))),
                    response=_bare(answer),
                    ip=self._facts.ip_of(one.url),
                    protocols=("http/1.1",),
                    truncated=None,
                    page_id=self._page_id,
                ),
                method="GET",
                status=status,
                is_whole_upload=True,
            )
        )


def _request(one: _Handshake, text: str) -> Head:
    """Take the fields in the order of the text; its first line has the whole address, not ours."""
    bare = request_head("GET", web_url(one.url), one.table)
    return Head(start=bare.start, fields=text_head(text, one.table).fields) if text else bare


def _bare(head: Head) -> Block:
    return Block(head=head.raw(), body=None, body_size=0)
