"""What the page does while we look: its requests, answers, dialogs, popups, crash.

Listens to every session of one browser. Frames of other sites and all kinds of workers are targets
of their own in Chromium; each is attached, told to report, and let go, in that order and without
waiting, since a service worker that waits for us while we wait for it hangs both.

What a page must not do is refused here: dialogs are dismissed, popups closed before they load.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urlsplit

from evidencekit.capture.cdp import Connection, Params

_NEVER_IDLE = frozenset({"EventSource", "WebSocket"})
_BROKEN_FROM = 400
_ICON = "/favicon.ico"  # asked for by the browser unbidden; no page misses it
AUTO_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
REPORTING: tuple[tuple[str, Params], ...] = (
    ("Inspector.enable", {}),
    ("Network.enable", {}),
    ("Page.enable", {}),  # refused by workers, which have no dialogs
    ("Target.setAutoAttach", AUTO_ATTACH),
)
"""What each target is told before it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The answer that the main frame shows."""

    url: str
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """Counted while the page runs; http and https only."""

    urls: set[str] = field(default_factory=set)
    answers: Counter[str] = field(default_factory=Counter)
    """Answers from the network per URL, neither cache nor service worker."""
    failed: int = 0
    bad_status: int = 0
    dialogs: int = 0
    popups: int = 0
    downloads: int = 0
    websockets: int = 0
    document: Document | None = None


class Watch:
    """State of one page in ``connection``; ``session`` and ``frame`` are its main ones."""

    def __init__(self, connection: Connection, *, target: str) -> None:
        self._connection = connection
        self._target = target  # in Chromium also the id of the main frame
        self.session: str | None = None
        self.seen = Seen()
        self.is_loaded = False
        self.is_crashed = False
        self._pending: dict[str, str] = {}
        self._optional: set[str] = set()
        self._counted: set[tuple[str, str, int]] = set()
        self._from_cache: set[str] = set()
        self._last_change = time.monotonic()
        self._handlers: Mapping[str, Callable[[Params, str | None], None]] = {
            "Target.attachedToTarget": self._attached,
            "Target.detachedFromTarget": self._detached,
            "Inspector.targetCrashed": self._crashed,
            "Page.loadEventFired": self._loaded,
            "Page.javascriptDialogOpening": self._dialog,
            "Browser.downloadWillBegin": self._download,
            "Network.requestWillBeSent": self._request,
            "Network.requestServedFromCache": self._cached,
            "Network.responseReceived": self._response,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
            "Network.webSocketCreated": self._websocket,
        }
        connection.listen(self._on)

    def is_idle(self, quiet_s: float) -> bool:
        """Return whether nothing has been under way for ``quiet_s``; streams do not count."""
        return not self._pending and time.monotonic() - self._last_change >= quiet_s

    @property
    def pending(self) -> int:
        """How many requests are under way."""
        return len(self._pending)

    def was_seen(self, url: str) -> bool:
        """Return whether the page asked for ``url``, given without fragment."""
        return url in self.seen.urls

    def _on(self, method: str, params: Params, session: str | None) -> None:
        handler = self._handlers.get(method)
        if handler is not None:
            handler(params, session)

    def _attached(self, params: Params, _session: str | None) -> None:
        info = _mapping(params, "targetInfo")
        child, kind = _text(params, "sessionId"), _text(info, "type")
        if info.get("targetId") == self._target:
            self.session = child
            return
        post = self._connection.post
        if kind == "page":
            self.seen.popups += 1
            post("Target.closeTarget", {"targetId": _text(info, "targetId")})
            return
        for method, options in REPORTING:
            post(method, options, session=child)
        post("Runtime.runIfWaitingForDebugger", session=child)

    def _detached(self, params: Params, _session: str | None) -> None:
        gone = _text(params, "sessionId")
        self._pending = {key: owner for key, owner in self._pending.items() if owner != gone}
        self._last_change = time.monotonic()

    def _crashed(self, _params: Params, session: str | None) -> None:
        self.is_crashed = self.is_crashed or session == self.session

    def _loaded(self, _params: Params, session: str | None) -> None:
        self.is_loaded = self.is_loaded or session == self.session

    def _dialog(self, _params: Params, session: str | None) -> None:
        self.seen.dialogs += 1
        self._connection.post("Page.handleJavaScriptDialog", {"accept": False}, session=session)

    def _download(self, _params: Params, _session: str | None) -> None:
        self.seen.downloads += 1

    def _request(self, params: Params, session: str | None) -> None:
        number, kind = _text(params, "requestId"), _text(params, "type")
        redirect = _mapping(params, "redirectResponse")
        if redirect:
            self._answer(number, redirect)
        url = _web_url(_text(_mapping(params, "request"), "url"))
        if kind == "Preflight" or urlsplit(url).path == _ICON:
            self._optional.add(number)
        if url:
            self.seen.urls.add(url)
            if kind not in _NEVER_IDLE:
                self._pending[number] = session or ""
        self._last_change = time.monotonic()

    def _cached(self, params: Params, _session: str | None) -> None:
        self._from_cache.add(_text(params, "requestId"))

    def _response(self, params: Params, _session: str | None) -> None:
        number, response = _text(params, "requestId"), _mapping(params, "response")
        status = _number(response, "status")
        self._answer(number, response)
        if params.get("type") == "Document" and params.get("frameId") == self._target:
            self.seen.document = Document(
                url=_text(response, "url"), status=status, headers=_headers(response)
            )
        elif status >= _BROKEN_FROM and number not in self._optional:
            self.seen.bad_status += 1

    def _answer(self, number: str, response: Params) -> None:
        """Count an answer that came over the network, once, whichever sessions report it."""
        url, status = _web_url(_text(response, "url")), _number(response, "status")
        is_local = number in self._from_cache or any(
            response.get(flag) is True
            for flag in ("fromDiskCache", "fromServiceWorker", "fromPrefetchCache")
        )
        # Chromium makes up redirects of its own, e.g. from http to https for a known host.
        is_made_up = "non-authoritative-reason" in _headers(response)
        key = (number, url, status)
        if url and not is_local and not is_made_up and key not in self._counted:
            self._counted.add(key)
            self.seen.answers[url] += 1

    def _finished(self, params: Params, _session: str | None) -> None:
        self._pending.pop(_text(params, "requestId"), None)
        self._last_change = time.monotonic()

    def _failed(self, params: Params, session: str | None) -> None:
        number = _text(params, "requestId")
        # What the page's own rules block (CSP, CORS, ORB) no visitor gets either.
        is_by_rule = (
            params.get("canceled") is True
            or "blockedReason" in params
            or "corsErrorStatus" in params
            or _text(params, "errorText").startswith("net::ERR_BLOCKED_BY_")
        )
        if number in self._pending and number not in self._optional and not is_by_rule:
            self.seen.failed += 1
        self._finished(params, session)

    def _websocket(self, params: Params, _session: str | None) -> None:
        self.seen.websockets += 1
        self.seen.urls.add(urldefrag(_text(params, "url")).url)


def _web_url(url: str) -> str:
    """Return ``url`` without its fragment, or nothing where it is not of the web."""
    return urldefrag(url).url if url.startswith(("http:", "https:")) else ""


def _mapping(params: Params, key: str) -> Mapping[str, Any]:
    value = params.get(key)
    return value if isinstance(value, dict) else {}


def _text(params: Params, key: str) -> str:
    value = params.get(key)
    return value if isinstance(value, str) else ""


def _number(params: Params, key: str) -> int:
    value = params.get(key)
    return value if isinstance(value, int) else 0


def _headers(response: Params) -> Mapping[str, str]:
    return {str(k).lower(): str(v) for k, v in _mapping(response, "headers").items()}
