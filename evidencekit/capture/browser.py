"""The browser engine: one page in a real Chromium, recorded by Chromium's own network log.

No byte between page and server is changed, no certificate is ours, and TLS errors are never
ignored. Each capture has a process and a profile of its own, so no cookie, cache
or script of one page is seen by another, and both are gone afterwards. The log is converted while
the page is being looked at and never lies on a disk.

All traffic goes through the guard (:mod:`evidencekit.capture.socks`), which resolves every name and
judges every address before it connects: a redirect, a sub-resource, a WebSocket or a changed DNS
answer leads to no private address. What was refused is a reason of the verdict.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import evidencekit
from evidencekit.capture import browser_verdict, netlog_heads, netlog_warc
from evidencekit.capture.address import parse_url
from evidencekit.capture.cdp import CallFailed
from evidencekit.capture.chromium import Browser, find_browser, flags
from evidencekit.capture.chromium_process import Running, browser_user, running
from evidencekit.capture.clock_offset import offset_document
from evidencekit.capture.dialing import Dialer
from evidencekit.capture.dns_question import observe_dns
from evidencekit.capture.guard import Guard, allow_any, why_private
from evidencekit.capture.guard_verdict import through_proxy
from evidencekit.capture.names import Observe, Resolve, resolve_host
from evidencekit.capture.netlog_warc import Recording
from evidencekit.capture.packing import pack
from evidencekit.capture.page import Page
from evidencekit.capture.page_context import MAX_READ_CHARS, context_of
from evidencekit.capture.page_watch import Watch
from evidencekit.capture.recorder import Converter, Recorder, RecordingEnded
from evidencekit.capture.refetch import Media
from evidencekit.capture.route_log import RouteLog
from evidencekit.capture.socks import SocksGuard
from evidencekit.capture.stamped import Stamp, stamp_views
from evidencekit.capture.upstream import Upstream
from evidencekit.capture.visit import BrowserLimits, Visit
from evidencekit.capture.visit_record import detail_of, dom_start, finds_of
from evidencekit.capture.warc import WarcWriter
from evidencekit.formats.wacz import WaczPage
from evidencekit.model.capture import PageCapture
from evidencekit.model.json import Json
from evidencekit.protocols import Observer

_log = logging.getLogger(__name__)
_ENGINE = "browser"
_STEP = "capture-page"
CATCH_UP_S = 300
"""For a recorder that is far behind: enough for gigabytes."""
CONNECT_S = 15
"""For looking up a name, and once more for connecting."""
_STEPS = ("start", "load", "scroll", "idle", "read", "views", "stamp", "record", "replay")


class BrowserEngine:
    """Captures with the browser of this machine; satisfies ``protocols.PageEngine``.

    ``new_id`` returns a fresh UUID as text. Without ``browser`` the installed one is looked for at
    the first capture, and :class:`BrowserUnavailable` raised there if there is none. ``guard``,
    ``resolve`` and ``observe`` are for tests and for networks with rules of their own. Without
    ``is_replayed`` the page is not shown again to check the record.
    """

    name = _ENGINE

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        allow_private: bool = False,
        limits: BrowserLimits | None = None,
        browser: Browser | None = None,
        is_passive: bool = False,
        is_replayed: bool = True,
        reference: str | None = None,
        guard: Guard | None = None,
        resolve: Resolve = resolve_host,
        observe: Observe | None = observe_dns,
        upstream: Upstream | None = None,
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._guard = guard or (allow_any if allow_private else why_private)
        self._resolve = resolve
        self._observe = observe
        self._upstream = upstream
        self._limits = limits or BrowserLimits()
        self._browser = browser
        self._is_passive = is_passive
        self._is_replayed = is_replayed
        self._reference = reference

    def capture(self, url: str, workdir: Path, observer: Observer) -> PageCapture:
        """Capture ``url``; see :class:`evidencekit.protocols.PageEngine`.

        Raises :class:`BadInput` for what is no web URL, and :class:`BrowserUnavailable` where no
        browser starts or its log cannot be read.
        """
        address = parse_url(url)
        started = self._clock()
        self._browser = browser = self._browser or find_browser()
        dialer, page_id = self._dialer(), self._new_id()
        fragment = f"#{address.fragment}" if address.fragment else ""
        with (
            SocksGuard(dialer, client_uid=_client_uid()) as guard,
            running(browser, door=guard.door) as process,
            Recorder(process.log, kill=process.kill) as recorder,
        ):
            observer.on(_STEP, 0, len(_STEPS))
            page, recording, ended = self._look(
                address.url + fragment,
                process,
                recorder,
                routes=dialer.routes,
                page_id=page_id,
                workdir=workdir,
                observer=observer,
            )
        visit = page.visit
        observer.on(_STEP, _STEPS.index("replay"), len(_STEPS))
        packed = pack(
            recording,
            visit,
            page=WaczPage(id=page_id, url=address.url + fragment, at=started, title=visit.title),
            browser=browser,
            created=ended,
            workdir=workdir,
            is_passive=self._is_passive,
            is_replayed=self._is_replayed,
        )
        observer.on(_STEP, len(_STEPS), len(_STEPS))
        judgement = browser_verdict.judge(
            visit, recording, asked=address.url, dom=dom_start(visit), routes=dialer.routes.all()
        )
        final_url = visit.final_url or address.url
        return PageCapture(
            url=url,
            final_url=final_url,
            verdict=judgement.verdict,
            reasons=judgement.reasons,
            engine=_ENGINE,
            started_at=started,
            ended_at=ended,
            finds=finds_of(
                packed.files,
                visit.views,
                source={"kind": "url", "url": url, "final_url": final_url},
                at=ended,
            ),
            title=visit.title,
            context=context_of(
                judgement.verdict, dom_start(visit, limit=MAX_READ_CHARS + 1), final_url
            ),
            peer=_peer(visit, dialer.routes),
            notes=(
                *judgement.notes,
                *packed.notes,
                *_untested(browser),
                *through_proxy(dialer.routes.via),
            ),
            detail={
                **_detail(browser, visit, recording, dialer.routes),
                **detail_of(visit, page.behaviours, browser_verdict.resources(visit, recording)),
                **packed.detail,
            },
        )

    def _look(
        self,
        url: str,
        process: Running,
        recorder: Recorder,
        *,
        routes: RouteLog,
        page_id: str,
        workdir: Path,
        observer: Observer,
    ) -> tuple[Page, Recording, datetime]:
        """Visit and record; returns with them when the visit ended."""
        page = Page(
            process.connection,
            self._limits,
            log_size=recorder.received_bytes,
            clock=self._clock,
            is_passive=self._is_passive,
        )
        media, closing = Media(process.connection, self._clock), _Closing()
        recorder.start(
            self._converter(
                workdir,
                watch=page.watch,
                closing=closing,
                routes=routes,
                media=media,
                page_id=page_id,
            )
        )
        with _as_far_as_it_goes(page.visit):
            _run(page, url, workdir, observer)
            if page.visit.document is not None and not self._is_passive:
                media.refetch(lambda: self._left_bytes(recorder))
        ended = closing.at = self._clock()
        _say_of_media(media, page.visit)
        page.watch.sockets.finish()
        observer.on(_STEP, _STEPS.index("stamp"), len(_STEPS))
        _stamp(page, Stamp(url=urldefrag(url).url, reference=self._reference), workdir)
        observer.on(_STEP, _STEPS.index("record"), len(_STEPS))
        _leave(page, recorder)
        process.close()
        recording = recorder.finish()
        if recording.stopped is not None:
            page.visit.reasons.append(f"recording-stopped {recording.stopped}")
        return page, recording, ended

    def _left_bytes(self, recorder: Recorder) -> int:
        """Return how much may still be downloaded; each byte of it is logged some four times."""
        return (self._limits.log_bytes - recorder.received_bytes()) // 4

    def _dialer(self) -> Dialer:
        return Dialer(
            guard=self._guard,
            resolve=self._resolve,
            observe=self._observe,
            upstream=self._upstream,
            connect_s=CONNECT_S,
            clock=self._clock,
        )

    def _converter(
        self,
        workdir: Path,
        *,
        watch: Watch,
        closing: "_Closing",
        routes: RouteLog,
        media: Media,
        page_id: str,
    ) -> Converter:
        browser = self._browser or find_browser()

        def writer(path: Path) -> WarcWriter:
            return WarcWriter(
                path,
                software=f"evidencekit/{evidencekit.__version__}",
                settings=_settings(browser),
                clock=self._clock,
                new_id=self._new_id,
            )

        return lambda log: netlog_warc.record(
            log,
            workdir,
            was_seen=watch.was_seen,
            writer=writer,
            clock=self._clock,
            closing_at=lambda: closing.at,
            page_id=page_id,
            routes=routes,
            is_refetch=media.is_refetch,
            add_last=watch.sockets.write_to,
        )


@dataclass(slots=True)
class _Closing:
    """When we began to close the browser; told to the thread that records."""

    at: datetime | None = None


def _run(page: Page, url: str, workdir: Path, observer: Observer) -> None:
    page.run(url, workdir, lambda step: observer.on(_STEP, _STEPS.index(step), len(_STEPS)))


def _leave(page: Page, recorder: Recorder) -> None:
    """End what the page still loads, and wait until the record has everything so far."""
    connection = page.tab.connection
    with suppress(CallFailed):
        connection.post("Page.navigate", {"url": "about:blank"}, session=page.watch.session)
        connection.wait(recorder.has_caught_up, timeout_s=CATCH_UP_S)


def _say_of_media(media: Media, visit: Visit) -> None:
    if media.refetched:
        visit.add_note(f"media-refetched {media.refetched}")
    if media.incomplete:
        visit.add_reason(f"media-incomplete {media.incomplete}")


@contextmanager
def _as_far_as_it_goes(visit: Visit) -> Iterator[None]:
    """Let a visit end early where browser or recording end, with the reason."""
    try:
        yield
    except RecordingEnded:
        _log.debug("the recording ended under the page", exc_info=True)
    except CallFailed:
        _log.debug("the browser ended under the page", exc_info=True)
        visit.reasons.append("browser-died")


def _client_uid() -> int:
    user = browser_user()
    return os.geteuid() if user is None else user


def _settings(browser: Browser) -> Mapping[str, str]:
    """Return what the warcinfo record says of how this was made; paths of ours stay out."""
    shown = flags(profile=Path("PROFILE"), netlog=Path("NETLOG"), door="GUARD:PORT")
    return {
        "browser": f"{browser.name} {browser.version}",
        "browserArguments": " ".join(shown),
        "recordedFrom": "network log of the browser, capture mode Everything",
        "headChanges": netlog_heads.CHANGES,
        "cache": netlog_heads.CACHE,
        "robots": "ignore",
    }


def _stamp(page: Page, stamp: Stamp, workdir: Path) -> None:
    try:
        page.visit.views += list(stamp_views(page.tab, stamp, workdir))
    except CallFailed:  # the pictures themselves are there
        _log.debug("no stamped copy", exc_info=True)
        page.visit.add_note("no-stamped-copy")


def _detail(
    browser: Browser, visit: Visit, recording: Recording, routes: RouteLog
) -> Mapping[str, Json]:
    return {
        "proxy": routes.via,
        "strangers_at_guard": routes.strangers,
        "browser": f"{browser.name} {browser.version}",
        "status": visit.document.status if visit.document else None,
        "peers": recording.peers,
        "exchanges": recording.exchanges,
        "answers_seen": sum(visit.seen.answers.values()),
        "requests_failed": len(recording.failures),
        "browser_own_requests": recording.own_requests,
        "clock_offset": _clock_offset(visit),
    }


def _clock_offset(visit: Visit) -> Json:
    page = visit.document
    if page is None:
        return None
    return offset_document(page.headers, sent_at=page.sent_at, head_at=page.head_at)


def _peer(visit: Visit, routes: RouteLog) -> str | None:
    """Return the address that the page itself came from, where the guard connected to it."""
    host = urlsplit(visit.document.url).hostname if visit.document else None
    return next((one.ip for one in routes.all() if one.host == host and one.ip), None)


def _untested(browser: Browser) -> tuple[str, ...]:
    return () if browser.is_tested else (f"browser-version-untested {browser.version}",)
