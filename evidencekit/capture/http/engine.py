"""The http engine: a page and its requisites as a server hands them to anybody, no script run.

Every byte sent and received, above TLS, is in one WARC file, with the address and the certificates
of the very connection it came over. Verdicts: ``complete`` – the page answered 2xx and so did every
requisite that HTML and CSS name; ``partial`` – something of that is missing, or the server said
4xx/5xx (what it said is evidence and is kept); ``blocked`` – a challenge stood in front of the
page; ``failed`` – no page answered: no connection, a refused address, a redirect without end.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import evidencekit
from evidencekit.capture.address import parse_url
from evidencekit.capture.context.clock_offset import offset_document
from evidencekit.capture.context.page_context import context_of
from evidencekit.capture.guard.addresses import Guard
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.dns_question import observe_dns
from evidencekit.capture.guard.names import Observe, Resolve, resolve_host
from evidencekit.capture.guard.own_network import capture_guard
from evidencekit.capture.guard.passages import (
    DNS,
    TCP,
    Passage,
    host_and_port,
    lookup_documents,
    passage_document,
)
from evidencekit.capture.guard.refusals import through_proxy
from evidencekit.capture.guard.servers import gather_servers, servers_document
from evidencekit.capture.guard.upstream import Upstream
from evidencekit.capture.html.requisites import Requisite
from evidencekit.capture.http.budget import Budget
from evidencekit.capture.http.connections import Connections
from evidencekit.capture.http.cookies import Cookies
from evidencekit.capture.http.fetch import Fetcher
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.http.server_trust import ServerTrust
from evidencekit.capture.http.unasked import write_unasked
from evidencekit.capture.http.walk import Walk, Walked
from evidencekit.capture.interruption import Interruption
from evidencekit.capture.page.facts import PageFacts
from evidencekit.capture.page.gates import gate
from evidencekit.capture.page.seen import MAX_HOPS, Document
from evidencekit.capture.tls_notes import not_verified
from evidencekit.capture.warc import WarcWriter, warc_uri
from evidencekit.capture.without_media.blocked import Blocked, BlockedList
from evidencekit.capture.without_media.document import NAME as DOCUMENT_NAME
from evidencekit.capture.without_media.document import ROLE as DOCUMENT_ROLE
from evidencekit.capture.without_media.document import Cleaned, cleaned_document
from evidencekit.capture.without_media.exchanges import CHANGES as WITHOUT_MEDIA_CHANGES
from evidencekit.capture.without_media.telling import WITHOUT_MEDIA, told_without_media
from evidencekit.errors import DiskUnavailable
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
    ``accepts_invalid_tls`` records a certificate that cannot be verified, and goes on.
    ``guard``, ``resolve`` and ``observe`` are for tests and for networks with rules of their own.
    With ``is_without_media`` the page's own document is all that is asked for, and of it heads and
    words are all that is kept (decision 0022).
    Where ``interruption`` is asked for, what has come is kept, with the reason ``interrupted``.
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
        accepts_invalid_tls: bool = False,
        guard: Guard | None = None,
        resolve: Resolve = resolve_host,
        observe: Observe | None = observe_dns,
        upstream: Upstream | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        is_without_media: bool = False,
        interruption: Interruption | None = None,
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
            "Connection": "keep-alive",  # what HTTP/1.1 is anyway, and old servers want told
        }
        self._resolve = resolve
        self._observe = observe
        self._upstream = upstream
        self._monotonic = monotonic
        self._interruption = interruption or Interruption()
        self._trust = ServerTrust(ca_file, accepts_invalid=accepts_invalid_tls)

    def capture(self, url: str, workdir: Path, observer: Observer) -> PageCapture:
        """Capture ``url``; see :class:`evidencekit.protocols.PageEngine`.

        Raises :class:`BadInput` for what is no web URL, and :class:`DiskUnavailable` where the disk
        does not even take the beginning.
        """
        address = parse_url(url)
        started = self._clock()
        path = workdir / _NAME
        dialer, blocked = self._dialer(), BlockedList()
        budget = Budget(
            allowed_bytes=self._limits.total_bytes,
            deadline=self._monotonic() + self._limits.total_s,
        )
        try:
            with self._writer(path) as warc:
                fetcher = self._fetcher(warc, dialer, budget, workdir)
                with closing(fetcher):
                    walk = Walk(
                        fetcher,
                        self._limits,
                        observer,
                        self._interruption,
                        blocked=self._blocking(blocked) if self._is_without_media else None,
                    )
                    walked = walk.run(address.url)
                try:
                    _write_passages(warc, dialer.passages.all(), at=self._clock())
                    write_unasked(warc, fetcher.connections.unasked(), at=self._clock())
                except OSError as exc:  # what was exchanged is there
                    fetcher.stop(exc)
                    walked.limits_hit.append(str(fetcher.spent()))
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
            notes=(
                *_notes(walked, fetcher.connections),
                *through_proxy(dialer.passages.via),
            ),
            detail={
                "proxy": dialer.passages.via,
                "settings": {"allow_private": self._allow_private},
                **_detail(walked, fetcher, budget.received_bytes),
                **_servers(walked, fetcher, dialer.passages.all()),
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
                "recordedFrom": "bytes above TLS, split between the exchanges of a connection",
                "invalidCertificates": "accepted" if self._trust.accepts_invalid else "refused",
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

    def _fetcher(self, warc: WarcWriter, dialer: Dialer, budget: Budget, workdir: Path) -> Fetcher:
        return Fetcher(
            headers=self._headers,
            cookies=Cookies(),
            warc=warc,
            dialer=dialer,
            trust=self._trust,
            limits=self._limits,
            budget=budget,
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


def _notes(walked: Walked, connections: Connections) -> tuple[str, ...]:
    scripts = ("scripts-not-run",) if walked.has_scripts else ()
    refresh = (f"refresh-not-followed {walked.refresh}",) if walked.refresh else ()
    unasked = len(connections.unasked())
    return (
        *not_verified(dict.fromkeys((one.host, one.why) for one in connections.refusals())),
        *scripts,
        *refresh,
        *((f"answers-unasked {unasked}",) if unasked else ()),
    )


def _detail(walked: Walked, fetcher: Fetcher, received: int) -> Mapping[str, Json]:
    return {
        "accepts_invalid_tls": fetcher.accepts_invalid_tls,
        "status": walked.page.status,
        "peers": sorted(fetcher.peers),
        "exchanges": fetcher.exchanges,
        "received_bytes": received,
        "redirects": len(walked.hops),
        "hops": [hop.as_json() for hop in walked.hops[:MAX_HOPS]],
        "requisites": walked.requisites,
        "requisites_missing": len(walked.missing),
        "limits_hit": walked.limits_hit,
        "clock_offset": offset_document(
            walked.page.headers, sent_at=walked.page.sent_at, head_at=walked.page.head_at
        ),
    }


def _servers(walked: Walked, fetcher: Fetcher, passages: Sequence[Passage]) -> Mapping[str, Json]:
    met = ((one, fetcher.secured.get((one.host, one.port))) for one in passages)
    return servers_document(gather_servers(met), page=host_and_port(walked.page.url))
