"""Foreign text never drives the terminal, and is never read as markup (DESIGN §9)."""

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.transcripts import Cli, Done

Case = Callable[..., Done]
NAMES = [
    "\x1b[2Jclear.txt",
    "photo\u202egpj.exe",
    "[red]alert[bold].txt",
    "{0}{title}.txt",
    "\u3164",
]
UNSAFE = ("\x1b", "\u202e", "\u3164", "\x9b")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_hostile_name_is_shown_safely(cli: Cli, case: Case, name: str, more: tuple[str]) -> None:
    (cli.folder / name).write_bytes(b"x")
    shown = case("add", name, *more).ok().out + case("list", *more).ok().out
    shown += case("show", "a3-1", *more).ok().out + case("log", *more).ok().out
    assert not any(char in shown for char in UNSAFE)
    if "red" in name or "{" in name:
        assert name in shown


def test_json_gives_the_name_as_it_is(cli: Cli, case: Case) -> None:
    name = "\x1b[2J한글\u202e.txt"
    (cli.folder / name).write_bytes(b"x")
    out = case("add", name, "--json").ok().out
    assert json.loads(out)["name"] == name
    assert "한글" in out


def test_an_error_about_a_hostile_name_is_safe_too(case: Case) -> None:
    done = case("add", "\x1b[2J\u202e[red]nothing", "--json")
    assert done.code == 10
    assert not any(char in done.out + done.err for char in UNSAFE)


def test_a_usage_error_about_hostile_text_is_safe_too(cli: Cli) -> None:
    done = cli("\x1b[2Jcommand\u202e")
    assert done.code == 2
    assert not any(char in done.out + done.err for char in UNSAFE)


def test_a_name_that_is_not_utf8_does_not_stop_a_listing(cli: Cli, case: Case) -> None:
    (cli.folder / "more").mkdir()
    raw = str(cli.folder).encode() + b"/more/\xffname.txt"
    with open(raw, "wb") as stream:  # noqa: PTH123 (a Path cannot hold it)
        stream.write(b"x")
    done = cli.apart("-C", "CASE", "add", "more", "--json")
    assert done.code == 0, done.err
    assert any("\ufffdname.txt" in row["name"] for row in done.objects)


def test_a_hostile_title_of_a_case_is_shown_safely(cli: Cli) -> None:
    cli("init", "C", "--title", "\x1b]0;owned\x07[bold]T[/bold]", "--actor", "\u202eevil").ok()
    shown = cli("-C", "C", "log").ok().out
    assert not any(char in shown for char in UNSAFE)
    assert "[bold]T[/bold]" in shown


def test_a_passphrase_is_in_no_output(cli: Cli, case: Case, key: str, tmp_path: Path) -> None:
    done = case("seal", "--key", key)
    assert "four words" not in done.out + done.err
    held = b"".join(p.read_bytes() for p in (tmp_path / "CASE").rglob("*") if p.is_file())
    assert b"four words" not in held


def test_what_a_picture_says_is_shown_safely(cli: Cli, case: Case) -> None:
    said = b"Author\x00[red]\x1b[2J\x9bnobody"
    (cli.folder / "p.png").write_bytes(_png_with(said))
    artifact = case("add", "p.png", "--json").ok().object
    for more in ((), ("--json",)):
        shown = case("metadata", artifact["id"], *more).ok().out
        assert "[red]" in shown
        assert not any(char in shown for char in UNSAFE)


def _png_with(text: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"tEXt", text), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
