"""The browser engine: one page in a real Chromium, recorded by Chromium's own network log.

Nothing stands between page and server: no proxy, no certificate of ours, no changed request. TLS
errors are never ignored. Each capture has a process and a profile of its own, so no cookie, cache
or script of one page is seen by another, and both are gone afterwards, with the log, which holds
cookies and tokens.

Private addresses: the host is resolved and judged before the browser starts, and every peer that
the log names is judged afterwards; where one was private, the verdict says
``private-address-reached``. A page can still *reach* a private address by redirect, by a
sub-resource or by changing DNS answers; a proxy that prevents it comes with the next release.
"""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import evidencekit
from evidencekit.capture import browser_verdict, netlog_heads, netlog_warc
from evidencekit.capture.address import parse_url
from evidencekit.capture.cdp import CallFailed
from evidencekit.capture.chromium import Browser, find_browser, flags
from evidencekit.capture.chromium_process import Running, running
from evidencekit.capture.guard import Guard, allow_any, why_private
from evidencekit.capture.netlog_warc import Recording
from evidencekit.capture.page import BrowserLimits, Page, Visit
from evidencekit.capture.page_watch import Seen
from evidencekit.capture.warc import WarcWriter
from evidencekit.errors import BrowserUnavailable
from evidencekit.files.opening import RegularFile
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.model.find import Find
from evidencekit.model.json import Json
from evidencekit.protocols import Observer
from evidencekit.text.catalog import _

_log = logging.getLogger(__name__)
_ENGINE = "browser"
_STEP = "capture-page"
_STEPS = ("start", "load", "scroll", "idle", "read", "views", "record")


class BrowserEngine:
    """Captures with the browser of this machine; satisfies ``protocols.PageEngine``.

    ``new_id`` returns a fresh UUID as text. Without ``browser`` the installed one is looked for at
    the first capture, and :class:`BrowserUnavailable` raised there if there is none.
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
    ) -> None:
        self._clock = clock
        self._new_id = new_id
        self._guard: Guard = allow_any if allow_private else why_private
        self._limits = limits or BrowserLimits()
        self._browser = browser

    def capture(self, url: str, workdir: Path, observer: Observer) -> PageCapture:
        """Capture ``url``; see :class:`evidencekit.protocols.PageEngine`.

        Raises :class:`BadInput` for what is no web URL, and :class:`BrowserUnavailable` where no
        browser starts or its log cannot be read.
        """
        address = parse_url(url)
        started = self._clock()
        refusal = _refusal(address.host, address.port, self._guard)
        if refusal is not None:
            return self._refused(url, refusal, started)
        self._browser = browser = self._browser or find_browser()
        with running(browser) as process:
            observer.on(_STEP, 0, len(_STEPS))
            fragment = f"#{address.fragment}" if address.fragment else ""
            visit = self._visit(process, address.url + fragment, workdir, observer)
            ended = self._clock()
            observer.on(_STEP, _STEPS.index("record"), len(_STEPS))
            process.close()
            recording = self._record(browser, process.netlog, workdir, visit.seen, ended)
        observer.on(_STEP, len(_STEPS), len(_STEPS))
        judgement = browser_verdict.judge(
            visit, recording, dom=_dom_start(visit), guard=self._guard
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
            finds=_finds(visit, recording, url=url, final_url=final_url, at=ended),
            title=visit.title,
            notes=(*judgement.notes, *_untested(browser)),
            detail=_detail(browser, visit, recording),
        )

    def _visit(self, process: Running, url: str, workdir: Path, observer: Observer) -> Visit:
        page = Page(process.connection, self._limits, log_size=process.log_size)
        try:
            page.run(url, workdir, lambda step: observer.on(_STEP, _STEPS.index(step), len(_STEPS)))
        except CallFailed:
            _log.debug("the browser ended under the page", exc_info=True)
            page.visit.reasons.append("browser-died")
        return page.visit

    def _record(
        self, browser: Browser, netlog: Path, workdir: Path, seen: Seen, ended: datetime
    ) -> Recording:
        def writer(path: Path) -> WarcWriter:
            return WarcWriter(
                path,
                software=f"evidencekit/{evidencekit.__version__}",
                settings=_settings(browser),
                clock=self._clock,
                new_id=self._new_id,
            )

        with _open_log(netlog) as stream:
            return netlog_warc.record(
                stream,
                workdir,
                was_seen=lambda url: url in seen.urls,
                writer=writer,
                closing_at=ended,
                page_id=self._new_id(),
            )

    def _refused(self, url: str, reason: str, started: datetime) -> PageCapture:
        return PageCapture(
            url=url,
            final_url=url,
            verdict=CaptureVerdict.FAILED,
            reasons=(reason,),
            engine=_ENGINE,
            started_at=started,
            ended_at=self._clock(),
            finds=(),
        )


def _open_log(path: Path) -> BinaryIO:
    # The folder belongs to the browser's user: what lies there by that name must be the file.
    try:
        return open(path, "rb", opener=lambda name, mode: os.open(name, mode | os.O_NOFOLLOW))
    except OSError as exc:
        raise BrowserUnavailable(_("the browser left no readable network log")) from exc


def _refusal(host: str, port: int, guard: Guard) -> str | None:
    """Resolve ``host`` and return why it must not be asked, in the words of the http engine."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return None  # the browser will say so too, and its log keeps the answers
    for *_rest, peer in found:
        why = guard(str(peer[0]))
        if why is not None:
            return f"address-refused {why} {peer[0]}"
    return None


def _settings(browser: Browser) -> Mapping[str, str]:
    """Return what the warcinfo record says of how this was made; paths of ours stay out."""
    shown = flags(profile=Path("PROFILE"), netlog=Path("NETLOG"))
    return {
        "browser": f"{browser.name} {browser.version}",
        "browserArguments": " ".join(shown),
        "recordedFrom": "network log of the browser, capture mode Everything",
        "headChanges": netlog_heads.CHANGES,
        "robots": "ignore",
    }


def _finds(
    visit: Visit, recording: Recording, *, url: str, final_url: str, at: datetime
) -> tuple[Find, ...]:
    files = [("warc", recording.main, "application/warc+gzip")]
    if recording.partial is not None:
        files.append(("warc-partial", recording.partial, "application/warc+gzip"))
    files += [(view.role, view.path, view.media_type) for view in visit.views]
    return tuple(
        Find(
            name=path.name,
            content=RegularFile(path),
            origin="capture",
            acquired_at=at,
            role=role,
            source={"kind": "url", "url": url, "final_url": final_url},
            media_type=media_type,
        )
        for role, path, media_type in files
    )


def _detail(browser: Browser, visit: Visit, recording: Recording) -> Mapping[str, Json]:
    return {
        "browser": f"{browser.name} {browser.version}",
        "status": visit.document.status if visit.document else None,
        "peers": recording.peers,
        "exchanges": recording.exchanges,
        "answers_seen": sum(visit.seen.answers.values()),
        "requests_failed": len(recording.failures),
        "browser_own_requests": recording.own_requests,
    }


def _untested(browser: Browser) -> tuple[str, ...]:
    return () if browser.is_tested else (f"browser-version-untested {browser.version}",)


def _dom_start(visit: Visit) -> str:
    for view in visit.views:
        if view.role == "dom":
            with view.path.open(encoding="utf-8", errors="replace") as text:
                return text.read(browser_verdict.SEARCHED_CHARS)
    return ""
