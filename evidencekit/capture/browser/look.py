"""One look at a page, with the recorder running beside it.

The order matters: what the page asked for is read out first, media that came only in part are
fetched again, the pictures are stamped; then the page is left, so that the log can end, and the
browser is closed only when the recorder has everything that was logged.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urldefrag

import evidencekit
from evidencekit.capture.chromium.cdp import CallFailed, Connection
from evidencekit.capture.chromium.installed import Browser, flags
from evidencekit.capture.chromium.process import Running
from evidencekit.capture.guard.passages import PassageLog
from evidencekit.capture.interruption import Interruption
from evidencekit.capture.page.behaviours import Behaviour
from evidencekit.capture.page.clean_document import CleanDocument
from evidencekit.capture.page.facts import FINAL_URL
from evidencekit.capture.page.media_guard import MediaGuard
from evidencekit.capture.page.page import Page
from evidencekit.capture.page.refetch import Media
from evidencekit.capture.page.stamped import Stamp, stamp_views
from evidencekit.capture.page.views import VIEWS
from evidencekit.capture.page.visit import BrowserLimits, Visit
from evidencekit.capture.recording.recorder import Making, PageRecorder, RecordingEnded
from evidencekit.capture.recording.two_files import Recording, WithoutMedia
from evidencekit.capture.warc import WarcWriter
from evidencekit.capture.without_media.exchanges import CHANGES as WITHOUT_MEDIA
from evidencekit.errors import Interrupted

_log = logging.getLogger(__name__)
CATCH_UP_S = 300
"""For a recorder that is far behind: enough for gigabytes."""
HURRY_S = 10
"""The same, once we were asked to end."""
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How a page is looked at; the same for every page of an engine."""

    limits: BrowserLimits
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    is_passive: bool
    is_without_media: bool
    accepts_invalid_tls: bool
    interruption: Interruption
    reference: str | None
    """What the stamped pictures carry beside time and address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look came to."""

    visit: Visit
    behaviours: tuple[Behaviour, ...]
    recording: Recording
    ended: datetime
    """When the page had been read and looked at; before the browser was closed."""
    media: MediaGuard | None = None
    """What was kept from being fetched; None where media were wanted."""
    document: CleanDocument = field(default_factory=CleanDocument)


def look(
    url: str,
    how: Looking,
    browser: Browser,
    process: Running,
    recorder: PageRecorder,
    *,
    passages: PassageLog,
    page_id: str,
    workdir: Path,
    on_step: Callable[[str], None],
) -> Looked:
    """Visit ``url`` and record the visit into ``workdir``; ends ``process``.

    A browser or a recorder that dies ends the visit early, with a reason in it, and so does being
    asked to end.
    """
    document = CleanDocument()
    guard = MediaGuard(how.clock) if how.is_without_media else None
    page = Page(
        process.connection,
        how.limits,
        log_size=recorder.received_bytes,
        clock=how.clock,
        is_passive=how.is_passive,
        media=guard,
        views=VIEWS if guard is None else {"document": document.take},
    )
    media, closing = Media(process.connection, how.clock), _Closing()
    recorder.begin(
        _making(
            workdir,
            how,
            browser,
            recorder,
            page=page,
            closing=closing,
            passages=passages,
            media=media,
            guard=guard,
            page_id=page_id,
        )
    )
    with _as_far_as_it_goes(page.visit), process.connection.heeding(how.interruption):
        page.run(url, workdir, on_step)
        is_fetched_again = recorder.can_refetch and not how.is_passive and guard is None
        if page.visit.document is not None and is_fetched_again:
            media.refetch(lambda: _left_bytes(how.limits, recorder))
    ended = closing.at = how.clock()
    page.watch.sockets.finish()
    if guard is None:
        _say_of_media(media, page.visit)
        on_step("stamp")
        with process.connection.heeding(how.interruption):
            _stamp(page, Stamp(url=urldefrag(url).url, reference=how.reference), workdir)
    on_step("record")
    recording = _end(page, process, recorder, how.interruption)
    return Looked(
        visit=page.visit,
        behaviours=page.behaviours,
        recording=recording,
        ended=ended,
        media=guard,
        document=document,
    )


@dataclass(slots=True)
class _Closing:
    """When we began to close the browser; told to the thread that records."""

    at: datetime | None = None


def _making(
    workdir: Path,
    how: Looking,
    browser: Browser,
    recorder: PageRecorder,
    *,
    page: Page,
    closing: "_Closing",
    passages: PassageLog,
    media: Media,
    guard: MediaGuard | None,
    page_id: str,
) -> Making:
    def writer(path: Path) -> WarcWriter:
        return WarcWriter(
            path,
            software=f"evidencekit/{evidencekit.__version__}",
            settings=_settings(browser, how, recorder),
            clock=how.clock,
            new_id=how.new_id,
        )

    def add_last(warc: WarcWriter) -> None:
        page.watch.sockets.write_to(warc)
        facts = page.visit.facts
        if facts is not None and facts.whole_url is not None and guard is None:
            at = closing.at or how.clock()
            warc.write_metadata(FINAL_URL, {"url": facts.whole_url}, at=at)

    return Making(
        folder=workdir,
        page_id=page_id,
        writer=writer,
        clock=how.clock,
        closing_at=lambda: closing.at,
        was_seen=page.watch.was_seen,
        passages=passages,
        is_refetch=media.is_refetch,
        add_last=add_last,
        without_media=None if guard is None else WithoutMedia(was_judged=guard.was_judged),
    )


def _end(
    page: Page, process: Running, recorder: PageRecorder, interruption: Interruption
) -> Recording:
    """Leave the page, wait until the record has everything so far, and close the browser.

    Where we were asked to end, a browser that has much more to tell is killed instead.
    """
    connection = page.tab.connection
    with suppress(CallFailed):
        connection.post("Page.navigate", {"url": "about:blank"}, session=page.watch.session)
        if not _has_caught_up(connection, recorder, interruption):
            process.kill()
    process.close()
    recording = recorder.finish()
    if recording.stopped is not None:
        page.visit.reasons.append(f"recording-stopped {recording.stopped}")
    return recording


def _has_caught_up(
    connection: Connection, recorder: PageRecorder, interruption: Interruption
) -> bool:
    """Wait for the recorder; returns False where we were asked to end and it is far behind."""
    with suppress(Interrupted), connection.heeding(interruption):
        connection.wait(recorder.has_caught_up, timeout_s=CATCH_UP_S)
        return True
    return connection.wait(recorder.has_caught_up, timeout_s=HURRY_S)


def _left_bytes(limits: BrowserLimits, recorder: PageRecorder) -> int:
    """Return how much may still be downloaded; each byte of it is logged some four times."""
    return (limits.log_bytes - recorder.received_bytes()) // 4


def _say_of_media(media: Media, visit: Visit) -> None:
    if media.refetched:
        visit.add_note(f"media-refetched {media.refetched}")
    if media.incomplete:
        visit.add_reason(f"media-incomplete {media.incomplete}")


@contextmanager
def _as_far_as_it_goes(visit: Visit) -> Iterator[None]:
    """Let a visit end early where browser or recording end or we have to, with the reason."""
    try:
        yield
    except RecordingEnded:
        _log.debug("the recording ended under the page", exc_info=True)
    except CallFailed:
        _log.debug("the browser ended under the page", exc_info=True)
        visit.reasons.append("browser-died")
    except Interrupted:
        visit.add_reason(INTERRUPTED)


def _settings(browser: Browser, how: Looking, recorder: PageRecorder) -> Mapping[str, str]:
    """Return what the warcinfo record says of how this was made; paths of ours stay out."""
    shown = flags(
        profile=Path("PROFILE"),
        netlog=Path("NETLOG") if recorder.name == "netlog" else None,
        door="GUARD:PORT",
        is_without_media=how.is_without_media,
    )
    return {
        "browser": f"{browser.name} {browser.version}",
        "browserArguments": " ".join(shown),
        **recorder.settings,
        **({"withoutMedia": WITHOUT_MEDIA} if how.is_without_media else {}),
        "invalidCertificates": "accepted" if how.accepts_invalid_tls else "refused",
        "robots": "ignore",
    }


def _stamp(page: Page, stamp: Stamp, workdir: Path) -> None:
    try:
        page.visit.views += list(stamp_views(page.tab, stamp, workdir))
    except (CallFailed, Interrupted, OSError):  # the pictures themselves are there
        _log.debug("no stamped copy", exc_info=True)
        page.visit.add_note("no-stamped-copy")
