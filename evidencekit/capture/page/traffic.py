"""What goes over the network while the page runs, and when it has come to rest.

A page is at rest when nothing that it waits for is under way. Some requests never end and must not
hold us, and this is how they are told from those that matter:

* event streams and WebSockets never count;
* what scripts ask for (``XHR``, ``Fetch``), beacons and media count while bytes arrive; when the
  site has been silent on one of them for ``poll_s`` it is being held open, as long polling and a
  full video buffer do. Such requests are counted and listed, since a slow answer looks the same;
* documents, images, styles, scripts and fonts count until they end.

A page that asks again and again, so that there is never a pause, is not quiet: the caller's limit
ends the wait, and :meth:`Traffic.holding` then says whether anything was really missing.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urldefrag, urlsplit

from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.page.seen import Document, Hop, Seen

_NEVER_WAITED_FOR = frozenset({"EventSource", "WebSocket"})
_MAY_STAY_OPEN = frozenset({"XHR", "Fetch", "Ping", "Media"})
_STREAM_TYPES = ("text/event-stream", "multipart/x-mixed-replace", "video/", "audio/")
_BROKEN_FROM = 400
EMPTY_REFUSAL = "net::ERR_HTTP_RESPONSE_CODE_FAILURE"
"""What Chromium says of a page that answers with an error status and no body."""
_ICON = "/favicon.ico"


@dataclass(slots=True, kw_only=True)
class _Request:
    url: str
    kind: str
    session: str
    moved: float
    is_stream: bool = False


class Traffic:
    """Requests of all sessions of one page; ``frame`` is the main one."""

    def __init__(self, seen: Seen, *, frame: str, max_requests: int) -> None:
        self.seen = seen
        self._frame = frame
        self._max_requests = max_requests
        self._open: dict[str, _Request] = {}
        self._optional: set[str] = set()
        self._counted: set[tuple[str, str, int]] = set()
        self._from_cache: set[str] = set()
        self._last_change = time.monotonic()
        self._asked = self._document = ""
        self._head: tuple[int, Mapping[str, str]] | None = None
        self.is_document_broken = False
        """Whether the answer that the main frame shows ended before it was whole."""
        self.handlers = {
            "Network.requestWillBeSent": self._request,
            "Network.requestServedFromCache": self._cached,
            "Network.responseReceived": self._response,
            "Network.responseReceivedExtraInfo": self._head_came,
            "Network.dataReceived": self._data,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
        }

    @property
    def is_over(self) -> bool:
        """Whether there were more requests than allowed."""
        return self.seen.requests > self._max_requests

    def is_idle(self, quiet_s: float, poll_s: float) -> bool:
        """Return whether nothing that matters has been under way for ``quiet_s``."""
        is_quiet = time.monotonic() - self._last_change >= quiet_s
        return is_quiet and not self.holding(poll_s)

    def holding(self, poll_s: float) -> int:
        """Return how many requests are under way that the page waits for."""
        still = time.monotonic() - poll_s
        return sum(
            one.kind not in _MAY_STAY_OPEN or (one.moved > still and not one.is_stream)
            for one in self._open.values()
        )

    def is_moving(self, within_s: float) -> bool:
        """Return whether anything was asked for or came in that time, of what is under way."""
        still = time.monotonic() - within_s
        return any(one.moved > still and not one.is_stream for one in self._open.values())

    def list_open(self) -> None:
        """Put what is still under way into ``seen``: what scripts asked for is left open."""
        for one in self._open.values():
            if not one.is_stream:
                self.seen.left_open += one.kind in _MAY_STAY_OPEN
                self.seen.add_problem(one.url, "left-open", one.kind)

    def session_gone(self, session: str) -> None:
        """Forget what a frame or worker waited for when it ended."""
        self._open = {key: one for key, one in self._open.items() if one.session != session}
        self._last_change = time.monotonic()

    def refused(self, number: str) -> None:
        """Forget a request that our rules refused."""
        if self._open.pop(number, None) is not None:
            self._last_change = time.monotonic()

    def _request(self, params: Params, session: str | None) -> None:
        url = _web_url(text_of(mapping_of(params, "request"), "url"))
        self.seen.requests += bool(url)
        if self.is_over:
            return
        number, kind = text_of(params, "requestId"), text_of(params, "type")
        redirect = mapping_of(params, "redirectResponse")
        if redirect:
            self._answer(number, redirect)
            if kind == "Document" and params.get("frameId") == self._frame:
                self.seen.add_hop(_redirected(redirect))
        if kind == "Preflight" or _is_icon_of_the_tab(url, kind, params):
            self._optional.add(number)
        if kind == "Document" and params.get("frameId") == self._frame:
            self._asked, self._head = number, None
            # The icon of the document that is left may end without a word.
            self._open = {key: one for key, one in self._open.items() if key not in self._optional}
        now = time.monotonic()
        if url:
            self.seen.urls.add(url)
            if kind not in _NEVER_WAITED_FOR:
                self._open[number] = _Request(url=url, kind=kind, session=session or "", moved=now)
        self._last_change = now

    def _cached(self, params: Params, _session: str | None) -> None:
        self._from_cache.add(text_of(params, "requestId"))

    def _response(self, params: Params, _session: str | None) -> None:
        number, response = text_of(params, "requestId"), mapping_of(params, "response")
        status, kind = number_of(response, "status"), text_of(params, "type")
        url = _web_url(text_of(response, "url"))
        self._answer(number, response)
        if number in self._open:
            self._open[number].moved = time.monotonic()
            if text_of(response, "mimeType").startswith(_STREAM_TYPES):
                self._open[number].is_stream = kind in _MAY_STAY_OPEN
        if url and kind == "Document" and params.get("frameId") == self._frame:
            if self.seen.document is not None:
                left = self.seen.document
                self.seen.add_hop(Hop(url=left.url, status=left.status, how="page"))
            self._document, self.is_document_broken = number, False
            sent_at, head_at = _times(response)
            self.seen.document = Document(
                url=text_of(response, "url"),
                status=status,
                headers=_headers(response),
                sent_at=sent_at,
                head_at=head_at,
                media_type=text_of(response, "mimeType"),
            )
        elif status >= _BROKEN_FROM and number not in self._optional:
            self.seen.bad_status += 1
            self.seen.add_problem(url, f"http-status {status}", kind)

    def _head_came(self, params: Params, _session: str | None) -> None:
        if text_of(params, "requestId") == self._asked:
            self._head = number_of(params, "statusCode"), _headers(params)

    def _answer(self, number: str, response: Params) -> None:
        """Count an answer that came over the network, once, whichever sessions report it."""
        url, status = _web_url(text_of(response, "url")), number_of(response, "status")
        is_local = number in self._from_cache or any(
            response.get(flag) is True
            for flag in ("fromDiskCache", "fromServiceWorker", "fromPrefetchCache")
        )
        key = (number, url, status)
        if url and not is_local and not _is_made_up(response) and key not in self._counted:
            self._counted.add(key)
            self.seen.answers[url] += 1

    def _data(self, params: Params, _session: str | None) -> None:
        request = self._open.get(text_of(params, "requestId"))
        if request is not None:
            request.moved = time.monotonic()

    def _finished(self, params: Params, _session: str | None) -> None:
        if self._open.pop(text_of(params, "requestId"), None) is not None:
            self._last_change = time.monotonic()

    def _failed(self, params: Params, session: str | None) -> None:
        number, error = text_of(params, "requestId"), text_of(params, "errorText")
        request = self._open.get(number)
        self.is_document_broken = self.is_document_broken or number == self._document
        # What the page's own rules block (CSP, CORS, ORB) no visitor gets either.
        is_by_rule = (
            params.get("canceled") is True
            or "blockedReason" in params
            or "corsErrorStatus" in params
            or error.startswith("net::ERR_BLOCKED_BY_")
        )
        if request is not None and error == EMPTY_REFUSAL and number == self._asked and self._head:
            status, headers = self._head
            self.seen.document = Document(url=request.url, status=status, headers=headers)
        elif request is not None and number not in self._optional and not is_by_rule:
            self.seen.failed += 1
            self.seen.add_problem(request.url, error or "failed", request.kind)
        self._finished(params, session)


def mapping_of(params: Params, key: str) -> Mapping[str, Any]:
    """Return an object of a message, or an empty one where it is something else."""
    value = params.get(key)
    return value if isinstance(value, dict) else {}


def text_of(params: Params, key: str) -> str:
    """Return a text of a message, or an empty one where it is something else."""
    value = params.get(key)
    return value if isinstance(value, str) else ""


def number_of(params: Params, key: str) -> int:
    """Return a whole number of a message, or 0 where it is something else."""
    value = params.get(key)
    return value if isinstance(value, int) else 0


def _is_icon_of_the_tab(url: str, kind: str, params: Params) -> bool:
    """Return whether the browser asks unbidden, for itself: no page misses that.

    What the page shows, as a picture, frame or style, has a kind or an initiator of its own.
    """
    initiator = text_of(mapping_of(params, "initiator"), "type")
    return urlsplit(url).path == _ICON and (kind, initiator) == ("Other", "other")


def _times(response: Params) -> tuple[datetime | None, datetime | None]:
    """Return when a request was sent and its head had come, by the clock of this machine."""
    head, timing = response.get("responseTime"), mapping_of(response, "timing")
    start, end = timing.get("sendStart"), timing.get("receiveHeadersEnd")
    if not all(isinstance(one, int | float) for one in (head, start, end)):
        return None, None
    head_at = datetime.fromtimestamp(float(head or 0) / 1000, UTC)
    return head_at - timedelta(milliseconds=float(end or 0) - float(start or 0)), head_at


def _web_url(url: str) -> str:
    """Return ``url`` without its fragment, or nothing where it is not of the web."""
    return urldefrag(url).url if url.startswith(("http:", "https:")) else ""


def _is_made_up(response: Params) -> bool:
    """Return whether Chromium redirects by itself, e.g. from http to https for a known host."""
    return "non-authoritative-reason" in _headers(response)


def _redirected(response: Params) -> Hop:
    return Hop(
        url=text_of(response, "url"),
        status=number_of(response, "status"),
        how="browser" if _is_made_up(response) else "http",
    )


def _headers(response: Params) -> Mapping[str, str]:
    return {str(k).lower(): str(v) for k, v in mapping_of(response, "headers").items()}
