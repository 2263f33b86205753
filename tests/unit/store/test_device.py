"""The device key: one for each machine, nobody else's to read."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from evidencekit.errors import EvidencekitError, KeyUnusable
from evidencekit.files.opening import open_regular
from evidencekit.store import device
from evidencekit.store.device import open_device_key
from tests.tools.machine_room import environment

OPEN = """
import sys
from pathlib import Path
from evidencekit.store.device import open_device_key
sys.stdin.readline()
print(open_device_key(Path(sys.argv[1])).public.hex())
"""


@pytest.fixture(autouse=True)
def without_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCEKIT_NO_KEYRING", "1")


class MemoryKeyring(KeyringBackend):
    priority = 5
    viable = False  # or it would be the best there is for every test that runs in this process

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types here
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    monkeypatch.delenv("EVIDENCEKIT_NO_KEYRING")
    before, memory = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_a_key_is_made_on_first_use_and_stays(tmp_path: Path) -> None:
    first = open_device_key(tmp_path)

    assert open_device_key(tmp_path).public == first.public
    assert len(first.sign(b"x")) == 64


def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    open_device_key(tmp_path / "home")
    path = tmp_path / "home/device/ledger.key"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["ledger.key"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    open_device_key(tmp_path)
    (tmp_path / "device/ledger.key").chmod(mode)

    with pytest.raises(KeyUnusable, match="read by others") as caught:
        open_device_key(tmp_path)

    assert "chmod 600" in str(caught.value.hint)


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33])
def test_a_file_that_is_no_key_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    open_device_key(tmp_path)
    (tmp_path / "device/ledger.key").write_bytes(content)

    with pytest.raises(KeyUnusable, match="not a device key"):
        open_device_key(tmp_path)

    assert (tmp_path / "device/ledger.key").read_bytes() == content


def test_a_link_in_the_place_of_the_key_is_refused(tmp_path: Path) -> None:
    open_device_key(tmp_path / "other")
    (tmp_path / "device").mkdir()
    (tmp_path / "device/ledger.key").symlink_to(tmp_path / "other/device/ledger.key")

    with pytest.raises(EvidencekitError):
        open_device_key(tmp_path)


def test_processes_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(tmp_path)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()

    keys = {child.communicate()[0] for child in children}

    assert len(keys) == 1
    assert len(keys.pop()) == 65


def test_a_key_that_another_process_is_making_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = open_device_key(tmp_path)
    made, twin = tmp_path / "device/ledger.key", tmp_path / "device/.ledger.key.twin"
    twin.hardlink_to(made)

    @contextmanager
    def meanwhile(path: Path) -> Iterator[BinaryIO]:
        with open_regular(path) as stream:
            yield stream
            twin.unlink(missing_ok=True)

    monkeypatch.setattr(device, "open_regular", meanwhile)

    assert open_device_key(tmp_path).public == key.public
    assert not twin.exists()


def test_what_a_killed_process_of_the_same_number_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "device").mkdir(mode=0o700)
    (tmp_path / f"device/.ledger.key.{os.getpid()}").write_bytes(b"half")

    assert open_device_key(tmp_path).public == open_device_key(tmp_path).public


def test_a_keyring_that_works_keeps_the_key(tmp_path: Path, ring: MemoryKeyring) -> None:
    first = open_device_key(tmp_path)

    assert open_device_key(tmp_path).public == first.public
    assert len(ring.kept) == 1
    assert not (tmp_path / "device").exists()


def test_another_home_has_another_key_in_the_keyring(tmp_path: Path, ring: MemoryKeyring) -> None:
    first, second = open_device_key(tmp_path / "a"), open_device_key(tmp_path / "b")

    assert first.public != second.public
    assert len(ring.kept) == 2


def test_a_key_file_goes_before_the_keyring(tmp_path: Path, ring: MemoryKeyring) -> None:
    os.environ["EVIDENCEKIT_NO_KEYRING"] = "1"
    first = open_device_key(tmp_path)
    del os.environ["EVIDENCEKIT_NO_KEYRING"]

    assert open_device_key(tmp_path).public == first.public
    assert ring.kept == {}


def test_rubbish_in_the_keyring_is_refused(tmp_path: Path, ring: MemoryKeyring) -> None:
    open_device_key(tmp_path)
    ring.kept = dict.fromkeys(ring.kept, "rubbish")

    with pytest.raises(KeyUnusable, match="not a device key"):
        open_device_key(tmp_path)


def test_a_locked_keyring_makes_the_key_unusable(tmp_path: Path, ring: MemoryKeyring) -> None:
    open_device_key(tmp_path)
    ring.is_locked = True

    with pytest.raises(KeyUnusable):
        open_device_key(tmp_path)
