"""Pages that want more than to be looked at: each is contained, counted, and still kept."""

import dataclasses
import gzip
import re
import tempfile
from pathlib import Path

import pytest

from evidencekit.capture.chromium.installed import find_browser
from evidencekit.capture.page.page import Page
from evidencekit.model.capture import CaptureVerdict
from tests.tools.traced import traced_browser
from tests.tools.visiting import QUICK, visited
from tests.tools.waczs import warc_in

COMPLETE, PARTIAL = CaptureVerdict.COMPLETE, CaptureVerdict.PARTIAL
pytestmark = [pytest.mark.browser, pytest.mark.network]


def test_dialogs_are_dismissed_and_the_page_goes_on(tmp_path: Path) -> None:
    with visited("/dialogs", tmp_path) as got:
        assert got.result.verdict is COMPLETE, got.result.reasons
        assert "undefined,false,null" in got.dom
    assert "dialogs-dismissed 3" in got.result.notes


def test_dialogs_without_end_do_not_hold_us(tmp_path: Path) -> None:
    with visited("/dialog-storm", tmp_path) as got:
        assert got.result.verdict is PARTIAL
        assert any(one.startswith("dialogs-without-end ") for one in got.result.reasons)
        assert "timed-out total" not in got.result.reasons
        assert b"alert('again')" in gzip.decompress(warc_in(got.folder, "warc").read_bytes())


def test_page_that_asks_to_stay_does_not_keep_the_browser_open(tmp_path: Path) -> None:
    with visited("/asks-to-stay", tmp_path) as got:
        assert got.clicks  # without a gesture nobody is asked
        assert got.result.verdict is COMPLETE, got.result.reasons


def test_printing_without_end_does_not_hold_us(tmp_path: Path) -> None:
    with visited("/prints", tmp_path) as got:
        assert got.result.verdict is COMPLETE, got.result.reasons
        assert got.files("pdf")


def test_permissions_are_denied(tmp_path: Path) -> None:
    with visited("/wants", tmp_path) as got:
        assert got.result.verdict is COMPLETE, got.result.reasons
        for answer in ("notify-denied", "place-1", "clip-denied"):
            assert answer in got.dom
        # Without a gesture of ours, which a click on a banner would be.
        for wanted in ("camera", "midi", "usb", "hid", "serial", "open", "save", "read", "idle"):
            assert f"{wanted}-refused" in got.dom
        for wanted in ("awake", "keep", "screen"):
            assert f"{wanted}-GRANTED " not in got.dom


def test_file_that_is_pushed_is_refused_and_the_page_stays(tmp_path: Path) -> None:
    with visited("/pushes-file", tmp_path) as got:
        assert "downloads-denied 1" in got.result.notes
        assert "<p>page</p>" in got.dom
    assert not list(tmp_path.glob("**/*download*"))


def test_password_prompt_is_not_answered_and_is_the_verdict(tmp_path: Path) -> None:
    with visited("/auth", tmp_path) as got:
        assert got.result.verdict is CaptureVerdict.BLOCKED
        assert got.result.reasons == ("auth-required 401",)
        assert len([asked for asked in got.site.asked if asked.path == "/auth"]) == 1


def test_too_many_requests_end_the_page_and_keep_what_came(tmp_path: Path) -> None:
    limits = dataclasses.replace(QUICK, max_requests=100)
    with visited("/floods", tmp_path, limits=limits) as got:
        assert got.result.verdict is PARTIAL
        assert got.result.reasons[0] == "too-many-resources 100"
        assert got.files("screenshot")
        assert len(got.site.asked) < 1000


def test_names_that_hide_what_scripts_look_for_change_nothing(tmp_path: Path) -> None:
    with visited("/hides", tmp_path) as got:
        assert got.result.verdict is COMPLETE, got.result.reasons
        assert got.dom.startswith("<!DOCTYPE html><html>")
        assert "really here" in got.dom
        assert "/lazy.png" in got.site.paths()
    assert got.result.title == "t"


def test_page_that_crashes_keeps_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(page: Page) -> None:
        page.tab.connection.post("Page.crash", session=page.watch.session)
        page.tab.wait(lambda: False, 5)

    monkeypatch.setattr(Page, "_idle", crash)
    with visited("/more", tmp_path) as got:
        assert got.result.verdict is PARTIAL
        assert "page-crashed" in got.result.reasons
        assert got.clicks
    assert got.files("wacz")


def test_page_starts_no_other_program_and_leaves_nothing_outside_the_profile(
    tmp_path: Path,
) -> None:
    with traced_browser("execve", "mkdir", "mkdirat") as (browser, calls):
        with visited("/other-program", tmp_path, browser=browser) as got:
            assert "programs-not-started 1" in got.result.notes
        text = calls.read_text(errors="replace")
    started = set(re.findall(r'execve\("([^"]+)", .* = 0', text))
    assert started
    own = {"/proc/self/exe"}  # the browser itself, once more
    assert {Path(one).parent for one in started - own} == {find_browser().path.parent}
    made = re.findall(r'mkdir(?:at)?\(.*?"(/[^"]+)"', text)
    temporary = [one for one in made if one.startswith(tempfile.gettempdir())]
    assert temporary
    assert [one for one in temporary if "/evidencekit-browser-" not in one] == []
