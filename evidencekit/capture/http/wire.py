"""Connections that are guarded and taped: our own classes in urllib3's place, nothing patched.

:class:`evidencekit.capture.guard.dialing.Dialer` makes the socket, as it does for the browser; Host
and SNI keep the name.
"""

import http.client
import io
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.passages import Passage
from evidencekit.capture.http.tape import Tape, TapedReader

_BUFFER = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who was at the other end, as seen on the connection itself."""

    ip: str | None
    """None behind an upstream proxy, which alone knows."""
    port: int
    tls_version: str | None = None
    """As OpenSSL names it, e.g. ``TLSv1.3``; None for plain http."""
    cipher: str | None = None
    chain: tuple[bytes, ...] = ()
    """DER certificates as the server sent them, its own first."""


class TapedAdapter(HTTPAdapter):
    """Sends one request over one fresh connection, onto one tape."""

    def __init__(self, *, tape: Tape, dialer: Dialer, tls: ssl.SSLContext) -> None:
        self._tape = tape
        self._dialer = dialer
        self._tls = tls
        self.peers: list[Peer] = []
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Put our connection class into the pool that requests has made."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        made: Any = partial(
            _Connection, tape=self._tape, dialer=self._dialer, met=self.peers.append
        )
        if pool.scheme == "https":
            made = partial(_TlsConnection, **made.keywords, ssl_context=self._tls)
        pool.ConnectionCls = made
        return pool

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the context verifies, and would load requests' own roots once more."""


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, tape: Tape, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(TapedReader(sock, self.fp.detach(), tape), _BUFFER)


class _Connection(HTTPConnection):
    def __init__(
        self,
        *args: Any,
        tape: Tape,
        dialer: Dialer,
        met: Callable[[Peer], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._tape = tape
        self._dialer = dialer
        self._met = met
        self._passage: Passage | None = None
        self.response_class: Any = partial(_Response, tape=tape)

    def _new_conn(self) -> socket.socket:
        self._passage = self._dialer.passages.open()
        return self._dialer.dial(self._passage, self._dns_host.strip("[]"), self.port)

    def connect(self) -> None:
        super().connect()
        if self._passage is not None:
            self._met(_peer(self.sock, self._passage))

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._tape.send(bytes(data))
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


def _peer(sock: socket.socket, passage: Passage) -> Peer:
    if not isinstance(sock, ssl.SSLSocket):
        return Peer(ip=passage.ip, port=passage.port)
    cipher = sock.cipher()
    return Peer(
        ip=passage.ip,
        port=passage.port,
        tls_version=sock.version(),
        cipher=cipher[0] if cipher else None,
        chain=_chain(sock),
    )


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
