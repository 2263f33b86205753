import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from evidencekit.export.report import render_report
from evidencekit.model.bundle import Account, SealFact
from evidencekit.text.clean import clean
from tests.tools import accounts
from tests.tools.accounts import a_hostile_account, an_account

FETCHING = {"src", "href", "srcset", "action", "formaction", "data", "poster", "background", "ping"}
INERT = {
    "html", "head", "meta", "title", "style", "body", "input", "label", "main", "header", "section",
    "h1", "h2", "h3", "p", "ul", "ol", "li", "div", "span", "small", "strong", "bdi", "pre", "code",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would find in the report."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.style = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.style += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


def rendered(account: Account) -> str:
    return b"".join(render_report(account)).decode("utf-8")


@pytest.fixture(scope="module")
def hostile() -> str:
    return rendered(a_hostile_account())


def test_report_has_only_inert_elements_whatever_the_names(hostile: str) -> None:
    assert {tag for tag, _ in Page(hostile).tags} <= INERT


def test_report_fetches_nothing(hostile: str) -> None:
    page = Page(hostile)
    attributes = {name for _, found in page.tags for name in found}
    assert not attributes & FETCHING
    assert not {name for name in attributes if name.startswith("on") or name == "style"}
    assert "url(" not in page.style
    assert "@import" not in page.style
    assert "@font-face" not in page.style


def test_policy_allows_the_one_style_and_nothing_else(hostile: str) -> None:
    page = Page(hostile)
    (policy,) = [
        found["content"]
        for tag, found in page.tags
        if tag == "meta" and found.get("http-equiv") == "Content-Security-Policy"
    ]
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy
    assert [tag for tag, _ in page.tags].count("style") == 1


@pytest.mark.parametrize("text", [text for text in accounts.HOSTILE if text.strip()])
def test_hostile_text_is_shown_as_text(hostile: str, text: str) -> None:
    assert clean(text) in Page(hostile).text


def test_hostile_report_holds_no_control_or_bidi_character(hostile: str) -> None:
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", hostile)


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
