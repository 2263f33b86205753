"""Profiles of the browser: what a killed capture left goes, and what is in use stays."""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidencekit.capture.chromium.profile import (
    TEMPORARY,
    forbid_temporary_files,
    fresh_profile,
    remove_dead_profiles,
)
from evidencekit.errors import BrowserUnavailable
from tests.conftest import OTHER_SYSTEM
from tests.tools.machine_room import open_folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with open_folder() as folder:
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        yield folder


def test_profile_of_a_killed_capture_is_removed(temporary: Path) -> None:
    (temporary / "evidencekit-browser-dead/Default").mkdir(parents=True)
    (temporary / "evidencekit-browser-dead/Default/Cookies").write_bytes(b"secret")
    remove_dead_profiles()
    assert list(temporary.iterdir()) == []


def test_profile_in_use_is_left_alone(temporary: Path) -> None:
    with fresh_profile() as profile:
        remove_dead_profiles()
        assert profile.exists()
    assert list(temporary.iterdir()) == []


def test_a_profile_in_which_no_file_may_be_made_is_removed_all_the_same(temporary: Path) -> None:
    with fresh_profile() as profile:
        (profile / TEMPORARY / "socket").write_bytes(b"")
        forbid_temporary_files(profile)
        dead = temporary / "evidencekit-browser-dead"
        (dead / TEMPORARY).mkdir(parents=True)
        (dead / TEMPORARY / "socket").write_bytes(b"")
        forbid_temporary_files(dead)
        remove_dead_profiles()
        assert list(temporary.iterdir()) == [profile]
    assert list(temporary.iterdir()) == []


def test_profile_that_is_taken_for_dead_before_it_is_locked_is_made_anew(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[Path] = []
    lock = fcntl.flock

    def late(fd: int, how: int) -> None:
        if not removed:
            removed.extend(temporary.iterdir())
            shutil.rmtree(removed[0])
        lock(fd, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with fresh_profile() as profile:
        assert profile.exists()
        assert profile not in removed


def test_link_by_the_name_of_a_profile_is_not_followed(temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    (temporary / "evidencekit-browser-link").symlink_to(tmp_path)
    remove_dead_profiles()
    assert (tmp_path / "mine").read_bytes() == b"mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="cannot make a folder of somebody else (not root)")
def test_folder_of_somebody_else_is_left_alone(temporary: Path) -> None:
    other = temporary / "evidencekit-browser-other"
    other.mkdir()
    os.chown(other, 12345, 12345)
    remove_dead_profiles()
    assert other.exists()


@pytest.mark.skipif(sys.platform != "linux", reason=OTHER_SYSTEM + "paths of sockets are longer")
def test_a_path_in_which_no_browser_starts_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 60)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with pytest.raises(BrowserUnavailable, match="too long a path") as caught, fresh_profile():
        pass
    assert "TMPDIR" in str(caught.value.hint)
    assert list(deep.iterdir()) == []
