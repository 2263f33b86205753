"""The http engine against servers that lie, hang, break off and redirect to where they should not.

The server is real and on loopback, and keeps what it sent: that is what the WARC must hold.
"""

import base64
import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import brotli
import pytest
import requests
import zstandard
from cryptography.hazmat.primitives import hashes
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.guard.addresses import allow_any
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.dns_question import DnsAnswer
from evidencekit.capture.guard.passages import DNS, TCP
from evidencekit.capture.guard.socks import SocksGuard
from evidencekit.capture.guard.upstream import parse_upstream
from evidencekit.capture.http.engine import HttpEngine
from evidencekit.capture.http.limits import Limits
from evidencekit.demo import site
from evidencekit.errors import BadInput, DiskUnavailable
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import PageEngine, Silent
from tests.tools.authority import Authority
from tests.tools.hostile_server import Answer, HostileServer, Talk, page, says
from tests.tools.machine_room import small_disk

pytestmark = pytest.mark.network

COMPLETE, PARTIAL, BLOCKED, FAILED = (
    CaptureVerdict.COMPLETE,
    CaptureVerdict.PARTIAL,
    CaptureVerdict.BLOCKED,
    CaptureVerdict.FAILED,
)
SMALL = Limits(
    connect_s=2,
    read_s=0.3,
    resource_s=1.0,
    total_s=5,
    redirects=3,
    resource_bytes=200_000,
    total_bytes=1_000_000,
    parsed_bytes=50_000,
    requisites=5,
    frame_depth=2,
    reasons=3,
)
KINDS = ("warcinfo", "request", "response", "metadata")
Record = tuple[dict[str, list[str]], bytes]


def engine(**options: Any) -> HttpEngine:
    settings: dict[str, Any] = {"allow_private": True, "limits": SMALL, "observe": None}
    return HttpEngine(
        clock=lambda: datetime.now(UTC), new_id=lambda: str(uuid4()), **(settings | options)
    )


def capture(folder: Path, url: str, **options: Any) -> PageCapture:
    folder.mkdir(exist_ok=True)
    return engine(**options).capture(url, folder, Silent())


def records(folder: Path, kind: str) -> Iterator[Record]:
    with (folder / "capture-http.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            if record.rec_type == kind:
                headers: dict[str, list[str]] = {}
                for name, value in record.rec_headers.headers:
                    headers.setdefault(name, []).append(value)
                yield headers, record.raw_stream.read()


def response_to(folder: Path, url: str) -> Record:
    (found,) = (r for r in records(folder, "response") if r[0]["WARC-Target-URI"] == [url])
    return found


def request_for(folder: Path, url: str) -> bytes:
    (found,) = (r[1] for r in records(folder, "request") if r[0]["WARC-Target-URI"] == [url])
    return found


def metadata(folder: Path) -> list[dict[str, Any]]:
    """What is said of the exchanges, one by one."""
    found = records(folder, "metadata")
    of_all = {DNS, TCP}
    return [json.loads(text) for head, text in found if head["WARC-Target-URI"][0] not in of_all]


def document(folder: Path, urn: str) -> Any:
    (found,) = (r[1] for r in records(folder, "metadata") if r[0]["WARC-Target-URI"] == [urn])
    return json.loads(found)


def assert_checks(folder: Path) -> None:
    path = str(folder / "capture-http.warc.gz")
    # warcio 1.8.1 with brotli 1.2 in reach dies of AttributeError on any brotli record.
    code = "import sys; sys.modules['brotli'] = None; from warcio.cli import main; main()"
    command = [sys.executable, "-c", code, "check", "-v", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "digest pass" in done.stdout


def chunked(body: bytes) -> bytes:
    halves = (body[:2], body[2:])
    return b"".join(b"%x;x=y\r\n%s\r\n" % (len(h), h) for h in halves) + b"0\r\n\r\n"


def served(answer: bytes | Answer, **more: bytes | Answer) -> HostileServer:
    """Serve ``answer`` at / and others at their names."""
    answers = {"/": answer, **{f"/{name}": one for name, one in more.items()}}
    return HostileServer({p: says(a) if isinstance(a, bytes) else a for p, a in answers.items()})


# What is recorded


def test_the_engine_is_a_page_engine() -> None:
    made: PageEngine = engine()
    assert made.name == "http"


def test_recorded_bytes_are_those_the_server_sent_and_received(tmp_path: Path) -> None:
    body = b"<title>A</title><p>\xff\x00"
    odd = b"HTTP/1.1 200  Fine\r\nX-Dup: 1\r\nx-dup:2\r\nContent-Length: %d\r\n\r\n%s"
    with served(odd % (len(body), body)) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == COMPLETE
    headers, block = response_to(tmp_path, server.url())
    assert block == server.talk("/").sent
    assert request_for(tmp_path, server.url()) == server.talk("/").request
    assert headers["WARC-IP-Address"] == ["127.0.0.1"]
    assert headers["WARC-Protocol"] == ["http/1.1"]
    assert_checks(tmp_path)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        (b"gzip", gzip.compress),
        (b"br", brotli.compress),
        (b"zstd", zstandard.compress),
        (b"identity", bytes),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_every_offered_coding_is_kept_as_delivered_and_read_for_links(
    tmp_path: Path, coding: bytes, pack: Callable[[bytes], bytes], is_chunked: bool
) -> None:
    packed = pack(b"<title>T</title><img src=gone.png>")
    transfer = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(packed)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: %s\r\n%s\r\n\r\n"
    answer = head % (coding, transfer) + (chunked(packed) if is_chunked else packed)
    with served(answer) as server:
        result = capture(tmp_path, server.url())

    assert result.title == "T"
    assert result.reasons == (
        "requisites-missing 1",
        f"requisite http-status 404 {server.url('/gone.png')}",
    )
    assert response_to(tmp_path, server.url())[1] == answer
    assert_checks(tmp_path)


def test_warc_readers_decode_chunked_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(b"<p>decoded")
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    with served(head + chunked(packed)) as server:
        capture(tmp_path, server.url())

    with (tmp_path / "capture-http.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response":
                assert record.http_headers.get_statuscode() == "200"
                assert record.http_headers.get_header("content-encoding") == "gzip"
                assert record.content_stream().read() == b"<p>decoded"


def test_requisites_are_fetched_once_with_referrer_and_cookies(tmp_path: Path) -> None:
    html = b"""<link rel=stylesheet href=s.css><img src=a.png><img src="a.png#x"><iframe src=f>"""
    css = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n\r\nbody{background:url(b.png)}"
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    more = {"s.css": css, "a.png": empty, "b.png": empty, "c.png": empty}
    frame = page(b"<img src=c.png>")
    with served(page(html, b"Set-Cookie: k=v; Path=/"), f=frame, **more) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (COMPLETE, ())
    assert sorted(talk.target for talk in server.talks) == [
        "/",
        "/a.png",
        "/b.png",
        "/c.png",
        "/f",
        "/s.css",
    ]
    assert b"Cookie: k=v\r\n" in server.talk("/a.png").request
    assert f"Referer: {server.url()}\r\n".encode() in server.talk("/a.png").request
    assert f"Referer: {server.url('/s.css')}\r\n".encode() in server.talk("/b.png").request
    assert b"Accept-Encoding: gzip\r\n" in server.talk("/").request
    assert b"evidencekit/" in server.talk("/").request
    assert result.detail["requisites"] == 5


def test_cookies_do_not_outlive_a_capture(tmp_path: Path) -> None:
    made = engine()
    with served(page(b"x", b"Set-Cookie: k=v")) as server:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            made.capture(server.url(), tmp_path / name, Silent())

    assert all(b"Cookie:" not in talk.request for talk in server.talks)


def test_redirects_are_exchanges_of_their_own(tmp_path: Path) -> None:
    hop = b"HTTP/1.1 302 Found\r\nLocation: /new\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    with served(hop, new=page(b"<title>New</title>")) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.url) == (COMPLETE, server.url())
    assert result.final_url == server.url("/new")
    assert response_to(tmp_path, server.url())[1] == hop
    assert b"Cookie: a=b" in server.talk("/new").request
    assert result.detail["redirects"] == 1


def test_environment_proxies_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with served(page(b"x")) as server:
        assert capture(tmp_path, server.url()).verdict == COMPLETE


def test_request_target_is_the_path_of_the_recorded_url(tmp_path: Path) -> None:
    with served(page(b"")) as server:
        result = capture(tmp_path, server.url("/%7ea/한글 x|[]?q=%e3&é#frag"))

    (talk,) = server.talks
    assert server.url(talk.target) == result.final_url
    assert "#" not in talk.target
    assert response_to(tmp_path, result.final_url)[1] == talk.sent


# What a page says about itself


def test_scripts_not_run_is_a_note_and_a_refresh_is_not_followed(tmp_path: Path) -> None:
    html = b"<script>x()</script><meta http-equiv=Refresh content='0; url=/next'>"
    with served(page(html)) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == COMPLETE
    assert result.notes == ("scripts-not-run", f"refresh-not-followed {server.url('/next')}")
    assert [talk.target for talk in server.talks] == ["/"]


def test_a_hostile_title_is_returned_as_it_is_and_capped(tmp_path: Path) -> None:
    title = "\x1b[2J[red]\u202egnp &lt;b&gt;" + "x" * 5000
    with served(page(f"<title>{title}</title>".encode())) as server:
        result = capture(tmp_path, server.url())

    assert result.title is not None
    assert result.title.startswith("\x1b[2J[red]\u202egnp <b>x")
    assert len(result.title) == 1000


def test_undeclared_korean_is_read(tmp_path: Path) -> None:
    body = "<title>도서관 게시판</title>".encode("euc-kr")
    with served(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body) as server:
        assert capture(tmp_path, server.url()).title == "도서관 게시판"


# Verdicts


def test_an_error_page_is_kept_and_partial(tmp_path: Path) -> None:
    answer = page(b"<title>gone</title>", status=b"404 Not Found")
    with served(answer) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (PARTIAL, ("http-status 404",))
    assert response_to(tmp_path, server.url())[1] == answer


@pytest.mark.parametrize(
    ("header", "body"),
    [(b"cf-mitigated: challenge", b""), (b"X: y", b"<script src=/cdn-cgi/challenge-platform/x>")],
)
def test_a_challenge_is_blocked_and_kept(tmp_path: Path, header: bytes, body: bytes) -> None:
    answer = page(body, header, status=b"403 Forbidden")
    with served(answer) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == BLOCKED
    assert result.reasons[0] == "challenge-page 403"
    assert response_to(tmp_path, server.url())[1] == answer


def test_missing_requisites_are_named_up_to_a_limit_and_counted(tmp_path: Path) -> None:
    html = b"".join(b"<img src=%d.png>" % i for i in range(5))
    with served(page(html)) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == PARTIAL
    assert result.reasons == (
        "requisites-missing 5",
        *(f"requisite http-status 404 {server.url(f'/{i}.png')}" for i in range(3)),
    )


def test_no_listener_is_failed_and_still_leaves_a_record(tmp_path: Path) -> None:
    with served(b"") as server:
        url = server.url()
    result = capture(tmp_path, url)

    assert (result.verdict, result.reasons) == (FAILED, ("connection-refused",))
    assert metadata(tmp_path) == [{"outcome": "connection-refused", "resolved": ["127.0.0.1"]}]
    assert_checks(tmp_path)


def test_an_unknown_name_is_failed(tmp_path: Path) -> None:
    def nothing(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port}")

    result = capture(tmp_path, "http://nowhere.example/", resolve=nothing)

    assert (result.verdict, result.reasons) == (FAILED, ("name-not-found nowhere.example",))


def test_a_resolver_that_hangs_is_failed(tmp_path: Path) -> None:
    done = threading.Event()

    def hangs(host: str, port: int) -> list[str]:
        done.wait(10)
        return []

    limits = Limits(connect_s=0.1)
    result = capture(tmp_path, "http://slow.example/", resolve=hangs, limits=limits)
    done.set()

    assert (result.verdict, result.reasons) == (FAILED, ("timed-out name slow.example",))


def test_what_is_no_url_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        capture(tmp_path, "file:///etc/passwd")


def test_a_folder_that_cannot_be_written_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(DiskUnavailable):
        engine().capture("http://127.0.0.1:1/", tmp_path / "missing", Silent())


# Servers that misbehave: a reason, never an exception, and what came is kept


def drip_head(talk: Talk) -> None:
    talk.drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000)


def hang_midway(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    talk.hang()


def drip_body(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
    talk.drip(b"x" * 100_000)


def reset_midway(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n")
    talk.send(b"part")
    talk.pause()  # or the reset overtakes what was sent
    talk.reset()


def endless_head(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\n")
    talk.send_forever(b"X: " + b"y" * 1000 + b"\r\n")


CASES: dict[str, tuple[bytes | Answer, CaptureVerdict, str, str | None]] = {
    "hang": (Talk.hang, FAILED, "timed-out read", None),
    "no-answer": (b"", FAILED, "no-answer", None),
    "reset": (Talk.reset, FAILED, "connection-reset", None),
    "drip-head": (drip_head, FAILED, "timed-out resource", "time"),
    "drip-body": (drip_body, PARTIAL, "timed-out resource", "time"),
    "hang-midway": (hang_midway, PARTIAL, "timed-out read", "time"),
    "rubbish": (b"\x00\xffnot http at all\r\n\r\n", FAILED, "malformed-http", "unspecified"),
    "bad-status": (b"HTTP/1.1 abc OK\r\n\r\n", FAILED, "malformed-http", "unspecified"),
    "half-head": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text",
        PARTIAL,
        "incomplete-header",
        "disconnect",
    ),
    "long-line": (
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n",
        FAILED,
        "header-too-large 65536",
        "length",
    ),
    "many-headers": (
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        FAILED,
        "malformed-http",
        "unspecified",
    ),
    "too-short": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        PARTIAL,
        "incomplete-body",
        "disconnect",
    ),
    "two-lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        FAILED,
        "malformed-http",
        "unspecified",
    ),
    "reset-midway": (reset_midway, PARTIAL, "connection-reset", "disconnect"),
    "bad-chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        PARTIAL,
        "malformed-http",
        "unspecified",
    ),
    **{
        f"chunks-{name}": (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + wire,
            PARTIAL,
            *why,
        )
        for name, wire, why in (
            ("cut-in-size", b"5\r\nhello\r\n000", ("incomplete-body", "disconnect")),
            ("cut-before-end", b"5\r\nhello\r\n0\r\n", ("incomplete-body", "disconnect")),
            ("cut-in-trailer", b"5\r\nhello\r\n0\r\nX: y", ("incomplete-body", "disconnect")),
            ("no-line-end", b"5\r\nhelloXX0\r\n\r\n", ("malformed-http", "unspecified")),
            ("signed", b"+5\r\nhello\r\n0\r\n\r\n", ("malformed-http", "unspecified")),
        )
    },
    "cut-chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
        PARTIAL,
        "incomplete-body",
        "disconnect",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_misbehaving_server_is_a_reason_and_what_came_is_kept(tmp_path: Path, name: str) -> None:
    answer, verdict, reason, truncated = CASES[name]
    with served(answer) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, " ".join(result.reasons)) == (verdict, reason)
    assert request_for(tmp_path, server.url()) == server.talk("/").request
    sent = server.talk("/").sent
    for headers, block in records(tmp_path, "response"):
        assert sent.startswith(block)
        assert headers.get("WARC-Truncated") == ([truncated] if truncated else None)
        if isinstance(answer, bytes) and name != "long-line":
            assert block == sent
    assert bool(list(records(tmp_path, "response"))) == bool(sent)
    assert_checks(tmp_path)


def test_a_body_longer_than_its_length_is_kept_whole(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more"
    with served(answer) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == COMPLETE
    assert response_to(tmp_path, server.url())[1] == answer


def test_an_endless_body_is_cut_at_the_limit(tmp_path: Path) -> None:
    def endless(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
        talk.send_forever(b"x" * 10_000)

    with served(endless) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (PARTIAL, ("too-large 200000",))
    headers, block = response_to(tmp_path, server.url())
    assert headers["WARC-Truncated"] == ["length"]
    assert len(block) == 200_000
    assert_checks(tmp_path)


def test_an_endless_head_is_cut_at_the_limit(tmp_path: Path) -> None:
    limits = Limits(head_bytes=20_000, read_s=2)
    with served(endless_head) as server:
        result = capture(tmp_path, server.url(), limits=limits)

    assert (result.verdict, result.reasons) == (FAILED, ("header-too-large 20000",))
    assert response_to(tmp_path, server.url())[0]["WARC-Truncated"] == ["length"]
    assert_checks(tmp_path)


@pytest.mark.parametrize(
    ("coding", "pack"),
    [(b"gzip", gzip.compress), (b"br", brotli.compress), (b"zstd", zstandard.compress)],
)
def test_a_bomb_is_inflated_no_further_than_the_limit(
    tmp_path: Path, coding: bytes, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(b"<title>boom</title>" + b" " * 50_000_000)
    with served(page(bomb, b"Content-Encoding: " + coding)) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.title) == (PARTIAL, "boom")
    assert result.reasons == (f"not-fully-read limit {server.url()}",)


@pytest.mark.parametrize(
    ("coding", "body", "why"),
    [
        (b"gzip", b"no gzip at all", "damaged"),
        (b"zstd", b"no zstd at all", "damaged"),
        (b"sdch", b"x", "unknown-coding"),
        (b"gzip, gzip, gzip, gzip", b"x", "unknown-coding"),
    ],
)
def test_a_body_that_cannot_be_decoded_is_kept_and_said(
    tmp_path: Path, coding: bytes, body: bytes, why: str
) -> None:
    answer = page(body, b"Content-Encoding: " + coding)
    with served(answer) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (PARTIAL, (f"not-fully-read {why} {server.url()}",))
    assert response_to(tmp_path, server.url())[1] == answer


def test_an_endless_redirect_fails_and_every_hop_is_kept(tmp_path: Path) -> None:
    with served(b"HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n") as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (FAILED, ("too-many-redirects 3",))
    assert len(list(records(tmp_path, "response"))) == 4


@pytest.mark.parametrize(
    "location", [b"", b"Location: file:///etc/passwd\r\n", b"Location: http://[bad\r\n"]
)
def test_a_redirect_to_nowhere_is_partial(tmp_path: Path, location: bytes) -> None:
    with served(b"HTTP/1.1 302 Found\r\n%sContent-Length: 0\r\n\r\n" % location) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (PARTIAL, ("http-status 302",))


def test_too_many_requisites_are_a_reason(tmp_path: Path) -> None:
    html = b"".join(b"<img src=%d.png>" % i for i in range(9))
    answers = {f"{i}.png": page(b"") for i in range(9)}
    with served(page(html), **answers) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (
        PARTIAL,
        ("too-many-requisites 5", "requisites-not-fetched 4"),
    )
    assert len(server.talks) == 6


def test_frames_within_frames_end_somewhere(tmp_path: Path) -> None:
    more = {f"f{i}": page(b"<iframe src=f%d>" % (i + 1)) for i in range(5)}
    with served(page(b"<iframe src=f0>"), **more) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (PARTIAL, ("frames-too-deep 2",))
    assert [talk.target for talk in server.talks] == ["/", "/f0", "/f1"]


def test_the_total_time_ends_the_walk(tmp_path: Path) -> None:
    def slow(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<img src=a>" + b" " * 999)
        talk.drip(b"x" * 1000)

    with served(slow) as server:
        result = capture(tmp_path, server.url(), limits=Limits(total_s=0.3))

    assert result.verdict == PARTIAL
    assert result.reasons == ("timed-out total", "requisites-not-fetched 1")
    assert_checks(tmp_path)


def test_the_total_limit_is_kept_to_the_byte_and_ends_the_walk(tmp_path: Path) -> None:
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000
    names = [f"{number}.png" for number in range(20)]
    html = page("".join(f"<img src={name}>" for name in names).encode())
    with served(html, **dict.fromkeys(names, big)) as server:
        result = capture(tmp_path, server.url(), limits=Limits(total_bytes=5000, read_s=2))

    assert result.verdict == PARTIAL
    assert result.detail["received_bytes"] == 5000
    assert sum(len(block) for _, block in records(tmp_path, "response")) == 5000
    spent, left, missing, *each = result.reasons
    # How many were under way when it was used up is up to the server; none is passed over.
    counts = [int(reason.split()[1]) for reason in (left, missing)]
    assert (spent, left, missing) == (
        "too-large-total 5000",
        f"requisites-not-fetched {counts[0]}",
        f"requisites-missing {counts[1]}",
    )
    assert sum(counts) == 20
    assert all(reason.startswith("requisite too-large-total 5000 ") for reason in each)


# Addresses


def only_port_of(server: HostileServer) -> Callable[[str, int], list[str]]:
    """Resolve public.example to loopback and everything else to a private address."""

    def resolve(host: str, port: int) -> list[str]:
        assert port == server.port
        return ["127.0.0.1"] if host == "public.example" else ["10.0.0.1"]

    return resolve


def only_loopback(ip: str) -> str | None:
    return None if ip == "127.0.0.1" else "private"


def test_a_private_address_is_refused_by_default(tmp_path: Path) -> None:
    with served(page(b"")) as server:
        result = capture(tmp_path, server.url(), allow_private=False)

    assert (result.verdict, result.reasons) == (FAILED, ("address-refused loopback 127.0.0.1",))
    assert server.talks == []


def test_a_redirect_to_a_private_address_is_refused(tmp_path: Path) -> None:
    def hop(talk: Talk) -> None:
        talk.send(
            b"HTTP/1.1 302 Found\r\nLocation: http://inside.example:%d/\r\n\r\n" % server.port
        )

    with served(hop) as server:
        url = server.url(host="public.example")
        resolve = only_port_of(server)
        result = capture(tmp_path, url, guard=only_loopback, resolve=resolve)

    assert (result.verdict, result.reasons) == (FAILED, ("address-refused private 10.0.0.1",))
    assert result.final_url == url
    assert len(list(records(tmp_path, "response"))) == 1
    assert metadata(tmp_path)[-1]["outcome"] == "address-refused private 10.0.0.1"


def test_a_requisite_on_a_private_address_is_refused(tmp_path: Path) -> None:
    def linked(talk: Talk) -> None:
        talk.send(page(b"<img src=http://inside.example:%d/x>" % server.port))

    with served(linked) as server:
        url = server.url(host="public.example")
        result = capture(tmp_path, url, guard=only_loopback, resolve=only_port_of(server))

    assert result.verdict == PARTIAL
    assert result.reasons[1].startswith("requisite address-refused private 10.0.0.1 http://inside")


def test_a_name_is_looked_up_once_and_connected_where_it_was_judged(tmp_path: Path) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with served(page(b"<img src=a>"), a=page(b"")) as server:
        url = server.url(host="rebinding.example")
        result = capture(
            tmp_path, url, guard=only_loopback, resolve=lambda host, port: next(answers)
        )

    assert result.verdict == COMPLETE
    assert f"Host: rebinding.example:{server.port}".encode() in server.talk("/").request


def test_routes_and_answers_of_the_resolver_are_documented(tmp_path: Path) -> None:
    answer = DnsAnswer(kind="A", server_is="public", rcode=0, is_authentic=False, packet=b"p")
    with served(page(b"<img src=http://inside.example:1/x>")) as server:
        url = server.url(host="public.example")

        def resolve(host: str, port: int) -> list[str]:
            return ["127.0.0.1"] if host == "public.example" else ["10.0.0.1"]

        capture(tmp_path, url, guard=only_loopback, resolve=resolve, observe=lambda name: [answer])

    names = {one["host"]: one for one in document(tmp_path, DNS)}
    assert names["public.example"]["addresses"] == ["127.0.0.1"]
    assert names["public.example"]["dnssec"] == "not-authentic-says-resolver"
    first, second = document(tmp_path, TCP)
    assert (first["host"], first["peer"]) == ("public.example", f"127.0.0.1:{server.port}")
    assert (second["peer"], second["refusal"]) == (None, "address-refused private 10.0.0.1")


def test_behind_a_proxy_no_name_is_looked_up_here_and_no_address_is_told(tmp_path: Path) -> None:
    there = Dialer(
        guard=allow_any,
        resolve=to_loopback,
        observe=None,
        upstream=None,
        connect_s=5,
        clock=lambda: datetime.now(UTC),
    )

    def here(host: str, port: int) -> list[str]:
        pytest.fail(f"{host} was looked up here")

    html = page(b"<img src=a><img src=http://127.0.0.1:1/x>")
    with served(html, a=page(b"")) as server, SocksGuard(there, client_uid=None) as guard:
        proxy = parse_upstream(f"socks5://a-user:a-word@{guard.door}")
        url = server.url(host="site.example")
        result = capture(tmp_path, url, allow_private=False, resolve=here, upstream=proxy)
        assert [passage.host for passage in there.passages.all()] == ["site.example"] * 2

    assert result.reasons[1].startswith("requisite address-refused loopback 127.0.0.1 ")
    assert f"through-proxy socks5://{guard.door}" in result.notes
    assert (result.detail["proxy"], result.detail["peers"]) == (f"socks5://{guard.door}", [])
    headers, block = response_to(tmp_path, url)
    assert block == html
    assert "WARC-IP-Address" not in headers
    assert metadata(tmp_path)[0]["resolved"] == []
    everything = b"".join(r[1] for kind in KINDS for r in records(tmp_path, kind))
    assert b"a-word" not in everything
    assert "a-word" not in str(result)


# TLS


def to_loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_https_is_recorded_above_tls_with_the_certificates_of_the_connection(
    tmp_path: Path,
) -> None:
    authority = Authority()
    answer = page(b"<img src=a>")
    answers = {"/": says(answer), "/a": says(page(b""))}
    with HostileServer(answers, tls=authority.server(tmp_path)) as server:
        url = server.url(host="site.example")
        ca_file = authority.save(tmp_path / "ca.pem")
        result = capture(tmp_path, url, ca_file=ca_file, resolve=to_loopback)

    assert result.verdict == COMPLETE
    headers, block = response_to(tmp_path, url)
    assert block == answer
    assert headers["WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    first, second = metadata(tmp_path)
    assert first["peer"] == {"ip": "127.0.0.1", "port": server.port}
    assert first["tls"]["version"] == "TLSv1.3"
    assert len(first["tls"]["chain_der_base64"]) == 2
    assert (
        first["tls"]["chain_sha256"][1] == authority.certificate.fingerprint(hashes.SHA256()).hex()
    )
    assert "chain_der_base64" not in second["tls"]
    assert second["tls"]["chain_sha256"] == first["tls"]["chain_sha256"]
    servers: Any = result.detail["servers"]
    (met,) = servers
    assert (met["host"], met["ip"], met["connections"]) == ("site.example", "127.0.0.1", 2)
    assert list(met["tls"]["chain"]) == first["tls"]["chain_sha256"]
    assert met["tls"]["certificate"]["sha256"] == first["tls"]["chain_sha256"][0]
    assert met["tls"]["verdict"]["error"] is None


def test_an_untrusted_certificate_is_failed_and_nothing_is_asked(tmp_path: Path) -> None:
    tls = Authority().server(tmp_path)
    with HostileServer({"/": says(page(b""))}, tls=tls) as server:
        url = server.url(host="site.example")
        result = capture(tmp_path, url, resolve=to_loopback)

    assert result.verdict == FAILED
    (reason,) = result.reasons
    assert reason.startswith("tls-failed ")
    assert all(talk.request == b"" for talk in server.talks)
    assert metadata(tmp_path)[0]["outcome"] == reason


def test_a_certificate_for_another_name_is_failed(tmp_path: Path) -> None:
    authority = Authority()
    with HostileServer({}, tls=authority.server(tmp_path)) as server:
        url = server.url(host="other.example")
        ca_file = authority.save(tmp_path / "ca.pem")
        result = capture(tmp_path, url, ca_file=ca_file, resolve=to_loopback)

    assert result.verdict == FAILED
    assert result.reasons[0].startswith("tls-failed Hostname mismatch")


def test_https_to_a_plain_server_is_failed(tmp_path: Path) -> None:
    with HostileServer({"": says(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)}) as server:
        url = server.url().replace("http:", "https:")
        result = capture(tmp_path, url)

    assert result.verdict == FAILED
    assert result.reasons[0].startswith(("tls-failed", "timed-out connect"))


# The demo site


def test_the_demo_site_is_captured_completely_from_its_old_address(tmp_path: Path) -> None:
    with site.serve() as base:
        result = capture(tmp_path, base + "old", limits=None)

    assert (result.verdict, result.reasons) == (COMPLETE, ())
    assert (result.final_url, result.notes) == (base, ("scripts-not-run",))
    assert result.title == "솔마루 작은도서관 게시판 / Solmaru Small Library notices"
    found = {h["WARC-Target-URI"][0].removeprefix(base) for h, _ in records(tmp_path, "response")}
    files = {"logo.svg", "style.css", "board.js", "paper.png", "shelf.png", "garden.jpg"}
    assert found == files | {"", "old", "clip.mp4"}
    assert_checks(tmp_path)


def test_the_demo_site_packs_one_answer_and_knows_ranges() -> None:
    with site.serve() as base:
        packed = requests.get(base + "notices.json", timeout=5)
        part = requests.get(base + "garden.jpg", headers={"Range": "bytes=0-1"}, timeout=5)
        tail = requests.get(base + "garden.jpg", headers={"Range": "bytes=99999-"}, timeout=5)
        outside = requests.get(base + "../site.py", timeout=5)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.json()) == 3
    assert (part.status_code, part.content) == (206, b"\xff\xd8")
    assert (tail.status_code, outside.status_code) == (416, 404)


def test_early_hints_are_no_answer_and_are_kept_beside_it(tmp_path: Path) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    with served(hints + hints + page(b"<p>the page</p>")) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (COMPLETE, ())
    assert result.detail["status"] == 200
    ((_, response),) = records(tmp_path, "response")
    assert response == page(b"<p>the page</p>")
    facts = [json.loads(body) for _, body in records(tmp_path, "metadata")]
    kept = [one["interim_answers_base64"] for one in facts if "interim_answers_base64" in one]
    assert [base64.b64decode(one) for one in kept] == [hints + hints]


def test_early_hints_without_end_are_no_answer(tmp_path: Path) -> None:
    with served(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 500) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (FAILED, ("malformed-http",))


def test_an_address_that_is_not_asked_for_is_missing(tmp_path: Path) -> None:
    refused = b"<img src=/%s><img src=http://user:secret@127.0.0.1/a.png>" % (b"x" * 9000)
    html = refused + b"<img src=data:image/gif;base64,%s>" % (b"A" * 9000)
    with served(page(html)) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == PARTIAL
    count, *why = result.reasons
    assert count == "requisites-missing 2"
    assert [one.split()[:2] for one in why] == [
        ["requisite", "url-too-long"],
        ["requisite", "url-with-login"],
    ]
    assert "secret" not in str(result)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_ends_the_capture_and_keeps_what_it_had_room_for(tmp_path: Path) -> None:
    def endless(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n\r\n")
        talk.send_forever(bytes(range(256)) * 256)

    large = Limits(read_s=10, resource_s=60, total_s=120)
    with small_disk(tmp_path / "disk", megabytes=6) as folder:
        html = page(b"<img src=small><img src=big>")
        with served(html, small=page(b"small"), big=endless) as server:
            result = capture(folder, server.url(), limits=large)
        kept = [body for _, body in records(folder, "response")]

    assert result.verdict == PARTIAL
    assert "recording-stopped no-space" in result.reasons
    assert kept[:2] == [html, page(b"small")]
    assert len(kept[2]) > 100_000, "the beginning of what did not fit"
