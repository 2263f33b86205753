"""One tab of a fresh browser: calls, scripts and waits with limits, and one deadline for all.

Scripts of ours run in an isolated world, where the page cannot have replaced the functions that
they call. What makes it pointless to go on (a crash, no time left) and what must not grow further
(bytes, requests) are told apart: after the first nothing is tried any more; after the second the
network is cut, and what there is can still be looked at.
"""

import time
from collections.abc import Callable
from datetime import datetime

from evidencekit.capture.chromium.cdp import CallRefused, CallTimedOut, Connection, Params
from evidencekit.capture.page import views as page_views
from evidencekit.capture.page.view import Call
from evidencekit.capture.page.visit import BrowserLimits, Visit
from evidencekit.capture.page.watch import AUTO_ATTACH, REPORTING, TOO_MANY_DIALOGS, Watch

CALL_S = 10.0
ALIVE_S = 4.0
DENY_DOWNLOADS = {"behavior": "deny", "eventsEnabled": True}
_HARD_LIMIT = 1.25  # of the bytes allowed: what still comes in after the network was cut


class Tab:
    """Opened empty, with permissions and downloads denied, and every session reporting.

    Without media it is opened off the record: what scripts store, and the browser's cache, is then
    kept in memory and never on a disk.
    """

    def __init__(
        self,
        connection: Connection,
        limits: BrowserLimits,
        *,
        log_size: Callable[[], int],
        clock: Callable[[], datetime],
        is_without_media: bool = False,
    ) -> None:
        self.connection = connection
        self.limits = limits
        self.clock = clock
        self._log_size = log_size
        self._until = time.monotonic() + limits.total_s
        self._is_cut_off = False
        where = _off_the_record(connection) if is_without_media else {}

        def call(method: str, params: Params) -> Params:
            return connection.call(method, {**params, **where}, timeout_s=CALL_S)

        call("Browser.setDownloadBehavior", DENY_DOWNLOADS)
        call("Browser.grantPermissions", {"permissions": []})
        target = call("Target.createTarget", {"url": "about:blank"})
        self.frame = str(target.get("targetId"))
        self.watch = Watch(
            connection,
            target=self.frame,
            max_requests=limits.max_requests,
            clock=clock,
            is_without_media=is_without_media,
        )
        self.visit = Visit(seen=self.watch.seen)
        connection.call("Target.setAutoAttach", AUTO_ATTACH, timeout_s=CALL_S)
        connection.wait(lambda: self.watch.session is not None, timeout_s=CALL_S)
        # Answered calls, not posted ones: the first navigation changes the process behind the
        # page, and what the old one had not yet heard the new one is never told.
        for method, params in REPORTING:
            self.call(method, params, timeout_s=CALL_S)

    def must_stop(self) -> bool:
        """Say as a reason what makes it pointless to go on, if anything does."""
        if self.watch.is_crashed:
            self.visit.add_reason("page-crashed")
        elif self._left() <= 0:
            self.visit.add_reason("timed-out total")
        elif self._is_held():
            pass  # the verdict says so
        else:
            return self._log_size() > self.limits.log_bytes * _HARD_LIMIT
        return True

    def is_full(self) -> bool:
        """Say as a reason what there is too much of, and cut the network then."""
        if not self._is_cut_off:
            if self.watch.traffic.is_over:
                self.visit.add_reason(f"too-many-resources {self.limits.max_requests}")
            elif self._log_size() > self.limits.log_bytes:
                self.visit.add_reason(f"too-large-total {self.limits.log_bytes}")
            else:
                return False
            self._is_cut_off = True
            self.watch.cut_off()
        return True

    def call(self, method: str, params: Params, *, timeout_s: float) -> Params:
        """Ask the page something; raises CallTimedOut and CallRefused."""
        return self.connection.call(
            method,
            params,
            session=self.watch.session,
            timeout_s=max(0.1, min(timeout_s, self._left())),
            is_vain=lambda: self.watch.is_crashed or self._is_held(),
        )

    def limited(self, limit_s: float) -> Call:
        """Return :meth:`call` with a limit applied."""
        return lambda method, params: self.call(method, params, timeout_s=limit_s)

    def evaluate(self, expression: str, *, timeout_s: float) -> object:
        """Run a script beside those of the page and return its value."""
        return page_views.evaluate(self.limited(timeout_s), self.frame, expression)

    def wait(self, is_done: Callable[[], bool], limit_s: float) -> bool:
        """Wait for a condition, or for the end of the page; returns whether the condition holds."""
        self.connection.wait(
            lambda: is_done() or self.must_stop() or self.is_full(),
            timeout_s=max(0.0, min(limit_s, self._left())),
        )
        return is_done()

    def stop_scripts(self) -> bool:
        """End a script that never returns, so that the page can be looked at; say if one was."""
        if self._is_alive():
            return False
        self.connection.post("Runtime.terminateExecution", session=self.watch.session)
        self.visit.add_reason("scripts-stopped")
        return True

    def _is_held(self) -> bool:
        return self.watch.seen.dialogs >= TOO_MANY_DIALOGS

    def _is_alive(self) -> bool:
        try:
            self.call("Runtime.evaluate", {"expression": "1"}, timeout_s=ALIVE_S)
        except CallTimedOut:
            return False
        except CallRefused:
            pass
        return True

    def _left(self) -> float:
        return self._until - time.monotonic()


def _off_the_record(connection: Connection) -> Params:
    made = connection.call("Target.createBrowserContext", timeout_s=CALL_S)
    return {"browserContextId": str(made["browserContextId"])}
