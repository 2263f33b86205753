"""Records a page by the browser's network log, as long as the browser has one that we can read."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from evidencekit.capture.chromium.installed import BODILESS_MODE, WHOLE_MODE
from evidencekit.capture.chromium.log_pipe import LogPipe
from evidencekit.capture.netlog import heads
from evidencekit.capture.netlog.recorder import Recorder
from evidencekit.capture.netlog.to_warc import record
from evidencekit.capture.recording.recorder import Making, RecorderName, RecordingEnded
from evidencekit.capture.recording.two_files import Recording
from evidencekit.capture.warc import WarcWriter

START_S = 10.0
"""How long the log may take to begin; without it the page is asked for all the same."""
_POLL_S = 0.01


class NetlogRecorder:
    """Satisfies ``recording.recorder.PageRecorder``; leaving the context ends the browser."""

    name: RecorderName = "netlog"
    loses: tuple[str, ...] = ()
    netlog = "read-from-pipe-and-not-stored"
    can_refetch = True

    def __init__(self, pipe: LogPipe, *, kill: Callable[[], None], is_without_media: bool) -> None:
        mode = BODILESS_MODE if is_without_media else WHOLE_MODE
        self.settings: Mapping[str, str] = {
            "recordedFrom": f"network log of the browser, capture mode {mode}",
            "headChanges": heads.CHANGES,
            "cache": heads.CACHE,
        }
        self._recorder = Recorder(pipe, kill=kill)
        self.received_bytes = self._recorder.received_bytes
        self.has_caught_up = self._recorder.has_caught_up

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._recorder.__exit__(kind, exc, tb)

    def begin(self, making: Making) -> None:
        """Read the log from its beginning; raises BrowserUnavailable for one that we cannot read.

        That is known before anything is asked for, so that no site sees a visit that is not
        recorded.
        """
        is_readable = threading.Event()

        def writer(path: Path) -> WarcWriter:  # opened when the log's own constants have been read
            is_readable.set()
            return making.writer(path)

        self._recorder.start(
            lambda log: record(
                log,
                making.folder,
                was_seen=making.was_seen,
                writer=writer,
                clock=making.clock,
                closing_at=making.closing_at,
                page_id=making.page_id,
                passages=making.passages,
                is_refetch=making.is_refetch,
                add_last=making.add_last,
                without_media=making.without_media,
            )
        )
        until = time.monotonic() + START_S
        while not is_readable.wait(_POLL_S) and time.monotonic() < until:
            try:
                self.received_bytes()
            except RecordingEnded:
                self.finish()

    def finish(self) -> Recording:
        """Wait for the rest of the log; raises :class:`BrowserUnavailable` where it is none."""
        return self._recorder.finish()
