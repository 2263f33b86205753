"""From what was seen to a verdict; no browser needed."""

from dataclasses import replace
from pathlib import Path

import pytest

from evidencekit.capture.browser_verdict import is_challenge, judge, not_recorded
from evidencekit.capture.guard import allow_any, why_private
from evidencekit.capture.netlog_warc import Recording
from evidencekit.capture.page import Visit
from evidencekit.capture.page_watch import Document, Seen
from evidencekit.model.capture import CaptureVerdict

PAGE = Document(url="http://a.test/", status=200, headers={})
RECORDING = Recording(
    main=Path("m"),
    partial=None,
    answers={"http://a.test/": 1},
    exchanges=1,
    peers=("198.18.0.1:80",),
    failures=(),
    truncated=0,
    unfinished=0,
    uploads_missing=0,
    own_requests=0,
    is_torn=False,
)


def visit(document: Document | None = PAGE, **seen: int) -> Visit:
    got = Visit(seen=Seen(document=document))
    for name, value in seen.items():
        setattr(got.seen, name, value)
    return got


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        (replace(RECORDING, truncated=2), "truncated 2"),
        (replace(RECORDING, is_torn=True), "record-torn 1"),
        (replace(RECORDING, uploads_missing=1), "uploads-not-recorded 1"),
    ],
)
def test_what_the_record_lacks_makes_it_partial(recording: Recording, reason: str) -> None:
    got = judge(visit(), recording, dom="", guard=allow_any)
    assert (got.verdict, got.reasons) == (CaptureVerdict.PARTIAL, (reason,))


def test_failed_resources_are_counted() -> None:
    got = judge(visit(failed=3, bad_status=2), RECORDING, dom="", guard=allow_any)
    assert got.reasons == ("resources-failed 3", "resources-bad-status 2")


def test_answer_that_was_seen_and_not_recorded_is_missed() -> None:
    assert not_recorded({"a": 2, "b": 1}, {"a": 1, "b": 5}) == 1
    got = visit()
    got.seen.answers.update({"http://a.test/x": 1})
    assert judge(got, RECORDING, dom="", guard=allow_any).reasons == ("not-recorded 1",)


@pytest.mark.parametrize("peer", ["10.0.0.1:80", "[::1]:443", "169.254.169.254:80"])
def test_private_peer_is_a_reason(peer: str) -> None:
    recording = replace(RECORDING, peers=("93.184.215.14:80", peer))
    got = judge(visit(), recording, dom="", guard=why_private)
    assert got.reasons == ("private-address-reached",)
    assert judge(visit(), recording, dom="", guard=allow_any).reasons == ()


def test_tls_failure_is_named_as_one() -> None:
    got = visit(None)
    got.net_error = "net::ERR_CERT_DATE_INVALID"
    assert judge(got, RECORDING, dom="", guard=allow_any).reasons == (
        "tls-failed net::ERR_CERT_DATE_INVALID",
    )


@pytest.mark.parametrize(
    ("status", "headers", "title", "dom", "expected"),
    [
        (403, {}, "", "<script src=/cdn-cgi/challenge-platform/x>", True),
        (403, {}, "", "<p>forbidden", False),
        (401, {"www-authenticate": "Basic"}, "", "", True),
        (200, {"cf-mitigated": "challenge"}, "", "", True),
        (200, {}, "Just a moment...", "/cdn-cgi/challenge-platform/", True),
        (200, {}, "Contact", "<div class=g-recaptcha>", False),
        (404, {}, "", "g-recaptcha", False),
        (503, {"x-datadome": "protected"}, "", "", True),
        (200, {"x-datadome": "protected"}, "", "", False),
    ],
)
def test_challenge_pages_are_told_from_pages(
    status: int, headers: dict[str, str], title: str, dom: str, expected: bool
) -> None:
    document = Document(url="http://a.test/", status=status, headers=headers)
    assert is_challenge(document, title, dom) is expected
