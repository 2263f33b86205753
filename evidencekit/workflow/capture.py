"""Capture pages into a case: one event for each URL asked for, whatever became of it.

The case is held only while a finished capture is committed, so that a slow page keeps nobody
else from working.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

from evidencekit.capture.address import parse_url
from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium.installed import find_browser
from evidencekit.capture.chromium.profile import remove_dead_profiles
from evidencekit.capture.context.page_context import context_document
from evidencekit.capture.guard.dns_question import observe_dns
from evidencekit.capture.guard.upstream import Upstream, parse_upstream
from evidencekit.capture.hosting.lookalike import both_forms
from evidencekit.capture.http.engine import HttpEngine
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.interruption import Interruption
from evidencekit.capture.page.visit import BrowserLimits, limits_for
from evidencekit.capture.recording.recorder import RecorderName, require_allowed
from evidencekit.errors import BadInput, BrowserUnavailable, VisitLost
from evidencekit.files.durable import disk_errors
from evidencekit.formats.times import write_time
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.model.event import Actor
from evidencekit.model.json import Json
from evidencekit.protocols import Observer, PageEngine, Silent
from evidencekit.store.case import Case
from evidencekit.store.spool import open_spool
from evidencekit.store.writer import Committed
from evidencekit.workflow.credentials import Guarded, guarded, unguarded
from evidencekit.workflow.dating import Dated, Undated, date_early
from evidencekit.workflow.recording import record
from evidencekit.workflow.route import Routed, Way, require_usable, route_captured
from evidencekit.workflow.setting import Setting

EngineName = Literal["browser", "http"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """One URL, recorded."""

    seq: int
    """Number of the act."""
    page: PageCapture
    artifacts: tuple[Artifact, ...]
    engine_reason: str | None
    """Why the http engine was taken where none was asked for; None otherwise."""


def capture(
    case: Case,
    urls: Sequence[str],
    *,
    engine: EngineName | None = None,
    allow_private: bool = False,
    proxy: str | None = None,
    is_passive: bool = False,
    is_without_media: bool = False,
    accepts_invalid_tls: bool = False,
    recorder: RecorderName = "netlog",
    actor: Actor | None = None,
    sensitivity: Sensitivity = Sensitivity.NORMAL,
    is_covert: bool = False,
    time_limit_s: float | None = None,
    public_address_of: str | None = None,
    setting: Setting,
    observer: Observer | None = None,
    interruption: Interruption | None = None,
) -> Iterator[Captured | Routed | Dated | Undated]:
    """Capture each URL once, in order; yields each when it is recorded.

    Then registries are asked who hosts it, once for each host, and ``public_address_of``, a URL,
    which address this network shows. Covert: nobody is asked but the page, no authority either.
    Passive: the page is neither scrolled nor clicked. All goes through ``proxy`` where one is
    given, ``socks5://`` or ``http://``, and no name is looked up here then. With
    ``accepts_invalid_tls`` a certificate that cannot be verified is accepted and noted; registries
    and authorities are verified all the same. ``recorder`` is what the browser's traffic is
    recorded by; its debugging protocol keeps less than its network log, and is refused without
    media (:class:`~evidencekit.errors.PolicyForbids`).
    Without ``engine`` a browser is used where one is found, or another recorder is named. Where
    ``interruption`` is asked for, what has come of the page is recorded and yielded, nothing is
    begun any more, and :class:`~evidencekit.capture.interruption.Interrupted` raised. Raises
    :class:`~evidencekit.errors.BadInput` for what is no web address before anything is fetched,
    :class:`~evidencekit.errors.BrowserUnavailable` where none starts for the first URL, or each
    visit was lost to it.

    ``time_limit_s`` is for all of one page, None for what the engine takes by itself.
    Without media no picture, film, sound or font is asked for, received or kept (decision 0022);
    always so for ``csam_suspected``, of which possession is a crime.
    """
    wanted = list(dict.fromkeys(urls))
    for url in wanted:
        parse_url(url)
    interruption = interruption or Interruption()
    upstream = parse_upstream(proxy) if proxy is not None else None
    is_without_media = is_without_media or sensitivity is Sensitivity.CSAM_SUSPECTED
    require_allowed(recorder, is_without_media=is_without_media)
    chosen, reason = _choose(
        engine,
        allow_private=allow_private,
        upstream=upstream,
        is_passive=is_passive,
        is_without_media=is_without_media,
        accepts_invalid_tls=accepts_invalid_tls,
        recorder=recorder,
        is_covert=is_covert,
        reference=str(case.id),
        setting=setting,
        time_limit_s=time_limit_s,
        interruption=interruption,
    )
    actor = actor or case.first_actor()
    way = Way(allow_private=allow_private, upstream=upstream, public_address_of=public_address_of)
    require_usable(way, setting)
    follow_up = partial(
        _follow_up,
        case,
        hosts=set(),
        actor=actor,
        way=way,
        setting=setting,
        interruption=interruption,
    )
    keep = partial(_commit, case, actor=actor, sensitivity=sensitivity, setting=setting)
    lost: list[BrowserUnavailable] = []
    for number, url in enumerate(wanted):
        interruption.require_none()
        page, committed, loss = _capture_one(
            case,
            chosen,
            url,
            is_first=number == 0,
            keep=keep,
            setting=setting,
            observer=observer or Silent(),
            interruption=interruption,
        )
        lost += [loss] if loss is not None else []
        yield Captured(
            seq=committed.seq, page=page, artifacts=committed.artifacts, engine_reason=reason
        )
        # Only now: a browser whose capture was killed a moment ago has ended, and writes no more.
        remove_dead_profiles()
        if not is_covert:
            yield from follow_up(page, committed)
    interruption.require_none()
    if len(lost) == len(wanted):
        raise lost[0]


def _follow_up(
    case: Case,
    page: PageCapture,
    committed: Committed,
    *,
    hosts: set[tuple[str | None, str | None]],
    actor: Actor,
    way: Way,
    setting: Setting,
    interruption: Interruption,
) -> Iterator[Routed | Dated | Undated]:
    """Have the capture dated, and ask who hosts the page where that is not in ``hosts`` yet."""
    yield from interruption.run(lambda: tuple(date_early(case, committed, setting))) or ()
    host = (urlsplit(page.final_url).hostname, page.peer)
    if page.verdict is not CaptureVerdict.FAILED and host not in hosts:
        hosts.add(host)
        routed = interruption.run(
            lambda: route_captured(case, page, actor=actor, way=way, setting=setting)
        )
        yield from [routed] if routed is not None else []


def _capture_one(
    case: Case,
    engine: PageEngine,
    url: str,
    *,
    is_first: bool,
    keep: Callable[[PageCapture, Guarded], Committed],
    setting: Setting,
    observer: Observer,
    interruption: Interruption,
) -> tuple[PageCapture, Committed, BrowserUnavailable | None]:
    """Capture and record; the third is why a visit was lost, None where it was not."""
    with open_spool(case.root) as spool:
        nothing = partial(_nothing_of, url, engine.name, started=setting.clock(), setting=setting)
        try:
            with disk_errors(str(case.root)):
                page = _named_both_ways(engine.capture(url, spool.folder, observer))
        except BrowserUnavailable as exc:
            if is_first and not isinstance(exc, VisitLost):  # nobody was asked anything yet
                raise
            page = nothing(exc.reason if isinstance(exc, VisitLost) else "browser-not-started")
            return page, keep(page, unguarded(())), exc
        except KeyboardInterrupt:  # the site has seen the visit: the record says so too
            keep(nothing("interrupted"), unguarded(()))
            raise
        try:
            safe = interruption.run(lambda: guarded(page.finds, spool.folder, setting))
        except KeyboardInterrupt:  # what was captured is kept, for as few eyes as possible
            keep(page, unguarded(page.finds))
            raise
        return page, keep(page, safe or unguarded(page.finds)), None


def _named_both_ways(page: PageCapture) -> PageCapture:
    """Add notes that give each host of other letters in both forms, and what is odd about it."""
    notes: list[str] = []
    for host in dict.fromkeys(urlsplit(parse_url(url).url).hostname for url in _addresses(page)):
        name = both_forms(host or "")
        if name.unicode != name.ascii or name.warnings:
            shown = f"{name.unicode} ({name.ascii})"
            notes += [f"host-in-other-letters {shown}", *(f"{w} {shown}" for w in name.warnings)]
    return replace(page, notes=(*page.notes, *notes))


def _addresses(page: PageCapture) -> Iterator[str]:
    yield page.url
    with suppress(BadInput):  # a page may stand at an address that is none of the web
        parse_url(page.final_url)
        yield page.final_url


def _nothing_of(
    url: str, engine: str, reason: str, *, started: datetime, setting: Setting
) -> PageCapture:
    return PageCapture(
        url=url,
        final_url=url,
        verdict=CaptureVerdict.FAILED,
        reasons=(reason,),
        engine=engine,
        started_at=started,
        ended_at=setting.clock(),
        finds=(),
    )


def _choose(
    engine: EngineName | None,
    *,
    allow_private: bool,
    upstream: Upstream | None,
    is_passive: bool,
    is_without_media: bool,
    accepts_invalid_tls: bool,
    recorder: RecorderName,
    is_covert: bool,
    reference: str,
    setting: Setting,
    time_limit_s: float | None,
    interruption: Interruption,
) -> tuple[PageEngine, str | None]:
    reason = None
    observe = None if is_covert else observe_dns  # that is one more question to a name server
    if engine != "http":
        try:
            browser = find_browser()
        except BrowserUnavailable as exc:
            if engine == "browser" or recorder != "netlog":  # who names a recorder wants a browser
                raise
            reason = exc.message
        else:
            return (
                BrowserEngine(
                    clock=setting.clock,
                    new_id=_new_id,
                    allow_private=allow_private,
                    upstream=upstream,
                    is_passive=is_passive,
                    is_without_media=is_without_media,
                    accepts_invalid_tls=accepts_invalid_tls,
                    recorder=recorder,
                    reference=reference,
                    browser=browser,
                    observe=observe,
                    interruption=interruption,
                    limits=BrowserLimits() if time_limit_s is None else limits_for(time_limit_s),
                ),
                None,
            )
    http = HttpEngine(
        clock=setting.clock,
        new_id=_new_id,
        allow_private=allow_private,
        accepts_invalid_tls=accepts_invalid_tls,
        upstream=upstream,
        observe=observe,
        is_without_media=is_without_media,
        interruption=interruption,
        limits=Limits() if time_limit_s is None else Limits(total_s=time_limit_s),
    )
    return http, reason


def _new_id() -> str:
    return str(uuid.uuid4())


def _commit(
    case: Case,
    page: PageCapture,
    kept: Guarded,
    *,
    actor: Actor,
    sensitivity: Sensitivity,
    setting: Setting,
) -> Committed:
    return record(
        case,
        "capture",
        kept.finds,
        detail=kept.detail(detail_of(page)),
        actor=actor,
        sensitivity=sensitivity,
        setting=setting,
    )


def detail_of(page: PageCapture) -> dict[str, Json]:
    """Return a capture as its event's detail (docs/format/ledger.md §4), not yet marked."""
    return {
        "url": page.url,
        "final_url": page.final_url,
        "verdict": page.verdict.value,
        "reasons": list(page.reasons),
        "notes": list(page.notes),
        "engine": page.engine,
        "title": page.title,
        "context": context_document(page.context) if page.context is not None else None,
        "started_at": write_time(page.started_at),
        "ended_at": write_time(page.ended_at),
        "facts": page.detail,
    }
