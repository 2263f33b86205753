"""What people read, where scripts would ask for JSON."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.capture.chromium.installed import TESTED_MAJORS
from evidencekit.demo.authority import DemoAuthority, serve
from evidencekit.files.clock import system_clock
from evidencekit.workflow.doctor import Finding, examine
from evidencekit.workflow.setting import Setting
from tests.cli.transcripts import ROOT, Cli, Done

Case = Callable[..., Done]
PHOTO = ROOT / "evidencekit/demo/samples/photo-turned.jpg"


@pytest.fixture
def photo(case: Case) -> str:
    identity: str = case("add", str(PHOTO), "--json").ok().object["id"]
    return identity


def test_metadata_gives_when_where_and_device_first(case: Case, photo: str) -> None:
    lines = case("metadata", photo).ok().out.splitlines()
    assert any(line.startswith("when, as it says") and "2026-10-03" in line for line in lines[:8])
    assert any("37.5658000, 126.9780000" in line for line in lines[:8])


def test_strip_says_what_is_gone_and_show_names_the_original(case: Case, photo: str) -> None:
    done = case("strip", photo).ok()
    assert f"(of {photo})" in done.out
    assert "place" in done.out
    copy = case("list", "--json").ok().objects[-1]
    assert (copy["origin"], copy["derived_from"]) == ("strip", photo)
    assert re.search(rf"copy of +{photo}", case("show", copy["id"]).ok().out)


def test_strip_in_json_is_the_artifact_and_what_was_done(case: Case, photo: str) -> None:
    copy = case("strip", photo, "--json").ok().object
    assert copy["derived_from"] == photo
    assert "place" in copy["removed"]
    assert copy["lossless"] is True


def test_an_empty_case_says_so_on_stderr(cli: Cli) -> None:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    done = cli("-C", "C", "list").ok()
    assert (done.out, done.err) == ("", "the case holds nothing yet\n")
    assert cli("-C", "C", "list", "--quiet").ok().err == ""


def test_export_says_what_goes_and_warns_of_media_in_clear(
    case: Case, photo: str, key: str
) -> None:
    case("seal", "--key", key).ok()
    assert f"  {photo}" in case("export", "--profile", "police", "--dry-run").ok().out
    done = case("export", "--profile", "police", "--out", "bag", "--purpose", "trial").ok()
    assert "3 artifacts in it" in done.out
    assert "not encrypted" in done.err


def test_key_show_without_a_name_is_the_key_of_the_last_seal(case: Case, key: str) -> None:
    case("seal", "--key", key).ok()
    assert "CN=Desk 3" in case("key", "show").ok().out


@pytest.mark.network
def test_additions_are_dated_at_once_where_an_authority_is_set(
    cli: Cli, case: Case, authority: DemoAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    (cli.folder / "d.txt").write_bytes(b"fourth")
    with serve(authority) as url:
        monkeypatch.setenv("EVIDENCEKIT_TSA", url)
        assert f"dated by {url}" in case("add", "c.txt").ok().err
    monkeypatch.setenv("EVIDENCEKIT_TSA", "http://127.0.0.1:9/")
    done = case("add", "d.txt", "--json").ok()
    assert len(done.objects) == 1
    assert "recorded, but not dated" in done.err


@pytest.mark.network
def test_a_page_without_a_browser_says_why_and_what_is_missing(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_BROWSER", "/nothing")
    done = case("capture", "http://127.0.0.1:9/", "--allow-private")
    assert done.code == 30
    assert "connection refused" in done.out
    assert "without a browser" in done.err


def test_an_undertaking_of_another_office_keeps_the_alias(cli: Cli, case: Case) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    cli("-C", "CASE", "--role", "clerk", "add", "c.txt").ok()
    last = case("log", "--json").ok().objects[-1]
    assert last["actor"] == {"alias": "desk 3", "org": None, "role": "clerk"}


def test_who_acts_may_be_said_after_the_command_too(cli: Cli, case: Case) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    cli("--actor", "desk 1", "-C", "CASE", "add", "c.txt", "--actor", "desk 2").ok()
    assert case("log", "--json").ok().objects[-1]["actor"]["alias"] == "desk 2"


def test_a_passphrase_file_that_cannot_be_read_is_named(cli: Cli, case: Case, key: str) -> None:
    done = case("seal", "--key", key, "--passphrase-file", "nowhere")
    assert done.code == 12
    assert "nowhere" in done.err


def test_another_device_key_has_to_be_hexadecimal(case: Case, key: str) -> None:
    assert case("seal", "--key", key, "--accept-device", "zz").code == 10


def test_a_case_continued_on_another_computer_is_sealed_by_vouching_for_it(
    cli: Cli, case: Case, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    monkeypatch.setenv("EVIDENCEKIT_HOME", str(cli.folder / "other"))
    case("add", "c.txt").ok()
    refused = case("seal", "--key", key, "--json")
    assert refused.code == 13
    (device,) = re.findall("[0-9a-f]{64}", refused.object["error"]["hint"])
    assert case("seal", "--key", key, "--accept-device", device).code == 0


def test_doctor_says_what_a_lack_costs(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCEKIT_BROWSER", "/nothing")
    monkeypatch.setenv("PATH", "/nothing")
    out = cli("doctor").ok().out
    assert "lacks" in out
    assert "without running their scripts" in out


def test_doctor_says_what_to_do_about_a_browser_that_was_not_tested(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = cli.folder / "browser"
    program.write_text("#!/bin/sh\necho Chromium 3.0.1.2\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("EVIDENCEKIT_BROWSER", str(program))
    out = cli("doctor").ok().out
    assert "Chromium 3.0.1.2" in out
    assert f"not tested; tested: {max(TESTED_MAJORS)}" in out
    assert "--recorder protocol" in out


def test_doctor_warns_of_a_home_that_others_may_write(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)
    found = _named(examine(Setting(home=home, clock=system_clock)), "home")
    assert found.costs is not None
    assert "chmod 700" in found.costs
    home.chmod(0o755)
    assert _named(examine(Setting(home=home, clock=system_clock)), "home").is_well


def test_doctor_tells_an_authority_with_a_root_from_one_without(tmp_path: Path) -> None:
    bare = Setting(home=tmp_path, tsa_urls=("https://tsa.example/",))
    rooted = Setting(home=tmp_path, tsa_urls=bare.tsa_urls, tsa_ca=(tmp_path / "root.pem",))
    assert not _named(examine(bare), "timestamp-authority").is_well
    assert _named(examine(rooted), "timestamp-authority").is_well


def _named(findings: tuple[Finding, ...], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def test_times_are_shown_as_on_the_wall(
    case: Case, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    out = cli.apart("-C", "CASE", "log", TZ="Asia/Seoul").ok().out
    assert " KST " in out
    assert os.environ.get("TZ") is None or " KST " not in case("log").out
