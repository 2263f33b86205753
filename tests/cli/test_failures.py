"""Every row of the table of exit codes that a command line can reach."""

import errno
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.cli.failure import failure_of
from evidencekit.errors import EvidencekitError
from evidencekit.files.clock import system_clock
from evidencekit.store.lock import hold
from tests.cli.transcripts import ROOT, Cli, Done

Case = Callable[..., Done]


def _code(done: Done) -> tuple[int, str]:
    error = done.objects[-1]["error"]
    assert set(error) == {"code", "message", "hint", "exit_code"}
    assert error["exit_code"] == done.code
    assert f"evidencekit: {error['message']}" in done.err
    return done.code, error["code"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("add",),
        ("list", "--nonsense"),
        ("init", "CASE", "--title", "t"),
        ("--lang", "fr", "list"),
        ("export", "--profile", "police"),
    ],
)
def test_a_wrong_command_line_is_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    cli("init", "OTHER", "--title", "t", "--actor", "a").ok()
    assert _code(cli("-C", "OTHER", *arguments, "--json")) == (2, "usage")


def test_no_command_shows_the_help_on_stderr(cli: Cli) -> None:
    done = cli()
    assert (done.code, done.out) == (2, "")
    assert "Commands" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("verify", "nothing"),
        ("init", "full", "--title", "t", "--actor", "a"),
        ("init", "c", "--title", "t", "--actor", "a", "--encrypt-to", "age1x"),
        ("init", "c", "--title", "@nothing", "--actor", "a"),
        ("init", "c", "--title", " ", "--actor", "a"),
    ],
)
def test_bad_input_is_10(cli: Cli, arguments: tuple[str, ...]) -> None:
    (cli.folder / "full").mkdir()
    (cli.folder / "full/x").touch()
    assert _code(cli(*arguments, "--json")) == (10, "bad-input")


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "no-such-file"),
        ("show", "a9-9"),
        ("metadata", "a9-9"),
        ("strip", "a9-9"),
        ("capture", "ftp://example.org/"),
        ("seal", "--timestamp-pending"),
        ("export", "--profile", "nobody", "--out", "x"),
        ("export", "--profile", "police", "--out", "x"),
        ("key", "show"),
    ],
)
def test_bad_input_to_a_case_is_10(case: Case, arguments: tuple[str, ...]) -> None:
    assert _code(case(*arguments, "--json")) == (10, "bad-input")


def test_a_second_seal_of_the_same_is_10_unless_again(case: Case, key: str) -> None:
    case("seal", "--key", key).ok()
    assert _code(case("seal", "--json")) == (10, "bad-input")
    assert case("seal", "--again", "--json").ok().object["seal"] == 2


def test_a_locked_case_is_11(cli: Cli, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count(step=5.0)  # seconds pass as often as somebody looks
    with hold(cli.folder / "CASE", command="another", at=system_clock()):
        monkeypatch.setattr("evidencekit.store.lock.time.monotonic", lambda: next(clock))
        assert _code(case("add", "in", "--json")) == (11, "case-locked")


@pytest.mark.parametrize("arguments", [("--key", "file:nothing.pem"), ()])
def test_a_missing_key_is_12(case: Case, arguments: tuple[str, ...]) -> None:
    assert _code(case("seal", *arguments, "--json")) == (12, "key-unusable")


def test_a_wrong_passphrase_is_12(
    cli: Cli, case: Case, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "wrong").write_text("something else\n")
    done = case("seal", "--key", key, "--passphrase-file", "wrong", "--json")
    assert _code(done) == (12, "key-unusable")
    monkeypatch.delenv("EVIDENCEKIT_PASSPHRASE")
    done = case("seal", "--key", key, "--no-input", "--json")
    assert _code(done) == (12, "key-unusable")
    assert "EVIDENCEKIT_PASSPHRASE" in done.err


def test_a_support_case_in_clear_is_13(cli: Cli, key: str) -> None:
    cli("init", "S", "--title", "t", "--actor", "a", "--kind", "support").ok()
    (cli.folder / "f").write_bytes(b"x")
    cli("-C", "S", "add", "f").ok()
    cli("-C", "S", "seal", "--key", key).ok()
    done = cli("-C", "S", "export", "--profile", "police", "--out", "b", "--json")
    assert _code(done) == (13, "policy-forbids")


def test_a_changed_ledger_is_20_and_an_unknown_version_21(cli: Cli, case: Case, key: str) -> None:
    bodies = cli.folder / "CASE/ledger-bodies.jsonl"
    bodies.write_bytes(bodies.read_bytes().replace(b"desk 3", b"desk 4"))
    assert _code(case("seal", "--key", key, "--json")) == (20, "evidence-doubted")
    ledger = cli.folder / "CASE/ledger.jsonl"
    lines = ledger.read_bytes()
    ledger.write_bytes(re.sub(rb'"format":"(evidencekit/[a-z-]+)/1"', rb'"format":"\1/9"', lines))
    assert _code(case("log", "--json"))[0] == 21


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, 32), (errno.EDQUOT, 32), (errno.EROFS, 32), (errno.EACCES, 10)],
)
def test_a_failing_disk_is_32(number: int, expected: int) -> None:
    failure = failure_of(OSError(number, os.strerror(number), "CASE/spool/x"))
    assert failure.exit_code == expected
    assert "CASE/spool/x" in failure.message


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="not on this system: no /dev/full")
def test_a_full_disk_behind_stdout_is_32(cli: Cli, case: Case) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "evidencekit", "-C", "CASE", "log"],
            cwd=cli.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 32
    assert b"Traceback" not in done.stderr


def test_no_browser_where_one_is_asked_for_is_33(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_BROWSER", "/nothing")
    done = case("capture", "http://127.0.0.1:9/", "--engine", "browser", "--json")
    assert _code(done) == (33, "browser-unavailable")


def test_our_own_fault_is_70_and_shows_no_traceback(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: object) -> None:
        raise RuntimeError("the victim's name")

    monkeypatch.setattr("evidencekit.store.case.Case.rows", broken)
    done = case("list", "--json")
    assert _code(done) == (70, "bug")
    assert "victim" not in done.err
    assert "Traceback" not in done.err
    assert "EVIDENCEKIT_DEBUG" in done.err
    monkeypatch.setenv("EVIDENCEKIT_DEBUG", "1")
    assert "Traceback" in case("list", "--json").err


def test_an_interrupt_is_130(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_self: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evidencekit.store.case.Case.rows", interrupted)
    assert _code(case("list", "--json")) == (130, "interrupted")


def test_a_closed_pipe_is_no_news(cli: Cli, case: Case) -> None:
    script = f'"{sys.executable}" -m evidencekit -C CASE log --json | true'
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=cli.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""


def test_ctrl_c_in_earnest(cli: Cli, case: Case) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "evidencekit", "-C", "CASE", "add", "-"],
        cwd=cli.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        _out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert b"Traceback" not in err


def test_every_error_of_the_library_has_a_row_in_the_table() -> None:
    table = (ROOT / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    for error in _leaves(EvidencekitError):
        assert f"| {error.exit_code} |" in table, error
        assert f"`{error.code}`" in table, error


def _leaves(error: type[EvidencekitError]) -> list[type[EvidencekitError]]:
    below = [sub for sub in error.__subclasses__() if sub.__module__ == error.__module__]
    return [leaf for sub in below for leaf in _leaves(sub)] if below else [error]
