import re

import pytest

from evidencekit.export.report import render_report
from evidencekit.model.bundle import Account, SealFact
from evidencekit.text.clean import clean
from tests.tools import accounts
from tests.tools.accounts import a_hostile_account, an_account
from tests.tools.inert_page import Page, require_inert


def rendered(account: Account) -> str:
    return b"".join(render_report(account)).decode("utf-8")


@pytest.fixture(scope="module")
def hostile() -> str:
    return rendered(a_hostile_account())


def test_report_runs_nothing_and_fetches_nothing_whatever_the_names(hostile: str) -> None:
    require_inert(hostile)


def test_links_lead_to_the_reports_of_captures_alone(hostile: str) -> None:
    links = Page(hostile).links
    assert len(links) == len(accounts.HOSTILE)
    assert all(re.fullmatch(r"\.\./captures/[1-9][0-9]*\.html", link) for link in links)


@pytest.mark.parametrize("text", [text for text in accounts.HOSTILE if text.strip()])
def test_hostile_text_is_shown_as_text(hostile: str, text: str) -> None:
    assert clean(text) in Page(hostile).text


def test_templates_in_names_are_not_evaluated(hostile: str) -> None:
    assert "{{7*7}}" in hostile
    assert "49{" not in hostile


def test_report_says_everything_in_both_languages() -> None:
    tags = Page(rendered(an_account())).tags
    spans = [found["lang"] for tag, found in tags if tag == "span" and "lang" in found]
    assert spans[::2] == ["ko"] * (len(spans) // 2)
    assert spans[1::2] == ["en"] * (len(spans) // 2)
    assert len(spans) > 100


@pytest.mark.parametrize("language", ["ko", "en"])
def test_language_of_the_bundle_is_shown_first(language: str) -> None:
    tags = Page(rendered(an_account(language=language))).tags
    assert ("html", {"lang": language}) in tags
    chosen = [found["id"] for tag, found in tags if tag == "input" and "checked" in found]
    assert chosen == [f"show-{language}"]


@pytest.mark.parametrize("is_signed", [True, False])
@pytest.mark.parametrize("seals", [(), (accounts.seal(1), accounts.seal(2, stamps=0))])
def test_report_calls_nothing_verified(*, is_signed: bool, seals: tuple[SealFact, ...]) -> None:
    text = Page(rendered(an_account(is_signed=is_signed, seals=seals))).text
    assert "verified" not in text.lower()
    assert not re.search("(검증|확인)(됨|되었|된 |완료)", text)


def test_page_one_names_what_a_reader_has_to_compare() -> None:
    text = Page(rendered(an_account())).text
    overview = text[: text.index("2. 요지")]
    for expected in (
        "2026-동백 게시판 유포 건",
        "동백 3",
        "부산경찰청 사이버수사과",
        "수사기관 제출용",
        "Busan centre, desk 3",
        accounts.FINGERPRINT[:23],
        "claimed by the token; checked by you with verify",
        "4 artifacts shown, 2 held back",
        "2026-11-21 18:59:58 KST",
    ):
        assert expected in overview


def test_report_says_that_unsigned_documents_are_unsigned() -> None:
    assert "documents are not signed" in rendered(an_account(is_signed=False))


def test_report_of_a_case_never_sealed_says_so() -> None:
    text = Page(rendered(an_account(seals=(), seal=0))).text
    assert "This case has never been sealed" in text
    assert "Seal 0" not in text


def test_acts_after_the_seal_are_marked() -> None:
    text = Page(rendered(an_account())).text
    assert text.count("After seal 1: not sealed") == 2


def test_withheld_body_tells_the_act_and_no_actor() -> None:
    text = rendered(an_account(custody=[accounts.withheld(7, "add", 2)]))
    assert "What was done is not in this bundle" in text
    assert "미제공" in text


def test_path_on_the_disk_of_whoever_added_a_file_is_not_told() -> None:
    assert "victim-real-name" not in rendered(an_account())


def test_empty_bundle_makes_a_whole_report() -> None:
    text = rendered(an_account(artifacts=(), custody=()))
    assert text.count("해당 없음") == 3
    assert text.rstrip().endswith("</html>")


def test_same_account_gives_the_same_bytes() -> None:
    assert rendered(a_hostile_account()) == rendered(a_hostile_account())


def test_phone_labels_are_those_of_the_table_heads() -> None:
    style = Page(rendered(an_account())).style
    assert '.custody :is(th, td):nth-child(6)::before { content: "대상 파일 ID" }' in style


def test_artifacts_are_set_as_they_are_read() -> None:
    total = 20_000
    lazy = accounts.Lazy(
        make=lambda n: accounts.shown(accounts.artifact(n, f"사진 {n}.jpg")), count=total
    )
    ahead = rows = largest = 0
    for piece in render_report(an_account(artifacts=lazy)):
        rows += piece.count(b'<tr><th scope="row"><bdi class="code">')
        ahead = max(ahead, len(lazy.made) - rows)
        largest = max(largest, len(piece))
    assert rows == total
    assert lazy.made == list(range(1, total + 1))
    assert ahead < 100
    assert largest < 200_000
