"""Whatever interrupts an export: no half bundle lies where a whole one was asked for."""

import json
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyrage import x25519

from evidencekit.errors import BadInput, CaseLocked, DiskUnavailable
from evidencekit.model.report import Verdict
from evidencekit.protocols import Observer
from evidencekit.store.case import open_case
from evidencekit.workflow.export import Exported, Form, export
from tests.tools.builders import Built, a_case
from tests.tools.bundles import Handed, lines_of
from tests.tools.killer import hook
from tests.tools.machine_room import can_mount, environment, small_disk

ROUNDS = int(os.environ.get("EVIDENCEKIT_KILL_ROUNDS", "4"))
FORMS: tuple[Form, ...] = ("bag", "zip")
LARGE = 3_000_000


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return a_case(tmp_path).with_file(b"hello").with_file(bytes(LARGE), "large.bin").sealed()


def exported(
    built: Built, out: Path, form: Form, *, encrypted: bool = False, watch: Observer | None = None
) -> Exported:
    to = [str(x25519.Identity.generate().to_public())] if encrypted else []
    return export(
        built.case,
        profile="police",
        out=out,
        form=form,
        encrypt_to=to,
        signer=built.signer,
        language="en",
        setting=built.setting,
        observer=watch,
    )


def verdict(built: Built, path: Path) -> Verdict:
    return Handed(built=built, folder=built.root.parent / "x", files={}).verified(path).verdict


def actions(built: Built) -> list[str]:
    lines = lines_of((built.root / "ledger.jsonl").read_bytes())
    return [json.loads(line)["action"] for line in lines]


# Targets


def test_target_that_is_there_is_left_alone(built: Built, tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_bytes(b"mine")
    with pytest.raises(BadInput):
        exported(built, tmp_path / "out.zip", "zip")
    assert (tmp_path / "out.zip").read_bytes() == b"mine"
    assert "export.begin" not in actions(built)


def test_target_that_is_a_broken_link_is_left_alone(built: Built, tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("nowhere")
    with pytest.raises(BadInput):
        exported(built, tmp_path / "out", "bag")


def test_readme_of_somebody_else_beside_the_target_is_left_alone(
    built: Built, tmp_path: Path
) -> None:
    beside = tmp_path / "out.age.README.txt"
    beside.write_text("mine")
    with pytest.raises(BadInput):
        exported(built, tmp_path / "out.age", "zip", encrypted=True)
    assert beside.read_text() == "mine"


@pytest.mark.parametrize("form", FORMS)
def test_target_that_came_meanwhile_is_left_alone(built: Built, tmp_path: Path, form: Form) -> None:
    out = tmp_path / "out"

    class Intruder:
        def on(self, stage: str, done: int, total: int | None) -> None:
            out.write_bytes(b"mine")

    with pytest.raises(BadInput):
        exported(built, out, form, watch=Intruder())
    assert out.read_bytes() == b"mine"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("form", FORMS)
def test_interrupted_export_leaves_nothing_and_can_be_repeated(
    built: Built, tmp_path: Path, form: Form
) -> None:
    class Impatient:
        def on(self, stage: str, done: int, total: int | None) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exported(built, tmp_path / "out", form, watch=Impatient())
    assert not (tmp_path / "out").exists()
    assert leftovers(tmp_path) == []
    exported(built, tmp_path / "out", form)
    assert verdict(built, tmp_path / "out") is Verdict.VALID
    assert actions(built)[-3:] == ["export.begin", "export.begin", "export.done"]


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "partial" in path.name]


# Two at once


@pytest.mark.parametrize("form", FORMS)
def test_of_two_exports_to_one_place_one_is_there_and_whole(
    built: Built, tmp_path: Path, form: Form
) -> None:
    out = tmp_path / "out"
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(exported, built, out, form) for _ in range(2)]
    failures = [future.exception() for future in both if future.exception() is not None]
    assert len(failures) == 1
    assert isinstance(failures[0], BadInput | CaseLocked)
    assert verdict(built, out) is Verdict.VALID
    assert leftovers(tmp_path) == []


def test_two_exports_to_two_places_follow_one_another(built: Built, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(exported, built, tmp_path / name, "zip") for name in ("a", "b")]
    assert [future.exception() for future in both] == [None, None]
    assert verdict(built, tmp_path / "a") is verdict(built, tmp_path / "b") is Verdict.VALID


def test_what_another_export_still_writes_is_not_removed(built: Built, tmp_path: Path) -> None:
    other_folder = tmp_path / "second"
    other_folder.mkdir()
    other = a_case(other_folder).with_file(b"second case").sealed()
    out = tmp_path / "out.zip"
    seen: list[Exported] = []

    class Meanwhile:
        def on(self, stage: str, done: int, total: int | None) -> None:
            if not seen:
                seen.append(exported(other, out, "zip"))

    with pytest.raises(BadInput):
        exported(built, out, "zip", watch=Meanwhile())
    assert verdict(other, out) is Verdict.VALID
    assert leftovers(tmp_path) == []


def test_what_a_killed_export_left_is_removed(built: Built, tmp_path: Path) -> None:
    left = tmp_path / ".out.0123abcd.partial"
    (left / "data").mkdir(parents=True)
    (left / "data/x").write_bytes(b"half")
    readme = tmp_path / ".out.README.txt.partial"
    readme.write_text("half")
    similar = tmp_path / ".out.notes.partial"
    similar.write_text("mine")
    exported(built, tmp_path / "out", "bag")
    assert not left.exists()
    assert not readme.exists()
    assert similar.exists()


# Full disks


@pytest.mark.skipif(not can_mount(), reason="cannot mount a small disk (not root)")
@pytest.mark.parametrize(
    ("form", "encrypted"), [("bag", False), ("zip", False), ("zip", True)], ids=str
)
def test_full_disk_is_said_and_nothing_is_left_on_it(
    built: Built, tmp_path: Path, form: Form, encrypted: bool
) -> None:
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        with pytest.raises(DiskUnavailable) as caught:
            exported(built, disk / "out", form, encrypted=encrypted)
        assert caught.value.exit_code == 32
        assert list(disk.iterdir()) == []
    exported(built, tmp_path / "elsewhere", form, encrypted=encrypted)
    assert actions(built)[-3:] == ["export.begin", "export.begin", "export.done"]


# Killed

_CHILD = f"""
import sys
from pathlib import Path
from evidencekit.store.case import open_case
from evidencekit.workflow import export as exporting
from evidencekit.workflow.setting import Setting
from tests.tools.builders import a_signer
{hook("chmod", "open")}
case, home, out, form, to = sys.argv[1:6]
setting = Setting(home=Path(home))
print("ready", flush=True)
exporting.export(open_case(Path(case)), profile="police", out=Path(out), form=form,
                 encrypt_to=to.split(), signer=a_signer(), language="en", setting=setting)
print(done, flush=True)
"""


def child(built: Built, out: Path, form: str, at: int, *, after_s: float | None = None) -> str:
    """Export in a process that is killed at its N-th call or after a while; returns what it said"""
    to = str(x25519.Identity.generate().to_public()) if form == "age" else ""
    paths = map(str, (built.root, built.setting.home, out))
    arguments = [*paths, form.replace("age", "zip"), to]
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD, *arguments],
        env={**environment(built.setting.home), "KILL_AT": str(at)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        if after_s is not None:
            time.sleep(after_s)
            process.kill()
        said: str = process.communicate(timeout=120)[0]
    return said


@pytest.mark.slow
@pytest.mark.parametrize("form", ["bag", "zip", "age"])
def test_killed_export_leaves_nothing_at_its_target(
    built: Built, tmp_path: Path, form: str
) -> None:
    calls = int(child(built, tmp_path / "whole", form, 0))
    for number in range(ROUNDS):
        out = tmp_path / f"out-{number}"
        if number % 2:
            child(built, out, form, 0, after_s=secrets.randbelow(200) / 1000)
        else:
            child(built, out, form, 1 + secrets.randbelow(calls))
        if out.exists():  # killed between the rename and the last line of the ledger
            assert form == "age" or verdict(built, out) is Verdict.UNTRUSTED  # the child's own key
        open_case(built.root)
        out = out.with_name(f"{out.name}-again") if out.exists() else out
        exported(built, out, "bag")
        assert verdict(built, out) is Verdict.VALID
        assert verdict(built, built.root) is Verdict.VALID
        assert [name for name in leftovers(tmp_path) if name.startswith(f".{out.name}.")] == []
