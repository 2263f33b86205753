"""The tape of one exchange: every byte that was sent and received, above TLS, and its limits.

The bytes are taken where they enter and leave ``http.client``, before anything parses them. A
connection serves one exchange after the other: what arrives between a request and the end of its
answer is that answer's. Whatever came with it beyond that end is kept on its tape too, since no
other request had been sent; its connection serves nobody any more (docs/decisions/0025).
"""

import io
import re
import socket
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, cast

from evidencekit.capture.http.budget import Budget
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.stopped import StoppedError
from evidencekit.capture.warc import Block, Truncated
from evidencekit.errors import DiskUnavailable
from evidencekit.text.catalog import _

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_HEAD_END = re.compile(rb"\n\r?\n")
_OVERLAP = 2  # bytes of the end of a head that may lie in the piece before
_HTTP = b"HTTP/"
_IN_MEMORY = 256 * 1024
_BUFFER = 64 * 1024


class Tape:
    """Records one exchange, in memory or in an unnamed file in ``folder``; :meth:`close` ends it.

    Used by one thread at a time. With ``is_head_only`` what comes after the head is not kept, and
    nothing is on the disk.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limits: Limits,
        budget: Budget,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        is_head_only: bool = False,
    ) -> None:
        self._is_head_only = is_head_only
        self._file: BinaryIO = io.BytesIO()
        if not is_head_only:
            spooled = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 (close)
            self._file = cast("BinaryIO", spooled)  # it is one in all but its declared type
        self._limits = limits
        self._budget = budget
        self._clock = clock
        self._monotonic = monotonic
        self._deadline = monotonic() + limits.resource_s
        self._last = b""
        self._head_size: int | None = None
        self.sent = b""
        self.sent_at: datetime | None = None
        self.received_bytes = 0
        self.beyond_bytes: int | None = None
        """What came with the answer beyond its end; None where the end was not seen."""
        self.stopped: StoppedError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget what was recorded; harmless when repeated."""
        self._file.close()

    @property
    def has_head(self) -> bool:
        """Whether the empty line that ends a head has arrived."""
        return self._head_size is not None

    def send(self, data: bytes) -> None:
        """Note what is about to be sent, and when the first of it was."""
        if self.sent_at is None:
            self.sent_at = self._clock()
        self.sent += data

    def patience(self) -> tuple[float, str]:
        """Return how long to wait for the next byte, and which limit that is."""
        left = {
            "read": self._limits.read_s,
            "resource": self._deadline - self._monotonic(),
            "total": self._budget.deadline - self._monotonic(),
        }
        limit = min(left, key=left.__getitem__)
        return max(left[limit], 0.001), limit

    def borrow(self, wanted: int) -> int:
        """Return how many more bytes may be received, and :meth:`settle` has to follow.

        Raises where there are none, or no time.
        """
        now = self._monotonic()
        if now >= min(self._deadline, self._budget.deadline):
            raise self.stop(f"timed-out {self.patience()[1]}", "time")
        if self._head_size is None and self.received_bytes >= self._limits.head_bytes:
            raise self.stop(f"header-too-large {self._limits.head_bytes}", "length")
        if self.received_bytes >= self._limits.resource_bytes:
            raise self.stop(f"too-large {self._limits.resource_bytes}", "length")
        granted = self._budget.borrow(
            min(wanted, self._limits.resource_bytes - self.received_bytes)
        )
        if not granted:
            raise self.stop(f"too-large-total {self._limits.total_bytes}", "length")
        return granted

    def settle(self, granted: int, data: bytes) -> None:
        """Keep what has arrived of what was borrowed."""
        self._budget.settle(granted, len(data))
        kept = len(data) if self._head_size is None or not self._is_head_only else 0
        if self._head_size is None:
            found = _HEAD_END.search(self._last + data)
            if found is not None:
                self._head_size = self.received_bytes - len(self._last) + found.end()
                if self._is_head_only:
                    kept = self._head_size - self.received_bytes
            self._last = (self._last + data)[-_OVERLAP:]
        self.received_bytes += len(data)
        try:
            self._file.write(data[:kept])
        except OSError as exc:
            raise DiskUnavailable(
                _("cannot write what was received: {exc}").format(exc=exc)
            ) from exc

    def end(self, answer_bytes: int) -> None:
        """Note where the answer ended."""
        self.beyond_bytes = self.received_bytes - answer_bytes

    def stop(self, reason: str, truncated: Truncated) -> StoppedError:
        """Remember why we end the exchange; the caller raises what is returned."""
        self.stopped = StoppedError(reason, truncated)
        return self.stopped

    def request(self) -> Block:
        """Return what was sent; our requests have no body."""
        return Block(head=self.sent, body=None, body_size=0)

    def response(self) -> Block:
        """Return what was received, split after the first empty line; valid until the tape closes.

        Without such a line all is head where it began as HTTP does, else all is body.
        """
        self._file.seek(0)
        size = self._head_size
        if size is None:
            size = self.received_bytes if self._file.read(len(_HTTP)) == _HTTP else 0
            self._file.seek(0)
        head = self._file.read(size)
        if self._is_head_only:
            return Block(head=head, body=None, body_size=0)
        return Block(head=head, body=self._file, body_size=self.received_bytes - size)


class _TapedSocket(io.RawIOBase):
    """Reads from a socket onto a tape, waiting no longer and taking no more than the tape says."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, tape: Tape) -> None:
        self._sock = sock
        self._raw = raw
        self._tape = tape

    def readable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how much of the answer has been received: the buffer counts back from it."""
        return self._tape.received_bytes

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Receive at most what fits; 0 at the end of the connection."""
        view = memoryview(buffer).cast("B")[:_BUFFER]
        granted = self._tape.borrow(len(view))
        count = 0
        try:
            count = self._receive(view[:granted])
        finally:
            self._tape.settle(granted, bytes(view[:count]))
        return count

    def _receive(self, view: memoryview) -> int:
        seconds, limit = self._tape.patience()
        if seconds != self._sock.gettimeout():  # setting it is a call of the system each time
            self._sock.settimeout(seconds)
        try:
            return self._raw.readinto(view) or 0
        except TimeoutError as exc:
            raise self._tape.stop(f"timed-out {limit}", "time") from exc

    def close(self) -> None:
        """Let go of the socket, which stays open for the connection."""
        if not self.closed:
            self._raw.close()
        super().close()


class TapedReader(io.BufferedReader):
    """What ``http.client`` reads an answer from; it closes it where the answer ends."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, tape: Tape) -> None:
        super().__init__(_TapedSocket(sock, raw, tape), _BUFFER)
        self._tape = tape

    def close(self) -> None:
        """Note how much of what was received the answer took."""
        if not self.closed:
            self._tape.end(self.tell())
        super().close()
