"""What a person sees of a page, kept as files: two pictures, the DOM, a PDF.

The pictures are what the browser painted; the DOM is the document after scripts ran, which no
server ever sent as such. Each has a size limit, and a view that hits it says so. The PDF comes
last, since printing switches style sheets and runs handlers of the page.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidencekit.capture.cdp import CallRefused, Params
from evidencekit.text.catalog import _

MAX_WIDTH_PX, MAX_HEIGHT_PX = 4096, 16384  # what Chromium's compositor takes as one surface
MAX_DOM_CHARS = 64 << 20
MAX_PDF_BYTES = 512 << 20
_READ_BYTES = 4 << 20

Call = Callable[[str, Params], Params]
"""A call to the page with its limit already applied."""
# Kept short on purpose: it runs in the page's process, in a world of its own.
_DOM = """
(() => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
  const text = type + document.documentElement.outerHTML;
  return [text.length > %d, text.slice(0, %d)];
})()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One file that shows the page."""

    role: str
    path: Path
    media_type: str
    cut: str | None = None
    """Where it ends, e.g. ``16384px``; None if it is whole."""


def evaluate(call: Call, frame: str, expression: str) -> object:
    """Run ``expression`` beside the page's own scripts; raises CallRefused if it throws."""
    world = call("Page.createIsolatedWorld", {"frameId": frame, "worldName": "evidencekit"})
    answer = call(
        "Runtime.evaluate",
        {
            "expression": expression,
            "contextId": world.get("executionContextId"),
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    result = answer.get("result")
    if "exceptionDetails" in answer or not isinstance(result, dict):
        raise CallRefused(_("the page did not answer a script"))
    return result.get("value")


def _viewport(call: Call, folder: Path, _frame: str) -> View:
    """Keep what stands on the screen without scrolling."""
    answer = call("Page.captureScreenshot", {"format": "png"})
    path = _written(folder / "viewport.png", answer)
    return View(role="screenshot-viewport", path=path, media_type="image/png")


def _full_page(call: Call, folder: Path, _frame: str) -> View:
    """Keep the whole height of the page, up to the limit."""
    size = call("Page.getLayoutMetrics", {}).get("cssContentSize")
    width, height = _side(size, "width"), _side(size, "height")
    clip = {
        "x": 0,
        "y": 0,
        "width": min(width, MAX_WIDTH_PX),
        "height": min(height, MAX_HEIGHT_PX),
        "scale": 1,
    }
    answer = call(
        "Page.captureScreenshot",
        {"format": "png", "captureBeyondViewport": True, "clip": clip},
    )
    is_cut = width > MAX_WIDTH_PX or height > MAX_HEIGHT_PX
    return View(
        role="screenshot",
        path=_written(folder / "screenshot.png", answer),
        media_type="image/png",
        cut=f"{width}x{height}px" if is_cut else None,
    )


def _dom(call: Call, folder: Path, frame: str) -> View:
    """Keep the document as it stands after scripts ran, as UTF-8."""
    value = evaluate(call, frame, _DOM % (MAX_DOM_CHARS, MAX_DOM_CHARS))
    if not isinstance(value, list) or len(value) != len(("is_cut", "text")):
        raise CallRefused(_("the page did not answer a script"))
    path = folder / "dom.html"
    # Script can put half a surrogate pair into a text; UTF-8 has no bytes for that.
    path.write_bytes(str(value[1]).encode("utf-8", errors="replace"))
    cut = f"{MAX_DOM_CHARS} characters" if value[0] is True else None
    return View(role="dom", path=path, media_type="text/html", cut=cut)


def _pdf(call: Call, folder: Path, _frame: str) -> View:
    """Print the page, with backgrounds, in its own page size where it names one."""
    answer = call(
        "Page.printToPDF",
        {"printBackground": True, "preferCSSPageSize": True, "transferMode": "ReturnAsStream"},
    )
    handle, path = answer.get("stream"), folder / "page.pdf"
    is_cut, size = False, 0
    with path.open("xb") as out:
        while not is_cut:
            piece = call("IO.read", {"handle": handle, "size": _READ_BYTES})
            size += out.write(_data(piece))
            if piece.get("eof") is True:
                break
            is_cut = size > MAX_PDF_BYTES
    call("IO.close", {"handle": handle})
    return View(
        role="pdf", path=path, media_type="application/pdf", cut=f"{size}" if is_cut else None
    )


VIEWS: Mapping[str, Callable[[Call, Path, str], View]] = {
    "viewport": _viewport,
    "screenshot": _full_page,
    "dom": _dom,
    "pdf": _pdf,
}
"""In the order in which they are taken."""


def _written(path: Path, answer: Params) -> Path:
    path.write_bytes(_data(answer))
    return path


def _data(answer: Params) -> bytes:
    data = str(answer.get("data", ""))
    if answer.get("base64Encoded") is False:
        return data.encode("utf-8", errors="replace")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as exc:
        raise CallRefused(_("the browser sent nonsense")) from exc


def _side(size: object, name: str) -> int:
    value = size.get(name) if isinstance(size, dict) else None
    return max(1, int(value)) if isinstance(value, int | float) else 1
