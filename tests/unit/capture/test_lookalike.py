"""A host name is shown both ways, and said to be one that deceives where that can be seen."""

import idna
import pytest

from evidencekit.capture.hosting.lookalike import both_forms, scripts_of


def host(name: str) -> str:
    return idna.encode(name, uts46=True).decode("ascii")


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        ("gооgle.com", ("mixed-scripts CYRILLIC+LATIN",)),  # Cyrillic о
        ("αpple.com", ("mixed-scripts GREEK+LATIN",)),
        ("аррӏе.com", ("looks-latin CYRILLIC",)),
        ("example.com", ()),
        ("한글도메인.한국", ()),
        ("naver한글.kr", ()),
        ("例え.jp", ()),
        ("почта.рф", ()),
        ("bücher.de", ()),
        ("a1-b2.test", ()),
    ],
)
def test_a_name_of_several_scripts_is_warned_of(name: str, warnings: tuple[str, ...]) -> None:
    shown = both_forms(host(name))
    assert shown.warnings == warnings


def test_both_forms_are_shown() -> None:
    shown = both_forms("xn--bcher-kva.de")
    assert (shown.ascii, shown.unicode) == ("xn--bcher-kva.de", "bücher.de")


@pytest.mark.parametrize("name", ["xn--a", "xn--\xad", "127.0.0.1", "::1", "under_score.test", "x"])
def test_what_is_no_idn_is_shown_as_it_stands(name: str) -> None:
    assert both_forms(name).unicode == name


def test_a_script_is_that_of_the_letters() -> None:
    assert scripts_of("a-1_b") == {"LATIN"}
    assert scripts_of("가a漢") == {"HANGUL", "LATIN", "CJK"}
