"""Questions: asked on a terminal, never in a script."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.transcripts import ROOT, Cli


def test_init_reads_texts_from_files(cli: Cli) -> None:
    (cli.folder / "title.txt").write_text("비밀 사건\n", encoding="utf-8")
    made = cli("init", "C", "--title", "@title.txt", "--actor", "a", "--json").ok().object
    assert made["title"] == "비밀 사건"


def test_without_a_terminal_nothing_is_asked(cli: Cli) -> None:
    done = cli.apart("init", "C", "--actor", "a")
    assert done.code == 2
    assert "--title" in done.err
    assert not (cli.folder / "C").exists()


def test_on_a_terminal_title_actor_and_kind_are_asked_for(cli: Cli) -> None:
    code, shown = on_terminal(cli.folder, ["init", "C"], ["desk 3", "A case", "support"])
    assert code == 0, shown
    first = cli("-C", "C", "log", "--json").ok().objects[0]
    assert (first["actor"]["alias"], first["detail"]["title"]) == ("desk 3", "A case")
    assert first["action"] == "init.support"


def test_on_a_terminal_with_no_input_nothing_is_asked(cli: Cli) -> None:
    code, shown = on_terminal(cli.folder, ["--no-input", "init", "C"], [])
    assert code == 2, shown


def test_a_passphrase_is_asked_for_twice_and_not_shown(cli: Cli) -> None:
    words = "four words in row"
    code, shown = on_terminal(
        cli.folder, ["key", "new", "--out", "K.pem", "--name", "Desk"], [words, words]
    )
    assert code == 0, shown
    assert words not in shown
    assert (cli.folder / "K.pem").exists()


def test_a_first_seal_offers_to_make_a_key(cli: Cli) -> None:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    (cli.folder / "f").write_bytes(b"x")
    cli("-C", "C", "add", "f").ok()
    words = "four words in row"
    answers = ["y", "K.pem", "Desk 3", words, words]
    code, shown = on_terminal(cli.folder, ["-C", "C", "seal"], answers)
    assert code == 0, shown
    assert words not in shown
    assert (cli.folder / "K.crt").exists()


def on_terminal(folder: Path, arguments: list[str], answers: list[str]) -> tuple[int, str]:
    """Run in a pseudo-terminal, giving the next answer whenever it asks and falls silent."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "evidencekit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,  # or getpass would ask on the terminal of whoever runs the tests
    ) as running:
        os.close(theirs)
        shown = _converse(ours, list(answers))
        os.close(ours)
    return running.returncode, shown.decode("utf-8", "replace")


def _converse(fd: int, waiting: list[str]) -> bytes:
    shown, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                piece = os.read(fd, 4096)
            except OSError:  # how Linux says that the other side is closed
                break
            if not piece:
                break
            shown += piece
        elif waiting and shown.rstrip(b" ").endswith(b":"):
            os.write(fd, waiting.pop(0).encode() + b"\n")
            shown += b"\n"
    return shown


def test_a_name_without_standard_input_is_a_wrong_command_line(cli: Cli) -> None:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    assert cli("-C", "C", "add", "x", "--name", "y").code == 2
