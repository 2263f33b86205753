"""What libmagic takes a file for is recorded beside our own word, and a disagreement is flagged."""

import io
from pathlib import Path

import pytest
from PIL import Image

from evidencekit.sandbox import runner
from tests.cli.transcripts import Cli


def test_the_opinion_of_the_day_of_intake_is_what_is_shown(cli: Cli) -> None:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    (cli.folder / "a.png").write_bytes(out.getvalue())
    cli("-C", "C", "add", "a.png").ok()
    told = cli("-C", "C", "metadata", "a2-1", "--json").ok().object
    assert told["second_opinion"]["media_type"] == "image/png"
    assert told["second_opinion"]["agrees"] is True
    assert told["record"]["second_opinion"]["version"]


def test_a_type_without_a_record_is_asked_about_when_somebody_looks(cli: Cli) -> None:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    (cli.folder / "a.elf").write_bytes(Path("/bin/true").read_bytes()[:9_000])
    cli("-C", "C", "add", "a.elf").ok()
    told = cli("-C", "C", "metadata", "a2-1", "--json").ok().object
    assert told["record"] is None
    assert "x-" in told["second_opinion"]["media_type"]


def test_a_disagreement_is_in_the_artifact_and_in_what_people_read(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "magic.py").write_text(
        "def version(): return 541\n"
        "class Magic:\n"
        "    def __init__(self, mime): pass\n"
        "    def from_buffer(self, head): return 'audio/\\x1b[31mfake'\n"
    )
    (tmp_path / "evidencekit").symlink_to(Path(runner._ROOT) / "evidencekit")
    monkeypatch.setattr(runner, "_ROOT", str(tmp_path))
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    (cli.folder / "a.png").write_bytes(out.getvalue())
    cli("-C", "C", "add", "a.png").ok()
    shown = cli("-C", "C", "show", "a2-1", "--json").ok().object
    assert shown["type"]["disagrees"].startswith("audio/")
    said = cli("-C", "C", "metadata", "a2-1").ok().out
    assert "another type than ours" in said
    assert "\x1b" not in said
