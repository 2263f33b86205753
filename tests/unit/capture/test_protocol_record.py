"""Messages of the debugging protocol, written by hand and in any order: what becomes of them."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from evidencekit.capture.guard.passages import PassageLog
from evidencekit.capture.protocol_record.bodies import way_of
from evidencekit.capture.protocol_record.facts import Facts
from evidencekit.capture.protocol_record.heads import list_head, octets, request_head, text_head
from evidencekit.capture.protocol_record.hop import Hop
from evidencekit.capture.protocol_record.hops import Hops
from evidencekit.capture.protocol_record.parts import apart
from evidencekit.capture.protocol_record.said import paused_of
from evidencekit.capture.recording.recorded import Recorded

AT = datetime(2026, 11, 25, tzinfo=UTC)
URL = "http://a.test/"


def test_lines_of_an_answer_keep_order_case_and_duplicates() -> None:
    text = "HTTP/1.1 200 OK\r\nX-Dup: 1\r\nSet-Cookie: a=1\r\nx-dup: 2\r\nX-Empty: \r\n\r\n"
    table = {"X-Dup": "1\n2", "Set-Cookie": "a=1", "X-Empty": ""}
    assert text_head(text, table).raw() == text.encode()


def test_octets_that_the_text_dropped_come_from_the_table() -> None:
    head = text_head("HTTP/1.1 200 OK\r\nX-Raw: \r\n\r\n", {"X-Raw": "°¡ÿ\x81"})
    assert head.fields == ((b"X-Raw", b"\xb0\xa1\xff\x81"),)


def test_all_octets_survive_being_read_as_letters() -> None:
    # https://encoding.spec.whatwg.org/#windows-1252: five octets stand for themselves
    letters = "".join(
        bytes([one]).decode("cp1252", "ignore") or chr(one) for one in range(0x80, 0x100)
    )
    assert octets(letters) == bytes(range(0x80, 0x100))


def test_list_of_fields_gets_the_cookies_that_it_lacks_at_its_end() -> None:
    head = list_head(
        200,
        "",
        [("content-type", "text/html"), ("x-dup", "1"), ("x-dup", "2")],
        {"set-cookie": "a=1\nb=2", "x-dup": "1\n2", "content-type": "text/html"},
    )
    assert head.raw().decode().split("\r\n")[1:-2] == [
        "content-type: text/html",
        "x-dup: 1",
        "x-dup: 2",
        "set-cookie: a=1",
        "set-cookie: b=2",
    ]


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\nX: y", "a\0b"])
def test_value_with_a_line_break_makes_no_line_of_its_own(value: str) -> None:
    for head in (
        list_head(200, "", [("X-A", value)], {}),
        request_head("GET", URL, {"X-A": value}),
        text_head("HTTP/1.1 200 OK\r\nX-A: a\r\n\r\n", {"X-A": value.replace("\n", "\r")}),
    ):
        names = [line.partition(b":")[0] for line in head.raw().split(b"\r\n")[1:-2]]
        assert set(names) == {b"X-A"}


def test_fields_that_a_decoded_body_belies_are_renamed_and_kept() -> None:
    head = list_head(200, "", [("Content-Encoding", "br"), ("Content-Length", "7")], {})
    assert head.is_encoded
    assert b"X-Crawler-Content-Encoding: br\r\nX-Crawler-Content-Length: 7" in head.raw(
        is_decoded=True
    )
    assert b"X-Crawler" not in head.raw()


def test_request_of_http2_has_its_own_first_line_and_host() -> None:
    table = {":authority": "b.test", ":method": "POST", ":path": "/x?y", ":scheme": "https"}
    head = request_head("GET", URL, {**table, "accept": "*/*"})
    assert head.raw() == b"POST /x?y HTTP/1.1\r\nhost: b.test\r\naccept: */*\r\n\r\n"


@pytest.mark.parametrize(
    ("more", "way"),
    [
        ({}, "streamed"),
        ({"responseStatusCode": 204}, "none"),
        ({"responseStatusCode": 0, "responseErrorReason": "Failed"}, "none"),
        ({"resourceType": "Document"}, "whole"),
        ({"request": {"url": URL, "method": "HEAD"}}, "none"),
        ({"request": {"url": URL, "method": "OPTIONS"}}, "whole"),
        (
            {
                "responseStatusCode": 302,
                "responseHeaders": [{"name": "location", "value": "/elsewhere"}],
            },
            "none",
        ),
        ({"responseStatusCode": 302}, "streamed"),  # leads nowhere, so its body is shown
    ],
)
def test_way_to_a_body_is_chosen_by_who_could_report_it(more: dict[str, Any], way: str) -> None:
    paused = paused_of(pause(**more))
    head = list_head(paused.status, "", paused.fields, {})
    assert way_of(paused, head, asker="S", kind="page", asked_as="Fetch") == way


@pytest.mark.parametrize(
    ("asker", "kind", "asked_as", "way"),
    [
        (None, "", "", "whole"),
        ("S", "worker", "Script", "whole"),
        ("S", "worker", "Fetch", "streamed"),
        ("S", "page", "Script", "streamed"),
        ("S", "page", "EventSource", "streamed"),
    ],
)
def test_script_of_a_worker_is_fetched_whole(
    asker: str | None, kind: str, asked_as: str, way: str
) -> None:
    paused = paused_of(pause())
    head = list_head(200, "", (), {})
    assert way_of(paused, head, asker=asker, kind=kind, asked_as=asked_as) == way


def pause(**more: Any) -> dict[str, Any]:
    return {
        "requestId": "job",
        "networkId": "1",
        "request": {"url": URL, "method": "GET"},
        "resourceType": "XHR",
        "responseStatusCode": 200,
        "responseHeaders": [],
        **more,
    }


class Told:
    """Tells events to the joiner, and takes what is complete."""

    def __init__(self) -> None:
        self.hops = Hops(spool=io.BytesIO, clock=lambda: AT, closing_at=lambda: None)

    def tell(self, method: str, **params: Any) -> list[Hop]:
        self.hops.handlers[f"Network.{method}"]({"requestId": "1", **params}, "S")
        return list(self.hops.ready())

    def pause(self, body: bytes = b"", **more: Any) -> Hop:
        _paused, hop = self.hops.pause(pause(**more))
        assert hop is not None
        hop.body.append(body)
        hop.body.state = "whole"
        return hop


REQUEST = {"request": {"url": URL, "method": "GET"}, "wallTime": 1.0, "timestamp": 1.0}
ANSWER: Mapping[str, Any] = {"response": {"url": URL, "status": 200}, "hasExtraInfo": True}
SENT = {"headers": {"Host": "a.test"}}
RECEIVED = {"statusCode": 200, "headers": {"Content-Length": "4"}, "headersText": ""}


def recorded(hop: Hop) -> Recorded:
    return hop.recorded(now=AT, ip=None, tls_version="", page_id="p")


def test_head_that_comes_last_is_waited_for() -> None:
    told = Told()
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    told.pause(b"body")
    assert told.tell("responseReceived", **ANSWER) == []
    assert told.tell("loadingFinished") == []
    (hop,) = told.tell("responseReceivedExtraInfo", **RECEIVED)
    assert hop.was_on_the_wire
    assert recorded(hop).exchange.truncated is None


def test_answer_may_wait_before_anybody_was_seen_asking() -> None:
    told = Told()
    first = told.pause(b"body")
    told.tell("requestWillBeSentExtraInfo", **SENT)
    told.tell("responseReceivedExtraInfo", **RECEIVED)
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    told.tell("responseReceived", **ANSWER)
    (hop,) = told.tell("loadingFinished")
    assert hop is first
    assert recorded(hop).exchange.request.head == b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"


def test_each_hop_of_a_redirect_gets_its_own_heads_and_a_cached_one_none() -> None:
    told = Told()
    moved = {"url": URL, "status": 301, "fromDiskCache": True}
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    told.pause(responseStatusCode=301)
    target = {**REQUEST, "request": {"url": URL + "to", "method": "GET"}}
    told.tell("responseReceivedExtraInfo", **RECEIVED)  # of the target: it may come early
    (first,) = told.tell("requestWillBeSent", type="Fetch", redirectResponse=moved, **target)
    told.pause(b"body", request=target["request"])
    told.tell("responseReceived", **ANSWER)
    (second,) = told.tell("loadingFinished")
    assert (first.was_on_the_wire, second.was_on_the_wire) == (False, True)
    assert second.received is not None


def test_answer_that_was_confirmed_stands_without_the_copy_of_the_cache() -> None:
    told = Told()
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    told.pause(b"of the cache")
    told.tell("responseReceivedExtraInfo", statusCode=304, headers={"etag": "1"})
    told.tell("responseReceived", **ANSWER)
    (hop,) = told.tell("loadingFinished")
    got = recorded(hop)
    assert (got.status, got.is_partial, got.exchange.response.body) == (304, True, None)
    assert got.exchange.truncated is None


@pytest.mark.parametrize(("size", "kept", "cut"), [(3, 3, "disconnect"), (5, 0, "unspecified")])
def test_body_of_another_length_than_announced_is_cut(size: int, kept: int, cut: str) -> None:
    told = Told()
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    told.pause(b"x" * size).body.state = "cut"
    told.tell("responseReceivedExtraInfo", **RECEIVED)
    told.tell("responseReceived", **ANSWER)
    error = {"errorText": "net::ERR_X"} if size < 4 else {}
    (hop,) = told.tell("loadingFailed" if error else "loadingFinished", **error)
    if not error:
        hop.body.state = "whole"
    got = recorded(hop).exchange
    assert (got.response.body_size, got.truncated) == (kept, cut)


def test_request_without_answer_is_recorded_without_any() -> None:
    told = Told()
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    told.tell("requestWillBeSentExtraInfo", **SENT)
    (hop,) = told.tell("loadingFailed", errorText="net::ERR_EMPTY_RESPONSE")
    got = recorded(hop)
    assert hop.was_on_the_wire
    assert (got.status, got.exchange.response.head, got.is_partial) == (0, b"", True)


def test_request_that_was_made_again_is_told_apart_from_the_one_that_was_answered() -> None:
    told = Told()
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    told.tell("requestWillBeSentExtraInfo", headers={"x": "first"})
    told.tell("requestWillBeSentExtraInfo", headers={"x": "again"})
    told.pause(b"body")
    told.tell("responseReceivedExtraInfo", **RECEIVED)
    told.tell("responseReceived", **ANSWER)
    (hop,) = told.tell("loadingFinished")
    first, again = (recorded(one).exchange for one in apart(hop))
    assert (b"x: first" in first.request.head, first.response.head) == (True, b"")
    assert (b"x: again" in again.request.head, again.response.body_size) == (True, 4)


def test_error_in_the_place_of_an_answer_is_no_answer() -> None:
    told = Told()
    told.tell("requestWillBeSent", type="Fetch", **REQUEST)
    _paused, hop = told.hops.pause(pause(responseStatusCode=0, responseErrorReason="Failed"))
    assert hop is None
    assert told.tell("loadingFailed", errorText="net::ERR_X") != []


def test_request_without_answer_is_a_failure_and_one_that_was_blocked_is_none() -> None:
    for more, count in (({}, 1), ({"blockedReason": "csp"}, 0)):
        told = Told()
        told.tell("requestWillBeSent", type="Fetch", **REQUEST)
        told.tell("loadingFailed", errorText="net::ERR_CONNECTION_RESET", **more)
        assert len(told.hops.failures) == count


def test_upload_of_which_a_part_is_not_told_is_missing() -> None:
    told = Told()
    request = {"url": URL, "method": "POST", "hasPostData": True}
    told.tell("requestWillBeSent", type="Fetch", **{**REQUEST, "request": request})
    told.pause(request={**request, "postDataEntries": [{"bytes": "eA=="}, {}]})
    told.tell("responseReceived", **{**ANSWER, "hasExtraInfo": False})
    (hop,) = told.tell("loadingFinished")
    assert not recorded(hop).is_whole_upload


@pytest.mark.parametrize("junk", [None, 7, "x", [], {"url": 7, "headers": [1], "method": {}}])
def test_message_of_another_shape_is_read_as_far_as_it_goes(junk: Any) -> None:
    told = Told()
    for method in told.hops.handlers:
        told.tell(
            method.removeprefix("Network."),
            request=junk,
            response=junk,
            headers=junk,
            statusCode=junk,
            connectTiming=junk,
            redirectResponse=junk,
            wallTime=junk,
        )
    told.hops.pause({"request": junk, "responseHeaders": junk, "responseStatusCode": junk})
    assert all(recorded(hop) for hop in told.hops.rest())


def test_address_is_known_only_where_all_connections_went_to_one() -> None:
    log = PassageLog(clock=lambda: AT)
    facts = Facts(log)
    for host, ip, refusal in (
        ("one.test", "192.0.2.1", None),
        ("one.test", "192.0.2.1", None),
        ("one.test", None, "connection-refused"),
        ("two.test", "192.0.2.1", None),
        ("two.test", "192.0.2.2", None),
        ("proxied.test", None, None),
    ):
        passage = log.open()
        passage.host, passage.port, passage.ip, passage.refusal = host, 80, ip, refusal
    assert facts.ip_of("http://one.test/x") == "192.0.2.1"
    assert facts.ip_of("http://two.test/") is None
    assert facts.ip_of("http://proxied.test/") is None
    assert facts.ip_of("https://one.test/") is None
