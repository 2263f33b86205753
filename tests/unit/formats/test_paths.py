"""Names in bundles are plain, and stay where they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.formats.paths import MAX_NAME, is_foreign, is_safe


@pytest.mark.parametrize(
    "path",
    ["a", "data/a2-1.jpg", "seal/0001/manifest.p7s.1.tsr", "a..b", "..a", "a.", ".a", "a" * 200],
)
def test_a_plain_path_is_safe(path: str) -> None:
    assert is_safe(path)


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "./a", "a/.", "a/./b",
        "a\\b", "C:", "C:\\a", "a\0", "a\0b", "a b", "a\n", "a\r", "é", "e\u0301", "사진",
        "a\u202e",

        "a:b", "a*", "~", "a" * 201, "a/" * 100 + "ab",
    ],
)  # fmt: skip
def test_any_other_path_is_not(path: str) -> None:
    assert not is_safe(path)


@given(st.text(max_size=30))
def test_a_safe_path_has_no_component_that_leads_away(path: str) -> None:
    if is_safe(path):
        assert path.isascii()
        assert len(path) <= MAX_NAME
        assert not {"", ".", ".."} & set(path.split("/"))


@pytest.mark.parametrize(
    ("path", "foreign"),
    [
        (".DS_Store", True),
        ("report/Thumbs.db", True),
        ("desktop.ini", True),
        ("lists/._a", True),
        ("data/.DS_Store", False),
        ("data/._a2-1.jpg", False),
        ("Thumbs.db/a", False),
        ("a.DS_Store", False),
        ("thumbs.db", False),
    ],
)
def test_leftovers_of_systems_are_foreign_outside_data(path: str, foreign: bool) -> None:
    assert is_foreign(path) is foreign
