"""What is asked for besides the record: another reader, and the places."""

import os
import stat
from pathlib import Path
from shutil import which

import pytest

from tests.cli.transcripts import Cli
from tests.tools import media
from tests.tools.planted import PLANTED


@pytest.fixture
def filled(cli: Cli) -> Cli:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    (cli.folder / "a.jpg").write_bytes(PLANTED["planted.jpg"].data())
    (cli.folder / "b.png").write_bytes(media.Png().encode())
    cli("-C", "C", "add", "a.jpg", "b.png").ok()
    return cli


@pytest.mark.skipif(which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_finds_nothing_that_the_record_of_a_planted_file_lacks(filled: Cli) -> None:
    told = filled("-C", "C", "metadata", "a2-1", "--exiftool", "--json").ok().object["exiftool"]
    assert told["lacking"] == []
    assert told["both"]["gps"] >= 2
    assert told["both"]["serial"] >= 1


def fake(folder: Path, script: str) -> None:
    program = folder / "bin/exiftool"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_what_only_exiftool_finds_is_shown_inert(
    filled: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(filled.folder, """cat > /dev/null; printf '[{"IFD0:Artist": "\\u001b[31mX only"}]'""")
    monkeypatch.setenv("PATH", f"{filled.folder}/bin:{os.environ['PATH']}")
    done = filled("-C", "C", "metadata", "a2-2", "--exiftool").ok()
    assert "X only" in done.out
    assert "\x1b" not in done.out


def test_exiftool_learns_neither_name_nor_environment(
    filled: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(
        filled.folder,
        f"""echo "$@" > {filled.folder}/told; env >> {filled.folder}/told; pwd >> \
{filled.folder}/told; printf '[{{}}]'""",
    )
    monkeypatch.setenv("PATH", f"{filled.folder}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("EVIDENCEKIT_PASSPHRASE", "secret of the desk")
    filled("-C", "C", "metadata", "a2-1", "--exiftool")
    assert (
        not (filled.folder / "told").exists()
        or "secret" not in (filled.folder / "told").read_text()
    )


def test_without_exiftool_the_reader_is_told_that_nothing_needs_it(
    filled: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(filled.folder))
    done = filled("-C", "C", "metadata", "a2-1", "--exiftool")
    assert done.code == 10
    assert "optional" in done.err


def test_an_exiftool_that_says_nonsense_is_no_answer(
    filled: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(filled.folder, "echo nonsense")
    monkeypatch.setenv("PATH", f"{filled.folder}/bin:{os.environ['PATH']}")
    assert filled("-C", "C", "metadata", "a2-1", "--exiftool").code == 10


def test_the_page_of_places_links_nowhere_and_is_for_its_owner(filled: Cli) -> None:
    told = filled("-C", "C", "metadata", "a2-1", "--map", "map.html", "--json").ok().object
    assert told["places"] == 1
    page = (filled.folder / "map.html").read_text(encoding="utf-8")
    assert "37.5658000, 126.9780000" in page
    assert "37° 33′ 56.88″ N" in page
    assert "href" not in page
    assert "src=" not in page
    assert (filled.folder / "map.html").stat().st_mode & 0o077 == 0


def test_without_a_place_there_is_no_page(filled: Cli) -> None:
    assert filled("-C", "C", "metadata", "a2-2", "--map", "map.html").code == 10
    assert not (filled.folder / "map.html").exists()
