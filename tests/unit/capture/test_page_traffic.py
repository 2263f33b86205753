"""When a page has come to rest, and what does not keep it from that."""

from typing import Any

import pytest

from evidencekit.capture.page.seen import Seen
from evidencekit.capture.page.traffic import Traffic

FRAME = "main"


class Wire:
    """Says what the browser says; ``poll_s`` 0 makes every silence long enough."""

    def __init__(self, *, max_requests: int = 100) -> None:
        self.seen = Seen()
        self.traffic = Traffic(self.seen, frame=FRAME, max_requests=max_requests)
        self._count = 0

    def say(self, event: str, **params: Any) -> None:
        self.traffic.handlers[f"Network.{event}"](params, "s1")

    def ask(self, kind: str, url: str = "https://a.test/x", initiator: str = "parser") -> str:
        self._count += 1
        number = str(self._count)
        self.say(
            "requestWillBeSent",
            requestId=number,
            type=kind,
            request={"url": url},
            initiator={"type": initiator},
        )
        return number

    def answer(self, number: str, kind: str, mime: str) -> None:
        response = {"url": "https://a.test/x", "status": 200, "mimeType": mime, "headers": {}}
        self.say("responseReceived", requestId=number, type=kind, response=response)

    def is_idle(self, poll_s: float = 60) -> bool:
        return self.traffic.is_idle(0, poll_s)


@pytest.mark.parametrize("kind", ["Image", "Script", "Stylesheet", "Document", "Font", "XHR"])
def test_page_waits_for_what_it_asked_for(kind: str) -> None:
    wire = Wire()
    number = wire.ask(kind)
    assert not wire.is_idle()
    wire.say("loadingFinished", requestId=number)
    assert wire.is_idle()


@pytest.mark.parametrize("kind", ["EventSource", "WebSocket"])
def test_nobody_waits_for_streams(kind: str) -> None:
    wire = Wire()
    wire.ask(kind)
    assert wire.is_idle()


@pytest.mark.parametrize("kind", ["XHR", "Fetch", "Media", "Ping"])
def test_silence_on_what_a_script_asked_for_is_no_waiting(kind: str) -> None:
    wire = Wire()
    number = wire.ask(kind)
    assert wire.is_idle(poll_s=0)
    wire.say("dataReceived", requestId=number)
    assert not wire.is_idle(poll_s=60)


def test_silence_on_an_image_is_waiting() -> None:
    wire = Wire()
    wire.ask("Image")
    assert not wire.is_idle(poll_s=0)


@pytest.mark.parametrize("mime", ["text/event-stream", "video/mp4", "multipart/x-mixed-replace"])
def test_answer_that_is_a_stream_is_not_waited_for(mime: str) -> None:
    wire = Wire()
    wire.answer(wire.ask("Fetch"), "Fetch", mime)
    assert wire.is_idle()


def test_document_that_claims_to_be_a_stream_is_waited_for() -> None:
    wire = Wire()
    wire.answer(wire.ask("Document"), "Document", "multipart/x-mixed-replace")
    assert not wire.is_idle()


def test_pause_has_to_last() -> None:
    wire = Wire()
    wire.say("loadingFinished", requestId=wire.ask("Image"))
    assert not wire.traffic.is_idle(3600, 1)


def test_what_a_frame_waited_for_goes_with_it() -> None:
    wire = Wire()
    wire.ask("Image")
    wire.traffic.session_gone("s1")
    assert wire.is_idle()


def test_what_is_left_open_is_listed_by_address() -> None:
    wire = Wire()
    wire.ask("Fetch", "https://a.test/poll")
    wire.ask("Image", "https://a.test/slow.png")
    wire.traffic.list_open()
    assert [(one.url, one.why) for one in wire.seen.problems] == [
        ("https://a.test/poll", "left-open"),
        ("https://a.test/slow.png", "left-open"),
    ]
    assert wire.seen.left_open == 1


def test_requests_beyond_the_limit_cost_no_memory() -> None:
    wire = Wire(max_requests=10)
    for number in range(50):
        wire.ask("Image", f"https://a.test/{number}")
    assert wire.traffic.is_over
    assert len(wire.seen.urls) == 10


def test_data_urls_are_no_requests() -> None:
    wire = Wire()
    wire.ask("Image", "data:image/png;base64,AAAA")
    assert (wire.seen.requests, wire.is_idle()) == (0, True)


ICON = "https://a.test/favicon.ico"


@pytest.mark.parametrize(
    ("kind", "initiator", "missing"),
    [
        ("Other", "other", 0),
        ("Image", "parser", 1),
        ("Image", "other", 1),
        ("Document", "other", 1),
        ("Document", "parser", 1),
        ("Fetch", "script", 1),
        ("Other", "parser", 1),
    ],
)
def test_only_the_icon_that_the_browser_wants_for_itself_may_be_missing(
    kind: str, initiator: str, missing: int
) -> None:
    wire = Wire()
    number = wire.ask(kind, ICON, initiator)
    response = {"url": ICON, "status": 404, "headers": {}}
    wire.say("responseReceived", requestId=number, type=kind, response=response)
    assert wire.seen.bad_status == missing
    wire.say("loadingFailed", requestId=wire.ask(kind, ICON, initiator), errorText="net::ERR")
    assert wire.seen.failed == missing
