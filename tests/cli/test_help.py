"""Help is complete, in both languages, and costs no heavy import."""

import subprocess
import sys

import click
import pytest

from evidencekit.cli.root import ENTRIES, make_root
from tests.cli.transcripts import ROOT, Cli

HEAVY = {
    "asn1crypto", "brotli", "cryptography", "exifread", "jinja2", "keyring", "magic", "PIL",
    "pyrage", "requests", "rfc3161_client", "rich", "sqlite3", "tinycss2", "urllib3", "warcio",
    "zstandard", "asyncio", "multiprocessing", "concurrent.futures", "platformdirs",
    "importlib.metadata",
}  # fmt: skip
OWN_HEAVY = ("evidencekit.workflow", "evidencekit.store", "evidencekit.capture", "evidencekit.demo")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["key", "--help"], []])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from evidencekit.cli.main import main; main(sys.argv[1:]);"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": str(ROOT), "EVIDENCEKIT_LANG": "ko"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.splitlines())
    assert not loaded & HEAVY
    assert not [name for name in loaded if name.startswith(OWN_HEAVY)]


def test_importing_the_library_costs_nothing_until_a_name_is_used() -> None:
    code = "import sys, evidencekit.workflow as w; print(*sys.modules); w.Case; w.seal.seal"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(done.stdout.split()) & HEAVY


def test_every_public_name_of_the_library_loads() -> None:
    from evidencekit import workflow

    assert all(getattr(workflow, name) is not None for name in workflow.__all__)
    with pytest.raises(AttributeError):
        _ = workflow.nothing


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_command_has_help_with_options_explained(cli: Cli, name: str) -> None:
    assert cli(name, "--help").ok().out.startswith(f"Usage: evidencekit {name}")
    root = make_root()
    command = root.get_command(click.Context(root), name)
    assert command is not None
    options = [param for param in command.params if isinstance(param, click.Option)]
    assert all(option.help for option in options)
    assert {"json", "quiet", "no_input", "case"} <= {option.name for option in options}
