"""Connections that are guarded and taped: our own classes in urllib3's place, nothing patched.

:class:`evidencekit.capture.guard.dialing.Dialer` makes the socket, as it does for the browser; Host
and SNI keep the name.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import wait_for_read

from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.passages import Passage
from evidencekit.capture.http.tape import Tape, TapedReader

MAX_INTERIM = 20
"""Answers before the final one; a server could go on for ever."""
_SWITCHING = 101
_FINAL = 200  # RFC 9110 §15.2: below it more of the same answer follows, or another protocol
MAX_UNASKED = 4096
"""Of what a server sends without having been asked, as much is kept."""


class Origin(NamedTuple):
    """Where connections go that may serve one another's requests."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who was at the other end, as seen on the connection itself."""

    connection: int
    """Which connection of the capture it was, from 1 on."""
    ip: str | None
    """None behind an upstream proxy, which alone knows."""
    port: int
    tls_version: str | None = None
    """As OpenSSL names it, e.g. ``TLSv1.3``; None for plain http."""
    cipher: str | None = None
    chain: tuple[bytes, ...] = ()
    """DER certificates as the server sent them, its own first."""
    is_verified: bool = False
    """Whether TLS was, by the host's name and up to a known root."""


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, tape: Tape, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = TapedReader(sock, self.fp.detach(), tape)

    def _read_status(self) -> tuple[str, int, str]:
        # http.client passes over 100 alone, and takes 103 (RFC 8297) for the final answer. There is
        # no public method to say otherwise.
        for _each in range(MAX_INTERIM + 1):
            status: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # private
            if status[1] >= _FINAL or status[1] == _SWITCHING:
                return status
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException("interim answers without end")


class Connection(HTTPConnection):
    """Serves one exchange after the other, each onto a tape of its own; for one thread at a time.

    ``timeout_s`` is for the TLS handshake and for sending.
    """

    def __init__(
        self, origin: Origin, *, dialer: Dialer, number: int, timeout_s: float, **more: Any
    ) -> None:
        super().__init__(origin.host, origin.port, timeout=timeout_s, **more)
        self.origin = origin
        self.peer: Peer | None = None
        """None as long as nobody is there."""
        self.uses = 0
        """How many requests went out."""
        self.is_kept = False
        """Whether another exchange may follow when this one is over."""
        self._dialer = dialer
        self._number = number
        self._passage: Passage | None = None
        self._tape: Tape | None = None

    def ask(self, target: str, headers: Mapping[str, str], tape: Tape) -> BaseHTTPResponse:
        """Send a GET and return the answer as soon as its head has come."""
        self._tape = tape
        self.uses += 1
        self.response_class: Any = partial(_Response, tape=tape)
        self.request("GET", target, headers=headers, preload_content=False, decode_content=False)
        return self.getresponse()

    def may_go_on(self, status: int, tape: Tape) -> bool:
        """Return whether another request can follow an answer that was read to its end."""
        return self.sock is not None and tape.beyond_bytes == 0 and status >= _FINAL

    def unasked(self) -> bytes | None:
        """Look, between two exchanges, whether a server that has to be silent is.

        None where it is, and the connection can be used; else what it sent, nothing where it has
        closed the connection.
        """
        try:
            if not wait_for_read(self.sock, timeout=0) and not _holds_some(self.sock):
                return None
            self.sock.settimeout(0)
            return self.sock.recv(MAX_UNASKED)
        except (BlockingIOError, ssl.SSLWantReadError):  # TLS's own: a ticket for the next session
            return None
        except OSError:
            return b""

    def break_off(self) -> None:
        """End what another thread waits for on this connection."""
        # Beneath TLS: ssl's own method would have the reader go on without it, and take ciphertext
        # that has already arrived for the answer.
        with suppress(OSError, TypeError):  # it may be gone, or not there yet
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def _new_conn(self) -> socket.socket:
        self._passage = self._dialer.passages.open()
        return self._dialer.dial(self._passage, self._dns_host.strip("[]"), self.port)

    def connect(self) -> None:
        """Connect, and see who is there."""
        super().connect()
        if self._passage is not None:
            self.peer = _peer(self.sock, self._passage, self._number)

    def send(self, data: Any) -> None:
        """Send onto the tape and to the server."""
        if self._tape is not None:
            self._tape.send(bytes(data))
        super().send(data)


class TlsConnection(Connection, HTTPSConnection):
    """The same above TLS; ``ssl_context`` says how the server is verified."""


def _peer(sock: socket.socket, passage: Passage, number: int) -> Peer:
    if not isinstance(sock, ssl.SSLSocket):
        return Peer(connection=number, ip=passage.ip, port=passage.port)
    cipher = sock.cipher()
    return Peer(
        connection=number,
        ip=passage.ip,
        port=passage.port,
        tls_version=sock.version(),
        cipher=cipher[0] if cipher else None,
        chain=_chain(sock),
        is_verified=sock.context.verify_mode is ssl.CERT_REQUIRED,
    )


def _holds_some(sock: socket.socket) -> bool:
    return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0


def _chain(sock: ssl.SSLSocket) -> tuple[bytes, ...]:
    # SSLSocket.get_unverified_chain is public from Python 3.13; before, only its inner object
    # has it, and hands out certificates instead of bytes. Without either: the leaf alone.
    holder = sock if hasattr(sock, "get_unverified_chain") else getattr(sock, "_sslobj", None)
    sent = getattr(holder, "get_unverified_chain", lambda: None)()
    if not sent:
        leaf = sock.getpeercert(binary_form=True)
        return (leaf,) if leaf else ()
    return tuple(
        c if isinstance(c, bytes) else ssl.PEM_cert_to_DER_cert(c.public_bytes()) for c in sent
    )
