"""What the report of one capture says, in which order, and what it never says."""

import re
from dataclasses import replace

import pytest

from evidencekit.capture.replay.check import replay_detail
from evidencekit.export.capture_report import render_capture
from evidencekit.export.words import load_words
from evidencekit.model.bundle import CaptureAccount
from evidencekit.model.json import Json
from evidencekit.model.replay import ReplayCheck
from evidencekit.text.clean import clean
from tests.tools import accounts, captures
from tests.tools.captures import a_capture, a_hostile_capture
from tests.tools.inert_page import Page, require_inert


def rendered(account: CaptureAccount) -> str:
    return b"".join(render_capture(account)).decode("utf-8")


def text_of(account: CaptureAccount) -> str:
    return Page(rendered(account)).text


def text_with(**changes: Json) -> str:
    """Return the report of a capture some of whose facts are others."""
    facts = captures.full_facts("2026-11-20T15:03:58.250000Z")
    return text_of(a_capture(detail={"facts": {**facts, **changes}}))


@pytest.fixture(scope="module")
def full() -> str:
    return text_of(a_capture())


@pytest.mark.parametrize("text", [text for text in accounts.HOSTILE if text.strip()])
def test_whatever_stands_in_a_record_runs_nothing_and_is_shown_as_text(text: str) -> None:
    document = rendered(a_hostile_capture(text))
    require_inert(document)
    assert clean(text) in Page(document).text
    assert Page(document).links == ["../report/report.html"]


def test_texts_without_end_do_not_make_a_report_without_end() -> None:
    assert len(rendered(a_hostile_capture("A" * 100_000))) < 400_000


def test_a_long_address_is_shown_further_than_a_title_and_its_length_is_said() -> None:
    url = "https://board.example/" + "a" * 99_978
    text = text_of(a_capture(detail={"url": url, "title": "t" * 100_000}))
    assert url[:4_000] in text
    assert "[… 100,000]" in text
    assert "t" * 501 not in text


def test_overridden_warnings_come_before_every_other_one(full: str) -> None:
    expected = (
        "일부 수집",
        "경고를 무시하고 진행한 사항",
        "내부망 주소 접속을 허용하고 수집함",
        "inside.example:443 → 10.0.0.9",
        "인증서 오류가 있어도 접속하도록 하고 수집함",
        "인증서 오류가 있는데도 연결한 서버",
        "tls-not-verified board.example",
        "완전하지 않은 사유",
        "resources-failed 2",
        "결과를 읽을 때 고려할 사항",
        "mixed-scripts CYRILLIC+LATIN",
        "browser-version-untested 157.0",
        "through-proxy socks5",
        "clicked 1",
        "2. 무엇을 수집하였는가",
    )
    places = [full.index(one) for one in expected]
    assert places == sorted(places)


def test_a_reason_without_words_is_shown_as_recorded(full: str) -> None:
    assert "new-in-a-later-release 3" in full
    assert "A reason that this version of the program has no words for: 3" in full


@pytest.mark.parametrize("verdict", ["complete", "partial", "blocked", "failed"])
def test_each_verdict_is_explained(verdict: str) -> None:
    text = text_of(a_capture(detail={"verdict": verdict}))
    assert load_words("capture")[f"outcome.{verdict}"].ko in text


def test_nothing_is_called_overridden_where_nothing_was() -> None:
    facts = captures.full_facts("2026-11-20T15:03:58.250000Z")
    off: dict[str, Json] = {"accepts_invalid_tls": False, "settings": {"allow_private": False}}
    quiet = {**facts, **off, "servers": []}
    text = text_of(a_capture(detail={"notes": [], "facts": quiet}))
    assert "경고를 무시하고" not in text
    assert "내부망 주소 접속 차단" in text


def test_it_answers_what_a_court_asks(full: str) -> None:
    for expected in (
        captures.URL,
        "https://board.example/view?id=7&page=2",
        "xn--pypal-4ve.example",
        "pаypal.example",
        "2026-11-21 00:03:58 KST",
        "2026-11-20 15:03:58 UTC",
        "-12.345",
        "익명의 여우",
        "사이트의 주장을 그대로 옮긴 것",
        "https://cdn.example/v/1.mp4",
        "div.more > button",
        "net::ERR_CONNECTION_RESET",
        "98.7%",
        "https://cdn.example/photo.jpg",
        "content-length: 123456",
        "192.0.2.7",
        "TLS 1.3 · TLS_AES_128_GCM_SHA256 · h2",
        captures.LEAF,
        captures.ABOVE,
        "CN=Example CA,O=Example",
        "abuse@registrar.example, +1.5550100",
        "Example Registrar",
        "198.51.100.7",
        "동백 3",
        "상담원",
        "evidencekit 0.1.0 · Python 3.11.7 · Linux",
        "cd" * 32,
        "CN=Example TSA",
        accounts.FINGERPRINT[:23],
        "2026-동백 게시판 유포 건",
    ):
        assert expected in full, expected


def test_replay_is_told_with_all_that_the_check_counts(full: str) -> None:
    for expected in (
        "첫 화면 100.0%",
        "whole page 98.7 %",
        "문서의 낱말 96.5%",
        "words of the document 96.5 %",
        "30, of which the record answered 28 (1 of these by a similar address)",
        "수집할 때에도 응답이 없던 요청 4건",
        "documents in frames: 3, of which the record answered 2",
        "동영상 6개 가운데 화면이 나온 것 5개",
    ):
        assert expected in full, expected
    assert "mean grey" not in full


def test_a_replay_that_shows_nothing_alike_says_so() -> None:
    none_alike = ReplayCheck(
        viewport_alike_permille=0, page_alike_permille=3, words_alike_permille=0, frames=3
    )
    text = text_with(replay=dict(replay_detail(none_alike)))
    for expected in ("첫 화면 0.0%", "전체 화면 0.3%", "문서의 낱말 0.0%", "기록에서 응답 0건"):
        assert expected in text, expected


def test_likeness_of_old_events_is_called_another_measure() -> None:
    text = text_with(replay={"viewport_permille": 1000, "page_permille": 987, "asked": 30})
    assert "첫 화면 100.0% (이전 버전의 측정: 평균 밝기만 비교" in text
    assert "whole page 98.7 % (an older measure, of mean grey only; not comparable" in text


PAGE_FIRST = "첫 행이 화면 자체를 보낸 서버입니다"
A_PAGE = captures.a_server("board.example", "192.0.2.7", tls=None)


def test_first_row_is_called_the_server_of_the_page_where_it_is(full: str) -> None:
    assert PAGE_FIRST in full
    assert "the page's own server comes first" in full


@pytest.mark.parametrize(
    "servers",
    [
        [{**A_PAGE, "port": 80}, A_PAGE],
        [{**A_PAGE, "refusal": "address-refused private 10.0.0.1", "ip": None}],
        [{**A_PAGE, "host": "cdn.example"}],
        [{**A_PAGE, "port": None}],
        [A_PAGE, {**A_PAGE, "ip": "192.0.2.9"}],
    ],
    ids=["another-port", "refused", "another-host", "port-unknown", "two-of-them"],
)
def test_first_row_is_not_called_the_server_of_the_page_where_it_may_be_another(
    servers: Json,
) -> None:
    text = text_with(servers=servers)
    assert PAGE_FIRST not in text
    assert "접속한 서버. 수집에 쓴 바로 그 연결에서 관찰한 것입니다." in text


@pytest.mark.parametrize("final_url", [None, "", "about:blank", "https://[", "https://x:y/"])
def test_without_the_address_of_the_page_no_row_is_called_its_server(final_url: str | None) -> None:
    assert PAGE_FIRST not in text_of(a_capture(detail={"final_url": final_url}))


NONE_PRIVATE = "기록에 나타난 서버 가운데 내부 주소는 없습니다."


def test_no_private_address_is_claimed_only_where_every_address_is_known() -> None:
    unseen = captures.a_server("hidden.example", None, tls=None)
    assert NONE_PRIVATE in text_with(servers=[A_PAGE], servers_omitted=0)
    assert NONE_PRIVATE not in text_with(servers=[A_PAGE], servers_omitted=2)
    assert NONE_PRIVATE not in text_with(servers=[A_PAGE], servers_omitted=None)
    assert NONE_PRIVATE not in text_with(servers=[A_PAGE, unseen], servers_omitted=0)
    assert NONE_PRIVATE not in text_with(servers=[], servers_omitted=0)


def test_wrong_certificate_behind_a_proxy_is_an_overridden_warning_too() -> None:
    hidden = captures.a_server("hidden.example", None, tls=captures.a_handshake())
    warned = "인증서 오류가 있는데도 연결한 서버"
    text = text_with(servers=[hidden])
    assert text.index(warned) < text.index("hidden.example:443") < text.index("완전하지 않은 사유")
    assert "hidden.example:443 →" not in text
    assert warned not in text_with(servers=[{**hidden, "refusal": "proxy-refused"}])


def test_what_no_seal_proves_stands_in_every_report(full: str) -> None:
    bare = a_capture(about=None, seal=None, early=(), hosting=None)
    for text in (full, text_of(bare)):
        for name, pair in load_words("capture").items():
            if name.startswith("unproven.") and name not in ("unproven.time", "unproven.yes"):
                assert pair.ko in text, name
                assert pair.en in text, name


def test_undated_and_unsealed_captures_say_so_and_promise_nothing() -> None:
    text = text_of(a_capture(seal=None, early=()))
    assert text.index("아직 봉인되지 않았습니다") < text.index("2. 무엇을")
    assert "there is no timestamp" in text
    assert "What follows once you have checked" not in text


def test_report_calls_nothing_verified(full: str) -> None:
    for text in (full, text_of(a_capture(about=None, seal=None, early=()))):
        assert not re.search(r"\b(is|are|was|were|been) verified", text.lower())
        assert not re.search("(검증|확인)(됨|되었|완료)", text)


def test_report_shows_no_medium_and_counts_what_is_not_there(full: str) -> None:
    assert "영상·사진은 이 보고서에 싣지 않습니다" in full
    assert "Further files of this capture that are not here: 1." in full


def test_events_of_the_first_programs_are_told_with_what_they_have() -> None:
    old: dict[str, Json] = {"peers": ["192.0.2.7:443"], "browser": "Chromium 147.0", "exchanges": 3}
    detail: dict[str, Json] = {"facts": old, "context": None, "notes": [], "credentials": None}
    text = text_of(a_capture(detail=detail, hosting=None))
    assert "192.0.2.7:443" in text
    assert "put no summary of servers into the record" in text
    assert "Nothing that the page states of itself" in text


@pytest.mark.parametrize("value", [None, 7, "text", [], ["x"], {"x": 1}, [[]], {"facts": []}])
def test_members_of_another_shape_are_left_out_and_break_nothing(value: object) -> None:
    wrong = dict.fromkeys(captures.full_detail(), value)
    facts = dict.fromkeys(captures.full_facts("2026-11-20T15:03:58.250000Z"), value)
    for detail in (wrong, {"facts": facts}):
        require_inert(rendered(a_capture(detail=detail)))


def test_report_says_everything_in_both_languages() -> None:
    tags = Page(rendered(a_capture())).tags
    spans = [found["lang"] for tag, found in tags if tag == "span" and "lang" in found]
    assert spans[::2] == ["ko"] * (len(spans) // 2)
    assert spans[1::2] == ["en"] * (len(spans) // 2)
    assert len(spans) > 100


def test_only_a_report_in_a_bundle_leads_to_the_bundle() -> None:
    assert Page(rendered(a_capture(about=None))).links == []
    assert "written from the case" in text_of(a_capture(about=None))


def test_same_capture_gives_the_same_bytes() -> None:
    assert rendered(a_capture()) == rendered(replace(a_capture()))
