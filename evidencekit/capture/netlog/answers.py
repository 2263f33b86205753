"""Answer bodies, from the bytes that the browser read from its sockets.

What the browser hands to a page is no record of an answer: its cache puts parts in that came
earlier, and what it has no use for (the body of a redirect, the byte by which it asks whether a
file has changed) it throws away. At capture mode "Everything" the log has every byte received, for
TLS after decryption. On HTTP/1.1 an answer is what comes between one request and the next on the
same socket, and ends where its head says; on HTTP/2 it is the DATA frames of the request's stream.

Nothing is guessed: the head that says how a body is framed is the one that the browser read, found
again in the bytes. Where it is not found there, or the framing is not what the browser accepts, the
body ends and is not whole.
"""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import BinaryIO

from evidencekit.capture.netlog import http2
from evidencekit.capture.netlog.chunks import Chunks
from evidencekit.capture.netlog.heads import ResponseHead, header_lines
from evidencekit.capture.netlog.http2 import Frame, Frames
from evidencekit.capture.netlog.log import Event
from evidencekit.capture.netlog.sockets import Sockets

NEEDED = frozenset(
    {
        "SOCKET_ALIVE",
        "SOCKET_BYTES_RECEIVED",
        "SSL_SOCKET_BYTES_RECEIVED",
        "HTTP2_SESSION_RECV_HEADERS",
        "HTTP2_SESSION_SEND_RST_STREAM",
    }
)
MAX_HEAD_BYTES = 1 << 20  # Chromium takes 256 KiB; some heads of 1xx may stand before
_BODILESS = frozenset({101, 204, 205, HTTPStatus.NOT_MODIFIED})
# As chromium: net/http/http_util.cc finds them, up to four bytes of something else before a head.
_START = re.compile(rb".{0,4}?(?=http)", re.DOTALL | re.IGNORECASE)
_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"http */ *\d+\.\d+ +(\d{3})(?!\d)", re.IGNORECASE)
_INTERIM = range(100, 200)
_OLD = b"HTTP/0.9"


class Answer:
    """The body of one answer, as far as it has come; the maker of the exchange closes ``body``."""

    def __init__(self, body: BinaryIO) -> None:
        self.body = body
        self.size = 0
        self.is_over = False
        """Nothing more will come."""
        self.is_whole = False
        """It ended where its own framing says."""
        self.is_until_close = False
        """It has no framing but the end of the connection, which nobody can tell from a cut."""
        self.trailers: tuple[str, ...] = ()

    def begin(self, method: str, head: ResponseHead) -> None:
        """Learn the head as the browser read it, and what was asked."""

    def append(self, data: bytes) -> None:
        """Take a part of the body."""
        self.body.write(data)
        self.size += len(data)

    def end(self, *, is_whole: bool) -> None:
        """Take no more."""
        self.is_over = True
        self.is_whole = is_whole


def is_bodiless(method: str, status: int) -> bool:
    """Return whether an answer has no body, whatever its head says (RFC 9112 §6.3)."""
    return method in {"HEAD", "CONNECT"} or status in _BODILESS


class _Http1(Answer):
    """Everything that comes on a socket after one request, and before the next."""

    def __init__(self, body: BinaryIO) -> None:
        super().__init__(body)
        self._before = bytearray()
        self._has_begun = False
        self._left: int | None = None
        self._chunks: Chunks | None = None

    def begin(self, method: str, head: ResponseHead) -> None:
        if self.is_over or self._has_begun:
            return
        self._has_begun = True
        rest = _after_heads(bytes(self._before), head)
        self._before.clear()
        if rest is None:
            self.end(is_whole=False)
        elif is_bodiless(method, head.status):
            self.end(is_whole=True)
        else:
            self._chunks = Chunks() if head.is_chunked else None
            self._left = None if head.is_chunked else head.length
            self.is_until_close = self._chunks is None and self._left is None
            self.feed(rest)

    def feed(self, data: bytes) -> None:
        """Take what came on the socket."""
        if self.is_over:
            return
        if not self._has_begun:
            self._before += data
            if len(self._before) > MAX_HEAD_BYTES:
                self.end(is_whole=False)
        elif self._chunks is not None:
            self._feed_chunks(self._chunks, data)
        elif self._left is None:
            self.append(data)
        else:
            self.append(data[: self._left])
            self._left = max(0, self._left - len(data))
            if not self._left:
                self.end(is_whole=True)

    def _feed_chunks(self, chunks: Chunks, data: bytes) -> None:
        self.append(chunks.feed(data))
        if chunks.is_over or chunks.is_broken:
            self.trailers = tuple(chunks.trailers)
            self.end(is_whole=chunks.is_over)


class _Http2(Answer):
    """One stream on ``socket``, known to the log as ``job``."""

    def __init__(self, body: BinaryIO, method: str, *, socket: int, job: int) -> None:
        super().__init__(body)
        self.socket = socket
        self.job = job
        self._is_bodiless = method == "CONNECT"  # a WebSocket (RFC 8441): what comes is no body

    def feed(self, frame: Frame) -> None:
        """Take a frame of the stream."""
        if self.is_over:
            return
        if frame.kind == http2.DATA and not self._is_bodiless:
            self.append(frame.data)
        if frame.ends_stream:
            self.end(is_whole=True)
        elif frame.kind == http2.RST_STREAM:
            self.end(is_whole=False)


class Answers:
    """Follows every connection; ``spool`` makes the files that bodies go to.

    Unless ``keeps_bodies`` they stay empty, whatever the log has: it should have none.
    """

    def __init__(
        self, sockets: Sockets, spool: Callable[[], BinaryIO], *, keeps_bodies: bool = True
    ) -> None:
        self._sockets = sockets
        self._keeps_bodies = keeps_bodies
        self._spool = spool
        self._plain: dict[int, _Http1] = {}
        self._framed: dict[int, Frames] = {}
        self._streams: dict[int, _Http2] = {}
        self._lost: set[int] = set()

    def expect(self, request: int, method: str, *, is_http2: bool) -> Answer:
        """Return the answer to a request whose head is about to be sent."""
        socket, body = self._sockets.of_request(request), self._spool()
        if socket is None or socket.number in self._lost:
            lost = Answer(body)
            lost.end(is_whole=False)
            return lost
        if is_http2:
            job = self._sockets.job_of(request)
            stream = self._streams[job] = _Http2(body, method, socket=socket.number, job=job)
            return stream
        self._end_plain(socket.number)
        plain = self._plain[socket.number] = _Http1(body)
        return plain

    def forget(self, answer: Answer) -> None:
        """Drop what its exchange has taken; its trailers may come after the body has ended."""
        if isinstance(answer, _Http2):
            self._streams.pop(answer.job, None)

    def take(self, event: Event) -> None:
        """Learn from ``event`` if it is one of :data:`NEEDED`."""
        match event.name:
            case "SSL_SOCKET_BYTES_RECEIVED":
                self._received(event)
            case "SOCKET_BYTES_RECEIVED" if not self._sockets.is_tls(event.source):
                self._received(event)
            case "SOCKET_ALIVE" if event.is_end:
                self._closed(event.source)
            case "HTTP2_SESSION_SEND_RST_STREAM":  # what still comes the browser throws away
                self._reset(event)
            case "HTTP2_SESSION_RECV_HEADERS":
                self._receive_trailers(event)
            case _:
                pass

    def _received(self, event: Event) -> None:
        if not self._keeps_bodies:
            return
        socket, is_http2 = event.source, self._sockets.is_http2(event.source)
        plain = self._plain.get(socket)
        if not is_http2 and (plain is None or plain.is_over):
            return  # the talk with the guard, or what a WebSocket receives
        data = event.octets()
        if data is None:
            self._lose(socket)
        elif is_http2:
            for frame in self._framed.setdefault(socket, Frames()).feed(data):
                answer = self._streams.get(self._sockets.job_of_stream(socket, frame.stream))
                if answer is not None:
                    answer.feed(frame)
        elif plain is not None:
            plain.feed(data)

    def _lose(self, socket: int) -> None:
        self._lost.add(socket)
        if socket in self._plain:
            self._plain[socket].is_until_close = False  # what is missing is no end
        self._closed(socket)

    def _stream_of(self, event: Event) -> _Http2 | None:
        """Return the stream that an event of an HTTP/2 session tells of."""
        socket = self._sockets.of_session(event.source)
        return self._streams.get(self._sockets.job_of_stream(socket, event.number("stream_id")))

    def _receive_trailers(self, event: Event) -> None:
        headers, answer = event.lines("headers"), self._stream_of(event)
        if answer is not None and not any(one.startswith(":") for one in headers):
            answer.trailers = header_lines(headers)

    def _reset(self, event: Event) -> None:
        answer = self._stream_of(event)
        if answer is not None and not answer.is_over:
            answer.end(is_whole=False)

    def _end_plain(self, socket: int) -> None:
        answer = self._plain.pop(socket, None)
        if answer is not None and not answer.is_over:
            answer.end(is_whole=False)

    def _closed(self, socket: int) -> None:
        self._end_plain(socket)
        self._framed.pop(socket, None)
        for stream in self._streams.values():
            if stream.socket == socket and not stream.is_over:
                stream.end(is_whole=False)


def _after_heads(data: bytes, head: ResponseHead) -> bytes | None:
    """Return what follows ``head`` and the heads of 1xx before it; None where it is not there."""
    if head.raw.startswith(_OLD):
        return data
    at = 0
    while (start := _START.match(data, at)) and (end := _END.search(data, start.end())):
        found = _STATUS.match(data, start.end())
        status = int(found[1]) if found else 0
        if status == head.status:
            return data[end.end() :]
        if status not in _INTERIM:
            return None
        at = end.end()
    return None
