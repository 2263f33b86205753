"""Killed anywhere, a case opens, verifies, and the same command completes it (DESIGN §4).

``EVIDENCEKIT_KILL_ROUNDS=200`` makes a campaign of it; an ordinary run is a short one.
"""

import hashlib
import os
import time
import zipfile
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

import pytest

from evidencekit.errors import BadInput
from evidencekit.formats.case import MANIFEST, SIGNATURE
from evidencekit.model.event import Actor
from evidencekit.proof.cms import read_signature
from evidencekit.store.case import Case, Kind, create_case, open_case
from evidencekit.workflow.chain import read_chain
from evidencekit.workflow.ingest import add
from evidencekit.workflow.seal import seal
from evidencekit.workflow.seals import seals_of
from evidencekit.workflow.setting import Setting
from tests.tools import killer, rars
from tests.tools.builders import a_signer
from tests.tools.killer import Action, Killed

ROUNDS = int(os.environ.get("EVIDENCEKIT_KILL_ROUNDS", "12"))
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Scene:
    """A case, a home and a folder of files, of which some are archives."""

    case: Path
    home: Path
    brought: Path

    @property
    def setting(self) -> Setting:
        return Setting(home=self.home)

    def contents(self) -> dict[str, bytes]:
        """Of each file, and of each that lies in an archive."""
        files = {path.name: path.read_bytes() for path in self.brought.iterdir()}
        return files | MEMBERS | (PACKED if find_library("archive") else {})


MEMBERS = {f"in-zip-{number:02d}.txt": b"member %d" % number for number in range(12)}
PACKED = {f"in-rar-{number}.txt": b"packed %d" % number * 99 for number in range(5)}


def a_scene(folder: Path) -> Scene:
    scene = Scene(folder / "case", folder / "home", folder / "brought")
    scene.brought.mkdir(parents=True)
    for number in range(27):
        (scene.brought / f"{number:02d}.txt").write_bytes(b"note %d" % (number // 2))
    for number in range(3):
        (scene.brought / f"large-{number}.bin").write_bytes(bytes([number]) * 3_000_000)
    with zipfile.ZipFile(scene.brought / "files.zip", "w") as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    packed = [rars.file(name.encode(), data) for name, data in PACKED.items()]
    (scene.brought / "files.rar").write_bytes(rars.rar(packed))
    create_case(
        scene.case,
        title="kill",
        kind=Kind.INVESTIGATION,
        actor=Actor(alias="tester"),
        machine=scene.setting.machine(),
    )
    return scene


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[Action, tuple[int, float]]:
    """Return for each command how many calls it takes, and how long."""
    scene = a_scene(tmp_path_factory.mktemp("measure"))
    found: dict[Action, tuple[int, float]] = {}
    actions: tuple[Action, ...] = ("add", "seal")
    for action in actions:
        began = time.monotonic()
        said = killer.run(action, scene.case, scene.home, scene.brought)
        assert said.calls is not None, said.errors
        found[action] = (said.calls, time.monotonic() - began)
    return found


@pytest.mark.parametrize("number", range(ROUNDS))
def test_whatever_is_killed_the_case_opens_and_the_same_command_completes_it(
    tmp_path: Path, number: int, measured: dict[Action, tuple[int, float]]
) -> None:
    scene = a_scene(tmp_path)
    action: Action = "seal" if number % 3 == 2 else "add"
    if action == "seal":
        list(add(open_case(scene.case), [scene.brought], setting=scene.setting))
    calls, seconds = measured[action]
    by_call = number % 2 == 0
    killed = killer.run(
        action,
        scene.case,
        scene.home,
        scene.brought,
        at_call=killer.some_call(calls) if by_call else None,
        after_s=None if by_call else killer.some_delay(seconds / 2),
    )
    assert not killed.errors

    case = open_case(scene.case)
    chain, _listing = read_chain(case, None, None)
    assert chain.size >= 1
    if action == "add":
        require_acknowledged(case, killed, scene)
    list(add(case, [scene.brought], setting=scene.setting))
    require_each_file_once(case, scene)
    require_sealed(case, scene)
    assert killer.leftovers(scene.case) == []


def require_acknowledged(case: Case, killed: Killed, scene: Scene) -> None:
    rows, contents = {row.id: row for row in case.rows()}, scene.contents()
    for artifact_id in killed.acknowledged:
        row = rows[artifact_id]
        with case.open_object(row.sha256) as stream:
            assert stream.read() == contents[row.name]


def require_each_file_once(case: Case, scene: Scene) -> None:
    rows, contents = list(case.rows()), scene.contents()
    assert sorted(row.name for row in rows) == sorted(contents)
    for row in rows:
        assert hashlib.sha256(contents[row.name]).hexdigest() == row.sha256
        with case.open_object(row.sha256) as stream:
            assert stream.read() == contents[row.name]


def require_sealed(case: Case, scene: Scene) -> None:
    try:
        seal(case, a_signer(), setting=scene.setting)
    except BadInput:  # the killed command had got as far as that
        assert len(seals_of(case.root)) == 1
    newest = seals_of(case.root)[-1]
    statement, signature = (newest.path / name for name in (MANIFEST, SIGNATURE))
    read_signature(signature.read_bytes(), statement.read_bytes(), what="signature")
    stated = newest.manifest()
    read_chain(case, None, None, heads={stated.ledger_size: stated.head})
    recorded = [
        event.body.detail["seal"]
        for event in case.events()
        if event.line.action == "seal" and event.body is not None
    ]
    assert recorded == [folder.number for folder in seals_of(case.root)]
