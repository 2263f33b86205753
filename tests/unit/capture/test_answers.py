"""Bodies out of the bytes that came on a socket: all of an answer, and nothing of another."""

import struct
from typing import Any

import pytest

from evidencekit.capture.netlog.chunks import MAX_LINE_BYTES, Chunks
from evidencekit.capture.netlog.http2 import PREFACE, Frame, Frames
from evidencekit.capture.recording.recorded import Recorded
from tests.unit.capture.test_netlog import Log, content, one, read

OK = ("HTTP/1.1 200 OK", "Content-Length: 5")
CHUNKED = ("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
DATA, HEADERS, RST = 0, 1, 3
END, PADDED = 1, 8


def asked(method: str = "GET") -> Log:
    log = Log().socket(5).ask(1, "http://a.test/", method=method).over(1, 5)
    return log.send(1, f"{method} / HTTP/1.1")


def body(got: Recorded) -> tuple[bytes, str | None]:
    return content(got.exchange.response.body), got.exchange.truncated


def test_body_ends_where_its_length_says() -> None:
    log = asked().answer(1, *OK).body(1, b"he").body(1, b"llo, junk").body(1, b"more")
    assert body(one(log.end(1))) == (b"hello", None)


def test_body_that_came_with_its_head_is_taken() -> None:
    log = asked().received(5, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
    assert body(one(log.read(1, *OK).body(1, b"lo").end(1))) == (b"hello", None)


def test_what_the_cache_hands_to_the_page_is_no_part_of_the_answer() -> None:
    span = ("HTTP/1.1 206 Partial Content", "Content-Length: 5", "Content-Range: bytes 5-9/10")
    log = asked().answer(1, *span).body(1, b"56789").end(1)
    assert body(one(log)) == (b"56789", None)


def test_parts_of_one_request_are_answers_of_their_own() -> None:
    log = asked().answer(1, "HTTP/1.1 206 P", "Content-Length: 1", "Content-Range: bytes 4-4/9")
    log.over(1, 5, job=77).send(1, "GET / HTTP/1.1")  # before the byte was read by anybody
    log.body(1, b"x")
    found, _, _ = read(log.write())
    assert body(found[0]) == (b"", "unspecified")  # a socket belongs to the last request on it
    log = asked().answer(1, "HTTP/1.1 206 P", "Content-Length: 1", "Content-Range: bytes 4-4/9")
    log.body(1, b"4").over(1, 5, job=77).send(1, "GET / HTTP/1.1")
    log.answer(1, "HTTP/1.1 206 P", "Content-Length: 5", "Content-Range: bytes 4-8/9")
    found, _, _ = read(log.body(1, b"45678").end(1).write())
    assert [body(one) for one in found] == [(b"4", None), (b"45678", None)]


def test_body_of_a_redirect_is_taken_though_no_page_sees_it() -> None:
    log = asked().answer(1, "HTTP/1.1 302 Found", "Content-Length: 5", "Location: /2")
    log.add("URL_REQUEST_REDIRECTED", 1, location="http://a.test/2")
    log.ask(1, "http://a.test/2").body(1, b"moved")  # drained, so that the socket can be used again
    log.over(1, 5, job=77).send(1, "GET /2 HTTP/1.1").answer(1, *OK).body(1, b"there").end(1)
    found, _, _ = read(log.write())
    assert [body(one) for one in found] == [(b"moved", None), (b"there", None)]


def test_answer_without_length_ends_with_its_connection() -> None:
    log = asked().answer(1, "HTTP/1.1 200 OK").body(1, b"all of ").body(1, b"it").end(1)
    assert body(one(log.closed(1))) == (b"all of it", None)


def test_answer_without_length_that_was_cancelled_is_cut() -> None:
    log = asked().answer(1, "HTTP/1.1 200 OK").body(1, b"half").add("CANCELLED", 1)
    assert body(one(log.end(1, net_error=-2).closed(1))) == (b"half", "disconnect")


def test_interim_heads_before_the_answer_are_no_body() -> None:
    log = asked().received(5, b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    log.received(5, b"HTTP/1.1 100 Continue\r\n\r\n").answer(1, *OK).body(1, b"hello").end(1)
    assert body(one(log)) == (b"hello", None)


@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nhello",
        b"nothing like a head\r\n\r\nhello",
        b"HTTP/1.1 \r\n\r\nhello",
        b"",
    ],
)
def test_head_that_the_browser_did_not_read_there_begins_no_body(wire: bytes) -> None:
    assert body(one(asked().received(5, wire).read(1, *OK).end(1).closed(1))) == (
        b"",
        "unspecified",
    )


@pytest.mark.parametrize("wire", [b"\r\nHTTP/1.1 200 OK\nContent-Length: 5\n\nhello", b"\n\n"])
def test_heads_are_found_as_loosely_as_the_browser_finds_them(wire: bytes) -> None:
    wire = wire if len(wire) > 2 else wire + b"HTTP/1.1 200 OK\r\nContent-Length: 5\n\r\nhello"
    assert body(one(asked().received(5, wire).read(1, *OK).end(1))) == (b"hello", None)


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No"), ("GET", "304 Not Modified")]
)
def test_what_has_no_body_takes_none(method: str, status: str) -> None:
    log = asked(method).answer(1, f"HTTP/1.1 {status}", "Content-Length: 5").body(1, b"hello")
    assert body(one(log.end(1))) == (b"", None)


def test_answer_longer_than_its_range_is_kept_and_told() -> None:
    log = asked().answer(1, "HTTP/1.1 206 P", "Content-Length: 9", "Content-Range: bytes 0-4/20")
    got = one(log.body(1, b"too long!").end(1))
    assert (body(got), got.is_overlong) == ((b"too long!", None), True)
    assert got.exchange.metadata == {"surplus_bytes": 4}


def test_answer_whose_socket_the_log_does_not_name_is_not_whole() -> None:
    log = Log().ask(1, "http://a.test/")
    log.add("HTTP_TRANSACTION_SEND_REQUEST_HEADERS", 1, line="GET / HTTP/1.1\r\n", headers=[])
    assert body(one(log.read(1, "HTTP/1.1 200 OK").end(1))) == (b"", "unspecified")


def test_bytes_that_the_log_garbles_end_the_body() -> None:
    log = asked().answer(1, *OK).add("SOCKET_BYTES_RECEIVED", 5, bytes_="not base64!")
    assert body(one(log.body(1, b"hello").end(1))) == (b"", "unspecified")


@pytest.mark.parametrize(
    "lost",
    [{"bytes_": "@@@", "byte_count": 5}, {"byte_count": 5}, {"bytes_": "YQ==", "byte_count": 2}],
)
def test_an_answer_without_length_that_lost_bytes_is_cut(lost: dict[str, Any]) -> None:
    log = (
        asked()
        .answer(1, "HTTP/1.1 200 OK")
        .body(1, b"first")
        .add("SOCKET_BYTES_RECEIVED", 5, **lost)
    )
    log.body(1, b"last").closed(1).end(1)
    assert body(one(log)) == (b"first", "unspecified")


def test_ciphertext_is_not_taken_for_an_answer() -> None:
    log = Log().socket(5).add("SSL_CONNECT", 5, 1).add("SSL_CONNECT", 5, 2, version="TLS 1.3")
    log.ask(1, "https://a.test/").over(1, 5).send(1, "GET / HTTP/1.1")
    for piece in (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"hello"):
        log.received(5, b"\x17\x03\x03" + bytes(len(piece)))
        log.received(5, piece, "SSL_SOCKET_BYTES_RECEIVED")
    assert body(one(log.read(1, *OK).end(1))) == (b"hello", None)


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_chunks_are_taken_off_however_they_come_and_trailers_kept(size: int) -> None:
    wire = b"5;x=1\r\nhello\r\n06 \nworld!\r\n0\r\nX-Sum: 1\r\nX-\xed: 2\r\n\r\nrest"
    log = asked().answer(1, *CHUNKED)
    for at in range(0, len(wire), size):
        log.body(1, wire[at : at + size])
    got = one(log.end(1))
    assert body(got) == (b"helloworld!", None)
    assert got.exchange.metadata == {"trailers": ("X-Sum: 1", "X-\xed: 2")}


@pytest.mark.parametrize(
    "wire",
    [
        b"x\r\n",
        b"\r\n",
        b"-1\r\n",
        b"+5\r\nhello\r\n",
        b"0x5\r\nhello\r\n",
        b"5 x\r\nhello\r\n",
        b"5\r\nhello6\r\n",
        b"f" * 17 + b"\r\n",
        b"1" * (MAX_LINE_BYTES + 1),
    ],
)
def test_what_the_browser_does_not_take_for_chunks_is_none(wire: bytes) -> None:
    chunks = Chunks()
    chunks.feed(wire)
    assert chunks.is_broken
    log = asked().answer(1, *CHUNKED).body(1, wire).body(1, b"0\r\n\r\n").end(1)
    assert one(log).exchange.truncated == "unspecified"


def test_chunks_in_an_answer_of_http_1_0_are_its_body() -> None:
    log = asked().answer(1, "HTTP/1.0 200 OK", "Transfer-Encoding: chunked").body(1, b"1\r\nx\r\n")
    assert body(one(log.end(1).closed(1))) == (b"1\r\nx\r\n", None)


def frame(kind: int, stream: int, payload: bytes, flags: int = 0) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def session() -> Log:
    """Two requests on one connection of HTTP/2, as streams 1 and 3."""
    log = Log().socket(5).add("SSL_CONNECT", 5, 1).add("SSL_CONNECT", 5, 2, version="TLS 1.3")
    log.tie("HTTP2_SESSION_INITIALIZED", 7, 5)
    for source, stream in ((1, 1), (2, 3)):
        log.ask(source, f"https://a.test/{source}")
        log.tie("HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION", source + 1000, 7)
        log.tie("HTTP_STREAM_REQUEST_BOUND_TO_JOB", source, source + 1000)
        pseudo = (":method: GET", ":authority: a.test", ":path: /")
        log.add("HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS", source, headers=pseudo)
        log.tie("HTTP2_SESSION_SEND_HEADERS", 7, source + 1000, stream_id=stream)
    return log


def came(log: Log, wire: bytes, size: int = 1 << 20) -> Log:
    for at in range(0, len(wire), size):
        log.received(5, wire[at : at + size], "SSL_SOCKET_BYTES_RECEIVED")
    return log


@pytest.mark.parametrize("size", [1, 5, 13, 1000])
def test_streams_are_told_apart_and_padding_taken_off(size: int) -> None:
    wire = frame(4, 0, bytes(6)) + frame(HEADERS, 1, b"h") + frame(DATA, 1, b"one, ")
    wire += frame(DATA, 3, b"\2two\0\0", PADDED) + frame(DATA, 1, b"and all", END)
    wire += frame(DATA, 3, b"", END)
    log = came(session(), wire, size)
    log.read(1, "HTTP/1.1 200").read(2, "HTTP/1.1 200", "content-length: 3").end(1).end(2)
    found, _, _ = read(log.write())
    assert [body(one) for one in found] == [(b"one, and all", None), (b"two", None)]


def test_stream_that_is_reset_keeps_what_came_and_is_cut() -> None:
    log = came(session(), frame(DATA, 1, b"whole frame") + frame(DATA, 1, b"half a frame")[:-6])
    log.read(1, "HTTP/1.1 200").add("CANCELLED", 1).end(1)
    log.add("HTTP2_SESSION_SEND_RST_STREAM", 7, stream_id=1)
    log.read(2, "HTTP/1.1 200").received(5, b"dropp!", "SSL_SOCKET_BYTES_RECEIVED")
    found, _, _ = read(came(log, frame(RST, 3, bytes(4))).end(2, net_error=-2).write())
    assert [body(one) for one in found] == [
        (b"whole framehalf a", "unspecified"),
        (b"", "disconnect"),
    ]


def test_stream_that_holds_more_than_its_length_is_told() -> None:
    log = came(session(), frame(DATA, 1, b"hello, and more", END))
    found, _, _ = read(log.read(1, "HTTP/1.1 200", "content-length: 5").end(1).end(2).write())
    assert (body(found[0]), found[0].is_overlong) == ((b"hello, and more", None), True)


def test_stream_that_holds_less_than_its_length_is_cut() -> None:
    log = came(session(), frame(DATA, 1, b"hel", END))
    found, _, _ = read(log.read(1, "HTTP/1.1 200", "content-length: 5").end(1).end(2).write())
    assert body(found[0]) == (b"hel", "unspecified")


def test_trailers_of_a_stream_are_kept() -> None:
    log = came(session(), frame(DATA, 1, b"x") + frame(HEADERS, 1, b"t", END))
    log.add("HTTP2_SESSION_RECV_HEADERS", 7, stream_id=1, headers=["x-sum: 1"])
    found, _, _ = read(log.read(1, "HTTP/1.1 200").end(1).end(2).write())
    assert found[0].exchange.metadata == {"trailers": ("x-sum: 1",)}


def test_upload_that_begins_like_http_2_is_recorded() -> None:
    upload = PREFACE + frame(DATA, 1, b"payload")
    log = Log().socket(5).ask(1, "http://a.test/", method="POST").over(1, 5)
    log.send(1, "POST / HTTP/1.1", f"Content-Length: {len(upload)}")
    log.sent(5, b"POST / HTTP/1.1\r\n\r\n").sent(5, upload)
    got = one(log.answer(1, "HTTP/1.1 204 No Content").end(1))
    assert (content(got.exchange.request.body), got.is_whole_upload) == (upload, True)


def test_preface_is_no_frame() -> None:
    frames = Frames(PREFACE)
    found = [
        one for byte in PREFACE + frame(DATA, 9, b"x", END) for one in frames.feed(bytes([byte]))
    ]
    assert found == [Frame(kind=DATA, flags=END, stream=9, payload=b"x")]
