"""The one rule by which a capture connects: look up once, judge every address, then connect to it.

Both engines come here: the http engine's connections directly, the browser's through
:mod:`evidencekit.capture.guard.socks`. The socket goes to the very address that was judged, never
to a name. Where an upstream proxy is used the name goes to it unresolved; then only what is an
address already, or a name of this machine, can be judged.
"""

import socket
from collections.abc import Callable, Sequence
from datetime import datetime

from evidencekit.capture.guard.addresses import Guard
from evidencekit.capture.guard.names import Names, Observe, Resolve, is_local_name, literal
from evidencekit.capture.guard.passages import Passage, PassageLog
from evidencekit.capture.guard.upstream import Upstream, tunnel
from evidencekit.capture.stopped import StoppedError

MAX_ADDRESSES_TRIED = 4
_LOOPBACK = "127.0.0.1"


class Dialer:
    """Connects to hosts for the length of one capture; for any number of threads.

    ``connect_s`` bounds a look-up, and once more a connection, all addresses tried together.
    """

    def __init__(
        self,
        *,
        guard: Guard,
        resolve: Resolve,
        observe: Observe | None,
        upstream: Upstream | None,
        connect_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._guard = guard
        self._connect_s = connect_s
        self._upstream = upstream
        self.names = Names(resolve=resolve, observe=observe, patience_s=connect_s, clock=clock)
        self.passages = PassageLog(clock=clock, via=upstream.shown if upstream else None)

    def dial(self, passage: Passage, host: str, port: int) -> socket.socket:
        """Connect to ``host`` and fill in ``passage``; raises :class:`StoppedError`.

        The reason is in the exception and in the passage.
        """
        passage.host, passage.port = host, port
        try:
            return self._connect(passage)
        except StoppedError as exc:
            passage.refusal = exc.reason
            raise

    def _connect(self, passage: Passage) -> socket.socket:
        if self.passages.is_full():
            raise StoppedError("too-many-connections")
        if self._upstream is not None:
            return self._through(self._upstream, passage.host, passage.port)
        return self._directly(passage)

    def _directly(self, passage: Passage) -> socket.socket:
        passage.lookup = lookup = self.names.look_up(passage.host, passage.port)
        if lookup.failure is not None:
            raise StoppedError(lookup.failure)
        refused = {ip: why for ip in lookup.addresses if (why := self._guard(ip)) is not None}
        allowed = [ip for ip in lookup.addresses if ip not in refused][:MAX_ADDRESSES_TRIED]
        if not allowed:
            ip, why = next(iter(refused.items()))
            raise StoppedError(f"address-refused {why} {ip}")
        sock = _connect_to(allowed, passage.port, self._connect_s)
        passage.ip = str(sock.getpeername()[0])
        return sock

    def _through(self, upstream: Upstream, host: str, port: int) -> socket.socket:
        address = _LOOPBACK if is_local_name(host) else literal(host)
        why = self._guard(address) if address is not None else None
        if why is not None:
            raise StoppedError(f"address-refused {why} {address}")
        return tunnel(upstream, host, port, timeout_s=self._connect_s)


def _connect_to(addresses: Sequence[str], port: int, within_s: float) -> socket.socket:
    failure = StoppedError("not-connected")
    for ip in addresses:
        try:
            return socket.create_connection((ip, port), within_s / len(addresses))
        except OSError as exc:
            failure = StoppedError(_why_not_connected(exc))
    raise failure


def _why_not_connected(exc: OSError) -> str:
    match exc:
        case TimeoutError():
            return "timed-out connect"
        case ConnectionRefusedError():
            return "connection-refused"
        case _:
            return "not-connected"
