"""``show --report``: as people and scripts type it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.transcripts import Cli, Done
from tests.tools.hostile_server import HostileServer, page, says
from tests.tools.inert_page import Page, require_inert

Case = Callable[..., Done]
TITLE = "<img src=x onerror=alert(1)>\u202e[red]"


@pytest.fixture
def server() -> Iterator[HostileServer]:
    shown = page(f"<meta charset=utf-8><title>{TITLE}</title><p>hello".encode())
    with HostileServer({"/": says(shown)}) as running:
        yield running


@pytest.fixture
def captured(case: Case, server: HostileServer) -> Done:
    return case("capture", server.url(), "--engine", "http", "--allow-private", "--json").ok()


@pytest.mark.network
def test_report_is_asked_for_by_artifact_or_by_the_number_of_the_act(
    case: Case, cli: Cli, captured: Done
) -> None:
    seq, first = captured.object["seq"], captured.object["artifacts"][0]
    done = case("show", first, "--report", "one.html").ok()
    assert done.out == "report: one.html\n"
    assert "it names people, addresses and accounts" in done.err
    told = case("show", str(seq), "--report", "two.html", "--json").ok().object
    assert told == {"seq": seq, "report": "two.html"}
    for name in ("one.html", "two.html"):
        document = (cli.folder / name).read_text(encoding="utf-8")
        require_inert(document)
        assert "Addresses inside the capturing network were allowed" in Page(document).text
        assert "127.0.0.1" in Page(document).text


@pytest.mark.network
def test_report_is_never_written_over_anything(case: Case, cli: Cli, captured: Done) -> None:
    (cli.folder / "there.html").write_text("mine", encoding="utf-8")
    done = case("show", str(captured.object["seq"]), "--report", "there.html")
    assert done.code == 10
    assert "is there already" in done.err
    assert (cli.folder / "there.html").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("what", ["2", "a2-1", "77", "a9-9", "²", "9" * 400])
def test_what_is_no_capture_is_said(case: Case, cli: Cli, what: str) -> None:
    done = case("show", what, "--report", "x.html")
    assert done.code == 10, done
    assert not Path(cli.folder / "x.html").exists()
    assert "hint:" in done.err
