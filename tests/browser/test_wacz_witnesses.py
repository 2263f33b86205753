"""What others make of our WACZ: py-wacz, cdxj-indexer, warcio, pywb, ReplayWeb.page."""

import json
import re
import socket
import subprocess
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from warcio.cli import main as warcio_main

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium.cdp import CallRefused, Params
from evidencekit.capture.chromium.installed import find_browser
from evidencekit.capture.chromium.process import Running, running
from evidencekit.capture.guard.addresses import allow_any
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.names import resolve_host
from evidencekit.capture.guard.socks import SocksGuard
from evidencekit.capture.page.views import evaluate
from evidencekit.capture.page.watch import AUTO_ATTACH
from evidencekit.formats.cdxj import searchable_url
from evidencekit.protocols import Silent
from tests.tools.replay_site import FRAME, PAGE, VIDEO, replay_site
from tests.tools.replay_web_page import serving
from tests.tools.waczs import warc_in
from tests.tools.witnesses import (
    python_command,
    python_environment,
    python_witness,
    replay_web_page,
)

pytestmark = [pytest.mark.browser, pytest.mark.network]
PATIENCE_S = 90


@dataclass(frozen=True)
class Packed:
    folder: Path
    url: str
    """With a slash at the end."""

    @property
    def wacz(self) -> Path:
        return self.folder / "capture.wacz"

    @property
    def warc(self) -> Path:
        """As anybody takes it out of the WACZ."""
        return warc_in(self.folder, "warc")


@pytest.fixture(scope="module", params=["netlog", "protocol"])
def packed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """Return a capture by each of the two recorders."""
    folder = tmp_path_factory.mktemp("packed")
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        is_replayed=False,
        recorder=request.param,
    )
    with replay_site() as site:
        engine.capture(site.url(), folder, Silent())
    return Packed(folder, site.url())


def test_py_wacz_finds_it_valid(packed: Packed) -> None:
    said = python_witness("wacz.main:main", ["validate", "-f", packed.wacz], folder=packed.folder)
    assert said.returncode == 0, said
    assert "Validation succeeded" in said.stdout, said


def test_py_wacz_finds_a_changed_one_invalid(packed: Packed, tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(packed.wacz) as whole,
        zipfile.ZipFile(tmp_path / "x.wacz", "w") as changed,
    ):
        for name in whole.namelist():
            data = whole.read(name)
            changed.writestr(name, data.replace(b"film.webm", b"fiml.webm"))
    said = python_witness(
        "wacz.main:main", ["validate", "-f", tmp_path / "x.wacz"], folder=tmp_path
    )
    assert "Validation succeeded" not in said.stdout, said


def test_cdxj_indexer_lists_the_same_answers_line_by_line(packed: Packed) -> None:
    options: list[str | Path] = ["-s", "-p", "--records", "response", packed.warc]
    said = python_witness("cdxj_indexer.main:main", options, folder=packed.folder)
    theirs = [_line(line) for line in said.stdout.splitlines()]
    with zipfile.ZipFile(packed.wacz) as container:
        ours = [_line(line) for line in container.read("indexes/index.cdxj").decode().splitlines()]
    assert len(ours) > 10
    assert ours == theirs, said.stderr


def _line(text: str) -> tuple[str, str, dict[str, str]]:
    key, moment, block = text.split(" ", 2)
    values = {name: str(value) for name, value in json.loads(block).items()}
    # Theirs computes a SHA-1 for a body of no bytes, of which the WARC has no digest.
    return key, moment, {k: v for k, v in values.items() if not v.startswith("sha1:")}


def test_warcio_accepts_what_unzip_gives(packed: Packed) -> None:
    with pytest.raises(SystemExit) as ended:
        warcio_main(["check", str(packed.warc)])
    assert not ended.value.code


@pytest.fixture(scope="module")
def pywb(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("pywb")
    steps: tuple[list[str | Path], ...] = (["init", "case"], ["add", "case", packed.warc])
    for arguments in steps:
        made = python_witness("pywb.manager.manager:main_wrap_exc", arguments, folder=folder)
        assert made.returncode == 0, made
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        python_command("pywb.apps.cli:wayback", ["-b", "127.0.0.1", "-p", str(port)]),
        cwd=folder,
        env=python_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE_S
        while not _listens(port):
            assert time.monotonic() < until, "pywb does not start"
            assert server.poll() is None, "pywb has ended"
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/case/2026"
    finally:
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("", 200, PAGE.encode()),
        ("frame.html", 200, FRAME),
        ("film.webm", 200, VIDEO),
        ("clip.webm", 206, VIDEO),  # a range that is all of it
    ],
)
def test_pywb_gives_back_what_the_site_sent(
    packed: Packed, pywb: str, path: str, status: int, body: bytes
) -> None:
    answer = requests.get(f"{pywb}id_/{packed.url}{path}", timeout=PATIENCE_S)
    assert (answer.status_code, answer.content) == (status, body)


def test_pywb_shows_the_page_with_its_frame(packed: Packed, pywb: str) -> None:
    text = requests.get(f"{pywb}mp_/{packed.url}", timeout=PATIENCE_S).text
    assert "Replayed" in text
    assert f"/{packed.url}frame.html" in text


def test_replay_web_page_shows_page_frames_and_video(packed: Packed) -> None:
    with serving(replay_web_page(), packed.wacz, packed.url) as address:
        shown, verified = _shown_by_replay_web_page(address, packed.url)
    page = shown[packed.url]
    assert page["one"] == "answer to 1"
    assert page["two"] == "answer to 2"
    assert page["busted"] == "busted"
    assert page["images"] == [400, 300]
    assert page["videos"] == [4, 4]
    frames = {url: said for url, said in shown.items() if "frame.html" in url}
    assert {said["text"].strip() for said in frames.values()} == {"in a frame"}
    assert [said["images"] for said in frames.values()] == [[60], [60]]
    with zipfile.ZipFile(packed.wacz) as container:
        signed = json.loads(container.read("datapackage-digest.json"))["signedData"]
    assert verified["signature"] is True
    assert verified["publicKey"] == signed["publicKey"]
    assert "domain" not in verified


_LOOK = """(() => ({
  text: document.body ? document.body.innerText : "",
  one: document.getElementById("one")?.textContent,
  two: document.getElementById("two")?.textContent,
  busted: document.getElementById("busted")?.textContent,
  images: [...document.images].map(image => image.naturalWidth),
  videos: [...document.querySelectorAll("video")].map(video => video.readyState),
}))()"""
_SCROLL = "scrollTo(0, document.documentElement.scrollHeight)"


_VERIFIED = """new Promise((done, fail) => {
  const opening = indexedDB.open("db:%s");
  opening.onerror = fail;
  opening.onsuccess = () => {
    const all = opening.result.transaction("verification").objectStore("verification").getAll();
    all.onerror = fail;
    all.onsuccess = () => done(Object.fromEntries(
      all.result.map(one => [one.id, one.matched ?? one.expected])));
  };
})"""
_COLLECTION = re.compile(r"/replay/w/(id-[0-9a-f]+)/")


def _shown_by_replay_web_page(address: str, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what each replayed document says, by its original URL, and what was verified."""
    with (
        SocksGuard(_dialer(), client_uid=None) as door,
        running(find_browser(), door=door.door, is_recorded=False) as process,
    ):
        session = _attached(process, address)

        def call(method: str, params: Params) -> Params:
            return process.connection.call(method, params, session=session, timeout_s=20)

        found: dict[str, Any] = {}
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and not _is_all_there(found, url):
            process.connection.wait(lambda: False, timeout_s=0.5)
            found = _documents(call)
        frames = {frame["url"]: frame["id"] for frame in _frames(call)}
        replayed = next(match for match in map(_COLLECTION.search, frames) if match is not None)
        viewer = next(number for url, number in frames.items() if "/replay/?" in url)
        verified = evaluate(call, viewer, _VERIFIED % replayed[1])
        assert isinstance(verified, dict)
        return found, verified


def _dialer() -> Dialer:
    return Dialer(
        guard=allow_any,
        resolve=resolve_host,
        observe=None,
        upstream=None,
        connect_s=PATIENCE_S,
        clock=lambda: datetime.now(UTC),
    )


def _attached(process: Running, address: str) -> str:
    connection, sessions = process.connection, {}

    def on(method: str, params: Params, _session: str | None) -> None:
        if method == "Target.attachedToTarget":  # service workers wait to be let go
            child = params["sessionId"]
            sessions[params["targetInfo"]["targetId"]] = child
            connection.post("Target.setAutoAttach", AUTO_ATTACH, session=child)
            connection.post("Runtime.runIfWaitingForDebugger", session=child)

    connection.listen(on)
    connection.call("Target.setAutoAttach", AUTO_ATTACH, timeout_s=20)
    target = connection.call("Target.createTarget", {"url": address}, timeout_s=20)["targetId"]
    connection.wait(lambda: target in sessions, timeout_s=20)
    return str(sessions[target])


def _frames(call: Any) -> Iterator[dict[str, Any]]:
    waiting = [call("Page.getFrameTree", {})["frameTree"]]
    while waiting:
        tree = waiting.pop()
        waiting += tree.get("childFrames", [])
        yield tree["frame"]


def _documents(call: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for frame in _frames(call):
        _before, mark, original = frame["url"].rpartition("_/http://")
        if mark:
            try:
                evaluate(call, frame["id"], _SCROLL)
                found[f"http://{original}"] = evaluate(call, frame["id"], _LOOK)
            except CallRefused:
                continue  # it moved on while we looked
    return found


def _is_all_there(found: dict[str, Any], url: str) -> bool:
    page = found.get(url)
    return (
        page is not None
        and len(found) == 3
        and page["videos"] == [4, 4]
        and page["images"] == [400, 300]
        and all(said["images"] == [60] for name, said in found.items() if "frame" in name)
    )


def test_keys_are_those_that_other_tools_look_up(packed: Packed) -> None:
    with zipfile.ZipFile(packed.wacz) as container:
        lines = container.read("indexes/index.cdxj").decode().splitlines()
    assert any(line.startswith(f"{searchable_url(packed.url + 'frame.html')} ") for line in lines)
