"""The http engine: a page and its requisites as a server hands them to anybody, no script run.

Every byte sent and received, above TLS, is in one WARC file, with the address and the certificates
of the very connection it came over. Verdicts: ``complete`` – the page answered 2xx and so did every
requisite that HTML and CSS name; ``partial`` – something of that is missing, or the server said
4xx/5xx (what it said is evidence and is kept); ``blocked`` – a challenge stood in front of the
page; ``failed`` – no page answered: no connection, a refused address, a redirect without end.
"""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import requests
from certifi import where

import evidencekit
from evidencekit.capture.address import parse_url
from evidencekit.capture.context.clock_offset import offset_document
from evidencekit.capture.context.page_context import context_of
from evidencekit.capture.guard.addresses import Guard
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.dns_question import observe_dns
from evidencekit.capture.guard.names import Observe, Resolve, resolve_host
from evidencekit.capture.guard.own_network import capture_guard
from evidencekit.capture.guard.passages import DNS, TCP, Passage, lookup_documents, passage_document
from evidencekit.capture.guard.refusals import through_proxy
from evidencekit.capture.guard.upstream import Upstream
from evidencekit.capture.html.requisites import Requisite
from evidencekit.capture.http.fetch import Fetcher
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.http.tape import Budget
from evidencekit.capture.http.walk import Walk, Walked
from evidencekit.capture.page.facts import PageFacts
from evidencekit.capture.page.gates import gate
from evidencekit.capture.page.seen import Document
from evidencekit.capture.warc import WarcWriter, warc_uri
from evidencekit.capture.without_media.blocked import Blocked, BlockedList
from evidencekit.capture.without_media.document import NAME as DOCUMENT_NAME
from evidencekit.capture.without_media.document import ROLE as DOCUMENT_ROLE
from evidencekit.capture.without_media.document import Cleaned, cleaned_document
from evidencekit.capture.without_media.exchanges import CHANGES as WITHOUT_MEDIA_CHANGES
from evidencekit.capture.without_media.telling import WITHOUT_MEDIA, told_without_media
from evidencekit.errors import BadInput, DiskUnavailable
from evidencekit.files.opening import RegularFile
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.model.find import Find
from evidencekit.model.json import Json
from evidencekit.protocols import Observer
from evidencekit.text.catalog import _

USER_AGENT = f"Mozilla/5.0 (compatible; evidencekit/{evidencekit.__version__})"
"""Honest: names us, and no browser that we are not; some sites answer nothing without Mozilla."""
MAX_TITLE_CHARS = 1000
_ENGINE = "http"
_NAME = "capture-http.warc.gz"


class HttpEngine:
    """Captures without a browser; satisfies ``protocols.PageEngine``.

    ``new_id`` returns a fresh UUID as text. ``ca_file`` replaces the roots that requests ships.
    ``guard``, ``resolve`` and ``observe`` are for tests and for networks with rules of their own.
    With ``is_without_media`` the page's own document is all that is asked for, and of it heads and
    words are all that is kept (decision 0022).
    """

    name = _ENGINE

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        allow_private: bool = False,
        limits: Limits | None = None,
        user_agent: str = USER_AGENT,
        languages: str = "ko,en;q=0.8",
        ca_file: Path | None = None,
        guard: Guard | None = None,
        resolve: Resolve = resolve_host,
        observe: Observe | None = observe_dns,
        upstream: Upstream | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        is_without_media: bool = False,
    ) -> None:
        self._is_without_media = is_without_media
        self._clock = clock
        self._new_id = new_id
        self._guard = guard
        self._allow_private = allow_private
        self._limits = limits or Limits()
        self._headers = {
            "User-Agent": user_agent,
            "Accept-Language": languages,
            "Accept-Encoding": "gzip",  # what every reader of WARC can undo
            "Connection": "close",  # one exchange per connection, see evidencekit.capture.http.tape
        }
        self._resolve = resolve
        self._observe = observe
        self._upstream = upstream
        self._monotonic = monotonic
        self._tls = tls_context(ca_file)

    def capture(self, url: str, workdir: Path, observer: Observer) -> PageCapture:
        """Capture ``url``; see :class:`evidencekit.protocols.PageEngine`.

        Raises :class:`BadInput` for what is no web URL, and :class:`DiskUnavailable`.
        """
        address = parse_url(url)
        started = self._clock()
        path = workdir / _NAME
        dialer = self._dialer()
        blocked = BlockedList()
        try:
            with self._writer(path) as warc, requests.Session() as session:
                fetcher = self._fetcher(warc, session, dialer, workdir)
                walked = Walk(
                    fetcher,
                    self._limits,
                    observer,
                    blocked=self._blocking(blocked) if self._is_without_media else None,
                ).run(address.url)
                received = fetcher.received_bytes
                _write_passages(warc, dialer.passages.all(), at=self._clock())
        except OSError as exc:
            raise DiskUnavailable(_("cannot write the capture: {exc}").format(exc=exc)) from exc
        verdict, reasons = judge(
            walked,
            asked=address.url,
            max_named=self._limits.reasons,
            is_without_media=self._is_without_media,
        )
        ended = self._clock()
        find = Find(
            name=_NAME,
            content=RegularFile(path),
            origin="capture",
            acquired_at=ended,
            role="warc",
            source={"kind": "url", "url": url, "final_url": walked.final_url},
            media_type="application/warc+gzip",
        )
        document = None
        if self._is_without_media:
            document = cleaned_document(walked.text or walked.other_text)
        page = PageCapture(
            url=url,
            final_url=walked.final_url,
            verdict=verdict,
            reasons=reasons,
            engine=_ENGINE,
            started_at=started,
            ended_at=ended,
            finds=(find, *_document(find, document, workdir)),
            title=walked.title[:MAX_TITLE_CHARS] if walked.title is not None else None,
            context=context_of(
                verdict, document.text if document is not None else walked.text, walked.page.url
            ),
            peer=walked.page.ip,
            notes=(*_notes(walked), *through_proxy(dialer.passages.via)),
            detail={
                "proxy": dialer.passages.via,
                **_detail(walked, fetcher, received),
                "without_media": _without_media(blocked, document)
                if self._is_without_media
                else None,
            },
        )
        return told_without_media(page) if self._is_without_media else page

    def _blocking(self, blocked: BlockedList) -> Callable[[Requisite], None]:
        return lambda one: blocked.add(
            Blocked(url=one.url, at=self._clock(), kind=one.kind, stage="not-sent")
        )

    def _writer(self, path: Path) -> WarcWriter:
        return WarcWriter(
            path,
            software=f"evidencekit/{evidencekit.__version__}",
            settings={
                "engine": _ENGINE,
                "http-header-user-agent": warc_uri(self._headers["User-Agent"]).replace("%20", " "),
                "recordedFrom": "bytes above TLS, one connection per exchange",
                **({"withoutMedia": WITHOUT_MEDIA_CHANGES} if self._is_without_media else {}),
                "robots": "ignore",
            },
            clock=self._clock,
            new_id=self._new_id,
        )

    def _dialer(self) -> Dialer:
        return Dialer(
            guard=self._guard or capture_guard(allow_private=self._allow_private),
            resolve=self._resolve,
            observe=self._observe,
            upstream=self._upstream,
            connect_s=self._limits.connect_s,
            clock=self._clock,
        )

    def _fetcher(
        self, warc: WarcWriter, session: requests.Session, dialer: Dialer, workdir: Path
    ) -> Fetcher:
        session.trust_env = False  # no proxy, .netrc or certificates from the environment
        session.headers.clear()
        session.headers.update(self._headers)
        limits = self._limits
        return Fetcher(
            session=session,
            warc=warc,
            dialer=dialer,
            tls=self._tls,
            limits=limits,
            budget=Budget(
                bytes_left=limits.total_bytes, deadline=self._monotonic() + limits.total_s
            ),
            folder=workdir,
            page_id=self._new_id(),
            clock=self._clock,
            monotonic=self._monotonic,
            is_without_media=self._is_without_media,
        )


def judge(
    walked: Walked, *, asked: str, max_named: int, is_without_media: bool = False
) -> tuple[CaptureVerdict, tuple[str, ...]]:
    """Weigh what a walk came to; pure. The module's docstring has the rules."""
    page = walked.page
    if page.status is None or page.location is not None:
        return CaptureVerdict.FAILED, (page.reason or "no-answer",)
    missing = [f"requisites-missing {len(walked.missing)}"] if walked.missing else []
    cut = dict.fromkeys([*([page.reason] if page.reason else []), *walked.limits_hit])
    others = (
        *((WITHOUT_MEDIA,) if is_without_media else ()),
        *cut,
        *missing,
        *(f"requisite {why}" for why in walked.missing[:max_named]),
    )
    document = Document(url=page.url, status=page.status, headers=page.headers)
    facts = PageFacts(url=page.url, title=walked.title or "", text_chars=len(walked.text))
    blocked_by = gate(document, facts, asked=asked, dom=walked.text)
    if blocked_by is not None:
        return CaptureVerdict.BLOCKED, (blocked_by, *others)
    status = () if page.status // 100 == 2 else (f"http-status {page.status}",)  # noqa: PLR2004 (RFC 9110 §15)
    reasons = (*status, *others)
    return CaptureVerdict.PARTIAL if reasons else CaptureVerdict.COMPLETE, reasons


def _write_passages(warc: WarcWriter, passages: Sequence[Passage], *, at: datetime) -> None:
    warc.write_metadata(DNS, lookup_documents(passages), at=at)
    warc.write_metadata(TCP, [passage_document(passage) for passage in passages], at=at)


def _document(find: Find, document: Cleaned | None, workdir: Path) -> tuple[Find, ...]:
    if document is None or not document.text:
        return ()
    path = workdir / DOCUMENT_NAME
    path.write_bytes(document.text.encode("utf-8", errors="replace"))
    return (
        replace(
            find,
            name=path.name,
            content=RegularFile(path),
            role=DOCUMENT_ROLE,
            media_type="text/html",
        ),
    )


def _without_media(blocked: BlockedList, document: Cleaned | None) -> dict[str, Json]:
    return {
        **blocked.as_json(),
        "cleaned": dict(document.replaced) if document is not None else None,
    }


def _notes(walked: Walked) -> tuple[str, ...]:
    scripts = ("scripts-not-run",) if walked.has_scripts else ()
    refresh = (f"refresh-not-followed {walked.refresh}",) if walked.refresh else ()
    return (*scripts, *refresh)


def _detail(walked: Walked, fetcher: Fetcher, received: int) -> Mapping[str, Json]:
    return {
        "status": walked.page.status,
        "peers": sorted(fetcher.peers),
        "exchanges": fetcher.exchanges,
        "received_bytes": received,
        "redirects": walked.redirects,
        "requisites": walked.requisites,
        "requisites_missing": len(walked.missing),
        "limits_hit": walked.limits_hit,
        "clock_offset": offset_document(
            walked.page.headers, sent_at=walked.page.sent_at, head_at=walked.page.head_at
        ),
    }


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return how servers are verified: against the roots that requests ships, or ``ca_file``."""
    try:
        context = ssl.create_default_context(cafile=str(ca_file or where()))
    except (OSError, ssl.SSLError) as exc:
        raise BadInput(_("no certificates can be read from {path}").format(path=ca_file)) from exc
    context.set_alpn_protocols(["http/1.1"])
    return context
