"""What ``list``, ``log`` and ``show`` tell people; scripts ask for JSON."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from evidencekit.cli import output
from tests.cli.test_input import on_terminal
from tests.cli.transcripts import ROOT, Cli, Done

Case = Callable[..., Done]


def test_list_names_kind_origin_and_local_time(cli: Cli, case: Case) -> None:
    heads, first, _second = (
        cli.apart("-C", "CASE", "list", "--lang", "en", TZ="Asia/Tokyo").ok().out.splitlines()
    )
    assert heads.split() == ["ID", "Taken", "in", "Size", "Kind", "From"]
    assert first.startswith("a2-1 ")
    assert " JST " in first
    assert first.endswith("text            in/a.txt")


def test_times_are_those_of_seoul_where_the_language_is_korean(cli: Cli, case: Case) -> None:
    for command in ("list", "log"):
        out = cli.apart("-C", "CASE", command, "--lang", "ko", TZ="Europe/Berlin").ok().out
        assert " KST " in out


@pytest.mark.network
def test_list_and_log_name_the_page(case: Case) -> None:
    url = "http://127.0.0.1:9/page"
    case("capture", url, "--engine", "http", "--allow-private")
    assert url in case("list").ok().out.splitlines()[-1]
    assert f"{url}  (Failed)" in case("log").ok().out.splitlines()[-1]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_line_is_wider_than_the_terminal(
    cli: Cli, case: Case, monkeypatch: pytest.MonkeyPatch, width: int, language: str
) -> None:
    name = "긴 이름 " * 20 + ".txt"
    (cli.folder / name).write_bytes(b"x")
    case("add", name, "--actor", "a long alias of somebody").ok()
    monkeypatch.setenv("COLUMNS", str(width))
    for command in ("list", "log"):
        code, shown = on_terminal(cli.folder, ["-C", "CASE", "--lang", language, command], [])
        assert code == 0, shown
        assert all(output.elide(line, width) == line for line in shown.splitlines())
        assert "…" in shown


def test_what_is_cut_keeps_both_ends_and_is_clean() -> None:
    shown = output.elide("https://example.org/\u202e" + "x" * 100 + "/last", 30)
    assert shown.startswith("https://")
    assert shown.endswith("/last")
    assert len(shown) == 30
    assert "\u202e" not in shown


def test_show_names_what_is_recorded_of_a_file(case: Case) -> None:
    shown = case("show", "a2-1").ok().out
    assert "permissions" in shown
    assert "record changed" in shown


def test_show_has_no_code_word_in_korean(cli: Cli, case: Case) -> None:
    out = cli.apart("-C", "CASE", "show", "a2-1", "--lang", "ko").ok().out
    for word in ("accessed", "modified", "mode", "uid", "kind", "path"):
        assert f"  {word}" not in out


def test_the_bars_are_cleared_before_a_result(cli: Cli, case: Case) -> None:
    more = cli.folder / "more"
    more.mkdir()
    for number in range(20):
        (more / f"{number}.txt").write_bytes(b"%d" % number)
    code, shown = on_terminal(cli.folder, ["-C", "CASE", "add", "more"], [])
    assert code == 0, shown
    first = next(line for line in shown.split("\n") if "a3-1 " in line)
    assert first.rpartition("\x1b[2K")[2].startswith("a3-1 ")


def test_results_stay_on_stdout_where_bars_are_shown(cli: Cli, case: Case) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "evidencekit", "-C", "CASE", "add", "c.txt"],
        cwd=cli.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    os.close(ours)
    assert done.stdout.startswith(b"a3-1 ")
