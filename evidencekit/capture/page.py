"""Drives one page: load, scroll, wait until it is quiet, take its pictures.

Each step has a limit and all of them share one deadline. A step that does not end adds a reason
and the next one is tried, so that of a page that hangs we keep what there is. Scripts of ours run
in an isolated world, where the page cannot have replaced the functions that they call.

Permissions and downloads are denied for the whole browser before the page is opened.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from evidencekit.capture import page_views
from evidencekit.capture.cdp import CallRefused, CallTimedOut, Connection, Params
from evidencekit.capture.page_watch import AUTO_ATTACH, REPORTING, Document, Seen, Watch

CALL_S = 10.0
ALIVE_S = 4.0
MAX_SCROLLS = 80
MAX_TITLE = 2000
DENY_DOWNLOADS = {"behavior": "deny", "eventsEnabled": True}
_SCROLL = """
(async () => {
  let last = -1, steps = 0;
  for (; steps < %d && scrollY !== last; steps++) {
    last = scrollY;
    scrollBy(0, innerHeight * 0.8);
    await new Promise(done => setTimeout(done, 80));
  }
  const reached = scrollY === last;
  scrollTo(0, 0);
  return reached;
})()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserLimits:
    """How long each step may take."""

    load_s: float = 30
    scroll_s: float = 20
    idle_s: float = 15
    quiet_s: float = 0.75
    """How long nothing must move on the network."""
    view_s: float = 30
    """For each picture."""
    total_s: float = 150
    log_bytes: int = 8 << 30
    """Of the browser's network log, some four times what is downloaded; no page needs it, a server
    that sends for ever does."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """What one visit came to; filled as it goes, so that a crash leaves what there is."""

    seen: Seen
    net_error: str | None = None
    """Why the page did not open, e.g. ``net::ERR_NAME_NOT_RESOLVED``."""
    is_download: bool = False
    final_url: str | None = None
    title: str | None = None
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    views: list[page_views.View] = field(default_factory=list)

    @property
    def document(self) -> Document | None:
        """The answer that the main frame shows; None where nothing answered."""
        return self.seen.document


class Page:
    """One page in a fresh browser."""

    def __init__(
        self, connection: Connection, limits: BrowserLimits, *, log_size: Callable[[], int]
    ) -> None:
        self._connection = connection
        self._limits = limits
        self._log_size = log_size
        self._until = time.monotonic() + limits.total_s
        connection.call("Browser.setDownloadBehavior", DENY_DOWNLOADS, timeout_s=CALL_S)
        connection.call("Browser.grantPermissions", {"permissions": []}, timeout_s=CALL_S)
        target = connection.call("Target.createTarget", {"url": "about:blank"}, timeout_s=CALL_S)
        self._frame = str(target.get("targetId"))
        self.watch = Watch(connection, target=self._frame)
        self.visit = Visit(seen=self.watch.seen)
        connection.call("Target.setAutoAttach", AUTO_ATTACH, timeout_s=CALL_S)
        connection.wait(lambda: self.watch.session is not None, timeout_s=CALL_S)
        # Answered calls, not posted ones: the first navigation changes the process behind the
        # page, and what the old one had not yet heard the new one is never told.
        for method, params in REPORTING:
            self._call(method, params, timeout_s=CALL_S)

    def run(self, url: str, folder: Path, on_step: Callable[[str], None]) -> None:
        """Do everything; the result is in ``visit``, also where this raises CallFailed."""
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("load", lambda: self._load(url)),
            ("scroll", self._scroll),
            ("idle", self._idle),
            ("read", self._read),
            ("views", lambda: self._view(folder)),
        )
        for name, step in steps:
            if self.visit.net_error or self._must_stop():
                break
            on_step(name)
            step()
        self._must_stop()

    def _must_stop(self) -> bool:
        """Say as a reason what makes it pointless to go on, if anything does."""
        if self.watch.is_crashed:
            self._reason("page-crashed")
        elif self._log_size() > self._limits.log_bytes:
            self._reason(f"too-large-total {self._limits.log_bytes}")
        elif self._left() <= 0:
            self._reason("timed-out total")
        else:
            return False
        return True

    def _load(self, url: str) -> None:
        # Answered when the page begins to arrive, so a server that says nothing ends here.
        try:
            answer = self._call("Page.navigate", {"url": url}, timeout_s=self._limits.load_s)
        except CallTimedOut:
            self._reason("timed-out load")
            if self.visit.document is None:
                self.visit.net_error = "timed-out"
            return
        self.visit.is_download = answer.get("isDownload") is True
        if answer.get("errorText"):
            self.visit.net_error = str(answer["errorText"])
        elif not self._wait(lambda: self.watch.is_loaded, self._limits.load_s):
            self._reason("timed-out load")
        if not self.visit.net_error:
            self._stop_scripts()

    def _scroll(self) -> None:
        try:
            reached = self._evaluate(_SCROLL % MAX_SCROLLS, timeout_s=self._limits.scroll_s)
        except CallTimedOut:
            self._reason("timed-out scroll")
            return
        except CallRefused:  # the page moved on by itself: the world that we ran in is gone
            reached = None
        if reached is not True:
            self.visit.notes.append("scroll-stopped")

    def _idle(self) -> None:
        if not self._wait(lambda: self.watch.is_idle(self._limits.quiet_s), self._limits.idle_s):
            self._reason(f"timed-out idle {self.watch.pending}")

    def _read(self) -> None:
        try:
            self.visit.final_url = str(self._evaluate("location.href", timeout_s=CALL_S))
            title = self._evaluate(f"document.title.slice(0, {MAX_TITLE})", timeout_s=CALL_S)
            self.visit.title = str(title) if title else None
        except (CallTimedOut, CallRefused):
            self._reason("page-silent")

    def _view(self, folder: Path) -> None:
        for name, take in page_views.VIEWS.items():
            limit_s = min(self._limits.view_s, self._left())
            if self._must_stop():
                return
            try:
                view = take(self._limited(limit_s), folder, self._frame)
            except CallTimedOut:
                self._reason(f"timed-out {name}")
                self._stop_scripts()
            except CallRefused:
                self._reason(f"no-{name}")
            else:
                self.visit.views.append(view)
                if view.cut:
                    self._reason(f"cut {name} {view.cut}")

    def _is_alive(self) -> bool:
        try:
            self._call("Runtime.evaluate", {"expression": "1"}, timeout_s=ALIVE_S)
        except CallTimedOut:
            return False
        except CallRefused:
            pass
        return True

    def _stop_scripts(self) -> None:
        """End a script that never returns, so that the page can be looked at."""
        if not self._is_alive():
            self._connection.post("Runtime.terminateExecution", session=self.watch.session)
            self._reason("scripts-stopped")

    def _evaluate(self, expression: str, *, timeout_s: float) -> object:
        return page_views.evaluate(self._limited(timeout_s), self._frame, expression)

    def _limited(self, limit_s: float) -> page_views.Call:
        return lambda method, params: self._call(method, params, timeout_s=limit_s)

    def _call(self, method: str, params: Params, *, timeout_s: float) -> Params:
        limit_s = max(0.1, min(timeout_s, self._left()))
        return self._connection.call(
            method,
            params,
            session=self.watch.session,
            timeout_s=limit_s,
            is_vain=lambda: self.watch.is_crashed,
        )

    def _wait(self, is_done: Callable[[], bool], limit_s: float) -> bool:
        """Wait for a condition, or for the end of the page."""
        self._connection.wait(
            lambda: is_done() or self._must_stop(),
            timeout_s=max(0.0, min(limit_s, self._left())),
        )
        return is_done()

    def _left(self) -> float:
        return self._until - time.monotonic()

    def _reason(self, reason: str) -> None:
        if reason not in self.visit.reasons:
            self.visit.reasons.append(reason)
