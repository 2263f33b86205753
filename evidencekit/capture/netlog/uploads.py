"""Request bodies, from the bytes that the browser wrote to its sockets.

The NetLog has no event with a request body, but at capture mode "Everything" it has every byte
sent, for TLS before encryption. On HTTP/1.1 a socket carries one request at a time: its body is
what follows the head. On HTTP/2 it is the DATA frames of the request's stream (RFC 9113 §4.1, §6.1;
Chromium pads none). So the body is what went over the wire, whether script gave text, a form, a
file or a stream, and whichever worker sent it.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.capture.netlog.log import Event
from evidencekit.capture.netlog.sockets import Sockets

NEEDED = frozenset({"SOCKET_BYTES_SENT", "SSL_SOCKET_BYTES_SENT", "HTTP2_SESSION_SEND_HEADERS"})
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113 §3.4
_FRAME_HEAD = 9
_DATA = 0
_END_OF_HEAD = b"\r\n\r\n"
_MAX_HEAD = 1 << 20


@dataclass(slots=True)
class _Plain:
    """An HTTP/1.1 request on its socket: first the head, then the body."""

    request: int
    head: bytearray | None


@dataclass(slots=True)
class _Framed:
    """An HTTP/2 connection: what is left of an incomplete frame."""

    pending: bytearray


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
        self._framed: dict[int, _Framed] = {}
        self._streams: dict[tuple[int, int], int] = {}
        self._request_of_job: dict[int, int] = {}

    def begin(self, request: int, *, is_http2: bool) -> None:
        """Expect the body of a request whose head is about to be sent."""
        self._request_of_job[self._sockets.job_of(request)] = request
        socket = self._sockets.of_request(request)
        if socket is not None and not is_http2:
            self._plain[socket.number] = _Plain(request, bytearray())

    def request_of(self, session: int, stream: int) -> int:
        """Return which request a stream of an HTTP/2 session carries, 0 if unknown."""
        job = self._streams.get((self._sockets.of_session(session), stream), 0)
        return self._request_of_job.get(job, 0)

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
            case "HTTP2_SESSION_SEND_HEADERS":
                socket = self._sockets.of_session(event.source)
                self._streams[socket, event.number("stream_id")] = event.dependency
            case "SSL_SOCKET_BYTES_SENT":
                self._sent(event.source, _bytes(event))
            case "SOCKET_BYTES_SENT" if not self._sockets.is_tls(event.source):
                self._sent(event.source, _bytes(event))
            case _:
                pass

    def _sent(self, socket: int, data: bytes) -> None:
        if data.startswith(_PREFACE):
            self._framed[socket] = _Framed(bytearray(data[len(_PREFACE) :]))
            self._frames(socket, self._framed[socket])
        elif socket in self._framed:
            self._framed[socket].pending += data
            self._frames(socket, self._framed[socket])
        elif socket in self._plain:
            self._after_head(self._plain[socket], data)

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

    def _frames(self, socket: int, framed: _Framed) -> None:
        pending = framed.pending
        while len(pending) >= _FRAME_HEAD:
            size = int.from_bytes(pending[:3], "big")
            if len(pending) < _FRAME_HEAD + size:
                return
            if pending[3] == _DATA:
                stream = int.from_bytes(pending[5:9], "big") & 0x7FFFFFFF
                job = self._streams.get((socket, stream), 0)
                request = self._request_of_job.get(job)
                if request is not None:
                    self._append(request, bytes(pending[_FRAME_HEAD : _FRAME_HEAD + size]))
            del pending[: _FRAME_HEAD + size]

    def _append(self, request: int, data: bytes) -> None:
        if data and self._keeps_bodies:
            if request not in self._bodies:
                self._bodies[request] = self._spool()
            self._bodies[request].write(data)


def _bytes(event: Event) -> bytes:
    try:
        return base64.b64decode(event.text("bytes"), validate=True)
    except binascii.Error:
        return b""
