import csv
import io

import pytest

from evidencekit.export.lists import artifact_list, cell, custody_list
from evidencekit.model.bundle import Account
from tests.tools import accounts
from tests.tools.accounts import a_hostile_account, an_account

STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def rows(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def both(account: Account) -> list[list[str]]:
    return rows(b"".join(artifact_list(account))) + rows(b"".join(custody_list(account)))


def test_no_cell_can_start_a_formula() -> None:
    found = [text for row in both(a_hostile_account()) for text in row]
    assert len(found) > 500
    assert not [text for text in found if text.lstrip().startswith(STARTS)]


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@x", "＝1", "＋1", "－1", "＠x", "  =1", "\u3000=1"]
)
def test_cell_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert cell(text).startswith("'")


def test_plain_cell_is_left_alone() -> None:
    assert cell('한글 name, "quoted".jpg') == '한글 name, "quoted".jpg'


def test_tab_and_return_cannot_begin_a_cell() -> None:
    assert cell("\t=1") == "[U+0009]=1"
    assert cell("\r=1") == "[U+000D]=1"


def test_hostile_text_stays_in_its_row() -> None:
    account = a_hostile_account()
    listed = rows(b"".join(artifact_list(account)))
    assert len(listed) == 1 + len(accounts.HOSTILE)
    assert {len(row) for row in listed} == {14}
    assert not [
        text for row in listed for text in row if not text.isprintable() and "\u200d" not in text
    ]


def test_lines_end_as_excel_writes_them() -> None:
    data = b"".join(artifact_list(an_account()))
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == 5


def test_headings_are_in_both_languages() -> None:
    for listed in (artifact_list(an_account()), custody_list(an_account())):
        heading = rows(b"".join(listed))[0]
        assert all(" / " in text for text in heading)
        assert any("수식" in text and "formula" in text for text in heading)


def test_artifact_row_identifies_the_file() -> None:
    row = rows(b"".join(artifact_list(an_account())))[1]
    one = accounts.plain_artifacts()[0].artifact
    assert row[:4] == ["1", "a2-1", "KakaoTalk_20261118_213015.jpg", "data/a2-1.jpg"]
    assert row[4:7] == ["image/jpeg", "12345", one.sha256]
    assert row[7:9] == ["2026-11-20 23:59:59", "2026-11-20T14:59:59.250000Z"]


def test_custody_row_lists_every_id_told_and_counts_the_others() -> None:
    row = rows(b"".join(custody_list(an_account())))[2]
    assert row[0] == "2"
    assert len(row[8].split()) == 42
    assert row[9] == "43"
    assert "이 가운데 1건은 제공되지 않음" in row[10]
    assert "심볼릭 링크 1" in row[10]


def test_same_account_gives_the_same_bytes() -> None:
    assert both(a_hostile_account()) == both(a_hostile_account())


def test_lists_are_written_as_they_are_read() -> None:
    lazy = accounts.Lazy(
        make=lambda n: accounts.shown(accounts.artifact(n, f"사진 {n}.jpg")), count=20_000
    )
    written = ahead = 0
    for piece in artifact_list(an_account(artifacts=lazy)):
        written += piece.count(b"\r\n")
        ahead = max(ahead, len(lazy.made) - written)
    assert written == 20_001
    assert ahead <= 1
