"""Carries bytes between two sockets, unaltered, until both sides have ended.

What one side does, the other sees: an end of sending stays a half-close, and a reset becomes a
reset, since a browser that sees a clean end takes half an answer for a whole one. A server that
stays silent after the client has ended is let go.
"""

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

PIECE_BYTES = 64 * 1024
SILENCE_S = 60
"""Of a server to which nothing more will be sent."""
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on and no time: close() resets


@dataclass(slots=True)
class Carried:
    """How much has passed; each number has one writer."""

    sent_bytes: int = 0
    received_bytes: int = 0
    was_reset: bool = False


def relay(
    client: socket.socket, server: socket.socket, carried: Carried, *, early: bytes = b""
) -> None:
    """Return when both directions are over; closes both sockets.

    ``early`` is what the client has already sent for the server.
    """
    for sock in (client, server):
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    back = threading.Thread(
        target=partial(_receive, client, server, carried), name="guard-back", daemon=True
    )
    back.start()
    _send(client, server, carried, early)
    _await(back, server, carried)
    for sock in (client, server):
        if carried.was_reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        sock.close()


def _await(back: threading.Thread, server: socket.socket, carried: Carried) -> None:
    before = -1
    while back.is_alive() and carried.received_bytes != before:
        before = carried.received_bytes
        back.join(SILENCE_S)
    if back.is_alive():
        _break(carried, waiting_on=server)
        back.join()


def _send(client: socket.socket, server: socket.socket, carried: Carried, early: bytes) -> None:
    buffer = bytearray(PIECE_BYTES)
    try:
        server.sendall(early)
        carried.sent_bytes += len(early)
        while size := client.recv_into(buffer):
            server.sendall(memoryview(buffer)[:size])
            carried.sent_bytes += size
        server.shutdown(socket.SHUT_WR)
    except OSError:
        _break(carried, waiting_on=server)


def _receive(client: socket.socket, server: socket.socket, carried: Carried) -> None:
    buffer = bytearray(PIECE_BYTES)
    try:
        while size := server.recv_into(buffer):
            carried.received_bytes += size
            client.sendall(memoryview(buffer)[:size])
        client.shutdown(socket.SHUT_WR)
    except OSError:
        _break(carried, waiting_on=client)


def _break(carried: Carried, *, waiting_on: socket.socket) -> None:
    # Only our own reading side: SHUT_WR would tell the other one that all had ended well.
    carried.was_reset = True
    with suppress(OSError):  # gone already
        waiting_on.shutdown(socket.SHUT_RD)
