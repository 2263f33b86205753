"""What a SOCKS5 client says and is told (RFC 1928), from the server's side; hostile until read.

CONNECT alone, without login. Everything has a length of its own, 262 bytes at most.
"""

import socket
from ipaddress import IPv4Address, IPv6Address

SUCCEEDED = 0
_VERSION, _NO_LOGIN, _NO_METHOD, _CONNECT = 5, 0, 0xFF, 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_BAD_COMMAND, _BAD_ADDRESS, _FAILED = 7, 8, 1
_REPLIES = {  # RFC 1928 §6, by the first word of the reason
    "address-refused": 2,  # not allowed by ruleset
    "not-connected": 3,
    "name-not-found": 4,
    "connection-refused": 5,
    "timed-out": 6,
}
_MAX_MESSAGE = 512


def reply_to(reason: str) -> int:
    """Return the reply code for why there is no connection."""
    return _REPLIES.get(reason.partition(" ")[0], _FAILED)


class RequestReader:
    """Reads exact amounts with few calls; what a client sent ahead waits in :attr:`early`."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.early = b""

    def take(self, size: int) -> bytes:
        """Return ``size`` bytes; raises ``EOFError`` where the client ends before."""
        while len(self.early) < size:
            piece = self._sock.recv(_MAX_MESSAGE)
            if not piece:
                raise EOFError
            self.early += piece
        taken, self.early = self.early[:size], self.early[size:]
        return taken


def read_request(client: socket.socket, reader: RequestReader) -> tuple[str, int] | None:
    """Return host and port; None where it was no request of ours, which the client was told."""
    version, count = reader.take(2)
    if version != _VERSION:
        return None
    methods = reader.take(count)
    if _NO_LOGIN not in methods:
        client.sendall(bytes([_VERSION, _NO_METHOD]))
        return None
    client.sendall(bytes([_VERSION, _NO_LOGIN]))
    version, wanted, _reserved, kind = reader.take(4)
    if version != _VERSION or wanted != _CONNECT:
        answer(client, _BAD_COMMAND)
        return None
    host = _read_host(reader, kind)
    if not host:
        answer(client, _BAD_ADDRESS)
        return None
    return host, int.from_bytes(reader.take(2), "big")


def _read_host(reader: RequestReader, kind: int) -> str:
    if kind == _IPV4:
        return str(IPv4Address(reader.take(4)))
    if kind == _IPV6:
        return str(IPv6Address(reader.take(16)))
    if kind != _NAME:
        return ""
    name = reader.take(reader.take(1)[0]).decode("ascii", "replace")
    return name if name.isascii() and name.isprintable() and " " not in name else ""


def answer(client: socket.socket, reply: int) -> None:
    """Tell the outcome."""
    # The bound address stays zero: nobody needs it, and it would be this machine's own.
    client.sendall(bytes([_VERSION, reply, 0, _IPV4]) + bytes(6))
