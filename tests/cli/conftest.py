from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.demo.authority import DemoAuthority
from evidencekit.files.clock import system_clock
from tests.cli.transcripts import Cli, Done

PASSPHRASE = "four words in row"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run command lines through the real main(), in a folder and a home of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVIDENCEKIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANGUAGE", "en")  # main() sets it: so it is put back afterwards
    return Cli(folder=tmp_path, capsys=capsys)


@pytest.fixture
def case(cli: Cli) -> Callable[..., Done]:
    """Make CASE with two files; returns how to run a command in it."""
    cli("init", "CASE", "--title", "A case", "--actor", "desk 3").ok()
    (cli.folder / "in").mkdir()
    (cli.folder / "in/a.txt").write_bytes(b"first")
    (cli.folder / "in/b.txt").write_bytes(b"second")
    cli("-C", "CASE", "add", "in").ok()
    return lambda *arguments: cli("-C", "CASE", *arguments)


@pytest.fixture
def key(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make KEY.pem, its passphrase in the environment."""
    monkeypatch.setenv("EVIDENCEKIT_PASSPHRASE", PASSPHRASE)
    cli("key", "new", "--out", "KEY.pem", "--name", "Desk 3").ok()
    return "file:KEY.pem"


@pytest.fixture(scope="session")
def authority() -> DemoAuthority:
    return DemoAuthority(clock=system_clock)
