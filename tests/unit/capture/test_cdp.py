"""The other end of the pipe is a thread that answers as a browser would, or does not."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from evidencekit.capture.chromium.cdp import BrowserGone, CallRefused, CallTimedOut, Connection

Answer = Callable[[dict[str, Any]], list[dict[str, Any]] | None]


@pytest.fixture
def connect() -> Iterator[Callable[[Answer], Connection]]:
    opened: list[tuple[Connection, threading.Thread]] = []

    def start(answer: Answer) -> Connection:
        our_read, their_write = os.pipe()
        their_read, our_write = os.pipe()
        thread = threading.Thread(target=_serve, args=(their_read, their_write, answer))
        thread.start()
        opened.append((Connection(our_read, our_write), thread))
        return opened[-1][0]

    yield start
    for connection, thread in opened:
        connection.close()
        thread.join()


def _serve(read_fd: int, write_fd: int, answer: Answer) -> None:
    with open(read_fd, "rb", buffering=0) as reader, open(write_fd, "wb", buffering=0) as writer:
        rest = b""
        while data := reader.read(1 << 16):
            *messages, rest = (rest + data).split(b"\0")
            for message in messages:
                replies = answer(json.loads(message))
                if replies is None:
                    return
                writer.writelines(json.dumps(reply).encode() + b"\0" for reply in replies)


def test_answer_comes_to_its_call_and_events_to_listeners(
    connect: Callable[[Answer], Connection],
) -> None:
    connection = connect(
        lambda m: [{"method": "E.e", "params": {"a": 1}}, {"id": m["id"], "result": {"ok": True}}]
    )
    heard: list[Any] = []
    connection.listen(lambda *event: heard.append(event))
    assert connection.call("X.y", timeout_s=20) == {"ok": True}
    assert heard == [("E.e", {"a": 1}, None)]


def test_large_messages_pass_both_ways(connect: Callable[[Answer], Connection]) -> None:
    connection = connect(lambda m: [{"id": m["id"], "result": {"data": m["params"]["data"]}}])
    big = "x" * 3_000_000
    assert connection.call("X.y", {"data": big}, timeout_s=60)["data"] == big


def test_refusal_is_told_apart(connect: Callable[[Answer], Connection]) -> None:
    connection = connect(lambda m: [{"id": m["id"], "error": {"message": "no"}}])
    with pytest.raises(CallRefused):
        connection.call("X.y", timeout_s=20)


def test_silence_ends_at_the_limit(connect: Callable[[Answer], Connection]) -> None:
    with pytest.raises(CallTimedOut, match=r"X\.y"):
        connect(lambda _m: []).call("X.y", timeout_s=0.05)


def test_browser_that_dies_under_a_call_is_noticed(
    connect: Callable[[Answer], Connection],
) -> None:
    connection = connect(lambda _m: None)
    with pytest.raises(BrowserGone):
        connection.call("X.y", timeout_s=60)


def test_wait_that_became_vain_ends(connect: Callable[[Answer], Connection]) -> None:
    connection = connect(lambda _m: [{"method": "Crash"}])
    crashed: list[str] = []
    connection.listen(lambda method, _params, _session: crashed.append(method))
    with pytest.raises(CallTimedOut):
        connection.call("X.y", timeout_s=60, is_vain=lambda: bool(crashed))


@pytest.mark.parametrize("nonsense", [b"{", b"7", b"[" * 50_000, b"\xff"])
def test_nonsense_ends_the_connection(nonsense: bytes) -> None:
    our_read, their_write = os.pipe()
    their_read, our_write = os.pipe()
    connection = Connection(our_read, our_write)
    os.write(their_write, nonsense + b"\0")
    with pytest.raises(BrowserGone):
        connection.wait(lambda: False, timeout_s=20)
    connection.close()
    os.close(their_write)
    os.close(their_read)


def test_answer_that_nobody_waits_for_is_told_and_a_refusal_is_nothing(
    connect: Callable[[Answer], Connection],
) -> None:
    connection = connect(
        lambda m: [
            {"id": m["id"], "error": {"message": "no"}}
            if m["method"] == "X.no"
            else {"id": m["id"], "result": {"of": m["method"]}}
        ]
    )
    told: list[Any] = []
    connection.ask("X.no", then=told.append)
    connection.ask("X.yes", then=told.append)
    assert connection.wait(lambda: len(told) == 2, timeout_s=20)
    assert told == [None, {"of": "X.yes"}]


def test_what_is_put_off_is_done_in_its_turn_while_somebody_waits(
    connect: Callable[[Answer], Connection],
) -> None:
    connection = connect(lambda _m: [])
    done: list[str] = []
    connection.later(0.05, lambda: done.append("second"))
    connection.later(0.0, lambda: done.append("first"))
    assert connection.wait(lambda: len(done) == 2, timeout_s=20)
    assert done == ["first", "second"]
