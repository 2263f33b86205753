"""Unfinished work of others, seen from a writer."""

from pathlib import Path

import pytest

from evidencekit.store import spool


def test_spool_that_goes_while_dead_ones_are_sought_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "spool/work-gone"
    monkeypatch.setattr(Path, "glob", lambda *_: iter([gone]))
    spool.remove_dead(tmp_path)
