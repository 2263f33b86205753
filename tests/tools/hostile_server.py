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
    """One connection, from the server's side."""

    def __init__(self, sock: socket.socket, closing: threading.Event) -> None:
        self._sock = sock
        self._closing = closing
        self.request = b""
        self.sent = b""

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

    def receive(self) -> None:
        while not self.request.endswith(b"\r\n\r\n"):
            piece = self._sock.recv(65536)
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
    """Serves ``answers`` by path until the context is left; unknown paths get a 404."""

    def __init__(self, answers: Mapping[str, Answer], *, tls: ssl.SSLContext | None = None) -> None:
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
            self._start(partial(self._serve, sock))

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError), sock:
            if self._tls is None:
                self._answer(sock)
            else:
                with self._tls.wrap_socket(sock, server_side=True) as secure:
                    self._answer(secure)

    def _answer(self, sock: socket.socket) -> None:
        talk = Talk(sock, self._closing)
        talk.receive()
        self.talks.append(talk)
        missing = says(page(b"nothing here", status=b"404 Not Found"))
        self._answers.get(talk.target, missing)(talk)
