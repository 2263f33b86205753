"""Capture pages into a case: one event for each URL asked for, whatever became of it.

The case is held only while a finished capture is committed, so that a slow page keeps nobody
else from working.
"""

import math
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from evidencekit.capture.address import parse_url
from evidencekit.capture.browser import BrowserEngine
from evidencekit.capture.chromium import find_browser
from evidencekit.capture.chromium_profile import remove_dead_profiles
from evidencekit.capture.http import HttpEngine
from evidencekit.errors import BrowserUnavailable
from evidencekit.files.durable import disk_errors
from evidencekit.formats.times import write_time
from evidencekit.model.artifact import Artifact, Sensitivity
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.model.event import Actor
from evidencekit.model.json import Json
from evidencekit.protocols import Observer, PageEngine, Silent
from evidencekit.sandbox.runner import Worker
from evidencekit.store.case import Case
from evidencekit.store.spool import open_spool
from evidencekit.store.writer import Committed, open_writer
from evidencekit.workflow.dating import Dated, Undated, date_early
from evidencekit.workflow.ingest import draft_of
from evidencekit.workflow.setting import Setting

EngineName = Literal["browser", "http"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """One URL, recorded."""

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
    actor: Actor | None = None,
    sensitivity: Sensitivity = Sensitivity.NORMAL,
    setting: Setting,
    observer: Observer | None = None,
) -> Iterator[Captured | Dated | Undated]:
    """Capture each URL once, in order; yields each when it is recorded.

    Without ``engine`` a browser is used where one is found. Raises
    :class:`~evidencekit.errors.BadInput` for what is no web address before anything is fetched,
    and :class:`~evidencekit.errors.BrowserUnavailable`.
    """
    wanted = list(dict.fromkeys(urls))
    for url in wanted:
        parse_url(url)
    chosen, reason = _choose(engine, allow_private=allow_private, setting=setting)
    actor = actor or case.first_actor()
    for url in wanted:
        with open_spool(case.root) as spool:
            started = setting.clock()
            try:
                with disk_errors(str(case.root)):
                    page = chosen.capture(url, spool.folder, observer or Silent())
            except KeyboardInterrupt:  # the site has seen the visit: the record says so too
                page = _interrupted(url, chosen.name, started, setting)
                _commit(case, page, actor, sensitivity, setting)
                raise
            committed = _commit(case, page, actor, sensitivity, setting)
        yield Captured(page=page, artifacts=committed.artifacts, engine_reason=reason)
        # Only now: a browser whose capture was killed a moment ago has ended, and writes no more.
        remove_dead_profiles()
        yield from date_early(case, committed, setting)


def _interrupted(url: str, engine: str, started: datetime, setting: Setting) -> PageCapture:
    return PageCapture(
        url=url,
        final_url=url,
        verdict=CaptureVerdict.FAILED,
        reasons=("interrupted",),
        engine=engine,
        started_at=started,
        ended_at=setting.clock(),
        finds=(),
    )


def _choose(
    engine: EngineName | None, *, allow_private: bool, setting: Setting
) -> tuple[PageEngine, str | None]:
    reason = None
    if engine != "http":
        try:
            browser = find_browser()
        except BrowserUnavailable as exc:
            if engine == "browser":
                raise
            reason = exc.message
        else:
            return (
                BrowserEngine(
                    clock=setting.clock,
                    new_id=_new_id,
                    allow_private=allow_private,
                    browser=browser,
                ),
                None,
            )
    http = HttpEngine(clock=setting.clock, new_id=_new_id, allow_private=allow_private)
    return http, reason


def _new_id() -> str:
    return str(uuid.uuid4())


def _commit(
    case: Case, page: PageCapture, actor: Actor, sensitivity: Sensitivity, setting: Setting
) -> Committed:
    with (
        # A page may be gone by now: what was captured waits for the case, however long.
        open_writer(
            case.root, case.id, setting.machine(), command="capture", wait_s=math.inf
        ) as writer,
        Worker() as worker,
    ):
        drafts = []
        for find in page.finds:
            with find.content.open() as stream:
                spooled = writer.spool.put(stream)
            drafts.append(draft_of(find, spooled, writer, worker, sensitivity=sensitivity))
        return writer.commit("capture", actor=actor, detail=detail_of(page), drafts=drafts)


def detail_of(page: PageCapture) -> dict[str, Json]:
    """Return a capture as its event's detail (docs/format/ledger.md §4)."""
    return {
        "url": page.url,
        "final_url": page.final_url,
        "verdict": page.verdict.value,
        "reasons": list(page.reasons),
        "notes": list(page.notes),
        "engine": page.engine,
        "title": page.title,
        "started_at": write_time(page.started_at),
        "ended_at": write_time(page.ended_at),
        "facts": page.detail,
    }
