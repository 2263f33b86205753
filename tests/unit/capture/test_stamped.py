"""What is written above a picture: everything from outside is text there, never markup."""

from datetime import UTC, datetime
from pathlib import Path

from evidencekit.capture.page.stamped import Stamp, document_of, shown_url
from evidencekit.capture.page.view import View
from tests.tools.browser_site import png

AT = datetime(2026, 11, 21, 15, 30, 5, tzinfo=UTC)
VIEW = View(role="screenshot", path=Path("screenshot.png"), media_type="image/png", taken_at=AT)


def made(url: str = "https://a.test/", reference: str | None = None) -> str:
    return document_of(VIEW, png(), Stamp(url=url, reference=reference))


def test_time_stands_there_in_korean_and_universal_time() -> None:
    assert "2026-11-22 00:30:05 KST (2026-11-21 15:30:05 UTC)" in made()


def test_address_and_reference_are_text() -> None:
    html = made("https://a.test/?<script>alert(1)</script>", '"><img src=x>{picture}')
    assert "<script" not in html
    assert "<img src=x" not in html
    assert html.count("data:image/png;base64,") == 1


def test_digest_of_the_original_stands_there() -> None:
    import hashlib

    assert hashlib.sha256(png()).hexdigest() in made()


def test_host_in_other_letters_is_shown_both_ways() -> None:
    assert shown_url("https://xn--9n2bp8q.test/x") == "https://xn--9n2bp8q.test/x (실례.test)"
    assert shown_url("https://a.test/x") == "https://a.test/x"


def test_long_address_is_cut_and_direction_marks_are_written_out() -> None:
    assert len(shown_url("https://a.test/" + "x" * 9000)) < 500
    assert "[U+202E]" in shown_url("https://a.test/\u202egnp.exe")


def test_document_forbids_scripts_and_requests() -> None:
    assert "default-src 'none'; img-src data:" in made()
