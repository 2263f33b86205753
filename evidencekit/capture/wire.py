"""Connections that are guarded and taped: our own classes in urllib3's place, nothing patched.

A name is looked up once in a capture; every address is put to the guard; the socket goes to an
address that passed, while Host and SNI keep the name. So a name that answers differently the
second time (DNS rebinding) leads nowhere new.
"""

import http.client
import io
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from evidencekit.capture.guard import Guard
from evidencekit.capture.tape import StoppedError, Tape, TapedReader

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host for a port; raises ``OSError`` where there are none."""

MAX_ADDRESSES_TRIED = 4
_BUFFER = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Who was at the other end, as seen on the connection itself."""

    ip: str
    port: int
    tls_version: str | None = None
    """As OpenSSL names it, e.g. ``TLSv1.3``; None for plain http."""
    cipher: str | None = None
    chain: tuple[bytes, ...] = ()
    """DER certificates as the server sent them, its own first."""


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_rest, address in found))


class Dialer:
    """Connects to hosts for the length of one capture."""

    def __init__(self, *, guard: Guard, resolve: Resolve, connect_s: float) -> None:
        self._guard = guard
        self._resolve = resolve
        self._connect_s = connect_s
        self.resolved: dict[str, tuple[str, ...]] = {}

    def dial(self, host: str, port: int) -> socket.socket:
        """Connect to the first allowed address that answers; raises :class:`StoppedError`."""
        addresses = self._addresses(host, port)
        refused = {ip: why for ip in addresses if (why := self._guard(ip)) is not None}
        allowed = [ip for ip in addresses if ip not in refused][:MAX_ADDRESSES_TRIED]
        if not allowed:
            ip, why = next(iter(refused.items()))
            raise StoppedError(f"address-refused {why} {ip}")
        failure = StoppedError("not-connected")
        for ip in allowed:
            try:
                return socket.create_connection((ip, port), self._connect_s)
            except OSError as exc:
                failure = StoppedError(_why_not_connected(exc))
        raise failure

    def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        if host not in self.resolved:
            self.resolved[host] = self._look_up(host, port)
        return self.resolved[host]

    def _look_up(self, host: str, port: int) -> tuple[str, ...]:
        # In a thread since getaddrinfo has no timeout; one that hangs ends with the process.
        answers: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(tuple(self._resolve(host, port)))
            except (OSError, UnicodeError):
                answers.put(())

        threading.Thread(target=ask, daemon=True).start()
        try:
            found = answers.get(timeout=self._connect_s)
        except queue.Empty:
            raise StoppedError(f"timed-out name {host}") from None
        if not found:
            raise StoppedError(f"name-not-found {host}")
        return found


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
        self.response_class: Any = partial(_Response, tape=tape)

    def _new_conn(self) -> socket.socket:
        return self._dialer.dial(self._dns_host.strip("[]"), self.port)

    def connect(self) -> None:
        super().connect()
        self._met(_peer(self.sock))

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self._tape.send(bytes(data))
        super().send(data)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


def _peer(sock: socket.socket) -> Peer:
    ip, port = sock.getpeername()[:2]
    if not isinstance(sock, ssl.SSLSocket):
        return Peer(ip=ip, port=port)
    cipher = sock.cipher()
    return Peer(
        ip=ip,
        port=port,
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


def _why_not_connected(exc: OSError) -> str:
    match exc:
        case TimeoutError():
            return "timed-out connect"
        case ConnectionRefusedError():
            return "connection-refused"
        case _:
            return "not-connected"
