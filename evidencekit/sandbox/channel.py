"""How parent and worker talk: length-prefixed canonical JSON over one local stream socket.

Each message is a 4-byte big-endian length and that many bytes. A request may carry descriptors
(SCM_RIGHTS), sent along with its length: of what is to be read, and of what may be written. Both
sides cap what they accept, since a worker that a hostile file has taken over may answer anything.
No pickle: an answer must never run code.
"""

import socket
import struct
from collections.abc import Sequence
from time import monotonic

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.canonical import decode, encode
from evidencekit.model.json import Json

MAX_MESSAGE = 8 * 2**20  # the largest answer, a metadata record, is capped far below
_LENGTH = struct.Struct(">I")


class ChannelClosedError(Exception):
    """The other side is gone."""


class MessageError(Exception):
    """The other side sent, or was asked to send, something that is no message."""


def pack(message: Json) -> bytes:
    """Encode one message; raises :class:`MessageError` where it does not fit the channel."""
    try:
        body = encode(message)
    except (ValueError, RecursionError) as exc:
        raise MessageError(f"not a message: {exc}") from exc
    if len(body) > MAX_MESSAGE:
        raise MessageError(f"a message of {len(body)} bytes is too long")
    return _LENGTH.pack(len(body)) + body


def send(channel: socket.socket, packed: bytes, *, descriptors: Sequence[int] = ()) -> None:
    """Send what :func:`pack` returned; the descriptors arrive with its first bytes."""
    try:
        sent = socket.send_fds(channel, [packed], descriptors) if descriptors else 0
        channel.sendall(packed[sent:])
    except (BrokenPipeError, ConnectionResetError) as exc:
        raise ChannelClosedError from exc


def receive(channel: socket.socket, *, deadline: float | None = None) -> Json:
    """Receive one message; raises ``TimeoutError`` once the monotonic clock passes ``deadline``."""
    return _decode(
        _read_exactly(channel, _read_length(_read_exactly(channel, 4, deadline)), deadline)
    )


def receive_with_descriptors(channel: socket.socket) -> tuple[Json, list[int]]:
    """Receive a request and the descriptors that came with it, which the caller must close."""
    head, descriptors, _flags, _address = socket.recv_fds(channel, _LENGTH.size, 2)
    if not head:
        raise ChannelClosedError
    head += _read_exactly(channel, _LENGTH.size - len(head), None)
    message = _decode(_read_exactly(channel, _read_length(head), None))
    return message, list(descriptors)


def _read_length(head: bytes) -> int:
    length: int = _LENGTH.unpack(head)[0]
    if length > MAX_MESSAGE:
        raise MessageError(f"a message of {length} bytes is too long")
    return length


def _read_exactly(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    taken = bytearray()
    while len(taken) < size:
        if deadline is not None:
            channel.settimeout(max(deadline - monotonic(), 1e-6))
        try:
            block = channel.recv(min(size - len(taken), 2**20))
        except ConnectionResetError as exc:
            raise ChannelClosedError from exc
        if not block:
            raise ChannelClosedError
        taken += block
    return bytes(taken)


def _decode(body: bytes) -> Json:
    try:
        return decode(body, what="sandbox message")
    except FormatUnreadable as exc:
        raise MessageError(str(exc)) from exc
