"""Decides what a visit came to: complete, partial, blocked or failed, and why.

Pure. A challenge page is never reported as the page: it answers in the site's name without being
what a visitor sees. What limits a capture without making it partial is a note.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evidencekit.capture.guard import Guard
from evidencekit.capture.netlog_warc import Recording
from evidencekit.capture.page import Visit
from evidencekit.capture.page_watch import Document
from evidencekit.model.capture import CaptureVerdict

SEARCHED_CHARS = 200_000
"""How much of a page is searched for marks of a challenge."""
_CHALLENGE_STATUS = frozenset({401, 403, 429, 503})
_BAD_STATUS = 400
_TLS_ERRORS = ("net::ERR_CERT_", "net::ERR_SSL_", "net::ERR_BAD_SSL")
# What the providers' own pages carry; read from pages of theirs as of 2026.
_MARKS = (
    "/cdn-cgi/challenge-platform/",
    "cf-turnstile",
    "captcha-delivery.com",
    "px-captcha",
    "_incapsula_resource",
    "awswafintegration",
    "ddos-guard",
    "g-recaptcha",
    "h-captcha",
    "geetest",
)
_HEADERS = {"cf-mitigated": "challenge", "x-amzn-waf-action": "", "x-datadome": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its reasons and notes, in a stable order."""

    verdict: CaptureVerdict
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def judge(visit: Visit, recording: Recording, *, dom: str, guard: Guard) -> Judgement:
    """Weigh everything that is known of one visit; ``dom`` is the final document or empty."""
    if visit.document is None or (visit.net_error and not visit.is_download):
        reasons = (_why_failed(visit), *_private(recording, guard))
        return Judgement(
            verdict=CaptureVerdict.FAILED, reasons=reasons, notes=_notes(visit, recording)
        )
    is_blocked = is_challenge(visit.document, visit.title or "", dom)
    reasons = (
        *((f"challenge-page {visit.document.status}",) if is_blocked else _document(visit)),
        *visit.reasons,
        *_missing(visit, recording),
        *_private(recording, guard),
    )
    if is_blocked:
        verdict = CaptureVerdict.BLOCKED
    else:
        verdict = CaptureVerdict.PARTIAL if reasons else CaptureVerdict.COMPLETE
    return Judgement(verdict=verdict, reasons=reasons, notes=_notes(visit, recording))


def is_challenge(document: Document, title: str, dom: str) -> bool:
    """Return whether a gatekeeper answered instead of the site."""
    headers = document.headers
    if any(name in headers and headers[name].startswith(v) for name, v in _HEADERS.items()):
        return document.status in _CHALLENGE_STATUS or "cf-mitigated" in headers
    text = dom[:SEARCHED_CHARS].lower()
    if document.status in _CHALLENGE_STATUS:
        return "www-authenticate" in headers or any(mark in text for mark in _MARKS)
    return title.startswith("Just a moment") and _MARKS[0] in text


def _why_failed(visit: Visit) -> str:
    error = visit.net_error or "no-answer"
    if error.startswith(_TLS_ERRORS):
        return f"tls-failed {error}"
    return error if error == "timed-out" else f"not-loaded {error}"


def _document(visit: Visit) -> tuple[str, ...]:
    status = visit.document.status if visit.document else 0
    bad = (f"http-status {status}",) if status >= _BAD_STATUS else ()
    return (*bad, "is-download") if visit.is_download else bad


def _missing(visit: Visit, recording: Recording) -> tuple[str, ...]:
    counts: Mapping[str, int] = {
        "resources-failed": visit.seen.failed,
        "resources-bad-status": visit.seen.bad_status,
        "not-recorded": not_recorded(visit.seen.answers, recording.answers),
        "truncated": recording.truncated,
        "uploads-not-recorded": recording.uploads_missing,
        "record-torn": int(recording.is_torn),
    }
    return tuple(f"{name} {count}" for name, count in counts.items() if count)


def not_recorded(seen: Mapping[str, int], recorded: Mapping[str, int]) -> int:
    """Count answers that the browser's tools reported and that are not in the WARC files."""
    return sum(max(0, count - recorded.get(url, 0)) for url, count in seen.items())


def _private(recording: Recording, guard: Guard) -> tuple[str, ...]:
    found = {guard(peer.rpartition(":")[0].strip("[]")) for peer in recording.peers} - {None}
    return ("private-address-reached",) if found else ()


def _notes(visit: Visit, recording: Recording) -> tuple[str, ...]:
    counts = {
        "dialogs-dismissed": visit.seen.dialogs,
        "popups-closed": visit.seen.popups,
        "downloads-denied": visit.seen.downloads,
        "websockets-without-frames": visit.seen.websockets,
        "streams-cut": recording.unfinished,
    }
    return (*visit.notes, *(f"{name} {count}" for name, count in counts.items() if count))
