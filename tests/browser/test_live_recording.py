"""The record is made while the page is open, and survives what happens to browser and disk."""

import os
import resource
import signal
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.model.capture import CaptureVerdict, PageCapture
from tests.tools.browser_site import Site, site

pytestmark = [pytest.mark.browser, pytest.mark.network]

PATIENCE_S = 20
UNSEALED = 3  # every part holds, and nobody has sealed it yet
_NETWORK_SERVICE = b"network.mojom.NetworkService"


class At:
    """An observer that does something once, when a step of the capture begins."""

    def __init__(self, step: int, act: Callable[[], None]) -> None:
        self._step = step
        self._act = act

    def on(self, step: str, done: int, total: int | None) -> None:
        del step, total
        if done == self._step:
            self._act()


START, LOAD, SCROLL = 0, 1, 2


def capture(url: str, folder: Path, observer: At) -> PageCapture:
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        is_replayed=False,
    )
    folder.mkdir()
    return engine.capture(url, folder, observer)


def responses(path: Path) -> dict[str, bytes]:
    with path.open("rb") as stream:
        return {
            record.rec_headers.get_header("WARC-Target-URI"): record.raw_stream.read()
            for record in ArchiveIterator(stream)
            if record.rec_type == "response"
        }


def test_page_is_in_the_file_while_it_is_still_open(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found: list[set[str]] = []

    def look() -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            found.append(set(responses(out / "capture.warc.gz")))
            if running.url() in found[-1]:
                return
            time.sleep(0.05)

    with site() as running:
        capture(running.url(), out, At(SCROLL, look))
    assert running.url() in found[-1]


def test_network_service_that_crashes_leaves_what_came_before_and_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def crash() -> None:
        for pid in _children(_NETWORK_SERVICE):
            os.kill(pid, signal.SIGKILL)

    with site() as running:
        result = capture(running.url("/small"), out, At(SCROLL, crash))
    assert result.verdict is CaptureVerdict.PARTIAL
    assert "record-torn 1" in result.reasons
    assert b"small" in responses(out / "capture.warc.gz")[running.url("/small")]


def test_disk_that_is_full_ends_the_capture_with_a_file_that_can_be_read(tmp_path: Path) -> None:
    out = tmp_path / "out"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:  # once the browser runs, which would inherit it
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, limits[1]))

    try:
        with site() as running:
            result = capture(running.url("/many"), out, At(START, fill))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "recording-stopped no-space" in result.reasons, result.reasons
    assert running.url("/many") in responses(out / "capture.warc.gz")


def test_four_captures_into_one_case_at_once_are_all_complete(tmp_path: Path) -> None:
    case = tmp_path / "case"
    assert _cli("init", str(case), "--title", "t", "--actor", "a").returncode == 0
    with site() as running, ThreadPoolExecutor(4) as pool:
        paths = ["/small", "/worker", "/many", "/cross"]
        done = list(pool.map(lambda path: _capture_by_cli(case, running, path), paths))
    assert [one.returncode for one in done] == [0, 0, 0, 0], [one.stderr for one in done]
    assert _cli("verify", str(case)).returncode == UNSEALED


def _children(word: bytes) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
            session = os.getsid(int(path.parent.name))
        except OSError:
            continue
        if word in command and _parent(session) == os.getpid():
            found.append(int(path.parent.name))
    return found


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(") ")[2].split()[1])


def _cli(*words: str) -> CompletedProcess[str]:
    command = [sys.executable, "-m", "evidencekit", "--quiet", "--no-input", *words]
    return run(command, capture_output=True, text=True, check=False, timeout=300)


def _capture_by_cli(case: Path, running: Site, path: str) -> CompletedProcess[str]:
    return _cli("-C", str(case), "capture", "--allow-private", "--covert", running.url(path))
