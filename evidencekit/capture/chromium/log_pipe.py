"""The pipe through which the browser hands over its network log while it runs.

A named pipe instead of a file: the log holds cookies and tokens and is several times as large as
the page, and this way none of it ever lies on a disk. Nothing is lost when we read too slowly: the
queue in front of Chromium's writer has no limit where the log has none (chromium:
``net/log/file_net_log_observer.cc``), so it grows there.

The browser opens the pipe by its name, perhaps a second time when its network service crashed. We
hold both ends from the beginning, so that it never waits for a reader, and no end is seen before
:meth:`LogPipe.expect_end`.
"""

import fcntl
import io
import os
import select
import termios
import time
from array import array
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_NAME = "netlog"
_CAPACITY_BYTES = 1 << 20  # as much as Linux lets everybody ask for (/proc/sys/fs/pipe-max-size)
_BUFFER_BYTES = 1 << 20
_ENOUGH_BYTES = 128 << 10
_GATHER_S = 0.01
_SET_PIPE_SIZE = getattr(fcntl, "F_SETPIPE_SZ", None)


class LogPipe:
    """Made in ``folder`` for the user ``owner``, None for ourselves.

    Closed by leaving the context, when nobody reads any more.
    """

    def __init__(self, folder: Path, owner: int | None) -> None:
        self.path = folder / _NAME
        os.mkfifo(self.path, 0o600)
        # Before the folder's owner could put anything else in its place, we have it open.
        read_fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.set_blocking(read_fd, True)
        self._write_fd: int | None = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC)
        if owner is not None:
            os.chown(self.path, owner, owner)
        if _SET_PIPE_SIZE is not None:
            fcntl.fcntl(read_fd, _SET_PIPE_SIZE, _CAPACITY_BYTES)
        self._raw = _Counted(read_fd)
        self.stream: BinaryIO = cast("BinaryIO", io.BufferedReader(self._raw, _BUFFER_BYTES))
        """To be read by one thread, to the end."""

    @property
    def received_bytes(self) -> int:
        """How much of the log has come so far."""
        return self._raw.received_bytes

    def idle_s(self) -> float:
        """Return for how long the reader has been waiting for the browser; 0 while it works."""
        since = self._raw.waiting_since
        return time.monotonic() - since if since is not None else 0.0

    def expect_end(self) -> None:
        """Let the stream end when the last process of the browser has closed its own end."""
        if self._write_fd is not None:
            os.close(self._write_fd)
            self._write_fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.expect_end()
        self.stream.close()


class _Counted(io.RawIOBase):
    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.received_bytes = 0
        self.waiting_since: float | None = None
        self._poll = select.poll()
        self._poll.register(fd, select.POLLIN)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self.waiting_since = time.monotonic()
        self._poll.poll()
        self.waiting_since = None
        # Chromium writes each event for itself; to wake up for every one would cost more than all
        # the rest.
        if 0 < self._available() < _ENOUGH_BYTES:
            time.sleep(_GATHER_S)
        size = os.readv(self._fd, [buffer])
        self.received_bytes += size
        return size

    def _available(self) -> int:
        size = array("i", [0])
        fcntl.ioctl(self._fd, termios.FIONREAD, size)
        return size[0]

    def close(self) -> None:
        if not self.closed:
            os.close(self._fd)
        super().close()
