"""A copy of each picture of the page with date, time, address and reference written above it.

For people who lay a printed page before somebody: what a plain picture does not say stands on it.
The copy is painted by the same browser, in the same tab after the page has left it, from a document
of ours that holds the picture and nothing else, with the network cut and under a policy that
forbids scripts and every request. The original is never touched; its SHA-256 stands on the copy.

The words of the page (its address) are hostile: they are cleaned, cut and escaped. The time is the
one at which the picture was taken, by this machine's clock, and the copy says so.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import idna

from evidencekit.capture.chromium.cdp import CallRefused
from evidencekit.capture.page.tab import Tab
from evidencekit.capture.page.view import View, data_of, whole_or_none
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

ROLE = "screenshot-stamped"
STAMPED_ROLES = frozenset({"screenshot"})
MAX_PNG_BYTES = 48 << 20
"""Larger pictures are not stamped: the document would be a message of more than we send."""
MAX_URL_SHOWN = 400
CALL_S = 10.0
KST = ZoneInfo("Asia/Seoul")
_TEMPLATE = Path(__file__).with_name("stamped.html")
_DECODED = "document.images[0].decode().then(() => true)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What is written above each picture."""

    url: str
    reference: str | None
    """How the people who work on it call the case; None where nobody said."""


def stamp_views(tab: Tab, stamp: Stamp, folder: Path) -> Iterator[View]:
    """Yield a copy of each picture of the visit that can be stamped; raises CallFailed.

    The tab shows the page no longer afterwards: to be called when nothing more is wanted of it.
    """
    wanted = [view for view in tab.visit.views if view.role in STAMPED_ROLES]
    if not wanted:
        return
    tab.watch.cut_off()
    tab.call("Page.navigate", {"url": "about:blank"}, timeout_s=CALL_S)
    for view in wanted:
        png = view.path.read_bytes()
        if len(png) <= MAX_PNG_BYTES:
            painted = _paint(tab, document_of(view, png, stamp))
            with whole_or_none(folder / f"{view.path.stem}-stamped.png") as path:
                path.write_bytes(painted)
            yield View(
                role=ROLE,
                path=path,
                media_type="image/png",
                area=view.area,
                copy_of=view.path.name,
            )


def document_of(view: View, png: bytes, stamp: Stamp) -> str:
    """Return the HTML that shows ``png`` below what is known of it."""
    taken_at = view.taken_at or datetime.now(UTC)
    lines = {
        "taken": f"{taken_at.astimezone(KST):%Y-%m-%d %H:%M:%S} KST "
        f"({taken_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)",
        "url": shown_url(stamp.url),
        "reference": clean(stamp.reference or "–", limit=MAX_URL_SHOWN),
        "original": f"{view.path.name}, SHA-256 {hashlib.sha256(png).hexdigest()}",
        "area": _shown_area(view),
    }
    html = _TEMPLATE.read_text(encoding="utf-8")
    for name, text in lines.items():
        html = html.replace(f"{{{name}}}", escape(text).replace("{", "&#123;"))
    html = html.replace("{width}", str(int.from_bytes(png[16:20])))  # PNG §11.2.2: IHDR
    return html.replace("{picture}", base64.b64encode(png).decode("ascii"))


def shown_url(url: str) -> str:
    """Return an address for people: cut, cleaned, a host of other letters shown both ways."""
    shown = clean(url, limit=MAX_URL_SHOWN)
    try:
        host = urlsplit(url).hostname or ""
        other = idna.decode(host) if "xn--" in host else host
    except ValueError:  # idna.IDNAError is one
        return shown
    return shown if other == host else f"{shown} ({clean(other, limit=MAX_URL_SHOWN)})"


def _shown_area(view: View) -> str:
    if view.area is None:
        return "–"
    left, top = view.area["x"], view.area["y"]
    return f"x {left}–{left + view.area['width']}, y {top}–{top + view.area['height']} px"


def _paint(tab: Tab, html: str) -> bytes:
    """Return the whole of a document of ours as PNG."""
    call = tab.limited(CALL_S)
    call("Page.setDocumentContent", {"frameId": tab.frame, "html": html})
    # Only a picture that was decoded is sure to be painted.
    if tab.evaluate(_DECODED, timeout_s=CALL_S) is not True:
        raise CallRefused(_("the page did not answer a script"))
    size = call("Page.getLayoutMetrics", {}).get("cssContentSize")
    if not isinstance(size, dict):
        raise CallRefused(_("the browser sent nonsense"))
    clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
    answer = call(
        "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip}
    )
    return data_of(answer)
