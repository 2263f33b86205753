"""Records a page by the browser's debugging protocol alone: the declared way round the network log.

It keeps less than the log does, and says so (:data:`LOSES`, and in the warcinfo record). What it
hands on has the same shape. It runs in the thread that drives the page.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from evidencekit.capture.chromium.cdp import Connection
from evidencekit.capture.protocol_record import heads
from evidencekit.capture.protocol_record.taking import Taking
from evidencekit.capture.recording.recorder import Making, RecorderName, RecordingEnded
from evidencekit.capture.recording.two_files import Recording

LOSES = (
    "bodies-as-encoded",
    "bodies-kept-from-the-page",
    "parts-beside-the-cache",
    "certificates-as-received",
    "certificate-verdicts",
    "connection-of-each-answer",
    "order-of-request-fields",
    "place-of-set-cookie-in-http2",
    "requests-for-early-hints",
    "trailers",
    "documents-without-end",
    "media-fetched-again",
)
"""What it cannot keep as it was; docs/reference/capture.md has each in a sentence."""
_LOGGED_PER_BYTE = 4  # what ``BrowserLimits.log_bytes`` counts is the network log, that much larger


class ProtocolRecorder:
    """Satisfies ``recording.recorder.PageRecorder``; leaving the context closes all files."""

    name: RecorderName = "protocol"
    settings: Mapping[str, str] = {
        "recordedFrom": "debugging protocol of the browser, Fetch and Network; no network log",
        "bodies": "decoded by the browser; encoded bytes not recorded",
        "headChanges": heads.CHANGES,
        "cache": "empty at the start; answers from the cache were not on the wire",
        "notRecorded": " ".join(LOSES),
    }
    loses: tuple[str, ...] = LOSES
    netlog = "not-made"
    can_refetch = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._taking: Taking | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._taking is not None:
            self._taking.close()

    def begin(self, making: Making) -> None:
        """Record from now on; raises CallFailed where the browser does not do it."""
        self._taking = Taking(self._connection, making)
        self._taking.start()

    def received_bytes(self) -> int:
        """Return how much has come; raises :class:`RecordingEnded` when the disk took no more."""
        if self._taking is None:
            return 0
        if self._taking.stopped is not None:
            raise RecordingEnded
        return self._taking.received_bytes * _LOGGED_PER_BYTE

    def has_caught_up(self) -> bool:
        """Return whether no answer is held back that is still being read."""
        return self._taking is None or not self._taking.pending

    def finish(self) -> Recording:
        """Write what is left, and return what was recorded; once, after :meth:`begin`."""
        assert self._taking is not None  # noqa: S101 (who looks at a page has begun)
        return self._taking.finish()
