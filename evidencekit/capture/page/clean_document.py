"""The one view that is taken without media: the final document, cleaned before it is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidencekit.capture.chromium.cdp import CallRefused
from evidencekit.capture.page.view import Call, View, whole_or_none
from evidencekit.capture.page.views import read_dom
from evidencekit.capture.without_media.document import NAME, ROLE, cleaned_document
from evidencekit.text.catalog import _

MAX_CHARS = 16 << 20


@dataclass(slots=True)
class CleanDocument:
    """Takes it, and remembers what was taken out of it."""

    replaced: Mapping[str, int] = field(default_factory=dict)
    is_kept: bool = False
    """False where there was none, and where it was no text."""

    def take(self, call: Call, folder: Path, frame: str) -> Iterator[View]:
        """Keep the document; the page's own text is only ever in memory."""
        text, cut = read_dom(call, frame)
        if len(text) > MAX_CHARS:
            text, cut = text[:MAX_CHARS], f"{MAX_CHARS} characters"
        cleaned = cleaned_document(text)
        if cleaned is None:
            raise CallRefused(_("the document is no text"))
        self.replaced, self.is_kept = cleaned.replaced, True
        with whole_or_none(folder / NAME) as path:
            path.write_bytes(cleaned.text.encode("utf-8", errors="replace"))
        yield View(role=ROLE, path=path, media_type="text/html", cut=cut)
