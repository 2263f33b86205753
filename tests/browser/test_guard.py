"""A real Chromium behind the guard: what it may reach, what it cannot, and what the record says.

The servers listen on addresses of their own, so that a record that named the guard would be seen.
"""

import json
import re
import socket
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.guard import passages
from evidencekit.capture.guard.addresses import allow_any, why_private
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.dns_question import DnsAnswer
from evidencekit.capture.guard.socks import SocksGuard
from evidencekit.capture.guard.upstream import parse_upstream
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Silent
from tests.conftest import OTHER_SYSTEM
from tests.tools.browser_site import png
from tests.tools.tcp import serving
from tests.tools.traced import traced_browser

SHORT = BrowserLimits(load_s=6, scroll_s=3, idle_s=2, view_s=6, total_s=40)
SITE, OTHER, INSIDE = "127.0.0.2", "127.0.0.3", "127.0.0.9"
ADDRESSES = {"site.test": SITE, "other.test": OTHER, "inside.test": INSIDE}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.network,
    pytest.mark.skipif(
        not sys.platform.startswith("linux"),
        reason=OTHER_SYSTEM + "all of 127.0.0.0/8 is this machine's",
    ),
]


@dataclass
class Site:
    """One server on one address; remembers which paths it was asked for."""

    port: int
    asked: list[str]

    def url(self, path: str = "/", host: str = "site.test") -> str:
        return f"http://{host}:{self.port}{path}"


@contextmanager
def site(pages: Mapping[str, str], address: str = SITE, port: int = 0) -> Iterator[Site]:
    running = Site(port, [])

    def talk(sock: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            piece = sock.recv(65536)
            if not piece:
                return
            head += piece
        path = head.split(b" ")[1].decode()
        running.asked.append(path)
        sock.sendall(_answer(path, pages))

    with serving(talk, address, port) as running.port:
        yield running


def _answer(path: str, pages: Mapping[str, str]) -> bytes:
    if path.endswith(".png"):
        return _framed("200 OK", "image/png", png())
    text = pages.get(path)
    if text is None:
        return _framed("404 Not Found", "text/plain", b"")
    if text.startswith("http://"):
        return _framed("302 Found", "text/plain", b"", f"Location: {text}\r\n")
    return _framed("200 OK", "text/html", b"<!doctype html><title>t</title>" + text.encode())


def _framed(status: str, kind: str, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body)}\r\n"
    return (head + "Connection: close\r\n\r\n").encode() + body


def resolve(host: str, port: int) -> Sequence[str]:
    if host in ADDRESSES:
        return [ADDRESSES[host]]
    if host.startswith("127."):
        return [host]
    raise OSError(f"{host}:{port}")


def outside_only(ip: str) -> str | None:
    """Judge as the real guard does, with two addresses of the machine as the public internet."""
    return None if ip in {SITE, OTHER} else why_private(ip)


def capture(url: str, folder: Path, **options: Any) -> PageCapture:
    folder.mkdir(exist_ok=True)
    settings: dict[str, Any] = {
        "guard": outside_only,
        "resolve": resolve,
        "observe": None,
        "limits": SHORT,
        "is_replayed": False,
    }
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC), new_id=lambda: str(uuid.uuid4()), **(settings | options)
    )
    return engine.capture(url, folder, Silent())


def records(folder: Path) -> Iterator[tuple[str, str, str | None, bytes]]:
    """Type, URL, address and content of every record."""
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            for one in ArchiveIterator(stream):
                head = one.rec_headers
                yield (
                    one.rec_type,
                    head.get_header("WARC-Target-URI") or "",
                    head.get_header("WARC-IP-Address"),
                    one.raw_stream.read(),
                )


def document(folder: Path, name: str) -> Any:
    (found,) = (r[3] for r in records(folder) if r[1] == f"urn:evidencekit:{name}")
    return json.loads(found)


def test_each_answer_names_its_server_and_not_the_guard(tmp_path: Path) -> None:
    answer = DnsAnswer(kind="A", server_is="loopback", rcode=0, is_authentic=True, packet=b"p")
    pages = {"/": "<img src=/a.png><img src='http://other.test:PORT/b.png'>"}
    with _two_sites(pages) as (first, second):
        result = capture(first.url(), tmp_path, observe=lambda name: [answer])
    assert result.verdict is CaptureVerdict.COMPLETE, result.reasons
    found = {(url, ip) for kind, url, ip, _content in records(tmp_path) if kind == "response"}
    assert found >= {
        (first.url(), SITE),
        (first.url("/a.png"), SITE),
        (first.url("/b.png", "other.test"), OTHER),
    }
    assert {ip for _url, ip in found} == {SITE, OTHER}
    assert second.asked == ["/b.png"]
    names = {one["host"]: one for one in document(tmp_path, "dns")}
    assert names["other.test"]["addresses"] == [OTHER]
    assert names["site.test"]["dnssec"] == "authentic-says-resolver"
    passages = [one["passage"] for one in document(tmp_path, "tcp")]
    assert {(one["host"], one["peer"]) for one in passages} == {
        ("site.test", f"{SITE}:{first.port}"),
        ("other.test", f"{OTHER}:{first.port}"),
    }
    for way in ("sent_bytes", "received_bytes"):  # some connections were made ahead, and not used
        assert sum(one[way] for one in passages if one["host"] == "other.test") > 100


@contextmanager
def _two_sites(pages: dict[str, str], address: str = OTHER) -> Iterator[tuple[Site, Site]]:
    """The second one on the same port of another address; PORT in a page is that port."""
    with ExitStack() as stack:
        first = stack.enter_context(site(pages))
        for path, text in pages.items():
            pages[path] = text.replace("PORT", str(first.port))
        yield first, stack.enter_context(site(pages, address, first.port))


def test_stranger_who_guessed_every_port_in_time_gives_no_answer_an_address(
    tmp_path: Path,
) -> None:
    """As if somebody had come from each port that the browser can, to another server."""
    stranger = "203.0.113.9"
    known = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii")
    first, last = map(int, known.split())
    entered = SocksGuard.__enter__

    def after_him(self: SocksGuard) -> SocksGuard:
        for port in range(first, last + 1):
            forged = self._dialer.passages.open(client_port=port)
            forged.host, forged.port, forged.ip = "evil.test", running.port, stranger
        return entered(self)

    with (
        pytest.MonkeyPatch.context() as patch,
        site({"/": "<img src=/a.png>"}) as running,
    ):
        patch.setattr(SocksGuard, "__enter__", after_him)
        patch.setattr(passages, "MAX_PASSAGES", 2 * last)
        result = capture(running.url(), tmp_path)
    found = list(records(tmp_path))
    answers = [ip for kind, _url, ip, _content in found if kind == "response"]
    assert len(answers) >= 2
    assert set(answers) == {None}
    assert not [content for *_rest, content in found if stranger.encode() in content]
    assert result.detail["peers"] == ()
    assert result.verdict is CaptureVerdict.PARTIAL
    assert result.reasons == (f"guard-unmatched {len(answers)}",)


WAYS = {
    "redirect": "http://inside.test:PORT/secret",
    "image": "<img src='http://inside.test:PORT/secret.png'>",
    "address": f"<img src='http://{INSIDE}:PORT/secret.png'>",
    "frame": "<iframe src='http://inside.test:PORT/secret'></iframe>",
    "fetch": "<script>fetch('http://inside.test:PORT/secret', {mode: 'no-cors'})"
    ".catch(e => 0)</script>",
    "socket": "<script>new WebSocket('ws://inside.test:PORT/secret')</script>",
    "beacon": "<script>navigator.sendBeacon('http://inside.test:PORT/secret', 'x')</script>",
    "preconnect": "<link rel=preconnect href='http://inside.test:PORT'>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob([\"fetch('http://inside.test:PORT"
    "/secret', {mode: 'no-cors'}).catch(e => 0)\"])))</script>",
}


@pytest.mark.parametrize("way", WAYS)
def test_private_address_is_not_reached(way: str, tmp_path: Path) -> None:
    with _two_sites({"/": WAYS[way]}, INSIDE) as (first, inside):
        came: list[str] = inside.asked
        result = capture(first.url(), tmp_path)
    assert came == []
    host = INSIDE if way == "address" else "inside.test"
    wanted = f"address-refused loopback {INSIDE}"
    if way == "redirect":
        assert (result.verdict, result.reasons[0]) == (CaptureVerdict.FAILED, wanted)
    else:
        assert result.verdict is CaptureVerdict.PARTIAL
        assert f"{wanted} {host}" in result.reasons
    passages = [one["passage"] for one in document(tmp_path, "tcp")]
    refused = [one for one in passages if one["refusal"]]
    assert {(one["host"], one["refusal"], one["peer"]) for one in refused} == {(host, wanted, None)}


def test_name_that_changes_its_answer_leads_nowhere_new(tmp_path: Path) -> None:
    answers = iter([[SITE], [INSIDE], [INSIDE], [INSIDE]])
    page = "<script>fetch('/again').then(r => document.body.append(r.status))</script>"
    with _two_sites({"/": page, "/again": "x"}, INSIDE) as (first, inside):
        result = capture(first.url(), tmp_path, resolve=lambda host, port: next(answers))
        came = list(inside.asked)
    assert result.verdict is CaptureVerdict.COMPLETE, result.reasons
    assert (came, "/again" in first.asked) == ([], True)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://inside.test:PORT/", f"address-refused loopback {INSIDE}"),
        ("http://127.0.0.1:PORT/", "address-refused loopback 127.0.0.1"),
        ("http://nowhere.test/", "name-not-found nowhere.test"),
        ("http://site.test:PORT/", "connection-refused"),
    ],
)
def test_page_that_cannot_be_reached_says_why_and_the_attempt_is_kept(
    url: str, reason: str, tmp_path: Path
) -> None:
    with site({}) as closed:
        pass
    result = capture(url.replace("PORT", str(closed.port)), tmp_path)
    assert (result.verdict, result.reasons) == (CaptureVerdict.FAILED, (reason,))
    assert reason in {one["refusal"] for one in document(tmp_path, "failures")}
    assert not [kind for kind, *_rest in records(tmp_path) if kind == "response"]


def test_through_a_proxy_nothing_is_looked_up_here_and_addresses_are_not_told(
    tmp_path: Path,
) -> None:
    there = Dialer(
        guard=allow_any,
        resolve=resolve,
        observe=None,
        upstream=None,
        connect_s=5,
        clock=lambda: datetime.now(UTC),
    )
    asked: list[str] = []

    def here(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        raise OSError

    page = "<img src=/a.png><img src='http://127.0.0.9:PORT/secret.png'>"
    with (
        _two_sites({"/": page}, INSIDE) as (first, inside),
        SocksGuard(there, client_uid=None) as up,
    ):
        proxy = parse_upstream(f"socks5://a-user:a-word@{up.door}")
        result = capture(first.url(), tmp_path, resolve=here, upstream=proxy)
        came = list(inside.asked)
    shown = f"socks5://{up.door}"
    assert (asked, came) == ([], [])
    assert result.reasons[-1] == f"address-refused loopback {INSIDE} {INSIDE}"
    assert (result.detail["proxy"], result.detail["peers"]) == (shown, ())
    assert f"through-proxy {shown}" in result.notes
    found = list(records(tmp_path))
    assert (first.url("/a.png"), None) in {(r[1], r[2]) for r in found if r[0] == "response"}
    assert {ip for _kind, _url, ip, _content in found} == {None}
    assert not [r for r in found if b"a-word" in r[3] or b"a-user" in r[3]]
    assert {one["passage"]["via"] for one in document(tmp_path, "tcp")} == {shown}


TRICKS = """<link rel=dns-prefetch href='//prefetched.test'>
<link rel=preconnect href='https://preconnected.test'>
<script>
const peer = new RTCPeerConnection({iceServers: [
  {urls: "stun:127.0.0.2:UDP"}, {urls: "stun:stun.test:3478"},
  {urls: "turn:127.0.0.2:UDP?transport=udp", username: "a", credential: "b"},
  {urls: "turn:127.0.0.9:UDP?transport=tcp", username: "a", credential: "b"},
]});
peer.createDataChannel("x");
peer.createOffer().then(offer => peer.setLocalDescription(offer));
new WebSocket("ws://sockets.test/");
new WebTransport("https://127.0.0.2:UDP/").closed.catch(e => 0);
fetch("http://[::1]:8123/").catch(e => 0);
</script>"""


def test_browser_asks_no_name_server_and_reaches_nothing_but_the_guard(tmp_path: Path) -> None:
    doors: list[str] = []
    asked: list[str] = []
    entered = SocksGuard.__enter__

    def seen(self: SocksGuard) -> SocksGuard:
        doors.append(self.door)
        return entered(self)

    def spied(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return resolve(host, port)

    with (
        pytest.MonkeyPatch.context() as patch,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stun,
        traced_browser("connect", "sendto", "sendmsg", "sendmmsg") as (browser, calls),
    ):
        patch.setattr(SocksGuard, "__enter__", seen)
        stun.bind((SITE, 0))
        stun.setblocking(False)
        page = TRICKS.replace("UDP", str(stun.getsockname()[1]))
        with site({"/": page}) as running:
            limits = BrowserLimits(load_s=20, scroll_s=5, idle_s=5, view_s=10, total_s=90)
            capture(running.url(), tmp_path, browser=browser, resolve=spied, limits=limits)
        with pytest.raises(BlockingIOError):
            stun.recv(1)
        text = calls.read_text(errors="replace")
    port = doors[0].rpartition(":")[2]
    connected = re.findall(r"connect\(\d+<TCP.*", text)
    to_guard = rf'sin_port=htons\({port}\), sin_addr=inet_addr\("127\.0\.0\.1"\)'
    assert len(connected) >= 4
    assert [one for one in connected if not re.search(to_guard, one)] == []
    # A UDP socket is connected to learn which way packets would go; none is ever sent.
    assert re.findall(r"send(?:to|msg|mmsg)\(\d+<UDP.*", text) == []
    assert {"site.test", "preconnected.test", "sockets.test"} <= set(asked)
    assert not {"prefetched.test", "stun.test"} & set(asked)
