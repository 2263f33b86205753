"""The connections of one capture: kept while they can serve another request, few for each host."""

import itertools
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.http.server_trust import Refusal, ServerTrust, refusal_of
from evidencekit.capture.http.unasked import Unasked
from evidencekit.capture.http.wire import Connection, Origin, TlsConnection

PER_HOST = 6  # as browsers; RFC 9112 §9.4 asks for few
MAX_IDLE = 32


class Connections:
    """Lends each connection to one thread at a time; for any number of threads."""

    def __init__(self, *, dialer: Dialer, trust: ServerTrust, timeout_s: float) -> None:
        self._dialer = dialer
        self._trust = trust
        self._timeout_s = timeout_s
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._unasked: list[Unasked] = []
        self._refusals: dict[Origin, Refusal] = {}
        self._room: defaultdict[Origin, threading.BoundedSemaphore] = defaultdict(
            lambda: threading.BoundedSemaphore(PER_HOST)
        )

    @contextmanager
    def lent(self, origin: Origin, *, is_fresh: bool) -> Iterator[Connection]:
        """Lend a connection, kept from before unless ``is_fresh``.

        Kept again where it is marked so at the end. Waits where the host has enough of them. Raises
        what connecting raises: ``StoppedError``, and ``OSError`` of TLS among others.
        """
        with self._lock:
            room = self._room[origin]
        with room:
            connection = (None if is_fresh else self._kept(origin)) or self._connected(origin)
            connection.is_kept = False
            with self._lock:
                self._lent.add(connection)
            try:
                yield connection
            finally:
                self._take_back(connection)

    def close(self) -> None:
        """Close what is kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._is_silent(connection)
            connection.close()

    def unasked(self) -> tuple[Unasked, ...]:
        """Return what came unasked so far."""
        with self._lock:
            return tuple(sorted(self._unasked, key=lambda one: one.peer.connection))

    def refusals(self) -> tuple[Refusal, ...]:
        """Return what was said of each certificate that was refused and then accepted, by host."""
        with self._lock:
            return tuple(self._refusals[origin] for origin in sorted(self._refusals))

    def refusal(self, origin: Origin) -> Refusal | None:
        """Return why the certificate of a host and port was refused, before it was accepted."""
        with self._lock:
            return self._refusals.get(origin)

    def break_off(self) -> None:
        """End what threads wait for on connections that they were lent."""
        with self._lock:
            lent = tuple(self._lent)
        for connection in lent:
            connection.break_off()

    def _take_back(self, connection: Connection) -> None:
        with self._lock:
            self._lent.discard(connection)
            if connection.is_kept:
                self._idle.append(connection)
            surplus = self._idle.pop(0) if len(self._idle) > MAX_IDLE else None
        if not connection.is_kept:
            connection.close()
        if surplus is not None:
            self._is_silent(surplus)
            surplus.close()

    def _kept(self, origin: Origin) -> Connection | None:
        """Return the connection that was used last, since the server closes the oldest first."""
        while True:
            with self._lock:
                mine = [one for one in self._idle if one.origin == origin]
                if not mine:
                    return None
                self._idle.remove(mine[-1])
            if self._is_silent(mine[-1]):
                return mine[-1]
            mine[-1].close()

    def _is_silent(self, connection: Connection) -> bool:
        sent = connection.unasked()
        if sent and connection.peer is not None:
            found = Unasked(
                origin=connection.origin, peer=connection.peer, after=connection.uses, data=sent
            )
            with self._lock:
                self._unasked.append(found)
        return sent is None

    def _connected(self, origin: Origin) -> Connection:
        if origin.scheme != "https":
            return self._connect(origin, None)
        if self.refusal(origin) is None:
            try:
                return self._connect(origin, self._trust.strict)
            except ssl.SSLCertVerificationError as exc:
                if not self._trust.accepts_invalid:
                    raise
                with self._lock:
                    self._refusals.setdefault(origin, refusal_of(origin.host, exc))
        return self._connect(origin, self._trust.unverified)

    def _connect(self, origin: Origin, tls: ssl.SSLContext | None) -> Connection:
        number = next(self._numbers)
        if tls is None:
            made = Connection(origin, dialer=self._dialer, number=number, timeout_s=self._timeout_s)
        else:
            made = TlsConnection(
                origin,
                dialer=self._dialer,
                number=number,
                timeout_s=self._timeout_s,
                ssl_context=tls,
            )
        try:
            made.connect()
        except BaseException:
            made.close()
            raise
        return made
