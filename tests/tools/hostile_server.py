"""A server on loopback that says exactly the bytes it is told to, and remembers every byte.

Each path has an answer: a function that is given the :class:`Talk` and sends, waits or breaks off.
"""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self


class Talk:
    """One request and what was sent for it, from the server's side."""

    def __init__(
        self, sock: socket.socket, closing: threading.Event, connection: int, use: int
    ) -> None:
        self._sock = sock
        self._closing = closing
        self.connection = connection
        self.use = use
        """The how-manieth request of its connection it is, from 1 on."""
        self.request = b""
        self.sent = b""
        self.is_over = False

    @property
    def target(self) -> str:
        return self.request.split(b" ", 2)[1].decode("ascii", "replace") if self.request else ""

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)
        self.sent += data

    def send_forever(self, data: bytes) -> None:
        while not self._closing.is_set():
            self.send(data)

    def hang(self) -> None:
        self._closing.wait(30)

    def drip(self, data: bytes) -> None:
        for i in range(len(data)):
            if self._closing.wait(0.02):
                return
            self.send(data[i : i + 1])

    def pause(self) -> None:
        self._closing.wait(0.2)

    def reset(self) -> None:
        """Send RST instead of FIN."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        """Say no more, and listen no more."""
        self._sock.shutdown(socket.SHUT_RDWR)

    def receive(self) -> None:
        while not self.request.endswith(b"\r\n\r\n") and not self._closing.is_set():
            self._sock.settimeout(0.1 if self.use > 1 else None)
            try:
                piece = self._sock.recv(65536)
            except TimeoutError:
                continue
            finally:
                self._sock.settimeout(None)
            if not piece:
                return
            self.request += piece


Answer = Callable[[Talk], None]


def says(data: bytes) -> Answer:
    return lambda talk: talk.send(data)


def page(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a well-formed HTML answer."""
    lines = (b"Content-Type: text/html; charset=utf-8", *headers)
    length = b"Content-Length: %d" % len(body)
    return b"HTTP/1.1 %s\r\n%s\r\n%s\r\n\r\n%s" % (status, b"\r\n".join(lines), length, body)


class HostileServer:
    """Serves ``answers`` until the context is left; other paths get a 404.

    An answer is found by the whole target, or else by what stands before its question mark.

    A connection that ``keeps`` takes another request after each answer.
    """

    def __init__(
        self,
        answers: Mapping[str, Answer],
        *,
        tls: ssl.SSLContext | None = None,
        keeps: bool = False,
    ) -> None:
        self._keeps = keeps
        self._connections = 0
        self._answers = answers
        self._tls = tls
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.talks: list[Talk] = []
        self.port = self._listener.getsockname()[1]

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def talk(self, path: str) -> Talk:
        """Return the one conversation about ``path``."""
        (found,) = (talk for talk in self.talks if talk.target == path)
        return found

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _start(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                sock, _peer = self._listener.accept()
            except OSError:
                return
            self._connections += 1
            self._start(partial(self._serve, sock, self._connections))

    def _serve(self, sock: socket.socket, number: int) -> None:
        with suppress(OSError), sock:
            if self._tls is None:
                self._converse(sock, number)
            else:
                with self._tls.wrap_socket(sock, server_side=True) as secure:
                    self._converse(secure, number)

    def _converse(self, sock: socket.socket, number: int) -> None:
        use = 1
        while self._answer(Talk(sock, self._closing, number, use)) and self._keeps:
            use += 1

    def _answer(self, talk: Talk) -> bool:
        talk.receive()
        if self._keeps and not talk.request:
            return False
        self.talks.append(talk)
        missing = says(page(b"nothing here", status=b"404 Not Found"))
        try:
            path = talk.target.partition("?")[0]
            self._answers.get(talk.target, self._answers.get(path, missing))(talk)
        finally:
            talk.is_over = True
        return True
