"""One page of the browser site, visited by a real browser and laid open."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium.installed import Browser
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.capture.recording.recorder import RecorderName
from evidencekit.model.capture import PageCapture
from evidencekit.model.find import Find
from evidencekit.protocols import Silent
from tests.tools.browser_site import Site, site
from tests.tools.waczs import warc_in

QUICK = BrowserLimits(load_s=6, scroll_s=5, click_s=8, idle_s=3, poll_s=1, view_s=8, total_s=60)
REFERENCE = "2026-<b>7</b>"


@dataclass(frozen=True)
class Visited:
    result: PageCapture
    folder: Path
    site: Site

    def find(self, role: str) -> Find:
        return next(find for find in self.result.finds if find.role == role)

    def files(self, role: str) -> list[Path]:
        return [self.folder / find.name for find in self.result.finds if find.role == role]

    @property
    def dom(self) -> str:
        return self.files("dom")[0].read_text(encoding="utf-8")

    @property
    def clicks(self) -> list[dict[str, Any]]:
        return self.result.detail["clicks"]  # type: ignore[return-value]

    @property
    def resources(self) -> list[dict[str, str]]:
        return self.result.detail["resources"]  # type: ignore[return-value]

    def resource(self, urn: str) -> bytes:
        """Return the body of the one resource record with that address."""
        with warc_in(self.folder, "warc").open("rb") as stream:
            found = [
                bytes(one.raw_stream.read())
                for one in ArchiveIterator(stream)
                if one.rec_headers.get_header("WARC-Target-URI") == urn
            ]
        assert len(found) == 1, urn
        return found[0]


def visit(
    running: Site,
    path: str,
    folder: Path,
    *,
    limits: BrowserLimits = QUICK,
    passive: bool = False,
    browser: Browser | None = None,
    recorder: RecorderName = "netlog",
) -> Visited:
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        limits=limits,
        browser=browser,
        is_passive=passive,
        is_replayed=False,
        reference=REFERENCE,
        recorder=recorder,
        observe=None,
    )
    folder.mkdir(exist_ok=True)
    result = engine.capture(running.url(path), folder, Silent())
    return Visited(result=result, folder=folder, site=running)


@contextmanager
def visited(path: str, folder: Path, **more: Any) -> Iterator[Visited]:
    """Visit ``path`` of a site of its own; what the site was asked is complete inside."""
    with site() as running:
        yield visit(running, path, folder, **more)
