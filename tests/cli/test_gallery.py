"""A look at blurred previews is recorded first, shows nobody, and leaves nothing behind."""

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evidencekit.model.json import Json
from tests.cli.transcripts import ROOT, Cli, Done
from tests.tools import films
from tests.tools.scenes import scene


def case_with(cli: Cli, kind: str, *options: str) -> None:
    cli("init", "C", "--title", "t", "--actor", "a", "--kind", kind).ok()
    (cli.folder / "in").mkdir()
    out = io.BytesIO()
    Image.fromarray(scene(1, width=400, height=300)).save(out, "PNG")
    (cli.folder / "in/a.png").write_bytes(out.getvalue())
    (cli.folder / "in/b.mp4").write_bytes(films.coded_film())
    (cli.folder / "in/c<script>.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    cli("-C", "C", "add", "in", *options).ok()


@pytest.fixture
def page(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the page held while somebody looked."""
    kept: list[str] = []

    class Looking(io.StringIO):
        def readline(self, *_: object) -> str:  # type: ignore[override]
            (path,) = cli.folder.glob("C/spool/work-*/gallery.html")
            assert path.parent.stat().st_mode & 0o077 == 0
            kept.append(path.read_text(encoding="utf-8"))
            return ""

    monkeypatch.setattr(sys, "stdin", Looking())
    return kept


def looked(done: Done) -> dict[str, Json]:
    return done.ok().object


def test_the_page_holds_no_picture_and_is_gone_after_the_look(cli: Cli, page: list[str]) -> None:
    case_with(cli, "investigation")
    told = looked(cli("-C", "C", "gallery", "--json"))
    assert told["shown"] == 2
    assert not Path(str(told["path"])).exists()
    assert "<img" not in page[0]
    assert "data:" not in page[0]
    assert "default-src 'none'" in page[0]


def test_nothing_finer_than_twelve_squares_a_side_is_on_the_page(cli: Cli, page: list[str]) -> None:
    case_with(cli, "investigation")
    cli("-C", "C", "gallery", "a2-1").ok()
    squares = re.findall(r'<rect x="(\d+)" y="(\d+)"', page[0])
    assert len(squares) == 12 * 9
    assert {int(x) for x, _ in squares} == set(range(12))


def test_the_look_is_in_the_ledger_with_its_reason(cli: Cli, page: list[str]) -> None:
    case_with(cli, "investigation")
    cli("-C", "C", "gallery", "a2-1", "--reason", "to find the film").ok()
    event = cli("-C", "C", "log", "--json").ok().objects[-1]
    assert event["action"] == "access"
    assert event["detail"] == {"how": "gallery", "of": ["a2-1"], "reason": "to find the film"}
    assert page


def test_a_support_case_is_not_looked_at_without_a_reason(cli: Cli, page: list[str]) -> None:
    case_with(cli, "support")
    assert cli("-C", "C", "gallery").code == 13
    assert page == []
    assert cli("-C", "C", "log", "--json").ok().objects[-1]["action"] == "add"


def test_what_may_be_abuse_of_children_is_never_shown(cli: Cli, page: list[str]) -> None:
    case_with(cli, "investigation", "--sensitivity", "csam_suspected")
    assert cli("-C", "C", "gallery").code == 10
    assert page == []


def test_a_hostile_name_is_text_and_what_does_not_decode_is_named(
    cli: Cli, page: list[str]
) -> None:
    case_with(cli, "investigation")
    told = looked(cli("-C", "C", "gallery", "--json"))
    assert told["unseen"] == [{"id": "a2-3", "why": "not-decoded"}]
    assert "<script>" not in page[0]
    assert "a2-3" in page[0]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_however_the_program_ends_the_page_does_not_stay(cli: Cli, how: signal.Signals) -> None:
    case_with(cli, "investigation")
    command = [sys.executable, "-m", "evidencekit", "-C", "C", "gallery", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=cli.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(how)
        running.wait(20)
    if how is signal.SIGKILL:
        assert list(cli.folder.glob("C/spool/work-*/gallery.html"))
        cli("-C", "C", "add", "in/a.png").ok()
    assert not list(cli.folder.glob("C/spool/work-*"))


def test_a_large_picture_is_shown_only_where_that_is_allowed(cli: Cli, page: list[str]) -> None:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    Image.fromarray(np.full((6_100, 10_000), 9, np.uint8)).save(cli.folder / "large.png")
    cli("-C", "C", "add", "large.png").ok()
    assert looked(cli("-C", "C", "gallery", "--json"))["shown"] == 0
    assert looked(cli("-C", "C", "gallery", "--allow-large", "--json"))["shown"] == 1
    assert len(page) == 2
