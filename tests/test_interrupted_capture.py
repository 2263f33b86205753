"""Ctrl-C, ``kill``, a terminal that goes away: what has come of a page is kept.

With the real command and a site that never finishes.
"""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pytest

from evidencekit.capture.chromium.installed import VARIABLE
from evidencekit.model.event import Actor
from evidencekit.store.case import Case, Kind, create_case, open_case
from evidencekit.workflow.setting import Setting
from tests.tools.hostile_server import HostileServer, Talk, page, says
from tests.tools.machine_room import environment

Engine = Literal["http", "browser"]
PARAGRAPH = b"<p>what the page said before it was left</p>"
HTML = b"<!doctype html><title>page</title>" + PARAGRAPH + b"<img src=/done><img src=/never>"
PICTURE = b"GIF89a" + b"x" * 300
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: 100000\r\n\r\n"
ENDS_WITHIN_S = 60  # on a busy machine; a page may take three times as long
pytestmark = pytest.mark.network

both_engines = pytest.mark.parametrize(
    "engine", ["http", pytest.param("browser", marks=pytest.mark.browser)]
)


@dataclass
class Scene:
    """A case, a site, and a command that is capturing two of its pages."""

    root: Path
    home: Path
    temporary: Path
    site: str
    has_begun: threading.Event = field(default_factory=threading.Event)

    def begin(
        self, engine: Engine, *paths: str, under: tuple[str, ...] = ()
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "evidencekit", "-C", str(self.root), "--json", "capture"]
        options = ["--engine", engine, "--allow-private", "--covert"]
        return subprocess.Popen(
            [*under, *command, *options, *(self.site + path for path in paths)],
            env={
                **environment(self.home),
                **{name: os.environ[name] for name in (VARIABLE,) if name in os.environ},
                "TMPDIR": str(self.temporary),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def events(self) -> list[dict[str, Any]]:
        return [
            dict(event.body.detail)
            for event in open_case(self.root).events()
            if event.line.action == "capture" and event.body is not None
        ]

    def require_nothing_lies_about(self) -> None:
        assert [path.name for path in self.temporary.iterdir() if path.is_dir()] == []
        assert list((self.root / "spool").glob("work-*")) == []


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    has_begun, is_done = threading.Event(), threading.Event()

    def done(talk: Talk) -> None:
        talk.send(whole(PICTURE))
        is_done.set()

    def never(talk: Talk) -> None:
        talk.send(HEAD + PICTURE)
        is_done.wait(ENDS_WITHIN_S)
        for _each in range(5):  # nobody tells a server when its bytes have been read
            talk.pause()
        has_begun.set()
        talk.hang()

    def silent(talk: Talk) -> None:
        has_begun.set()
        talk.hang()

    answers = {"/": says(page(HTML)), "/done": done, "/never": never}
    with (
        TemporaryDirectory(prefix="e") as temporary,
        HostileServer({**answers, "/silent": silent}) as server,
    ):
        Path(temporary).chmod(0o755)  # as root, the browser is nobody
        setting = Setting(home=tmp_path / "home")
        create_case(
            tmp_path / "case",
            title="stop",
            kind=Kind.INVESTIGATION,
            actor=Actor(alias="tester"),
            machine=setting.machine(),
        )
        yield Scene(tmp_path / "case", setting.home, Path(temporary), server.url(""), has_begun)


def whole(picture: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\nContent-Length: %d\r\n\r\n%s" % (
        len(picture),
        picture,
    )


@contextmanager
def stopped(running: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        running.kill()
        running.communicate()


@both_engines
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_capture_and_keeps_what_has_come(
    number: signal.Signals, engine: Engine, scene: Scene
) -> None:
    running = scene.begin(engine, "/", "/?second")
    with stopped(running):
        assert scene.has_begun.wait(ENDS_WITHIN_S)
        running.send_signal(number)
        out, err = running.communicate(timeout=ENDS_WITHIN_S)

    assert running.returncode == 128 + number, err
    told, error = (json.loads(line) for line in out.splitlines())
    assert (told["verdict"], told["reasons"][0]) == ("partial", "interrupted")
    assert error["error"]["exit_code"] == 128 + number
    (event,) = scene.events()  # the second page was not begun
    assert event["url"] == scene.site + "/"
    assert "interrupted" in event["reasons"]
    warc = recorded(open_case(scene.root), told["artifacts"])
    assert PARAGRAPH in warc
    assert warc.count(PICTURE) == 2, "the picture that came whole, and what had come of the other"
    assert b"WARC-Truncated" in warc
    scene.require_nothing_lies_about()


@both_engines
def test_a_page_that_had_not_answered_yet_is_told_apart_from_one_that_does_not_answer(
    engine: Engine, scene: Scene
) -> None:
    running = scene.begin(engine, "/silent")
    with stopped(running):
        assert scene.has_begun.wait(ENDS_WITHIN_S)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=ENDS_WITHIN_S)

    assert running.returncode == 130
    (event,) = scene.events()
    assert (event["verdict"], event["reasons"]) == ("failed", ["interrupted"])
    scene.require_nothing_lies_about()


@pytest.mark.browser
def test_a_second_signal_ends_at_once_and_still_leaves_no_cookies_behind(scene: Scene) -> None:
    running = scene.begin("browser", "/")
    with stopped(running):
        assert scene.has_begun.wait(ENDS_WITHIN_S)
        running.send_signal(signal.SIGTERM)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=ENDS_WITHIN_S)

    assert running.returncode in {130, 143}
    (event,) = scene.events()
    assert "interrupted" in event["reasons"]
    scene.require_nothing_lies_about()


def test_a_capture_that_was_started_to_outlive_its_terminal_does(scene: Scene) -> None:
    running = scene.begin("http", "/silent", under=("sh", "-c", 'trap "" HUP; exec "$@"', "sh"))
    with stopped(running):
        assert scene.has_begun.wait(ENDS_WITHIN_S)
        running.send_signal(signal.SIGHUP)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=ENDS_WITHIN_S)

    assert running.returncode == 128 + signal.SIGTERM


def recorded(case: Case, artifact_ids: list[str]) -> bytes:
    """Return all WARC files of a capture, unpacked, one after the other."""
    found = b""
    for artifact in map(case.artifact, artifact_ids):
        with case.open_object(artifact.sha256) as stream:
            data = stream.read()
        if artifact.role == "warc":
            found += gzip.decompress(data)
        elif artifact.role == "wacz":
            with zipfile.ZipFile(BytesIO(data)) as container:
                names = [name for name in container.namelist() if name.endswith(".warc.gz")]
                found += b"".join(gzip.decompress(container.read(name)) for name in names)
    return found
