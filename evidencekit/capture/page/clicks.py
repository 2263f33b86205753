"""Clicks of ours on a page: real ones, written down, and never a step away from it.

A click is mouse input by the browser itself, so the page cannot tell it from a person's (its event
is trusted). From the first click to the end of the visit a guard holds the page where it is: every
document that the main frame asks for is refused before it is sent, unless it is the same address
again by GET, which is how many age gates let a visitor in; so is every form that a frame of the
page's own site sends by another method than GET. Popups and downloads are refused anyway.

What a script of the page does in answer to a click, such as sending a ``fetch``, is its own doing
and is recorded like all traffic.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag

from evidencekit.capture.chromium.cdp import CallRefused, Params
from evidencekit.capture.page.holding import Holding
from evidencekit.capture.page.seen import Seen
from evidencekit.capture.page.traffic import mapping_of, text_of
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

MAX_TEXT, MAX_SELECTOR, MAX_URL = 80, 200, 500
MAX_RELOADS = 3
_MAX_POINT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One click as it is recorded; text and selector are the page's words, cleaned and cut."""

    behaviour: str
    text: str
    selector: str
    at: datetime
    url_before: str
    url_after: str

    def as_json(self) -> dict[str, Json]:
        """Return it as the event's detail holds it."""
        return {
            "behaviour": self.behaviour,
            "text": self.text,
            "selector": self.selector,
            "at": write_time(self.at),
            "url_before": self.url_before,
            "url_after": self.url_after,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Where a behaviour wants a click."""

    x: float
    y: float
    text: str
    selector: str


def aim_of(value: object) -> Aim:
    """Read what a behaviour returned; raises CallRefused where it is no point of the page."""
    members: Mapping[str, object] = value if isinstance(value, dict) else {}
    x, y = (members.get(name) for name in ("x", "y"))
    if not (_is_coordinate(x) and _is_coordinate(y)):
        raise CallRefused(_("the page did not answer a script"))
    assert isinstance(x, int | float)  # noqa: S101 (both are coordinates)
    assert isinstance(y, int | float)  # noqa: S101
    return Aim(
        x=x,
        y=y,
        text=clean(str(members.get("text", "")), limit=MAX_TEXT),
        selector=clean(str(members.get("selector", "")), limit=MAX_SELECTOR),
    )


class ClickGuard:
    """Holds the page where it is, from :meth:`start` on."""

    def __init__(self, holding: Holding, seen: Seen) -> None:
        self._holding = holding
        self._seen = seen
        self._is_on = False
        self._frame = ""
        self._here: set[str] = set()
        self._reloads = 0

    def start(
        self, *, frame: str, session: str | None, call: Callable[[str, Params], Params]
    ) -> None:
        """Begin, once; ``call`` is answered by the page, whose main frame is ``frame``."""
        if not self._is_on:
            self._frame = frame
            self._holding.hold_documents(self._may_be_asked_for, session=session, call=call)
            self._is_on = True

    def allow(self, url: str) -> None:
        """Let the page load again what it shows now."""
        self._here = {urldefrag(url).url}

    def _may_be_asked_for(self, params: Params) -> bool:
        is_allowed = self._is_allowed(params)
        self._seen.navigations_refused += not is_allowed
        return is_allowed

    def _is_allowed(self, params: Params) -> bool:
        request = mapping_of(params, "request")
        if text_of(request, "method") != "GET":
            return False
        if params.get("frameId") != self._frame:
            return True
        self._reloads += 1
        is_here = urldefrag(text_of(request, "url")).url in self._here
        return is_here and self._reloads <= MAX_RELOADS


def press(aim: Aim, call: Callable[[str, Params], Params]) -> None:
    """Press and release the left button there."""
    for kind in ("mousePressed", "mouseReleased"):
        call(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": aim.x, "y": aim.y, "button": "left", "clickCount": 1},
        )


def _is_coordinate(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value < _MAX_POINT
