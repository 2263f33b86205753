"""Which browser is taken, and with which arguments it runs."""

from pathlib import Path

import pytest

from evidencekit.capture.chromium import installed as chromium
from evidencekit.capture.chromium.installed import find_browser, flags
from evidencekit.capture.chromium.process import _why_not
from evidencekit.errors import BrowserUnavailable


def program(folder: Path, name: str, says: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("says", "name", "version"),
    [
        ("Chromium 156.0.8078.79 built on Debian", "Chromium", "156.0.8078.79"),
        ("Google Chrome 155.0.1.2 ", "Google Chrome", "155.0.1.2"),
        ("Microsoft Edge 150.0.1.2", "Microsoft Edge", "150.0.1.2"),
    ],
)
def test_named_browser_is_asked_what_it_is(
    says: str, name: str, version: str, tmp_path: Path
) -> None:
    path = program(tmp_path, "b", says)
    found = find_browser({"EVIDENCEKIT_BROWSER": str(path), "PATH": ""})
    assert (found.path, found.name, found.version) == (path, name, version)


def test_browser_on_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "_PATHS", ())
    path = program(tmp_path, "chromium", "Chromium 156.0.1.2")
    assert find_browser({"PATH": str(tmp_path)}).path == path


@pytest.mark.parametrize("value", ["/nonexistent/browser", "/"])
def test_named_browser_that_is_none_is_not_replaced_by_another(value: str) -> None:
    with pytest.raises(BrowserUnavailable, match="EVIDENCEKIT_BROWSER"):
        find_browser({"EVIDENCEKIT_BROWSER": value})


def test_program_that_is_no_browser_is_refused(tmp_path: Path) -> None:
    path = program(tmp_path, "b", "Firefox 140.0.1.2")
    with pytest.raises(BrowserUnavailable):
        find_browser({"EVIDENCEKIT_BROWSER": str(path)})


def test_machine_without_a_browser_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "_PATHS", ())
    with pytest.raises(BrowserUnavailable) as raised:
        find_browser({"PATH": ""})
    assert raised.value.hint is not None


def test_sandbox_and_certificate_checks_stay_on() -> None:
    arguments = " ".join(flags(profile=Path("P"), netlog=Path("N")))
    for forbidden in ("no-sandbox", "ignore-certificate", "disable-web-security", "single-process"):
        assert forbidden not in arguments


def test_missing_sandbox_is_named() -> None:
    assert "sandbox" in _why_not("[FATAL] No usable sandbox! Update your kernel").message
    assert "sandbox" not in _why_not("Segmentation fault").message


def test_browser_that_is_given_no_guard_reaches_nothing() -> None:
    arguments = flags(profile=Path("P"), netlog=Path("N"))
    assert "--proxy-server=socks5://127.0.0.1:1" in arguments
    assert "--proxy-bypass-list=<-loopback>" in arguments
    assert "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" in arguments
