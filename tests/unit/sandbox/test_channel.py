"""The channel takes messages within limits and nothing else."""

import socket
import time

import pytest

from evidencekit.sandbox import channel


def test_a_message_arrives_as_it_was_sent() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel.send(ours, channel.pack({"견본": [1, None, True]}))

        assert channel.receive(theirs) == {"견본": [1, None, True]}


@pytest.mark.parametrize(
    "sent", [b"\xff\xff\xff\xff", b"\0\0\0\x04nope", b"\0\0\0\x03NaN", b"\0\0\0\x031.5"]
)
def test_what_is_no_message_is_refused(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(sent)

        with pytest.raises(channel.MessageError):
            channel.receive(theirs)


def test_a_message_that_stops_in_the_middle_ends_at_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"\0\0\0\x10half")

        with pytest.raises(TimeoutError):
            channel.receive(theirs, deadline=time.monotonic() + 0.05)


def test_what_is_too_long_is_not_sent() -> None:
    with pytest.raises(channel.MessageError):
        channel.pack("x" * channel.MAX_MESSAGE)
