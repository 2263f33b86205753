"""Request bodies, from the bytes that the browser wrote to its sockets.

The NetLog has no event with a request body, but at capture mode "Everything" it has every byte
sent, for TLS before encryption. On HTTP/1.1 a socket carries one request at a time: its body is
what follows the head. On HTTP/2 it is the DATA frames of the request's stream (RFC 9113 §4.1, §6.1;
Chromium pads none). So the body is what went over the wire, whether script gave text, a form, a
file or a stream, and whichever worker sent it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.capture.netlog import http2
from evidencekit.capture.netlog.http2 import Frames
from evidencekit.capture.netlog.log import Event
from evidencekit.capture.netlog.sockets import Sockets

NEEDED = frozenset({"SOCKET_BYTES_SENT", "SSL_SOCKET_BYTES_SENT"})
_END_OF_HEAD = b"\r\n\r\n"
_MAX_HEAD = 1 << 20


@dataclass(slots=True)
class _Plain:
    """An HTTP/1.1 request on its socket: first the head, then the body."""

    request: int
    head: bytearray | None


class Uploads:
    """Collects bodies per request; ``spool`` makes the files that they go to."""

    def __init__(
        self, sockets: Sockets, spool: Callable[[], BinaryIO], *, keeps_bodies: bool = True
    ) -> None:
        self._keeps_bodies = keeps_bodies
        self._sockets = sockets
        self._spool = spool
        self._bodies: dict[int, BinaryIO] = {}
        self._plain: dict[int, _Plain] = {}
        self._framed: dict[int, Frames] = {}
        self._request_of_job: dict[int, int] = {}

    def begin(self, request: int, *, is_http2: bool) -> None:
        """Expect the body of a request whose head is about to be sent."""
        self._request_of_job[self._sockets.job_of(request)] = request
        socket = self._sockets.of_request(request)
        if socket is not None and not is_http2:
            self._plain[socket.number] = _Plain(request, bytearray())

    def finish(self, request: int) -> BinaryIO | None:
        """Hand over what was collected for a request, and stop; the caller closes it."""
        # A socket that became a WebSocket goes on sending what is no body.
        for socket, plain in list(self._plain.items()):
            if plain.request == request:
                del self._plain[socket]
        return self._bodies.pop(request, None)

    def take(self, event: Event) -> None:
        """Learn from ``event`` if it is one of :data:`NEEDED`."""
        match event.name:
            case "SSL_SOCKET_BYTES_SENT":
                self._sent(event.source, event)
            case "SOCKET_BYTES_SENT" if not self._sockets.is_tls(event.source):
                self._sent(event.source, event)
            case _:
                pass

    def _sent(self, socket: int, event: Event) -> None:
        # By the log, never by the bytes: a page may send what looks like HTTP/2.
        if self._sockets.is_http2(socket):
            frames = self._framed.setdefault(socket, Frames(http2.PREFACE))
            for frame in frames.feed(event.octets() or b""):
                job = self._sockets.job_of_stream(socket, frame.stream)
                request = self._request_of_job.get(job)
                if frame.kind == http2.DATA and request is not None:
                    self._append(request, frame.data)
        elif socket in self._plain:
            self._after_head(self._plain[socket], event.octets() or b"")

    def _after_head(self, plain: _Plain, data: bytes) -> None:
        if plain.head is None:
            self._append(plain.request, data)
            return
        plain.head += data
        end = plain.head.find(_END_OF_HEAD)
        if end >= 0:
            rest = bytes(plain.head[end + len(_END_OF_HEAD) :])
            plain.head = None
            self._append(plain.request, rest)
        elif len(plain.head) > _MAX_HEAD:
            plain.head = bytearray()

    def _append(self, request: int, data: bytes) -> None:
        if data and self._keeps_bodies:
            if request not in self._bodies:
                self._bodies[request] = self._spool()
            self._bodies[request].write(data)
