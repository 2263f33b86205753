"""From what was seen to a verdict; no browser needed."""

from dataclasses import replace
from pathlib import Path

import pytest

from evidencekit.capture.browser.verdict import judge, not_recorded, resources
from evidencekit.capture.page.seen import MAX_PROBLEMS, Document, Problem, Seen
from evidencekit.capture.page.visit import Visit
from evidencekit.capture.recording.two_files import Recording
from evidencekit.model.capture import CaptureVerdict

PAGE = Document(url="http://a.test/", status=200, headers={})
RECORDING = Recording(
    main=Path("m"),
    partial=None,
    answers={"http://a.test/": 1},
    exchanges=1,
    peers=(),
    failures=(),
    truncated=0,
    unfinished=0,
    uploads_missing=0,
    own_requests=0,
    refused=(),
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
        (replace(RECORDING, overlong=2), "longer-than-announced 2"),
        (replace(RECORDING, unmatched=3), "guard-unmatched 3"),
    ],
)
def test_what_the_record_lacks_makes_it_partial(recording: Recording, reason: str) -> None:
    got = judge(visit(), recording, asked=PAGE.url, dom="", passages=())
    assert (got.verdict, got.reasons) == (CaptureVerdict.PARTIAL, (reason,))


def test_failed_resources_are_counted() -> None:
    got = judge(visit(failed=3, bad_status=2), RECORDING, asked=PAGE.url, dom="", passages=())
    assert got.reasons == ("resources-failed 3", "resources-bad-status 2")


def test_answer_that_was_seen_and_not_recorded_is_missed() -> None:
    assert not_recorded({"a": 2, "b": 1}, {"a": 1, "b": 5}) == 1
    got = visit()
    got.seen.answers.update({"http://a.test/x": 1})
    assert judge(got, RECORDING, asked=PAGE.url, dom="", passages=()).reasons == ("not-recorded 1",)


def test_tls_failure_is_named_as_one() -> None:
    got = visit(None)
    got.net_error = "net::ERR_CERT_DATE_INVALID"
    assert judge(got, RECORDING, asked=PAGE.url, dom="", passages=()).reasons == (
        "tls-failed net::ERR_CERT_DATE_INVALID",
    )


def test_missing_resources_are_listed_and_the_list_is_bounded() -> None:
    got = visit()
    got.seen.answers.update({"http://a.test/x": 1})
    for number in range(MAX_PROBLEMS + 5):
        got.seen.add_problem(f"http://a.test/{number}", "http-status 404", "Image")
    listed, omitted = resources(got, RECORDING)
    assert listed[-1] == Problem(url="http://a.test/x", why="not-recorded")
    assert (len(listed), omitted) == (MAX_PROBLEMS + 1, 5)


def test_prompt_for_a_password_is_blocked_not_failed() -> None:
    asks = {"www-authenticate": "Basic realm=x"}
    got = visit(replace(PAGE, status=401, headers=asks))
    got.net_error = "net::ERR_HTTP_RESPONSE_CODE_FAILURE"
    judged = judge(got, RECORDING, asked=PAGE.url, dom="", passages=())
    assert (judged.verdict, judged.reasons) == (CaptureVerdict.BLOCKED, ("auth-required 401",))


@pytest.mark.parametrize(
    ("net_error", "own", "reasons"),
    [
        (None, ["recording-stopped no-space", "browser-died"], None),
        (None, [], ("not-loaded no-answer",)),
        ("net::ERR_X", ["page-crashed"], ("not-loaded net::ERR_X", "page-crashed")),
    ],
)
def test_failure_of_ours_is_never_said_to_be_the_sites(
    net_error: str | None, own: list[str], reasons: tuple[str, ...] | None
) -> None:
    got = visit(None)
    got.net_error, got.reasons = net_error, own
    judged = judge(got, RECORDING, asked=PAGE.url, dom="", passages=())
    assert judged.verdict is CaptureVerdict.FAILED
    assert judged.reasons == (reasons or ("browser-died", "recording-stopped no-space"))
