"""What the page does beside its traffic: frames and workers, dialogs, popups, downloads, crashes.

Listens to every session of one browser. Frames of other sites and all kinds of workers are targets
of their own in Chromium; each is attached, told to report, and let go, in that order and without
waiting, since a service worker that waits for us while we wait for it hangs both.

What a page must not do is refused here. Dialogs are dismissed, and counted, as a person would who
wants nothing of them; only a page that asks whether it may be left is told yes. A script that goes
on opening them is told to stop. Not each one hears it: a loop may be compiled such that it hardly
ever looks (seen with 156), and that page is given up. Popups are closed before they load.
Permissions and downloads are denied for the whole browser. For what another program would have to
open there is none (:mod:`evidencekit.capture.chromium.process`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from evidencekit.capture.chromium.cdp import Connection, Params
from evidencekit.capture.page.holding import EVERYTHING
from evidencekit.capture.page.seen import Seen
from evidencekit.capture.page.traffic import Traffic, mapping_of, text_of
from evidencekit.capture.page.websocket_log import WebSocketLog

_ENDS_AS_CRASHED = "shared_worker"  # Chromium reports every end of one so (seen with 156)
_OWN_WINDOWS = "browser_ui"  # parts of the browser itself, such as its address bar
_SHOWN_BY_BROWSERS = frozenset(
    {"", "about", "blob", "chrome-error", "data", "file", "http", "https", "javascript"}
)
MANY_DIALOGS, TOO_MANY_DIALOGS = 100, 1000
"""From the first on scripts are told to stop; with the second nothing else is tried."""
AUTO_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
REPORTING: tuple[tuple[str, Params], ...] = (
    ("Inspector.enable", {}),
    ("Network.enable", {}),
    ("Page.enable", {}),  # refused by workers, which have no dialogs
    ("Target.setAutoAttach", AUTO_ATTACH),
)
"""What each target is told before it goes on."""


@dataclass(slots=True, kw_only=True)
class _Other:
    """A frame of another site, or a worker."""

    target: str
    kind: str
    url: str
    is_crashed: bool = False


class Watch:
    """State of one page in ``connection``; ``session`` is that of its main target."""

    def __init__(
        self,
        connection: Connection,
        *,
        target: str,
        max_requests: int,
        clock: Callable[[], datetime],
        is_without_media: bool = False,
    ) -> None:
        self._connection = connection
        self._target = target  # in Chromium also the id of the main frame
        self.session: str | None = None
        self.seen = Seen()
        self.traffic = Traffic(self.seen, frame=target, max_requests=max_requests)
        self.sockets = WebSocketLog(self.seen, clock=clock, is_without_payload=is_without_media)
        self.is_loaded = False
        self.is_crashed = False
        self._popups: dict[str, str] = {}
        self._others: dict[str, _Other] = {}
        self._handlers: Mapping[str, Callable[[Params, str | None], None]] = {
            **self.traffic.handlers,
            **self.sockets.handlers,
            "Target.attachedToTarget": self._attached,
            "Target.detachedFromTarget": self._detached,
            "Inspector.targetCrashed": self._crashed,
            "Page.loadEventFired": self._loaded,
            "Page.frameNavigated": self._navigated,
            "Page.javascriptDialogOpening": self._dialog,
            "Fetch.requestPaused": self._held,
            "Page.frameStartedNavigating": self._navigates,
            "Browser.downloadWillBegin": self._download,
        }
        connection.listen(self._on)

    def was_seen(self, url: str) -> bool:
        """Return whether the page asked for ``url``, given without fragment; from any thread."""
        return url in self.seen.urls

    def cut_off(self) -> None:
        """Let nothing more in or out, as far as the browser does what it is told."""
        for session in [self.session, *self._others]:
            self._connection.post("Network.emulateNetworkConditions", OFFLINE, session=session)
        self._connection.post("Page.stopLoading", session=self.session)

    def _on(self, method: str, params: Params, session: str | None) -> None:
        handler = self._handlers.get(method)
        if handler is not None:
            handler(params, session)

    def _attached(self, params: Params, _session: str | None) -> None:
        info = mapping_of(params, "targetInfo")
        child, kind = text_of(params, "sessionId"), text_of(info, "type")
        if info.get("targetId") == self._target:
            self.session = child
            return
        post = self._connection.post
        if kind == "page":
            self.seen.popups += 1
            # Let go first, and closed when the first thing that it asks for was refused. Closed
            # while paused it holds the page that opened it, as they share a process; closed while
            # a request is held, that goes out.
            self._popups[child] = text_of(info, "targetId")
            post("Fetch.enable", EVERYTHING, session=child)
            post("Runtime.runIfWaitingForDebugger", session=child)
            return
        if kind == _OWN_WINDOWS:
            post("Runtime.runIfWaitingForDebugger", session=child)
            return
        self._others[child] = _Other(
            target=text_of(info, "targetId"), kind=kind, url=text_of(info, "url")
        )
        for method, options in REPORTING:
            post(method, options, session=child)
        post("Runtime.runIfWaitingForDebugger", session=child)

    def _held(self, params: Params, session: str | None) -> None:
        target = self._popups.get(session or "")
        if target is not None:
            refusal = {"requestId": text_of(params, "requestId"), "errorReason": "Aborted"}
            self._connection.post("Fetch.failRequest", refusal, session=session)
            self._connection.post("Target.closeTarget", {"targetId": target})

    def _detached(self, params: Params, _session: str | None) -> None:
        gone = text_of(params, "sessionId")
        self._others.pop(gone, None)
        self.traffic.session_gone(gone)

    def _navigated(self, params: Params, session: str | None) -> None:
        frame, other = mapping_of(params, "frame"), self._others.get(session or "")
        if other is not None and frame.get("id") == other.target:  # not one within it
            other.url = text_of(frame, "url")

    def _crashed(self, _params: Params, session: str | None) -> None:
        if session == self.session:
            self.is_crashed = True
            return
        other = self._others.get(session or "")
        if other is not None and not other.is_crashed and other.kind != _ENDS_AS_CRASHED:
            other.is_crashed = True
            self.seen.crashed += 1
            self.seen.add_problem(other.url, "crashed", other.kind)
            self.traffic.session_gone(session or "")

    def _loaded(self, _params: Params, session: str | None) -> None:
        self.is_loaded = self.is_loaded or session == self.session

    def _dialog(self, params: Params, session: str | None) -> None:
        self.seen.dialogs += 1
        if self.seen.dialogs % MANY_DIALOGS == 0:
            self._connection.post("Runtime.terminateExecution", session=session)
        self._connection.post(
            "Page.handleJavaScriptDialog",
            {"accept": params.get("type") == "beforeunload"},
            session=session,
        )

    def _navigates(self, params: Params, _session: str | None) -> None:
        scheme = text_of(params, "url").partition(":")[0].lower()
        self.seen.programs += scheme not in _SHOWN_BY_BROWSERS

    def _download(self, _params: Params, _session: str | None) -> None:
        self.seen.downloads += 1
