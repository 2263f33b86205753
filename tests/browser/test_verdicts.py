"""What stands in front of a page is not taken for it; what only speaks of gates is no gate."""

from pathlib import Path

import pytest

from evidencekit.model.capture import CaptureVerdict
from tests.tools.visiting import visited

pytestmark = [pytest.mark.browser, pytest.mark.network]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/challenge", "challenge-page 403"),
        ("/member", "login-wall"),
        ("/walled", "login-wall"),
        ("/age-form", "age-gate"),
        ("/age-stays", "age-gate"),
        ("/law", "legal-block 451"),
        ("/country", "geo-block"),
    ],
)
def test_gate_is_blocked_and_the_attempt_is_kept(path: str, reason: str, tmp_path: Path) -> None:
    with visited(path, tmp_path) as got:
        assert got.result.verdict is CaptureVerdict.BLOCKED
        assert got.result.reasons[0] == reason
    assert {"wacz", "screenshot", "dom"} <= {find.role for find in got.result.finds}


def test_age_gate_that_nobody_answered_is_not_the_page(tmp_path: Path) -> None:
    with visited("/age", tmp_path, passive=True) as got:
        assert got.result.verdict is CaptureVerdict.BLOCKED
        assert got.result.reasons == ("age-gate",)


@pytest.mark.parametrize("path", ["/article", "/account/login.php", "/overlaid"])
def test_page_that_speaks_of_gates_or_is_asked_for_as_one_is_the_page(
    path: str, tmp_path: Path
) -> None:
    with visited(path, tmp_path) as got:
        assert got.result.verdict is CaptureVerdict.COMPLETE, got.result.reasons


def test_page_of_words_behind_a_cover_says_that_it_is_covered(tmp_path: Path) -> None:
    with visited("/overlaid", tmp_path) as got:
        assert "covered" in got.result.notes


def test_picture_and_frame_that_are_missing_count_whatever_their_name(tmp_path: Path) -> None:
    with visited("/names-an-icon", tmp_path) as got:
        assert got.result.verdict is CaptureVerdict.PARTIAL
        assert got.result.reasons == ("resources-bad-status 2",)
        missing = [(one["url"], one["kind"]) for one in got.resources]
        assert sorted(missing) == [
            (got.site.url("/favicon.ico"), kind) for kind in ("Document", "Image")
        ]
