"""Shows a WACZ in a browser without network and compares it with what was captured.

A fresh browser opens the page at its own URL, behaves and takes its pictures as the capture did.
Every request is answered from the WACZ (:mod:`~evidencekit.capture.replay.answering`); a proxy
that nobody answers at is the second wall, for what that domain does not see, such as WebSockets.
Nothing reaches the network, and nothing is rewritten.

The check is bounded in time and never raises: a browser that does not start, hangs or dies is a
``why_not``, and the capture stands as it is.
"""

import logging
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallFailed, Connection
from evidencekit.capture.chromium.installed import Browser
from evidencekit.capture.chromium.process import Running, running
from evidencekit.capture.interruption import Interruption
from evidencekit.capture.page.page import Page
from evidencekit.capture.page.tab import CALL_S
from evidencekit.capture.page.view import View
from evidencekit.capture.page.views import VIEWS
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.capture.replay.answering import Answering, Told
from evidencekit.capture.replay.likeness import Likeness, compare_pictures
from evidencekit.capture.replay.wording import compare_words
from evidencekit.capture.wacz.reading import open_wacz
from evidencekit.errors import BrowserUnavailable, EvidencekitError
from evidencekit.model.json import Json
from evidencekit.model.replay import ReplayCheck

_log = logging.getLogger(__name__)

LIMITS = BrowserLimits(load_s=20, scroll_s=20, idle_s=8, view_s=20, total_s=75)
_VIEWS = ("viewport", "screenshot", "dom")
"""What is taken again."""
_ORIGIN = {"x": 0, "y": 0}
_READY = 2  # HTMLMediaElement.HAVE_CURRENT_DATA
_VIDEOS = f"""
(() => {{
  const videos = [...document.querySelectorAll("video")];
  return [videos.length, videos.filter(video => video.readyState >= {_READY}).length];
}})()
"""


def check_replay(
    browser: Browser,
    wacz: Path,
    url: str,
    captured: Sequence[View],
    workdir: Path,
    *,
    failed_before: frozenset[str] = frozenset(),
    is_passive: bool = False,
    limits: BrowserLimits = LIMITS,
    interruption: Interruption | None = None,
) -> ReplayCheck:
    """Replay ``url`` from ``wacz`` and compare with the pictures among the views ``captured``.

    ``failed_before`` are URLs that did not answer the capture either; ``is_passive`` is whether the
    capture left the page as it came. Raises ``Interrupted`` where ``interruption`` is asked for.
    """

    def open_page(process: Running) -> Page:
        return Page(
            process.connection,
            limits,
            log_size=lambda: 0,
            is_passive=is_passive,
            is_guarded=False,
            views={name: VIEWS[name] for name in _VIEWS},
        )

    try:
        with tempfile.TemporaryDirectory(dir=workdir, prefix="replay-") as name:
            with (
                open_wacz(wacz) as reader,
                running(browser, is_recorded=False) as process,
                process.connection.heeding(interruption or Interruption()),
            ):
                answering = Answering(process.connection, reader, failed_before=failed_before)
                page = open_page(process)
                why_not = _shown(page, url, Path(name))
                videos, ready = _videos(page) if why_not is None else (0, 0)
            check = replace(_counted(answering.told), videos=videos, videos_ready=ready)
            return _compared(browser, replace(check, why_not=why_not), captured, page.visit.views)
    except (EvidencekitError, OSError) as exc:
        _log.debug("the replay check did not come to an end", exc_info=True)
        why_not = "no-browser" if isinstance(exc, BrowserUnavailable) else "not-replayed"
        return ReplayCheck(why_not=why_not)


def replay_detail(check: ReplayCheck) -> Mapping[str, Json]:
    """Return a check as the member ``replay`` of a capture's facts (docs/format/wacz.md §6)."""
    return {
        "why_not": check.why_not,
        "viewport_alike_permille": check.viewport_alike_permille,
        "page_alike_permille": check.page_alike_permille,
        "words_alike_permille": check.words_alike_permille,
        "asked": check.asked,
        "answered": check.answered,
        "guessed": check.guessed,
        "failed_before": check.failed_before,
        "missing": list(check.missing),
        "frames": check.frames,
        "frames_answered": check.frames_answered,
        "videos": check.videos,
        "videos_ready": check.videos_ready,
    }


def _shown(page: Page, url: str, folder: Path) -> str | None:
    """Run the page; returns why it was not shown as a whole, if it was not."""
    try:
        page.run(url, folder, lambda _step: None)
    except CallFailed:
        return "browser-died"
    finally:
        page.watch.sockets.finish()
    return page.visit.net_error or next(iter(page.visit.reasons), None)


def _videos(page: Page) -> tuple[int, int]:
    try:
        counts = page.tab.evaluate(_VIDEOS, timeout_s=CALL_S)
    except CallFailed:
        return 0, 0
    match counts:
        case [int(found), int(ready)]:
            return found, ready
        case _:
            return 0, 0


def _counted(told: Told) -> ReplayCheck:
    return ReplayCheck(
        asked=told.asked,
        answered=told.answered,
        guessed=told.guessed,
        failed_before=told.failed_before,
        missing=tuple(told.missing),
        frames=told.frames,
        frames_answered=told.frames_answered,
    )


def _compared(
    browser: Browser, check: ReplayCheck, captured: Sequence[View], shown: Sequence[View]
) -> ReplayCheck:
    try:
        with running(browser, is_recorded=False) as process:
            look = partial(_pictures, process.connection, captured, shown)
            check = replace(check, viewport_alike_permille=look("screenshot-viewport"))
            check = replace(check, page_alike_permille=look("screenshot"))
            return replace(check, words_alike_permille=_words(process.connection, captured, shown))
    except CallFailed:
        return replace(check, why_not=check.why_not or "not-compared")


def _pictures(
    connection: Connection, captured: Sequence[View], shown: Sequence[View], role: str
) -> int | None:
    pairs = paired(_of_role(captured, role), _of_role(shown, role))
    alike = (compare_pictures(connection, *pair) for pair in pairs)
    return sum(alike, start=Likeness(drawn=0, alike=0)).permille if pairs else None


def _words(connection: Connection, captured: Sequence[View], shown: Sequence[View]) -> int | None:
    documents = [view.path for views in (captured, shown) for view in _of_role(views, "dom")]
    if len(documents) != len(("captured", "shown")):
        return None
    alike = compare_words(connection, *documents)
    return alike.permille if alike is not None else None


def paired(
    captured: Sequence[View], shown: Sequence[View]
) -> list[tuple[Path | None, Path | None]]:
    """Pair pictures by the corner of the page where they begin; empty where a side has none.

    A picture without a place begins where the page does. One that has no other is paired with None.
    """
    if not captured or not shown:
        return []
    first, second = ({_corner(view): view.path for view in views} for views in (captured, shown))
    return [(first.get(at), second.get(at)) for at in sorted({*first, *second})]


def _corner(view: View) -> tuple[int, int]:
    area = view.area or _ORIGIN
    return area["y"], area["x"]


def _of_role(views: Sequence[View], role: str) -> list[View]:
    return [view for view in views if view.role == role]
