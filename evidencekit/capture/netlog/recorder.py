"""Turns the browser's network log into WARC files while the page is being looked at.

A thread reads the pipe. It shares the interpreter with the one that drives the page, which mostly
waits; a process of its own would cost more to start than most pages cost to convert.

When recording fails (a full disk, a log that we cannot read), the rest of the log is read and
thrown away, so that the browser is never held up, and :meth:`Recorder.received_bytes` raises, which
ends the visit: there is no sense in looking at what is not recorded.
"""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Self

from evidencekit.capture.chromium.log_pipe import LogPipe
from evidencekit.capture.recording.recorder import RecordingEnded
from evidencekit.capture.recording.two_files import Recording

_log = logging.getLogger(__name__)
QUIET_S = 0.03
"""A reader that has waited so long has read what there was."""
STALL_S = 3.0
"""How long a browser that was told to end may send nothing before it is killed."""
_POLL_S = 0.05
_PIECE = 1 << 20


Converter = Callable[[BinaryIO], Recording]


class Recorder:
    """Converts the log of one browser, from :meth:`start` until :meth:`finish`.

    ``kill`` ends what is left of the browser. A context that is left without :meth:`finish` ends
    the browser and keeps nothing.
    """

    def __init__(self, pipe: LogPipe, *, kill: Callable[[], None]) -> None:
        self._pipe = pipe
        self._kill = kill
        self._recording: Recording | None = None
        self._error: Exception | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._end()

    def start(self, convert: Converter) -> None:
        """Begin; what the browser wrote before waits in the pipe."""
        self._thread = threading.Thread(
            target=self._run, args=(convert,), name="recorder", daemon=True
        )
        self._thread.start()

    def received_bytes(self) -> int:
        """Return how much of the log has come; raises :class:`RecordingEnded` if no more is used.

        That is so when recording failed, and when the browser ended its log.
        """
        if self._over.is_set():
            raise RecordingEnded
        return self._pipe.received_bytes

    def has_caught_up(self) -> bool:
        """Return whether nothing waits to be read, nor ever will."""
        return self._over.is_set() or self._pipe.idle_s() >= QUIET_S

    def finish(self) -> Recording:
        """Wait for the rest of the log and return what was recorded.

        To be called when the browser was told to end; one that stalls is killed. A browser that
        ends kills its network service after some seconds, log or no log, so
        :meth:`has_caught_up` should be waited for before. Raises what ``convert`` raised.
        """
        self._pipe.expect_end()
        while not self._over.wait(_POLL_S) and self._pipe.idle_s() < STALL_S:
            pass
        self._end()
        if self._error is not None:
            raise self._error
        assert self._recording is not None  # noqa: S101 (the thread sets one of the two)
        return self._recording

    def _end(self) -> None:
        self._kill()
        self._pipe.expect_end()
        if self._thread is not None:
            self._thread.join()

    def _run(self, convert: Converter) -> None:
        try:
            self._recording = convert(self._pipe.stream)
        except Exception as exc:  # noqa: BLE001 (raised again by `finish`)
            _log.debug("the recording ended early", exc_info=True)
            self._error = exc
        self._over.set()
        while self._pipe.stream.read(_PIECE):
            pass
