"""The tape of one exchange: every byte that was sent and received, above TLS, and its limits.

The bytes are taken where they enter and leave ``http.client``, before anything parses them. A
connection serves one exchange after the other: what arrives between a request and the end of its
answer is that answer's. Whatever came with it beyond that end is kept on its tape too, since no
other request had been sent; its connection serves nobody any more (docs/decisions/0025).
"""

import io
import re
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from evidencekit.capture.full_disk import why_stopped
from evidencekit.capture.http.budget import Budget
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.http.received import IN_MEMORY_BYTES, Received
from evidencekit.capture.netlog.chunks import Chunks
from evidencekit.capture.stopped import StoppedError
from evidencekit.capture.warc import Block, Truncated

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_HEAD_END = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/[\d.]+\s+1(?!01)\d\d\b")  # 101 is final: another protocol follows
_OVERLAP = 2  # bytes of the end of a head that may lie in the piece before
_HTTP = b"HTTP/"
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
        in_memory = 2 * limits.head_bytes if is_head_only else IN_MEMORY_BYTES
        self._received = Received(folder, in_memory_bytes=in_memory)
        self._limits = limits
        self._budget = budget
        self._clock = clock
        self._monotonic = monotonic
        self._deadline = monotonic() + limits.resource_s
        self._head = bytearray()
        self._head_end: int | None = None
        self._interim_bytes = 0
        self._chunks = Chunks()
        self._in_chunks = 0
        self.sent = b""
        self.sent_at: datetime | None = None
        self.received_bytes = 0
        self.beyond_bytes: int | None = None
        """What came with the answer beyond its end; None where the end was not seen."""
        self.stopped: StoppedError | None = None
        self.is_disk_full = False
        """Whether a disk took no more; then only the beginning is kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget what was recorded; harmless when repeated."""
        self._received.close()

    @property
    def has_head(self) -> bool:
        """Whether the empty line that ends a head has arrived."""
        return self._head_end is not None

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
        self.require_going_on()
        now = self._monotonic()
        if now >= min(self._deadline, self._budget.deadline):
            raise self.stop(f"timed-out {self.patience()[1]}", "time")
        if self._head_end is None and self.received_bytes >= self._limits.head_bytes:
            raise self.stop(f"header-too-large {self._limits.head_bytes}", "length")
        if self.received_bytes >= self._limits.resource_bytes:
            raise self.stop(f"too-large {self._limits.resource_bytes}", "length")
        granted = self._budget.borrow(
            min(wanted, self._limits.resource_bytes - self.received_bytes)
        )
        if not granted:
            raise self.stop(f"too-large-total {self._limits.total_bytes}", "length")
        return granted

    def require_going_on(self) -> None:
        """Raise where all exchanges were broken off."""
        if self._budget.broken_off is not None:
            raise self.stop(self._budget.broken_off, "unspecified")

    def settle(self, granted: int, data: bytes) -> None:
        """Keep what has arrived of what was borrowed."""
        self._budget.settle(granted, len(data))
        kept = len(data)
        if self._head_end is None:
            self._head_end = self._find_head_end(data)
            if self._head_end is not None:
                self._take_chunks(data[self._head_end - self.received_bytes :])
            if self._is_head_only and self._head_end is not None:
                kept = self._head_end - self.received_bytes
        else:
            self._take_chunks(data)
            kept = 0 if self._is_head_only else kept
        try:
            self._received.add(data[:kept])
        except OSError as exc:
            self.received_bytes, self.is_disk_full = self._received.size_bytes, True
            raise self.stop(f"recording-stopped {why_stopped(exc)}", "unspecified") from exc
        self.received_bytes += len(data)

    def _take_chunks(self, body: bytes) -> None:
        """Read along as chunks, whatever it is: what is none ends that at once."""
        self._in_chunks += len(self._chunks.feed(body))
        self._chunks.trailers.clear()  # a server could send them for ever

    def wrong_with_chunks(self, body_bytes: int) -> tuple[str, Truncated] | None:
        """Return reason and truncation where a chunked body, read to its end, is not whole.

        ``body_bytes`` of it were read; urllib3 takes more for chunks than there are, and the end of
        the connection for that of the body.
        """
        if self._chunks.is_over and self._in_chunks == body_bytes:
            return None
        if self._chunks.is_over or self._chunks.is_broken:
            return "malformed-http", "unspecified"
        return "incomplete-body", "disconnect"

    def _find_head_end(self, data: bytes) -> int | None:
        """Look for the end of the final head; one of an interim answer is passed over."""
        searched = max(0, len(self._head) - _OVERLAP)
        self._head += data
        while found := _HEAD_END.search(self._head, searched):
            end = self._interim_bytes + found.end()
            if not _INTERIM.match(self._head):
                self._head.clear()
                return end
            self._interim_bytes = end
            del self._head[: found.end()]
            searched = 0
        return None

    def interim(self) -> bytes:
        """Return the answers that came before the final one (RFC 9110 §15.2)."""
        return b"" if self._is_head_only else self._received.reader().read(self._interim_bytes)

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
        """Return the final answer, split after its first empty line; valid until the tape closes.

        Without such a line all is head where it began as HTTP does, else all is body.
        """
        start, end = self._interim_bytes, self._head_end
        if end is None:
            is_head = self._received.reader(start).read(len(_HTTP)) == _HTTP
            end = self.received_bytes if is_head else start
        end = min(end, self.received_bytes)  # a disk may have taken less than came
        body = self._received.reader(start)
        head = body.read(end - start)
        if self._is_head_only:
            return Block(head=head, body=None, body_size=0)
        return Block(head=head, body=body, body_size=self.received_bytes - end)


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
        count = self._wait(view)
        if not count:  # an end that we made ourselves is not the server's
            self._tape.require_going_on()
        return count

    def _wait(self, view: memoryview) -> int:
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
