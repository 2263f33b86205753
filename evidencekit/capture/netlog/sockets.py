"""Which request went over which connection, and what that connection was.

The NetLog ties them by steps: a request to a stream job, the job to a socket or, on HTTP/2, to a
session, the session to its socket. The socket knows its TLS handshake, and by the port that it came
from, the guard knows whom it connected this very socket to. So address and certificate are those of
the connection itself, not of a second one made later.

A port alone proves nothing: who guesses one could have his own connection taken for the browser's.
So the guard must also have been asked for the host and port that the browser made this very socket
for. Where it was not, the address is unknown, and :attr:`Socket.is_unmatched` says so.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from evidencekit.capture.guard.passages import Passage, PassageLog, host_and_port
from evidencekit.capture.netlog.log import Event
from evidencekit.model.json import Json

NEEDED = frozenset(
    {
        "HTTP_STREAM_REQUEST_BOUND_TO_JOB",
        "SOCKET_POOL_BOUND_TO_SOCKET",
        "HTTP_STREAM_JOB_HTTP2_SESSION_AVAILABLE",
        "HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION",
        "HTTP2_SESSION_INITIALIZED",
        "HTTP2_SESSION_SEND_HEADERS",
        "SOCKET_POOL_CONNECT_JOB_CREATED",
        "SOCKET_ALIVE",
        "TCP_CONNECT",
        "SSL_CONNECT",
        "SSL_CERTIFICATES_RECEIVED",
    }
)
_ENCIPHERED = frozenset({"SOCKET_BYTES_SENT", "SOCKET_BYTES_RECEIVED"})
# Of the pool that wants a connection: settings, then the destination, then whose it is (chromium:
# net/socket/client_socket_pool.cc).
_DESTINATION = re.compile(r"(?:^|/)((?:https?|wss?)://[^/\s]+)(?:\s|$)")
_TLS_FACTS = ("cipher_suite", "key_exchange_group", "peer_signature_algorithm")


@dataclass(slots=True, kw_only=True)
class Socket:
    """One TCP connection; filled as the log goes on."""

    number: int
    at: datetime
    remote: str | None = None
    """``address:port`` that the browser connected to, IPv6 in brackets: the guard's, or else it
    went past the guard. None until it is connected."""
    origin: tuple[int, int] | None = None
    """The port that it came from, and which use of that port it was, from 0; to the guard only."""
    made_for: tuple[str, int] | None = None
    """Host and port that the browser wanted to reach; None where the log does not say."""
    passage: Passage | None = None
    """What the guard made of it."""
    is_http2: bool = False
    is_tls: bool = False
    tls: Mapping[str, Json] = field(default_factory=dict)
    certificates: tuple[str, ...] = ()
    """PEM, as received, the server's own first."""
    error: int = 0
    """Net error of the TLS handshake."""

    @property
    def peer(self) -> str | None:
        """``address:port`` of the server; None where nobody here knows it (upstream proxy)."""
        if self.origin is not None:
            return self.passage.peer if self.passage is not None else None
        return self.remote

    @property
    def is_unmatched(self) -> bool:
        """Whether it went to the guard, and the guard knows of no such connection."""
        return self.origin is not None and self.passage is None

    @property
    def ip(self) -> str | None:
        """The server's address without the port."""
        return self.peer.rpartition(":")[0].strip("[]") if self.peer else None


class Sockets:
    """Follows the steps from request to socket; ``passages`` are those of the same capture."""

    def __init__(self, passages: PassageLog | None = None) -> None:
        self._passages = passages
        self._uses: Counter[int] = Counter()
        self._sockets: dict[int, Socket] = {}
        self._destination_of_maker: dict[int, tuple[str, int]] = {}
        self._maker_of_socket: dict[int, int] = {}
        self._socket_of_job: dict[int, int] = {}
        self._session_of_job: dict[int, int] = {}
        self._socket_of_session: dict[int, int] = {}
        self._job_of_stream: dict[tuple[int, int], int] = {}
        self._job_of_request: dict[int, int] = {}
        self._ties = {
            "HTTP_STREAM_REQUEST_BOUND_TO_JOB": self._job_of_request,
            "SOCKET_POOL_BOUND_TO_SOCKET": self._socket_of_job,
            "HTTP_STREAM_JOB_HTTP2_SESSION_AVAILABLE": self._session_of_job,
            "HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION": self._session_of_job,
            "HTTP2_SESSION_INITIALIZED": self._socket_of_session,
        }

    def take(self, event: Event) -> None:
        """Learn from ``event`` if it is one of :data:`NEEDED`."""
        if event.name in self._ties:
            self._ties[event.name][event.source] = event.dependency
        match event.name:
            case "HTTP2_SESSION_INITIALIZED" if event.dependency in self._sockets:
                self._sockets[event.dependency].is_http2 = True
            case "HTTP2_SESSION_SEND_HEADERS":
                stream = self.of_session(event.source), event.number("stream_id")
                self._job_of_stream[stream] = event.dependency
            case "SOCKET_POOL_CONNECT_JOB_CREATED":
                found = _DESTINATION.search(event.text("group_id"))
                host, port = host_and_port(found[1]) if found is not None else ("", 0)
                if host:
                    self._destination_of_maker[event.source] = host, port
            case "SOCKET_ALIVE" if event.is_begin:
                self._maker_of_socket[event.source] = event.dependency
            case "TCP_CONNECT" | "SSL_CONNECT" | "SSL_CERTIFICATES_RECEIVED":
                self._connect(event)
            case _:
                pass

    def of_request(self, request: int) -> Socket | None:
        """Return the connection of a request, None where the log does not say."""
        job = self._job_of_request.get(request, 0)
        session = self._session_of_job.get(job, 0)
        number = self._socket_of_session.get(session) or self._socket_of_job.get(job, 0)
        socket = self._sockets.get(number)
        return self._joined(socket) if socket is not None else None

    def of_session(self, session: int) -> int:
        """Return the number of the socket under an HTTP/2 session, 0 if unknown."""
        return self._socket_of_session.get(session, 0)

    def job_of(self, request: int) -> int:
        """Return the stream job of a request, 0 if unknown."""
        return self._job_of_request.get(request, 0)

    def job_of_stream(self, socket: int, stream: int) -> int:
        """Return the stream job of an HTTP/2 stream, 0 if unknown."""
        return self._job_of_stream.get((socket, stream), 0)

    def is_wanted(self, name: str, source: int) -> bool:
        """Return whether an event is more than ciphertext, for a log that is being read."""
        return name not in _ENCIPHERED or not self.is_tls(source)

    def is_http2(self, number: int) -> bool:
        """Return whether the browser speaks HTTP/2 on a socket."""
        socket = self._sockets.get(number)
        return socket is not None and socket.is_http2

    def is_tls(self, number: int) -> bool:
        """Return whether a socket has begun a TLS handshake."""
        socket = self._sockets.get(number)
        return socket is not None and socket.is_tls

    def all(self) -> tuple[Socket, ...]:
        """Return every connection that was tried, in order."""
        return tuple(self._joined(socket) for socket in self._sockets.values())

    def _joined(self, socket: Socket) -> Socket:
        # Not when it connects: the guard may take a connection later than the browser logs it.
        if socket.passage is None and socket.origin is not None and self._passages is not None:
            passage = self._passages.of_client(*socket.origin)
            if passage is not None and (passage.host, passage.port) == socket.made_for:
                socket.passage = passage
        return socket

    def _connect(self, event: Event) -> None:
        socket = self._sockets.setdefault(event.source, Socket(number=event.source, at=event.at))
        match event.name:
            case "TCP_CONNECT" if event.is_end:
                self._connected(socket, event)
            case "SSL_CONNECT":
                socket.is_tls = True
                if event.is_end:
                    socket.error = event.number("net_error")
                    socket.tls = _tls_facts(event)
            case "SSL_CERTIFICATES_RECEIVED":
                socket.certificates = event.lines("certificates")
            case _:
                pass

    def _connected(self, socket: Socket, event: Event) -> None:
        socket.remote = event.text("remote_address") or None
        maker = self._maker_of_socket.pop(event.source, 0)
        socket.made_for = self._destination_of_maker.get(maker)
        port = event.text("local_address").rpartition(":")[2]
        if self._passages is not None and socket.remote == self._passages.door and port.isdigit():
            socket.origin = (int(port), self._uses[int(port)])
            self._uses[int(port)] += 1


def _tls_facts(event: Event) -> Mapping[str, Json]:
    if not event.text("version"):
        return {}
    facts: dict[str, Json] = {key: event.number(key) for key in _TLS_FACTS}
    return {**facts, "version": event.text("version"), "next_protocol": event.text("next_proto")}
