"""What a page says over WebSockets is kept up to a limit, and what it invents harms nothing."""

import base64
import json
import resource
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidencekit.capture.page.seen import Seen
from evidencekit.capture.page.websocket_log import WebSocketLog

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Socket:
    def __init__(self, path: Path, *, max_bytes: int = 10_000) -> None:
        self.seen, self.path = Seen(), path
        self.log = WebSocketLog(self.seen, clock=lambda: NOW, max_bytes=max_bytes)
        self.log.path = path
        self.say("Created", url="wss://a.test/ws#f")

    def say(self, event: str, session: str = "s1", **params: Any) -> None:
        self.log.handlers[f"Network.webSocket{event}"]({"requestId": "1", **params}, session)

    def message(self, opcode: int, data: str, **more: Any) -> None:
        self.say("FrameReceived", response={"opcode": opcode, "payloadData": data}, **more)

    def lines(self) -> list[dict[str, Any]]:
        self.log.finish()
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]


def test_text_and_bytes_are_kept_as_they_were(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "w")
    socket.message(1, "한글 \ud800")
    socket.message(2, base64.b64encode(b"\0\xff").decode())
    socket.say("Closed")
    opened, text, data, closed = socket.lines()
    assert (opened["event"], opened["url"]) == ("opened", "wss://a.test/ws")
    assert base64.b64decode(text["payload"]).startswith("한글 ".encode())
    assert base64.b64decode(data["payload"]) == b"\0\xff"
    assert closed["event"] == "closed"


def test_time_is_the_browsers_own(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "w")
    socket.say("WillSendHandshakeRequest", wallTime=1_800_000_000.0, timestamp=100.0)
    socket.message(1, "x", timestamp=101.5)
    assert socket.lines()[1]["at"] == "2027-01-15T08:00:01.500000Z"


def test_time_that_cannot_be_is_replaced_by_ours(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "w")
    socket.say("WillSendHandshakeRequest", wallTime=1e300, timestamp=1)
    socket.message(1, "x", timestamp=2)
    assert socket.lines()[1]["at"] == "2026-11-21T00:00:00.000000Z"


def test_what_does_not_fit_is_counted_and_not_kept(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "w", max_bytes=500)
    for _n in range(5):
        socket.message(1, "x" * 200)
    assert len(socket.lines()) == 2
    assert socket.path.stat().st_size <= 500
    assert socket.seen.messages_lost == 4


def test_nonsense_and_unknown_sockets_are_counted(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "w")
    socket.message(2, "not base64!")
    socket.say("FrameSent", session="other", response={"opcode": 1, "payloadData": "x"})
    assert socket.seen.messages_lost == 2
    assert len(socket.lines()) == 1


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    socket = Socket(tmp_path / "w")
    before = socket.lines()
    socket.message(1, "late")
    assert socket.lines() == before


def test_on_a_full_disk_whole_lines_stay_and_the_rest_is_counted(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    socket = Socket(tmp_path / "w")
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, hard))
        socket.message(1, "x")
        socket.message(1, "y" * 500)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    socket.message(1, "z")
    said = [base64.b64decode(line["payload"]) for line in socket.lines()[1:]]
    assert (said, socket.seen.messages_lost) == ([b"x", b"z"], 1)
