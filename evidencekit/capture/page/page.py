"""Drives one page: load, show all of it, wait until it is quiet, take its pictures.

Each step has a limit and all of them share one deadline. A step that does not end adds a reason
and the next one is tried, so that of a page that hangs we keep what there is.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallRefused, CallTimedOut, Connection
from evidencekit.capture.page import declared_sizes, websocket_log
from evidencekit.capture.page import facts as page_facts
from evidencekit.capture.page.behaving import behave
from evidencekit.capture.page.behaviours import Behaviour, behaviours_for
from evidencekit.capture.page.clicks import ClickGuard
from evidencekit.capture.page.holding import Holding
from evidencekit.capture.page.media_guard import MediaGuard
from evidencekit.capture.page.steps import StepGuard
from evidencekit.capture.page.tab import CALL_S, Tab
from evidencekit.capture.page.viewing import look_at
from evidencekit.capture.page.views import VIEWS, TakeView
from evidencekit.capture.page.visit import BrowserLimits, Visit
from evidencekit.capture.page.watch import Watch

_ONLY_URL = "({url: location.href})"


def _now() -> datetime:
    return datetime.now(UTC)


class Page:
    """One page in a fresh browser; ``is_passive`` leaves it as it comes, unscrolled, unclicked.

    Also then the picture of the whole page and the print make the browser fetch what further down
    it had put off.

    Without ``is_guarded`` no click is kept from leaving the page: only for a caller who answers
    every request of the page itself, by the same domain of the protocol that the guard needs. With
    ``media`` none are asked for; then ``views`` must be such that show none.
    """

    def __init__(
        self,
        connection: Connection,
        limits: BrowserLimits,
        *,
        log_size: Callable[[], int],
        clock: Callable[[], datetime] = _now,
        is_passive: bool = False,
        is_guarded: bool = True,
        views: Mapping[str, TakeView] = VIEWS,
        media: MediaGuard | None = None,
    ) -> None:
        holding = None
        if is_guarded:
            holding = Holding(connection, media, on_refused=self._refused)
        self.tab = Tab(
            connection,
            limits,
            log_size=log_size,
            clock=clock,
            is_without_media=media is not None,
        )
        self.behaviours: tuple[Behaviour, ...] = ()
        """What was done to the page, in order."""
        self._is_passive = is_passive
        self._views = views
        self._media = media
        self._guard = ClickGuard(holding, self.tab.watch.seen) if holding is not None else None
        self._steps: StepGuard | None = None
        if holding is not None:
            holding.begin(self.tab.limited(CALL_S))
            self._steps = StepGuard(connection, holding, say=self.visit.add_reason)
        if media is not None:
            media.begin(self.tab.frame)

    @property
    def visit(self) -> Visit:
        """What has come of it so far."""
        return self.tab.visit

    @property
    def watch(self) -> Watch:
        """What the page does."""
        return self.tab.watch

    def _refused(self, number: str) -> None:
        self.watch.traffic.refused(number)

    def run(self, url: str, folder: Path, on_step: Callable[[str], None]) -> None:
        """Do everything, with files in ``folder``.

        The result is in ``visit``, also where this raises CallFailed.
        """
        self.watch.sockets.path = folder / websocket_log.NAME
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("load", lambda: self._load(url)),
            ("scroll", lambda: self._behave(url)),
            ("idle", self._idle),
            ("read", self._read),
            ("views", lambda: look_at(self.tab, self._views, folder)),
        )
        for name, step in steps:
            if self.visit.net_error or self.tab.must_stop():
                break
            on_step(name)
            step()
        self.tab.must_stop()

    def _load(self, url: str) -> None:
        tab, limit_s = self.tab, self.tab.limits.load_s
        # Answered when the page begins to arrive, so a server that says nothing ends here.
        try:
            answer = tab.call("Page.navigate", {"url": url}, timeout_s=limit_s)
        except CallTimedOut:
            if self.visit.document is None:
                self.visit.net_error = "timed-out"
            else:
                self.visit.add_reason("timed-out load")
            return
        self.visit.is_download = answer.get("isDownload") is True
        if answer.get("errorText"):
            self.visit.net_error = str(answer["errorText"])
        elif not tab.wait(self._is_there, limit_s) and not tab.is_full():
            self.visit.add_reason("timed-out load")
        if not self.visit.net_error:
            tab.stop_scripts()

    def _is_there(self) -> bool:
        """Return whether the page has loaded, or never will and all that can come has come."""
        limits, traffic = self.tab.limits, self.watch.traffic
        was_refused = self._steps is not None and self._steps.has_refused
        is_hopeless = traffic.is_document_broken or was_refused
        is_over = is_hopeless and traffic.is_idle(limits.quiet_s, limits.poll_s)
        return self.watch.is_loaded or is_over

    def _behave(self, url: str) -> None:
        if self._is_passive:
            self.visit.add_note("passive")
            return
        document = self.visit.document
        self.behaviours, unusable = behaviours_for(document.url if document else url)
        for one in unusable:
            self.visit.add_note(f"behaviour-not-loaded {one.name}")
        behave(self.tab, self._guard, self.behaviours)

    def _idle(self) -> None:
        limits, traffic = self.tab.limits, self.watch.traffic
        is_idle = self.tab.wait(
            lambda: traffic.is_idle(limits.quiet_s, limits.poll_s), limits.idle_s
        )
        if not is_idle and not self.tab.is_full():
            held = traffic.holding(limits.poll_s)
            if held:
                self.visit.add_reason(f"timed-out idle {held}")
            else:
                self.visit.add_note("never-quiet")
        traffic.list_open()

    def _read(self) -> None:
        for script in (page_facts.SCRIPT.read_text(encoding="utf-8"), _ONLY_URL):
            try:
                value = self.tab.evaluate(script, timeout_s=CALL_S)
            except (CallTimedOut, CallRefused):
                self.visit.add_reason("page-silent")
            else:
                self.visit.facts = page_facts.facts_of(value)
                self._say_of_url()
                break
        if self._media is not None:
            self._media.blocked.declare(self._declared())

    def _say_of_url(self) -> None:
        facts = self.visit.facts
        if facts is not None and facts.whole_url is not None:
            self.visit.add_note(f"final-url-cut {len(facts.whole_url)}")

    def _declared(self) -> Mapping[str, Mapping[str, str]]:
        try:
            script = declared_sizes.SCRIPT.read_text(encoding="utf-8")
            return declared_sizes.declared_of(self.tab.evaluate(script, timeout_s=CALL_S))
        except (CallTimedOut, CallRefused):
            return {}
