"""Killed anywhere, a capture costs nothing that was acknowledged and leaves nothing running.

``EVIDENCEKIT_KILL_ROUNDS=200`` makes a campaign of it, with half as many rounds for the browser;
``EVIDENCEKIT_KILL_SEED``, which a failure prints, repeats it.
"""

import gzip
import hashlib
import io
import logging
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from evidencekit.model.event import Actor
from evidencekit.model.report import Status
from evidencekit.store.case import Case, Kind, create_case, open_case
from evidencekit.workflow.ingest import add
from evidencekit.workflow.setting import Setting
from evidencekit.workflow.verify import verify
from tests.conftest import OTHER_SYSTEM
from tests.tools import killed_command, killer
from tests.tools.browser_site import site
from tests.tools.killed_command import NEVER, SEED, Ended, Moment
from tests.tools.machine_room import open_folder

Engine = Literal["http", "browser"]
Measure = Callable[[Engine], tuple[Ended, float]]
_ASKED = os.environ.get("EVIDENCEKIT_KILL_ROUNDS")
HTTP_ROUNDS = int(_ASKED) if _ASKED else 4
BROWSER_ROUNDS = -(-HTTP_ROUNDS // 2) if _ASKED else 3
NOTE = b"what was there before"
VIEWS = {"screenshot", "screenshot-stamped", "screenshot-viewport", "dom", "pdf", "mhtml"}
WHOLE: dict[Engine, set[str]] = {"http": {"warc"}, "browser": {"wacz"} | VIEWS}
pytestmark = pytest.mark.network
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scene:
    """A case with one file, and a page to capture into it."""

    root: Path
    home: Path
    temporary: Path
    """Its temporary files, and nobody else's."""
    site: str

    def run(self, *arguments: str, moment: Moment = NEVER) -> Ended:
        return killed_command.run(
            "--json", *arguments, home=self.home, temporary=self.temporary, moment=moment
        )

    def capture(self, engine: Engine, *, moment: Moment = NEVER) -> Ended:
        where = ("-C", str(self.root), "capture", "--engine", engine, "--allow-private")
        # Two pages for the fast engine: the first is acknowledged while the second is on its way.
        paths = ("many", "cross") if engine == "http" else ("cross",)
        return self.run(*where, *(self.site + path for path in paths), moment=moment)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with site() as running:
        yield running.url()


@contextmanager
def a_scene(folder: Path, address: str) -> Iterator[Scene]:
    with open_folder() as temporary:
        scene = Scene(folder / "case", folder / "home", temporary, address)
        setting = Setting(home=scene.home)
        case = create_case(
            scene.root,
            title="kill",
            kind=Kind.INVESTIGATION,
            actor=Actor(alias="tester"),
            machine=setting.machine(),
        )
        (folder / "note.txt").write_bytes(NOTE)
        list(add(case, [folder / "note.txt"], setting=setting))
        yield scene


@pytest.fixture
def scene(tmp_path: Path, address: str) -> Iterator[Scene]:
    with a_scene(tmp_path, address) as scene:
        yield scene


@pytest.fixture(scope="module")
def normal(address: str, tmp_path_factory: pytest.TempPathFactory) -> Measure:
    """Return for an engine how a capture ends that nobody kills, and how long a command loads."""

    @cache
    def measured(engine: Engine) -> tuple[Ended, float]:
        with a_scene(tmp_path_factory.mktemp("normal"), address) as scene:
            idle_s = min(scene.run("capture", "--help").ran_s for _ in range(3))
            # The quickest of a few, since a kill that comes too late tells nothing.
            runs = [scene.capture(engine) for _ in range(3 if engine == "http" else 1)]
        require_whole(quickest := min(runs, key=lambda run: run.ran_s), engine)
        return quickest, idle_s

    return measured


linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason=OTHER_SYSTEM + "the kernel hands orphans to no minder"
)


@linux_only
@pytest.mark.slow
@pytest.mark.parametrize("number", range(HTTP_ROUNDS))
def test_killed_http_capture_leaves_a_sound_case_that_the_same_command_completes(
    number: int, scene: Scene, normal: Measure
) -> None:
    require_survived("http", number, scene, *normal("http"))


@linux_only
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("number", range(BROWSER_ROUNDS))
def test_killed_browser_capture_leaves_a_sound_case_and_no_browser(
    number: int, scene: Scene, normal: Measure
) -> None:
    require_survived("browser", number, scene, *normal("browser"))


def require_survived(
    engine: Engine, number: int, scene: Scene, whole: Ended, idle_s: float
) -> None:
    moment = killed_command.some_moment(f"{engine} {number}", whole, idle_s=idle_s)
    _log.warning("EVIDENCEKIT_KILL_SEED=%s: %s %d, %s", SEED, engine, number, moment)
    killed = scene.capture(engine, moment=moment)
    _log.warning("%s", killed)
    assert killed.was_killed or killed.code == 0, killed.errors
    assert killed.survivors == ()
    case = open_case(scene.root)
    require_sound(case)
    require_acknowledged(case, killed)

    require_whole(scene.capture(engine), engine)
    require_sound(case)
    require_no_half_capture(case, engine)
    assert killer.leftovers(scene.root) == []
    assert left_in(scene.temporary) == []


def require_whole(ended: Ended, engine: Engine) -> None:
    assert ended.code == 0, ended.errors
    assert ended.survivors == ()
    assert [page["verdict"] for page in ended.objects] == ["complete"] * len(ended.objects)
    assert all(len(page["artifacts"]) == len(WHOLE[engine]) for page in ended.objects)


def require_sound(case: Case) -> None:
    report = verify(case.root, setting=Setting(home=case.root.parent / "home"))
    assert [c.name for c in report.checks if c.status is Status.FAIL] == ["sealed"], report
    note, *_ = case.rows()
    assert read(case, note.id) == NOTE


def require_acknowledged(case: Case, killed: Ended) -> None:
    for artifact_id in (one for page in killed.objects for one in page["artifacts"]):
        read(case, artifact_id)


def read(case: Case, artifact_id: str) -> bytes:
    artifact = case.artifact(artifact_id)
    with case.open_object(artifact.sha256) as stream:
        data = stream.read()
    assert hashlib.sha256(data).hexdigest() == artifact.sha256
    return data


def require_no_half_capture(case: Case, engine: Engine) -> None:
    for event in case.events():
        if event.line.action != "capture":
            continue
        artifacts = [case.artifact(f"a{event.line.seq}-{n + 1}") for n in range(len(WHOLE[engine]))]
        assert {artifact.role for artifact in artifacts} == WHOLE[engine]
        for artifact in artifacts:
            if artifact.role == "warc":
                assert b"HTTP/1.1 200" in gzip.decompress(read(case, artifact.id))
            if artifact.role == "wacz":
                with zipfile.ZipFile(io.BytesIO(read(case, artifact.id))) as container:
                    warc = container.read("archive/capture.warc.gz")
                assert b"HTTP/1.1 200" in gzip.decompress(warc)


def left_in(temporary: Path) -> list[str]:
    """Return what lies there, but for the file by which Python tries whether it can write there."""
    return [
        path.name
        for path in temporary.iterdir()
        if path.is_dir() or not b"blat".startswith(path.read_bytes())
    ]
