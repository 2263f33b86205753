"""The one view that is taken without media: the final document, cleaned before it is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidencekit.capture.page.view import Call, View
from evidencekit.capture.page.views import read_dom
from evidencekit.capture.without_media.document import NAME, ROLE, cleaned_document


@dataclass(slots=True)
class CleanDocument:
    """Takes it, and remembers what was taken out of it."""

    replaced: Mapping[str, int] = field(default_factory=dict)
    is_no_text: bool = False
    """Whether the document was no text, so that nothing of it was kept."""

    def take(self, call: Call, folder: Path, frame: str) -> Iterator[View]:
        """Keep the document; the page's own text is only ever in memory."""
        text, cut = read_dom(call, frame)
        cleaned = cleaned_document(text)
        if cleaned is None:
            self.is_no_text = True
            return
        self.replaced = cleaned.replaced
        path = folder / NAME
        path.write_bytes(cleaned.text.encode("utf-8", errors="replace"))
        yield View(role=ROLE, path=path, media_type="text/html", cut=cut)
