"""Decides what a visit came to: complete, partial, blocked or failed, and why.

Pure. What stands in front of a page (:mod:`evidencekit.capture.page.gates`) is never reported as
the page. What limits a capture without making it partial is a note.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidencekit.capture.guard.passages import Passage
from evidencekit.capture.guard.refusals import bypassing, refused_hosts, why_not_connected
from evidencekit.capture.page.gates import gate
from evidencekit.capture.page.media_guard import EndedAtHead, MediaGuard
from evidencekit.capture.page.seen import MAX_URL_CHARS, Document, Problem
from evidencekit.capture.page.traffic import EMPTY_REFUSAL
from evidencekit.capture.page.visit import Visit
from evidencekit.capture.page.watch import MANY_DIALOGS
from evidencekit.capture.recording.two_files import Recording
from evidencekit.capture.without_media.allowed import is_no_text, is_text_type
from evidencekit.capture.without_media.telling import WITHOUT_MEDIA
from evidencekit.model.capture import CaptureVerdict

_BAD_STATUS = 400
_TLS_ERRORS = ("net::ERR_CERT_", "net::ERR_SSL_", "net::ERR_BAD_SSL")
_DIED = "browser-died"
MAX_NOT_RECORDED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its reasons and notes, in a stable order."""

    verdict: CaptureVerdict
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def judge(
    visit: Visit,
    recording: Recording,
    *,
    asked: str,
    dom: str,
    passages: Sequence[Passage],
    media: MediaGuard | None = None,
) -> Judgement:
    """Weigh everything that is known of one visit.

    ``asked`` is the URL that was asked for, ``dom`` the final document or empty, ``passages`` all
    that the guard did, ``media`` what was kept from being fetched. Without media nothing is ever
    complete.
    """
    notes = _notes(visit, recording)
    past = bypassing(recording.peers, passages)
    if media is not None and media.ended_page is not None:
        reasons = (*_ended_at_head(media.ended_page), *_missing(visit, recording), *past)
        return Judgement(verdict=CaptureVerdict.PARTIAL, reasons=reasons, notes=notes)
    is_answered = visit.is_download or visit.net_error in {None, EMPTY_REFUSAL}
    if visit.document is None or not is_answered:
        reasons = (*_why_failed(visit, passages), *past)
        return Judgement(verdict=CaptureVerdict.FAILED, reasons=reasons, notes=notes)
    blocked_by = gate(visit.document, visit.facts, asked=asked, dom=dom)
    reasons = (
        *(_document(visit) if blocked_by is None else (blocked_by,)),
        *(_without_media(visit.document) if media is not None else ()),
        *visit.reasons,
        *_missing(visit, recording),
        *refused_hosts(passages),
        *past,
    )
    if blocked_by is not None:
        verdict = CaptureVerdict.BLOCKED
    else:
        verdict = CaptureVerdict.PARTIAL if reasons else CaptureVerdict.COMPLETE
    return Judgement(verdict=verdict, reasons=reasons, notes=notes)


def resources(visit: Visit, recording: Recording) -> tuple[tuple[Problem, ...], int]:
    """Return one by one what the reasons only count, and how many did not go into the list."""
    seen = visit.seen
    missing = [url for url, count in seen.answers.items() if count > recording.answers.get(url, 0)]
    listed = (
        Problem(url=url[:MAX_URL_CHARS], why="not-recorded") for url in missing[:MAX_NOT_RECORDED]
    )
    omitted = seen.problems_omitted + max(0, len(missing) - MAX_NOT_RECORDED)
    return (*seen.problems, *listed), omitted


def _why_failed(visit: Visit, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Return why there is no page; never the site's fault where it was ours."""
    if visit.net_error is None and visit.reasons:
        return tuple(sorted(visit.reasons, key=_DIED.__ne__))
    return (_why_not_loaded(visit, passages), *visit.reasons)


def _why_not_loaded(visit: Visit, passages: Sequence[Passage]) -> str:
    error = visit.net_error or "no-answer"
    why = why_not_connected(error, passages)
    if why is not None:
        return why
    if error.startswith(_TLS_ERRORS):
        return f"tls-failed {error}"
    return error if error == "timed-out" else f"not-loaded {error}"


def _document(visit: Visit) -> tuple[str, ...]:
    status = visit.document.status if visit.document else 0
    bad = (f"http-status {status}",) if status >= _BAD_STATUS else ()
    return (*bad, "is-download") if visit.is_download else bad


def _without_media(document: Document) -> tuple[str, ...]:
    taken_for = document.media_type
    is_text = not taken_for or is_text_type(taken_for)
    return (WITHOUT_MEDIA,) if is_text else (WITHOUT_MEDIA, is_no_text(taken_for))


def _ended_at_head(page: EndedAtHead) -> tuple[str, ...]:
    status = page.document.status
    bad = (f"http-status {status}",) if status >= _BAD_STATUS else ()
    return (*bad, WITHOUT_MEDIA, is_no_text(page.why))


def _missing(visit: Visit, recording: Recording) -> tuple[str, ...]:
    dialogs = visit.seen.dialogs
    counts: Mapping[str, int] = {
        "dialogs-without-end": dialogs if dialogs >= MANY_DIALOGS else 0,
        "frames-crashed": visit.seen.crashed,
        "resources-failed": visit.seen.failed,
        "resources-bad-status": visit.seen.bad_status,
        "not-recorded": not_recorded(visit.seen.answers, recording.answers),
        "truncated": recording.truncated,
        "longer-than-announced": recording.overlong,
        "guard-unmatched": recording.unmatched,
        "uploads-not-recorded": recording.uploads_missing,
        "media-guard-bypassed": recording.unjudged,
        "record-torn": int(recording.is_torn),
    }
    return tuple(f"{name} {count}" for name, count in counts.items() if count)


def not_recorded(seen: Mapping[str, int], recorded: Mapping[str, int]) -> int:
    """Count answers that the browser's tools reported and that are not in the WARC files."""
    return sum(max(0, count - recorded.get(url, 0)) for url, count in seen.items())


def _notes(visit: Visit, recording: Recording) -> tuple[str, ...]:
    counts = {
        "dialogs-dismissed": visit.seen.dialogs,
        "popups-closed": visit.seen.popups,
        "downloads-denied": visit.seen.downloads,
        "programs-not-started": visit.seen.programs,
        "navigations-refused": visit.seen.navigations_refused,
        "clicked": len(visit.clicks) + visit.clicks_omitted,
        "requests-left-open": visit.seen.left_open,
        "websocket-messages-lost": visit.seen.messages_lost,
        "streams-cut": recording.unfinished,
    }
    covered = ("covered",) if visit.facts and visit.facts.cover else ()
    counted = (f"{name} {count}" for name, count in counts.items() if count)
    return (*visit.notes, *covered, *counted)
