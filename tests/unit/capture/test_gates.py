"""Which pages are taken for a gate; every rule with something close that it must not catch."""

import pytest

from evidencekit.capture.page.facts import PageFacts, facts_of
from evidencekit.capture.page.gates import SHORT_CHARS, gate, is_challenge
from evidencekit.capture.page.seen import Document

ASKED = "https://a.test/post/1"


def found(
    shown: str = ASKED,
    *,
    status: int = 200,
    text: str = "",
    chars: int | None = None,
    cover: str = "",
    passwords: int = 0,
    asked: str = ASKED,
) -> str | None:
    facts = PageFacts(
        url=shown,
        text=text,
        text_chars=len(text) if chars is None else chars,
        cover=cover,
        passwords=passwords,
    )
    return gate(Document(url=shown, status=status, headers={}), facts, asked=asked, dom="")


@pytest.mark.parametrize(
    ("status", "headers", "title", "dom", "expected"),
    [
        (403, {}, "", "<script src=/cdn-cgi/challenge-platform/x>", True),
        (403, {}, "", "<p>forbidden", False),
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
    assert is_challenge(document, title, dom, says_little=True) is expected


def test_header_of_a_challenge_makes_no_page_with_much_to_say_one() -> None:
    document = Document(url=ASKED, status=200, headers={"cf-mitigated": "challenge"})
    assert not is_challenge(document, "", "", says_little=False)


def test_password_that_the_server_wants_is_named_as_such() -> None:
    document = Document(url=ASKED, status=401, headers={"www-authenticate": "Basic"})
    assert gate(document, None, asked=ASKED, dom="") == "auth-required 401"
    assert gate(Document(url=ASKED, status=401, headers={}), None, asked=ASKED, dom="") is None


@pytest.mark.parametrize(
    "shown",
    [
        "https://a.test/login?next=/post/1",
        "https://accounts.b.test/signin",
        "https://nid.naver.test/nidlogin.login?url=x",
        "https://a.test/member/login.php",
        "https://a.test/users/sign_in",
    ],
)
def test_address_of_a_login_instead_of_the_page_is_a_login_wall(shown: str) -> None:
    assert found(shown) == "login-wall"
    assert found(shown, asked=shown) is None


def test_page_below_accounts_that_sends_to_a_login_is_a_login_wall() -> None:
    assert found("https://a.test/login", asked="https://a.test/account/alice") == "login-wall"


def test_page_with_much_to_say_is_no_login_for_its_address() -> None:
    assert found("https://a.test/accounts/alice/post/9", chars=5000) is None


@pytest.mark.parametrize(
    "shown",
    [ASKED, "https://a.test/authors/1", "https://a.test/login-tips", "https://m.a.test/post/1"],
)
def test_other_addresses_are_no_login_wall(shown: str) -> None:
    assert found(shown) is None


def test_password_field_alone_makes_no_login_wall() -> None:
    assert found(passwords=1, text="a page with a login in its corner") is None
    assert found(passwords=1, text="log in", cover="log in") == "login-wall"
    assert found("https://m.a.test/x", passwords=1, text="log in") == "login-wall"
    assert found("https://m.a.test/x", passwords=1, text="x", chars=SHORT_CHARS + 1) is None


@pytest.mark.parametrize(
    "text",
    [
        "만 19세 이상이신가요? 예 아니요",
        "19세 이상만 이용할 수 있습니다.",
        "이 정보는 청소년 유해 매체물입니다. 성인인증을 해 주세요",
        "You must be at least 18 to continue",
        "Are you over 21?",
    ],
)
def test_words_of_an_age_gate_count_where_there_is_little_else(text: str) -> None:
    assert found(text=text) == "age-gate"
    assert found(cover=text, text="long", chars=90_000) == "age-gate"
    assert found(text=text, chars=SHORT_CHARS + 1) is None


@pytest.mark.parametrize("text", ["19세 청년의 하루", "room 18+2", "The shop opens at 18"])
def test_ages_in_a_text_are_no_age_gate(text: str) -> None:
    assert found(text=text) is None


@pytest.mark.parametrize(
    "text",
    [
        "This video is not available in your country",
        "Sorry, we are not available in your region.",
        "해당 국가에서는 이 서비스를 이용할 수 없습니다.",
        "해외에서는 접속할 수 없습니다",
    ],
)
def test_country_that_is_shut_out_is_a_geo_block(text: str) -> None:
    assert found(text=text) == "geo-block"
    assert found(text=text, chars=SHORT_CHARS + 1) is None


def test_blocking_by_law_is_named() -> None:
    assert found(status=451) == "legal-block 451"
    assert found("http://warning.or.kr/") == "authority-block warning.or.kr"
    assert found("http://warning.or.kr/", asked="http://warning.or.kr/") is None


@pytest.mark.parametrize("value", [None, [], {}, {"url": 1}, "text"])
def test_facts_of_another_shape_are_none(value: object) -> None:
    assert facts_of(value) is None


def test_facts_are_cut() -> None:
    facts = facts_of({"url": "u" * 99_999, "title": "t" * 99_999, "text": 1, "passwords": "9"})
    assert facts is not None
    assert (len(facts.url), len(facts.title), facts.text, facts.passwords) == (8192, 2000, "", 0)
