"""The browser engine: one page in a real Chromium, recorded by Chromium's own network log.

No byte between page and server is changed, and no certificate is ours. A certificate that cannot
be verified ends the visit, unless it was asked for to go on; then it is said. Each capture has a
process and a profile of its own, so no cookie, cache or script of one page is seen by another, and
both are gone afterwards. The log is converted while the page is being looked at and never lies on
a disk. Where it cannot be read, the engine can be told to record by the debugging protocol
(docs/decisions/0024); it never does so on its own.

All traffic goes through the guard (:mod:`evidencekit.capture.guard.socks`), which resolves every
name and judges every address before it connects: a redirect, a sub-resource, a WebSocket or a
changed DNS answer leads to no private address. What was refused is a reason of the verdict.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from evidencekit.capture.address import parse_url
from evidencekit.capture.browser import verdict as browser_verdict
from evidencekit.capture.browser.look import Looked, Looking, look
from evidencekit.capture.browser.packing import pack, pack_nothing
from evidencekit.capture.browser.visit_record import detail_of, dom_start, finds_of
from evidencekit.capture.chromium.cdp import CallFailed
from evidencekit.capture.chromium.installed import Browser, find_browser
from evidencekit.capture.chromium.process import Running, browser_user, running
from evidencekit.capture.context.clock_offset import offset_document
from evidencekit.capture.context.page_context import MAX_READ_CHARS, context_of
from evidencekit.capture.full_disk import spare_room
from evidencekit.capture.guard.addresses import Guard
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.dns_question import observe_dns
from evidencekit.capture.guard.names import Observe, Resolve, resolve_host
from evidencekit.capture.guard.own_network import capture_guard
from evidencekit.capture.guard.passages import PassageLog, host_and_port
from evidencekit.capture.guard.refusals import through_proxy
from evidencekit.capture.guard.servers import gather_servers, servers_document
from evidencekit.capture.guard.socks import SocksGuard
from evidencekit.capture.guard.upstream import Upstream
from evidencekit.capture.interruption import Interruption
from evidencekit.capture.netlog.page_recorder import NetlogRecorder
from evidencekit.capture.page.visit import BrowserLimits, Visit
from evidencekit.capture.protocol_record.recorder import ProtocolRecorder
from evidencekit.capture.recording.recorder import PageRecorder, RecorderName, require_allowed
from evidencekit.capture.recording.two_files import Recording
from evidencekit.capture.tls_notes import not_verified
from evidencekit.capture.without_media.telling import told_without_media
from evidencekit.errors import BrowserUnavailable, VisitLost
from evidencekit.formats.wacz import WaczPage
from evidencekit.model.capture import PageCapture
from evidencekit.model.json import Json
from evidencekit.protocols import Observer

_ENGINE = "browser"
_DIED = "browser-died"
_STEP = "capture-page"
CONNECT_S = 15
"""For looking up a name, and once more for connecting."""
_STEPS = ("start", "load", "scroll", "idle", "read", "views", "stamp", "record", "replay")


class BrowserEngine:
    """Captures with the browser of this machine; satisfies ``protocols.PageEngine``.

    ``new_id`` returns a fresh UUID as text. Without ``browser`` the installed one is looked for at
    the first capture, and :class:`BrowserUnavailable` raised there if there is none. ``guard``,
    ``resolve`` and ``observe`` are for tests and for networks with rules of their own. Without
    ``is_replayed`` the page is not shown again to check the record. With ``is_without_media`` no
    picture, film, sound or font is asked for, received or kept (decision 0022).
    ``accepts_invalid_tls`` goes on where a certificate cannot be verified, and says so.
    Where ``interruption`` is asked for, what has come is kept, with the reason ``interrupted``.
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
        is_without_media: bool = False,
        accepts_invalid_tls: bool = False,
        reference: str | None = None,
        recorder: RecorderName = "netlog",
        guard: Guard | None = None,
        resolve: Resolve = resolve_host,
        observe: Observe | None = observe_dns,
        upstream: Upstream | None = None,
        interruption: Interruption | None = None,
    ) -> None:
        require_allowed(recorder, is_without_media=is_without_media)
        self._clock = clock
        self._new_id = new_id
        self._how = Looking(
            limits=limits or BrowserLimits(),
            clock=clock,
            new_id=new_id,
            is_passive=is_passive,
            is_without_media=is_without_media,
            accepts_invalid_tls=accepts_invalid_tls,
            interruption=interruption or Interruption(),
            reference=reference,
        )
        self._guard = guard
        self._allow_private = allow_private
        self._resolve = resolve
        self._observe = observe
        self._upstream = upstream
        self._browser = browser
        self._is_passive = is_passive
        self._is_replayed = is_replayed
        self._settings: Mapping[str, Json] = {
            "allow_private": allow_private,
            "passive": is_passive,
        }
        self._recorder: RecorderName = recorder

    def capture(self, url: str, workdir: Path, observer: Observer) -> PageCapture:
        """Capture ``url``; see :class:`evidencekit.protocols.PageEngine`.

        Raises :class:`BadInput` for what is no web URL, :class:`BrowserUnavailable` where no
        browser starts, its kind :class:`VisitLost` where one that had started ended before there
        was a page, or where its log cannot be read, and OSError where a disk is full at the start.
        """
        with spare_room(workdir):
            return self._capture(url, workdir, observer)

    def _capture(self, url: str, workdir: Path, observer: Observer) -> PageCapture:
        address = parse_url(url)
        started = self._clock()
        self._browser = browser = self._browser or find_browser()
        dialer, page_id = self._dialer(), self._new_id()

        def on_step(step: str) -> None:
            observer.on(_STEP, _STEPS.index(step), len(_STEPS))

        fragment = f"#{address.fragment}" if address.fragment else ""
        with (
            SocksGuard(dialer, client_uid=_client_uid()) as guard,
            running(
                browser,
                door=guard.door,
                is_recorded=self._recorder == "netlog",
                is_without_media=self._how.is_without_media,
            ) as process,
            _losing_the_visit(),
            self._recording(process) as recorder,
        ):
            on_step("start")
            if self._how.accepts_invalid_tls:
                process.accept_invalid_certificates()
            looked = look(
                address.url + fragment,
                self._how,
                browser,
                process,
                recorder,
                passages=dialer.passages,
                page_id=page_id,
                workdir=workdir,
                on_step=on_step,
            )
        visit, recording, ended = looked.visit, looked.recording, looked.ended
        on_step("replay")
        if looked.media is not None:
            packed = pack_nothing(recording)
        else:
            packed = pack(
                recording,
                visit,
                page=WaczPage(
                    id=page_id, url=address.url + fragment, at=started, title=visit.title
                ),
                browser=browser,
                created=ended,
                workdir=workdir,
                is_passive=self._is_passive,
                is_replayed=self._is_replayed,
                interruption=self._how.interruption,
            )
        observer.on(_STEP, len(_STEPS), len(_STEPS))
        judgement = browser_verdict.judge(
            visit,
            recording,
            asked=address.url,
            dom=dom_start(visit),
            passages=dialer.passages.all(),
            media=looked.media,
        )
        final_url = visit.final_url or address.url
        page = PageCapture(
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
            peer=_peer(visit, dialer.passages),
            notes=(
                *(not_verified(recording.refused) if self._how.accepts_invalid_tls else ()),
                *judgement.notes,
                *packed.notes,
                *_untested(browser),
                *(("recorded-by-protocol",) if recorder.loses else ()),
                *through_proxy(dialer.passages.via),
            ),
            detail={
                "accepts_invalid_tls": self._how.accepts_invalid_tls,
                "settings": self._settings,
                **_detail(browser, visit, recording, dialer.passages),
                "recorder": recorder.name,
                "netlog": recorder.netlog,
                "not_recorded": list(recorder.loses),
                **detail_of(visit, looked.behaviours, browser_verdict.resources(visit, recording)),
                **packed.detail,
                "without_media": _without_media(looked),
            },
        )
        return page if looked.media is None else told_without_media(page)

    def _recording(self, process: Running) -> AbstractContextManager[PageRecorder]:
        if self._recorder == "protocol":
            return ProtocolRecorder(process.connection)
        is_without_media = self._how.is_without_media
        return NetlogRecorder(process.log, kill=process.kill, is_without_media=is_without_media)

    def _dialer(self) -> Dialer:
        return Dialer(
            guard=self._guard or capture_guard(allow_private=self._allow_private),
            resolve=self._resolve,
            observe=self._observe,
            upstream=self._upstream,
            connect_s=CONNECT_S,
            clock=self._clock,
        )


@contextmanager
def _losing_the_visit() -> Iterator[None]:
    """Say of what ends the visit that it had begun."""
    try:
        yield
    except BrowserUnavailable as exc:
        reason = _DIED if isinstance(exc, CallFailed) else "log-unreadable"
        raise VisitLost(exc.message, reason=reason, hint=exc.hint) from exc


def _client_uid() -> int:
    user = browser_user()
    return os.geteuid() if user is None else user


def _detail(
    browser: Browser, visit: Visit, recording: Recording, passages: PassageLog
) -> Mapping[str, Json]:
    return {
        "proxy": passages.via,
        "strangers_at_guard": passages.strangers,
        "browser": f"{browser.name} {browser.version}",
        "status": visit.document.status if visit.document else None,
        "peers": recording.peers,
        "exchanges": recording.exchanges,
        "answers_seen": sum(visit.seen.answers.values()),
        "requests_failed": len(recording.failures),
        "browser_own_requests": recording.own_requests,
        "clock_offset": _clock_offset(visit),
        **servers_document(
            # What did not come out of the log is at least known to the guard.
            recording.servers or gather_servers((one, None) for one in passages.all()),
            page=host_and_port(visit.document.url) if visit.document else None,
        ),
    }


def _without_media(looked: Looked) -> Json:
    if looked.media is None:
        return None
    return {
        **looked.media.blocked.as_json(),
        "cleaned": dict(looked.document.replaced) if looked.document.is_kept else None,
    }


def _clock_offset(visit: Visit) -> Json:
    page = visit.document
    if page is None:
        return None
    return offset_document(page.headers, sent_at=page.sent_at, head_at=page.head_at)


def _peer(visit: Visit, passages: PassageLog) -> str | None:
    """Return the address that the page itself came from, where the guard connected to it."""
    host = _page_host(visit)
    return next((one.ip for one in passages.all() if one.host == host and one.ip), None)


def _page_host(visit: Visit) -> str | None:
    return urlsplit(visit.document.url).hostname if visit.document else None


def _untested(browser: Browser) -> tuple[str, ...]:
    return () if browser.is_tested else (f"browser-version-untested {browser.version}",)
