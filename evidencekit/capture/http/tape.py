"""The tape of one connection: every byte that was sent and received, above TLS, and its limits.

The bytes are taken where they enter and leave ``http.client``, before anything parses them. One
connection serves one exchange, so all that arrives on it belongs to that answer.
"""

import io
import re
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, cast

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


@dataclass(slots=True)
class Budget:
    """What one capture may still use, all exchanges together."""

    bytes_left: int
    deadline: float
    """On the same monotonic clock that the tape is given."""


class Tape:
    """Records one exchange into an unnamed file in ``folder``; closed by leaving the context.

    With ``is_head_only`` what comes after the head is not kept, and nothing is on the disk.
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
            on_disk = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by __exit__)
            self._file = cast("BinaryIO", on_disk)
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
        self.stopped: StoppedError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def has_head(self) -> bool:
        """Whether the empty line that ends a head has arrived."""
        return self._head_size is not None

    def send(self, data: bytes) -> None:
        """Note what is about to be sent, and when the first of it was."""
        self.sent_at = self.sent_at or self._clock()
        self.sent += data

    def patience(self) -> tuple[float, str]:
        """Return how long to wait for the next byte, and which limit that is."""
        now = self._monotonic()
        return min(
            (self._limits.read_s, "read"),
            (max(0.001, self._deadline - now), "resource"),
            (max(0.001, self._budget.deadline - now), "total"),
        )

    def room(self) -> int:
        """Return how many more bytes may be received; raises where there are none, or no time."""
        now = self._monotonic()
        if now >= min(self._deadline, self._budget.deadline):
            raise self.stop(f"timed-out {self.patience()[1]}", "time")
        if self._head_size is None and self.received_bytes >= self._limits.head_bytes:
            raise self.stop(f"header-too-large {self._limits.head_bytes}", "length")
        if self.received_bytes >= self._limits.resource_bytes:
            raise self.stop(f"too-large {self._limits.resource_bytes}", "length")
        if self._budget.bytes_left <= 0:
            raise self.stop(f"too-large-total {self._limits.total_bytes}", "length")
        return min(self._limits.resource_bytes - self.received_bytes, self._budget.bytes_left)

    def receive(self, data: bytes) -> None:
        """Keep what has arrived."""
        kept = len(data) if self._head_size is None or not self._is_head_only else 0
        if self._head_size is None:
            found = _HEAD_END.search(self._last + data)
            if found is not None:
                self._head_size = self.received_bytes - len(self._last) + found.end()
                if self._is_head_only:
                    kept = self._head_size - self.received_bytes
            self._last = (self._last + data)[-_OVERLAP:]
        self.received_bytes += len(data)
        self._budget.bytes_left -= len(data)
        try:
            self._file.write(data[:kept])
        except OSError as exc:
            raise DiskUnavailable(
                _("cannot write what was received: {exc}").format(exc=exc)
            ) from exc

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


class TapedReader(io.RawIOBase):
    """Reads from a socket onto a tape, waiting no longer and taking no more than the tape says."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, tape: Tape) -> None:
        self._sock = sock
        self._raw = raw
        self._tape = tape

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Receive at most what fits; 0 at the end of the connection."""
        view = memoryview(buffer).cast("B")[: self._tape.room()]
        seconds, limit = self._tape.patience()
        self._sock.settimeout(seconds)
        try:
            count = self._raw.readinto(view) or 0
        except TimeoutError as exc:
            raise self._tape.stop(f"timed-out {limit}", "time") from exc
        if count:
            self._tape.receive(bytes(view[:count]))
        return count

    def close(self) -> None:
        """Let go of the socket."""
        if not self.closed:
            self._raw.close()
        super().close()
