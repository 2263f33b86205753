"""Which requests may leave, which answers may be read, and what of them may be recorded."""

import base64
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidencekit.capture.chromium.installed import flags
from evidencekit.capture.warc import Block, Exchange
from evidencekit.capture.without_media.allowed import is_asked_for, why_end_at_head
from evidencekit.capture.without_media.blocked import MAX_LISTED, Blocked, BlockedList
from evidencekit.capture.without_media.codes import MAX_PARTS, Cleaning
from evidencekit.capture.without_media.exchanges import bare_exchange, cleaned_head
from evidencekit.capture.without_media.telling import WITHOUT_MEDIA, told_without_media
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.model.json import Json

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
B64 = base64.b64encode(bytes(range(256)) * 3).decode()


@pytest.mark.parametrize(
    "kind",
    ["Image", "Media", "Font", "TextTrack", "Prefetch", "Other", "SignedExchange", "", "NewKind"],
)
def test_what_is_not_on_the_list_is_not_asked_for(kind: str) -> None:
    assert not is_asked_for(kind)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"content-type": "text/html; charset=utf-8"}, None),
        ({"content-type": "APPLICATION/JSON"}, None),
        ({"content-type": "application/rss+xml"}, None),
        ({"content-type": "text/event-stream"}, None),
        ({"content-type": "image/svg+xml"}, "image/svg+xml"),
        ({"content-type": "image/png"}, "image/png"),
        ({"content-type": "application/octet-stream"}, "application/octet-stream"),
        ({"content-type": "text/html, image/png"}, "no-type"),
        ({"content-type": "text/html\nimage/png"}, "no-type"),
        ({"content-type": ""}, "no-type"),
        ({}, "no-type"),
        ({"content-length": "0"}, None),
        ({"content-type": "text/html", "content-disposition": "attachment; a"}, "attachment"),
        ({"content-type": "text/html", "content-disposition": "inline"}, None),
    ],
)
def test_what_does_not_say_that_it_is_text_is_ended_at_its_head(
    headers: dict[str, str], why: str | None
) -> None:
    assert why_end_at_head(200, headers) == why


def test_answers_without_a_body_need_no_type() -> None:
    assert why_end_at_head(204, {}) is None
    assert why_end_at_head(302, {"location": "/x"}) is None
    assert why_end_at_head(302, {}) == "no-type"
    assert why_end_at_head(302, {"location": " "}) == "no-type"
    assert why_end_at_head(200, {"location": "/x"}) == "no-type"
    coded = {"content-length": "0", "transfer-encoding": "chunked", "content-type": "image/png"}
    assert why_end_at_head(200, coded) == "image/png"
    assert why_end_at_head(404, {"content-type": "image/png"}) == "image/png"


def exchange(request: bytes, response: bytes) -> Exchange:
    return Exchange(
        url=f"https://site.example/a?picture={B64}",
        at=NOW,
        request=Block(head=request, body=io.BytesIO(b"secret"), body_size=6),
        response=Block(head=response, body=io.BytesIO(b"secret"), body_size=6),
        ip="192.0.2.1",
        protocols=("http/1.1",),
        truncated=None,
        metadata={"trailers": [f"x: {B64}"]},
    )


def test_an_exchange_is_recorded_without_bodies_and_codes() -> None:
    head = b"HTTP/1.1 200 OK\r\nServer: x\r\nX-Own: \xed\x95\x9c\xea\xb8\x80\r\n\r\n"
    bare = bare_exchange(exchange(f"GET /?p={B64} HTTP/1.1\r\n\r\n".encode(), head), Cleaning())
    assert (bare.request.body, bare.response.body) == (None, None)
    assert bare.response.head == head
    assert bare.truncated == "unspecified"
    assert bare.url == f"https://site.example/a?[{len('picture=' + B64)} characters]"
    assert B64[:40] not in str(bare.metadata) + bare.request.head.decode()
    assert bare.request.head.endswith(b" HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    ("request_head", "response_head"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        (b"HEAD / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b""),
    ],
)
def test_what_had_no_body_is_not_cut(request_head: bytes, response_head: bytes) -> None:
    assert bare_exchange(exchange(request_head, response_head), Cleaning()).truncated is None


def test_heads_lose_what_could_be_a_picture_and_nothing_else() -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: id=abc123; Path=/\r\nX-Picture: " + B64.encode() + b"\r\n"
        b"X-Raw: " + bytes(range(128, 256)) * 3 + b"\r\nDate: Wed, 25 Nov 2026 12:00:00 GMT\r\n\r\n"
    )
    left = cleaned_head(head, Cleaning())
    assert left.count(b"\r\n") == head.count(b"\r\n")
    assert b"Set-Cookie: id=abc123; Path=/\r\n" in left
    assert b"Date: Wed, 25 Nov 2026 12:00:00 GMT\r\n" in left
    assert len(left) < 250


def in_pieces(size: int) -> list[str]:
    code = base64.urlsafe_b64encode(bytes((7 * n * n + 13 * n) % 256 for n in range(9000))).decode()
    return [code[at : at + size] for at in range(0, len(code), size)]


def test_pieces_are_counted_over_all_heads_of_a_capture() -> None:
    cleaning, pieces = Cleaning(), in_pieces(180)
    bare = [
        bare_exchange(
            exchange(b"GET / HTTP/1.1\r\n\r\n", f"HTTP/1.1 200 OK\r\nX: {one}\r\n\r\n".encode()),
            cleaning,
        )
        for one in pieces
    ]
    kept = [
        one for one, told in zip(pieces, bare, strict=True) if one.encode() in told.response.head
    ]
    assert sum(map(len, kept)) <= MAX_PARTS
    assert bare[-1].response.head.startswith(b"HTTP/1.1 200 OK\r\nX: [")


def test_pieces_in_what_the_event_lists_go() -> None:
    listed: list[Json] = [{"url": f"https://a.example/p/{one}"} for one in in_pieces(170)]
    page = PageCapture(
        url="https://a.example/",
        final_url="https://a.example/",
        verdict=CaptureVerdict.PARTIAL,
        reasons=(WITHOUT_MEDIA,),
        engine="x",
        started_at=NOW,
        ended_at=NOW,
        finds=(),
        title=None,
        context=None,
        detail={"without_media": {"listed": listed}, "servers": ["0a" * 32]},
    )
    told = str(told_without_media(page).detail)
    assert not [one for one in in_pieces(170)[:-1] if one in told]
    assert "https://a.example/p/[170 characters]" in told
    assert "0a" * 32 in told


def test_a_head_that_is_beyond_all_need_is_cut_down() -> None:
    lines = b"".join(b"X-%d: %s\r\n" % (n, B64[:180].encode()) for n in range(300))
    left = cleaned_head(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n", Cleaning())
    assert B64[:60].encode() not in left
    assert b"X-299: [" in left


def test_the_list_of_what_was_refused_is_bounded() -> None:
    listed = BlockedList()
    for number in range(MAX_LISTED + 7):
        listed.add(Blocked(url=f"https://a/{number}", at=NOW, kind="Image", stage="not-sent"))
    listed.add(Blocked(url="https://a/1", at=NOW, kind="Image", stage="not-sent"))
    listed.declare({"https://a/1": {"width": "9"}})
    told = listed.as_json()
    assert (told["blocked"], told["omitted"]) == (MAX_LISTED + 8, 7)
    assert told["listed"][1]["declared"] == {"width": "9"}  # type: ignore[call-overload,index]


def test_the_browser_is_told_to_log_no_bodies() -> None:
    given = flags(profile=Path("p"), netlog=Path("n"), is_without_media=True)
    assert "--net-log-capture-mode=IncludeSensitive" in given
    assert not {"--disable-dev-shm-usage", "--net-log-capture-mode=Everything"} & set(given)
