"""The log is converted while it is written, and nothing that goes wrong holds up the browser."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from evidencekit.capture.chromium.log_pipe import LogPipe
from evidencekit.capture.netlog import recorder as recorder_module
from evidencekit.capture.netlog.recorder import Recorder
from evidencekit.capture.recording.recorder import RecordingEnded
from evidencekit.capture.recording.two_files import Recording
from evidencekit.errors import BrowserUnavailable

NOTHING = Recording(
    main=Path("main"),
    partial=None,
    answers={},
    exchanges=0,
    peers=(),
    failures=(),
    truncated=0,
    unfinished=0,
    uploads_missing=0,
    own_requests=0,
    refused=(),
    is_torn=False,
)


class Browser:
    """Opens the pipe by its name, writes, and ends only when it is told to."""

    def __init__(self, path: Path) -> None:
        self._out: BinaryIO | None = path.open("wb", buffering=0)
        self.was_killed = False

    def write(self, data: bytes) -> None:
        assert self._out is not None
        self._out.write(data)

    def end(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def kill(self) -> None:
        self.was_killed = self.was_killed or self._out is not None
        self.end()


def read_all(log: BinaryIO) -> Recording:
    log.read()
    return NOTHING


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[LogPipe]:
    with LogPipe(tmp_path, owner=None) as made:
        yield made


def test_log_is_read_while_it_is_written(pipe: LogPipe) -> None:
    browser = Browser(pipe.path)
    lines: list[bytes] = []
    has_read = threading.Event()

    def convert(log: BinaryIO) -> Recording:
        lines.append(log.readline())
        has_read.set()
        lines.extend(log)
        return NOTHING

    with Recorder(pipe, kill=browser.kill) as recorder:
        recorder.start(convert)
        browser.write(b"first\n")
        assert has_read.wait(10)
        assert recorder.received_bytes() == 6
        browser.write(b"second\n")
        browser.end()
        assert recorder.finish() is NOTHING
    assert lines == [b"first\n", b"second\n"]
    assert not browser.was_killed


def test_nothing_of_the_log_is_on_the_disk(pipe: LogPipe) -> None:
    browser = Browser(pipe.path)
    with Recorder(pipe, kill=browser.kill) as recorder:
        recorder.start(read_all)
        browser.write(b"cookie" * 1000)
        assert [path.stat().st_size for path in pipe.path.parent.iterdir()] == [0]


def test_second_writer_continues_the_log(pipe: LogPipe) -> None:
    said: list[bytes] = []

    def convert(log: BinaryIO) -> Recording:
        said.append(log.read())
        return NOTHING

    browser = Browser(pipe.path)
    with Recorder(pipe, kill=browser.kill) as recorder:
        recorder.start(convert)
        browser.write(b"before the crash ")
        browser.end()
        again = Browser(pipe.path)
        again.write(b"and after")
        again.end()
        recorder.finish()
    assert said == [b"before the crash and after"]


def test_converter_that_dies_ends_the_visit_and_never_holds_up_the_browser(pipe: LogPipe) -> None:
    browser = Browser(pipe.path)

    def convert(log: BinaryIO) -> Recording:
        log.readline()
        raise BrowserUnavailable("no log that we can read")

    with Recorder(pipe, kill=browser.kill) as recorder:
        recorder.start(convert)
        for _ in range(64):  # much more than the pipe holds
            browser.write(b"x" * 100_000 + b"\n")
        with pytest.raises(RecordingEnded):
            recorder.received_bytes()
        browser.end()
        with pytest.raises(BrowserUnavailable, match="no log"):
            recorder.finish()


def test_browser_that_does_not_end_is_killed(
    pipe: LogPipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "STALL_S", 0.1)
    browser = Browser(pipe.path)
    with Recorder(pipe, kill=browser.kill) as recorder:
        recorder.start(read_all)
        browser.write(b"half a log")
        assert recorder.finish() is NOTHING
    assert browser.was_killed


def test_interrupted_visit_ends_the_browser_and_the_thread(pipe: LogPipe) -> None:
    browser = Browser(pipe.path)
    before = threading.active_count()

    def interrupted() -> None:
        with Recorder(pipe, kill=browser.kill) as recorder:
            recorder.start(read_all)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert browser.was_killed
    assert threading.active_count() == before


def test_pipe_is_for_its_owner_alone(pipe: LogPipe) -> None:
    assert pipe.path.is_fifo()
    assert pipe.path.stat().st_mode & 0o777 == 0o600
    assert not os.get_inheritable(pipe.stream.raw._fd)  # type: ignore[attr-defined]  # its own


def test_recorder_that_is_behind_says_so(pipe: LogPipe) -> None:
    browser = Browser(pipe.path)
    may_go_on = threading.Event()

    def convert(log: BinaryIO) -> Recording:
        log.readline()
        may_go_on.wait(10)
        log.read()
        return NOTHING

    with Recorder(pipe, kill=browser.kill) as recorder:
        recorder.start(convert)
        browser.write(b"first\n" + b"x" * 500_000)
        until = time.monotonic() + 0.3
        while time.monotonic() < until:
            assert not recorder.has_caught_up() or recorder.received_bytes() == 0
        may_go_on.set()
        while not recorder.has_caught_up():
            time.sleep(0.01)
        assert recorder.received_bytes() == 500_006
        browser.end()
        recorder.finish()
