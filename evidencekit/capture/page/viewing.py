"""Takes the views of a page one after the other, whatever becomes of any one of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallRefused, CallTimedOut
from evidencekit.capture.full_disk import why_stopped
from evidencekit.capture.page.tab import CALL_S, Tab
from evidencekit.capture.page.views import TakeView

_OPTIONAL = frozenset({"mhtml"})  # says nothing that the other files do not
_HAS_ROOT = (
    "Object.getOwnPropertyDescriptor(Document.prototype, 'documentElement').get.call(document)"
    " !== null"
)


def look_at(tab: Tab, views: Mapping[str, TakeView], folder: Path) -> None:
    """Put them into ``folder`` and into the visit, with a reason or a note for each that fails."""
    if not tab.watch.is_loaded:
        # What the page still waits for will not come. A style sheet that never comes, or a document
        # that breaks off, would hold every picture.
        tab.connection.post("Page.stopLoading", session=tab.watch.session)
    if not _can_be_seen(tab):
        tab.visit.add_reason("page-empty")
        return
    for name, take in views.items():
        if tab.must_stop():
            return
        why_not = _take(tab, name, take, folder)
        if why_not is not None:
            _say(tab, name, why_not)


def _take(
    tab: Tab, name: str, take: TakeView, folder: Path, *, is_last: bool = False
) -> str | None:
    """Take one view, which may be several files; return why not all of it is there.

    One that a script held up is taken once more when that script has been stopped.
    """
    before = len(tab.visit.views)
    try:
        for view in take(tab.limited(tab.limits.view_s), folder, tab.frame):
            tab.visit.views.append(replace(view, taken_at=tab.clock()))
            if view.cut:
                _say(tab, name, f"cut {name} {view.cut}")
    except CallTimedOut:
        if not tab.stop_scripts() or is_last:
            return f"timed-out {name}"
        del tab.visit.views[before:]
        return _take(tab, name, take, folder, is_last=True)
    except CallRefused:
        return f"no-{name}"
    except OSError as exc:  # the next view may be smaller
        return f"no-{name} {why_stopped(exc)}"
    return None


def _say(tab: Tab, name: str, what: str) -> None:
    (tab.visit.add_note if name in _OPTIONAL else tab.visit.add_reason)(what)


def _can_be_seen(tab: Tab) -> bool:
    """Return whether there is a root element: a document without one is never painted."""
    try:
        return tab.evaluate(_HAS_ROOT, timeout_s=CALL_S) is not False
    except (CallTimedOut, CallRefused):  # what can be had is tried all the same
        return True
