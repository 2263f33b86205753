"""A TCP server on loopback that does with each connection what it is told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def serving(
    talk: Callable[[socket.socket], None], address: str = "127.0.0.1", port: int = 0
) -> Iterator[int]:
    """Serve on the port that is given out; ``talk`` may raise ``OSError`` as sockets do."""

    def run() -> None:
        while True:
            try:
                sock, _address = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=one, args=(sock,)))
            threads[-1].start()

    def one(sock: socket.socket) -> None:
        with sock, suppress(OSError):
            sock.settimeout(20)
            talk(sock)

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    threads = [threading.Thread(target=run)]
    threads[0].start()
    try:
        yield listener.getsockname()[1]
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in threads:
            thread.join()


def exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise ConnectionAbortedError(f"ended after {data!r}")
        data += piece
    return data


def to_the_end(sock: socket.socket) -> bytes:
    return b"".join(iter(lambda: sock.recv(65536), b""))
