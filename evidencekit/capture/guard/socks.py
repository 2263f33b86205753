"""The guard's door: a SOCKS5 proxy on loopback through which the browser does all its traffic.

RFC 1928, CONNECT alone, without authentication. Names come here unresolved, so that this is the
only place where they are resolved, and every connection is judged and made by
:class:`evidencekit.capture.guard.dialing.Dialer`. Bytes pass unaltered: TLS stays between browser
and server. Which user of the machine may come in is checked where the kernel tells.
"""

import logging
import socket
import threading
import time
from contextlib import suppress
from itertools import chain
from types import TracebackType
from typing import Self

from evidencekit.capture.guard.client_owner import owner_of_client
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.passages import Passage
from evidencekit.capture.guard.relay import Carried, relay
from evidencekit.capture.guard.socks_request import (
    SUCCEEDED,
    RequestReader,
    answer,
    read_request,
    reply_to,
)
from evidencekit.capture.stopped import StoppedError

_log = logging.getLogger(__name__)
MAX_CONNECTIONS = 512
"""At a time; whoever comes later waits."""
HANDSHAKE_S = 10
CLOSE_S = 5
_PAUSE_S = 0.2
_ADDRESS = "127.0.0.1"


class SocksGuard:
    """Serves on a free port while its context lasts; leaving it ends every connection.

    ``client_uid`` is the only user that may connect; None lets everybody in.
    """

    def __init__(self, dialer: Dialer, *, client_uid: int | None) -> None:
        self._dialer = dialer
        self._client_uid = client_uid
        self._slots = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._lock = threading.Lock()
        self._live: dict[threading.Thread, list[socket.socket]] = {}
        self._closed = threading.Event()
        self._listener = socket.create_server((_ADDRESS, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.door = f"{_ADDRESS}:{self.port}"
        self._dialer.passages.door = self.door
        self._accepting = threading.Thread(target=self._accept, name="guard", daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every connection and wait for its count of bytes; harmless when repeated."""
        with self._lock:
            was_closed = self._closed.is_set()
            self._closed.set()
            live = {thread: tuple(sockets) for thread, sockets in self._live.items()}
        if was_closed:
            return
        with suppress(OSError):  # wakes the one who waits in accept, on every system
            socket.create_connection((_ADDRESS, self.port), CLOSE_S).close()
        for sock in chain.from_iterable(live.values()):
            _shut(sock)
        until = time.monotonic() + CLOSE_S
        carrying = [thread for thread, sockets in live.items() if len(sockets) > 1]
        for thread in (self._accepting, *carrying):  # others have counted nothing
            thread.join(max(0, until - time.monotonic()))
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            self._slots.acquire()
            try:
                client, (ip, port) = self._listener.accept()
            except OSError:  # files have run out: some will be closed soon
                self._slots.release()
                time.sleep(_PAUSE_S)
                continue
            if self._closed.is_set():
                client.close()
                return
            passage = self._admit(client, (ip, port))
            if passage is None:
                client.close()
                self._slots.release()
            else:
                threading.Thread(target=self._run, args=(client, passage), daemon=True).start()

    def _admit(self, client: socket.socket, address: tuple[str, int]) -> Passage | None:
        if self._client_uid is not None:
            owner = owner_of_client(address, client.getsockname())
            # One that is closed already may have been anybody's, and is served by nobody: else who
            # connects and closes would have the guard dial, and his passage taken for the page's.
            if owner not in {None, self._client_uid}:
                self._dialer.passages.strangers += 1
                _log.debug("user %s came to the guard's port and was turned away", owner)
                return None
        return self._dialer.passages.open(client_port=address[1])

    def _run(self, client: socket.socket, passage: Passage) -> None:
        try:
            with client:
                self._keep(client)
                reader = RequestReader(client)
                server = self._open(client, reader, passage)
                if server is not None:
                    with server:
                        self._keep(server)
                        passage.carried = Carried()
                        relay(client, server, passage.carried, early=reader.early)
        finally:
            with self._lock:
                self._live.pop(threading.current_thread(), None)
            self._slots.release()

    def _keep(self, sock: socket.socket) -> None:
        """Have :meth:`close` end this connection too, or end it now where that has been."""
        with self._lock:
            self._live.setdefault(threading.current_thread(), []).append(sock)
            is_late = self._closed.is_set()
        if is_late:
            _shut(sock)

    def _open(
        self, client: socket.socket, reader: RequestReader, passage: Passage
    ) -> socket.socket | None:
        """Come to terms with the client; None where nothing is connected, which it was told."""
        try:
            client.settimeout(HANDSHAKE_S)
            asked = read_request(client, reader)
            if asked is None:
                passage.refusal = "not-socks"
                return None
            return self._connect(client, passage, *asked)
        except (OSError, EOFError):
            passage.refusal = passage.refusal or "client-gone"
            return None

    def _connect(
        self, client: socket.socket, passage: Passage, host: str, port: int
    ) -> socket.socket | None:
        try:
            server = self._dialer.dial(passage, host, port)
        except StoppedError as exc:
            answer(client, reply_to(exc.reason))
            return None
        try:
            answer(client, SUCCEEDED)
        except OSError:
            server.close()
            raise
        return server


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # not connected any more
        sock.shutdown(socket.SHUT_RDWR)
