"""One writer at a time, and the other one is told who it is."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidencekit.errors import CaseLocked
from evidencekit.store.lock import hold
from tests.tools.builders import Built, a_case
from tests.tools.fakes import START
from tests.tools.machine_room import environment

HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from evidencekit.store.lock import hold
with hold(Path(sys.argv[1]), command="add", at=datetime(2026, 11, 21, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.readline()
"""


def start_holder(built: Built) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(built.root)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_the_second_writer_waits_and_then_says_who_holds_the_case(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    with start_holder(built) as holder:
        began = time.monotonic()
        with (
            pytest.raises(CaseLocked, match=rf"process {holder.pid} \(add\)") as caught,
            hold(built.root, command="seal", at=START, wait_s=0.3),
        ):
            pass
        assert time.monotonic() - began >= 0.3
        assert caught.value.exit_code == 11
        holder.communicate("\n")


def test_the_second_writer_goes_on_when_the_first_is_done(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    with start_holder(built) as holder:
        holder.communicate("\n")
        with hold(built.root, command="seal", at=START, wait_s=5):
            pass


def test_a_killed_writer_holds_nothing(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    with start_holder(built) as holder:
        holder.kill()
        holder.wait()
        with hold(built.root, command="seal", at=START, wait_s=0):
            pass


def test_reading_needs_no_lock(tmp_path: Path) -> None:
    built = a_case(tmp_path).built()
    with start_holder(built) as holder:
        assert list(built.case.rows()) == []
        holder.communicate("\n")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff"])
def test_a_damaged_note_about_the_holder_is_no_obstacle(tmp_path: Path, damage: bytes) -> None:
    built = a_case(tmp_path).built()
    with start_holder(built) as holder:
        (built.root / "spool/holder.json").write_bytes(damage)
        with (
            pytest.raises(CaseLocked, match="another process"),
            hold(built.root, command="seal", at=START, wait_s=0),
        ):
            pass
        holder.communicate("\n")
