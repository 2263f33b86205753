"""What a person sees of a page, kept as files: pictures, the DOM, a PDF, an MHTML.

The pictures are what the browser painted; the DOM is the document after scripts ran, which no
server ever sent as such. Each has a size limit, and a view that hits it says so. The PDF comes
after them, since printing switches style sheets and runs handlers of the page; the MHTML comes
last, since it arrives in one message, and one beyond all limits ends the connection.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallRefused
from evidencekit.capture.page.screenshots import full_page, viewport
from evidencekit.capture.page.view import Call, View, data_of, whole_or_none
from evidencekit.text.catalog import _

MAX_DOM_CHARS = 64 << 20
MAX_PDF_BYTES = 512 << 20
_READ_BYTES = 4 << 20
# Kept short on purpose: it runs in the page's process, in a world of its own. The root element is
# asked of the prototype, since a page can hide it behind an element named documentElement.
_DOM = """
(() => {
  const on = Document.prototype;
  const get = (name) => Object.getOwnPropertyDescriptor(on, name).get.call(document);
  const type = get("doctype") ? new XMLSerializer().serializeToString(get("doctype")) : "";
  const text = type + (get("documentElement")?.outerHTML ?? "");
  return [text.length > %d, text.slice(0, %d)];
})()
"""


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


def read_dom(call: Call, frame: str) -> tuple[str, str | None]:
    """Return the document as it stands after scripts ran, and where it was cut."""
    value = evaluate(call, frame, _DOM % (MAX_DOM_CHARS, MAX_DOM_CHARS))
    if not isinstance(value, list) or len(value) != len(("is_cut", "text")):
        raise CallRefused(_("the page did not answer a script"))
    return str(value[1]), f"{MAX_DOM_CHARS} characters" if value[0] is True else None


def _dom(call: Call, folder: Path, frame: str) -> Iterator[View]:
    """Keep the final document as UTF-8."""
    text, cut = read_dom(call, frame)
    with whole_or_none(folder / "dom.html") as path:
        # Script can put half a surrogate pair into a text; UTF-8 has no bytes for that.
        path.write_bytes(text.encode("utf-8", errors="replace"))
    yield View(role="dom", path=path, media_type="text/html", cut=cut)


def _pdf(call: Call, folder: Path, _frame: str) -> Iterator[View]:
    """Print the page, with backgrounds, in its own page size where it names one."""
    answer = call(
        "Page.printToPDF",
        {"printBackground": True, "preferCSSPageSize": True, "transferMode": "ReturnAsStream"},
    )
    handle, path = answer.get("stream"), folder / "page.pdf"
    is_cut, size = False, 0
    with whole_or_none(path), path.open("xb") as out:
        while not is_cut:
            piece = call("IO.read", {"handle": handle, "size": _READ_BYTES})
            size += out.write(data_of(piece))
            if piece.get("eof") is True:
                break
            is_cut = size > MAX_PDF_BYTES
    call("IO.close", {"handle": handle})
    yield View(
        role="pdf", path=path, media_type="application/pdf", cut=f"{size}" if is_cut else None
    )


def _mhtml(call: Call, folder: Path, _frame: str) -> Iterator[View]:
    """Keep the page with its images and frames in one file, as the browser would save it."""
    data = call("Page.captureSnapshot", {"format": "mhtml"}).get("data")
    if not isinstance(data, str):
        raise CallRefused(_("the browser sent nonsense"))
    with whole_or_none(folder / "page.mhtml") as path:
        path.write_bytes(data.encode("utf-8", errors="replace"))
    yield View(role="mhtml", path=path, media_type="multipart/related")


TakeView = Callable[[Call, Path, str], Iterator[View]]
"""Makes files in a folder; called with the id of the main frame."""
VIEWS: Mapping[str, TakeView] = {
    "viewport": viewport,
    "screenshot": full_page,
    "dom": _dom,
    "pdf": _pdf,
    "mhtml": _mhtml,
}
"""In the order in which they are taken."""
