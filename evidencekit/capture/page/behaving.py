"""Runs the behaviours on a page: asks each what to do next, does it, and stops in time.

A behaviour that reaches its limit of time, steps or clicks is a reason, since there was more of the
page to show; one that fails is a note, since the page may be all there.
"""

import time
from collections.abc import Iterable

from evidencekit.capture.chromium.cdp import CallRefused, CallTimedOut
from evidencekit.capture.page.behaviours import Behaviour, looking
from evidencekit.capture.page.clicks import MAX_URL, Click, ClickGuard, aim_of, press
from evidencekit.capture.page.tab import CALL_S, Tab

MAX_STEPS = 120
MAX_CLICKS_EACH = 20
MAX_CLICKS_KEPT = 60
_SETTLE_S, _QUIET_S, _SOON_S = 3.0, 0.3, 0.15
_TRIES = 4  # of a step that the page refuses
_LOOKING_ONLY = frozenset({"scroll", "lazy-images"})
_TOP = "scrollTo({top: 0, left: 0, behavior: 'instant'})"


def behave(tab: Tab, guard: ClickGuard | None, behaviours: Iterable[Behaviour]) -> None:
    """Run all of them in order, then go back to the top of the page."""
    for behaviour in behaviours:
        if tab.must_stop() or tab.is_full():
            return
        _Run(tab, guard, behaviour).run()
    try:
        tab.evaluate(_TOP, timeout_s=CALL_S)
    except (CallTimedOut, CallRefused):
        tab.visit.add_note("behaviour-failed top")


class _Run:
    """One behaviour on one page."""

    def __init__(self, tab: Tab, guard: ClickGuard | None, behaviour: Behaviour) -> None:
        self._tab, self._guard, self._behaviour = tab, guard, behaviour
        limits = tab.limits
        limit_s = limits.scroll_s if behaviour.name in _LOOKING_ONLY else limits.click_s
        self._until = time.monotonic() + limit_s
        self._clicks = 0

    def run(self) -> None:
        is_second_try, refused = False, 0
        for _step in range(MAX_STEPS):
            left_s = self._until - time.monotonic()
            if left_s <= 0 or self._clicks >= MAX_CLICKS_EACH:
                break
            try:
                answer = self._ask(left_s)
            except CallTimedOut:
                self._tab.stop_scripts()
                break
            except CallRefused:  # the page is just leaving, or being kept from it
                refused += 1
                if refused == _TRIES or self._tab.must_stop():
                    self._tab.visit.add_note(f"behaviour-failed {self._behaviour.name}")
                    return
                self._tab.wait(lambda: False, _SOON_S)
                continue
            refused = 0
            if answer is None and (is_second_try or not self._may_come_more()):
                return
            is_second_try = answer is None
            if self._tab.must_stop() or self._tab.is_full():
                return
        self._tab.visit.add_reason(f"behaviour-stopped {self._behaviour.name}")

    def _ask(self, left_s: float) -> object:
        """Do one step; returns None where the behaviour sees no more to do."""
        script = self._behaviour.script
        answer = self._tab.evaluate(
            f"(async () => {{ const look = {looking()};"
            "const state = globalThis.evidencekitState ??= {};"
            f"return await (\n{script}\n)(look, state) ?? null; }})()",
            timeout_s=min(left_s, CALL_S),
        )
        if answer is not None and answer is not True:
            self._click(answer)
        return answer

    def _may_come_more(self) -> bool:
        """Wait for what is under way, such as the next part of a list; False where nothing is."""
        traffic = self._tab.watch.traffic
        if not traffic.is_moving(_SETTLE_S):  # what stalls would hold up every behaviour
            return False
        self._settle()
        return True

    def _click(self, answer: object) -> None:
        tab, aim = self._tab, aim_of(answer)
        before = str(tab.evaluate("location.href", timeout_s=CALL_S))
        if self._guard is not None:
            self._guard.start(frame=tab.frame, session=tab.watch.session, call=tab.limited(CALL_S))
            self._guard.allow(before)
        at = tab.clock()
        press(aim, tab.limited(CALL_S))
        self._clicks += 1
        tab.wait(lambda: False, _SOON_S)
        self._settle()
        self._keep(
            Click(
                behaviour=self._behaviour.name,
                text=aim.text,
                selector=aim.selector,
                at=at,
                url_before=before[:MAX_URL],
                url_after=self._where(),
            )
        )

    def _settle(self) -> None:
        traffic = self._tab.watch.traffic
        self._tab.wait(lambda: traffic.is_idle(_QUIET_S, _SETTLE_S), _SETTLE_S)

    def _where(self) -> str:
        try:
            return str(self._tab.evaluate("location.href", timeout_s=CALL_S))[:MAX_URL]
        except (CallTimedOut, CallRefused):
            return ""

    def _keep(self, click: Click) -> None:
        visit = self._tab.visit
        if len(visit.clicks) < MAX_CLICKS_KEPT:
            visit.clicks.append(click)
        else:
            visit.clicks_omitted += 1
