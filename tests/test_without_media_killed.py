"""Killed at any moment, a capture of a suspected page leaves no byte of a picture."""

import os
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.model.artifact import Sensitivity
from evidencekit.model.capture import CaptureVerdict
from evidencekit.model.event import Actor
from evidencekit.protocols import Silent
from evidencekit.store.case import Case, Kind, create_case, open_case
from evidencekit.workflow.setting import Setting
from tests.conftest import OTHER_SYSTEM
from tests.tools import killed_command
from tests.tools.h2_site import H2Site, h2_site
from tests.tools.killed_command import NEVER, Ended, Moment
from tests.tools.machine_room import open_folder
from tests.tools.media_traps import answer
from tests.tools.needles import Watcher, processes_below, watching

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(sys.platform != "linux", reason=OTHER_SYSTEM + "no minder of orphans"),
]
SHARES = (0.5, 0.7, 0.9)
"""Of an ordinary run; before the first the command only loads."""


@dataclass(frozen=True)
class Scene:
    root: Path
    home: Path
    temporary: Path
    site: H2Site

    def capture(self, engine: str, *, moment: Moment = NEVER) -> tuple[Ended, Watcher]:
        where = ("-C", str(self.root), "capture", "--engine", engine, "--allow-private")
        with watching([self.root, self.home, self.temporary]) as watcher:
            ended = killed_command.run(
                "--json",
                *(*where, "--covert", "--sensitivity", "csam_suspected", self.site.url("/board")),
                home=self.home,
                temporary=self.temporary,
                moment=moment,
            )
        return ended, watcher

    def case(self) -> Case:
        return open_case(self.root)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[H2Site]:
    folder = tmp_path_factory.mktemp("site")
    with h2_site(answer, folder, protocols=("http/1.1",), tls=False) as running:
        yield running


@contextmanager
def a_scene(folder: Path, site: H2Site) -> Iterator[Scene]:
    with open_folder() as temporary:
        temporary.chmod(0o1777)
        scene = Scene(folder / "case", folder / "home", temporary, site)
        create_case(
            scene.root,
            title="kill",
            kind=Kind.INVESTIGATION,
            actor=Actor(alias="tester"),
            machine=Setting(home=scene.home).machine(),
        )
        yield scene


@pytest.mark.parametrize("engine", ["http", pytest.param("browser", marks=pytest.mark.browser)])
def test_suspicion_alone_forces_it_and_the_whole_case_holds_nothing(
    engine: str, site: H2Site, tmp_path: Path
) -> None:
    before = len(site.sent)
    with a_scene(tmp_path, site) as scene:
        ended, watcher = scene.capture(engine)
        assert ended.code == 3, ended.errors
        (page,) = ended.objects
        assert (page["verdict"], page["reasons"]) == ("partial", ["without-media"])
        assert watcher.found == {}
        artifacts = [scene.case().artifact(one) for one in page["artifacts"]]
        assert "document-without-media" in {artifact.role for artifact in artifacts}
        assert {artifact.sensitivity for artifact in artifacts} == {Sensitivity.CSAM_SUSPECTED}
    assert {one.path for one in site.sent[before:]} == {"/board"}


@pytest.mark.slow
@pytest.mark.browser
def test_killed_it_leaves_nothing_anywhere(site: H2Site, tmp_path: Path) -> None:
    with a_scene(tmp_path / "normal", site) as scene:
        normal, _watcher = scene.capture("browser")
    for share in SHARES:
        with a_scene(tmp_path / str(share), site) as scene:
            killed, watcher = scene.capture("browser", moment=Moment(after_s=share * normal.ran_s))
            assert killed.was_killed or killed.code == 3, killed.errors
            assert killed.survivors == ()
            assert watcher.found == {}


def browser_below(process: int) -> int:
    """Return the process of the browser that ``process`` started; it leads its group."""
    for one in sorted(processes_below(process)):
        with suppress(OSError):
            if b"--remote-debugging-pipe" in Path(f"/proc/{one}/cmdline").read_bytes():
                return os.getpgid(one)
    raise ProcessLookupError


@pytest.mark.browser
def test_a_browser_that_is_killed_leaves_what_was_recorded_and_no_picture(
    site: H2Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        is_without_media=True,
        observe=None,
    )

    def kill_soon() -> None:
        while not any(one.path == "/headed/fetch.png" for one in site.sent):
            time.sleep(0.01)
        os.killpg(browser_below(os.getpid()), signal.SIGKILL)

    with open_folder() as temporary:
        temporary.chmod(0o1777)
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        killer = threading.Thread(target=kill_soon, daemon=True)
        killer.start()
        with watching([tmp_path, temporary]) as watcher:
            result = engine.capture(site.url("/"), tmp_path, Silent())
        killer.join()
    assert result.verdict is not CaptureVerdict.COMPLETE
    assert "browser-died" in result.reasons
    assert watcher.found == {}
