"""A real browser told to go on where certificates cannot be verified: how far, and what is said.

One page, whose picture, frames, workers and WebSocket are each on a host with a bad certificate.
"""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Silent
from tests.tools.authority import Authority
from tests.tools.hostile_server import HostileServer, Talk
from tests.tools.lively_pages import accept_key, ws_frame
from tests.tools.tcp import serving
from tests.tools.waczs import warc_in

pytestmark = [pytest.mark.browser, pytest.mark.network]

PAGE, STRICT = "page.test", "site.dev"
"""The second is of a domain that browsers only ever go to with a good certificate (HSTS)."""
TLS = "urn:evidencekit:tls"
OTHERS = ("img", "frame", "worker", "shared", "service", "fetch", "ws")


def asks(host: str, then: str) -> str:
    return f"fetch('https://{host}.test:PORT/x').then(()=>fetch('/{then}-came'))"


TEXTS = {
    "/": (
        "text/html",
        f"<title>T</title><img src=https://img.test:PORT/x><iframe src=https://{STRICT}:PORT/x>"
        "</iframe><iframe src=https://frame.test:PORT/x></iframe><script>"
        "new Worker('/worker.js');new SharedWorker('/shared.js');"
        "navigator.serviceWorker.register('/service.js');"
        "new WebSocket('wss://ws.test:PORT/socket').onmessage=()=>fetch('/ws-came');"
        f"{asks('fetch', 'fetch')}</script>",
    ),
    "/worker.js": ("text/javascript", asks("worker", "worker")),
    "/shared.js": ("text/javascript", asks("shared", "shared")),
    "/service.js": (
        "text/javascript",
        f"self.addEventListener('install',e=>e.waitUntil({asks('service', 'service')}))",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was captured, and what the server was asked for."""

    result: PageCapture
    folder: Path
    paths: frozenset[str]
    port: int


def answer(talk: Talk) -> None:
    head = talk.request.decode("latin-1")
    port = head.partition("Host: ")[2].partition("\r\n")[0].rpartition(":")[2]
    kind, text = TEXTS.get(talk.target, ("text/plain", "x"))
    body = text.replace("PORT", port).encode()
    lines = f"Content-Type: {kind}\r\nAccess-Control-Allow-Origin: *\r\n"
    talk.send(f"HTTP/1.1 200 OK\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def web_socket(talk: Talk) -> None:
    head = talk.request.decode("latin-1")
    key = accept_key(head.partition("Sec-WebSocket-Key: ")[2].partition("\r\n")[0])
    lines = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    talk.send(
        f"HTTP/1.1 101 Switching\r\n{lines}Sec-WebSocket-Accept: {key}\r\n\r\n".encode()
        + ws_frame(1, b"hi")
    )
    talk.pause()


def records(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    with warc_in(folder, "warc").open("rb") as stream:
        for one in ArchiveIterator(stream, no_record_parse=True):
            url = one.rec_headers.get_header("WARC-Target-URI") or ""
            yield one.rec_type, url, one.raw_stream.read()


def engine(*, accepts: bool) -> BrowserEngine:
    return BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid4()),
        allow_private=True,
        is_replayed=False,
        accepts_invalid_tls=accepts,
        observe=None,
        resolve=lambda _host, _port: ["127.0.0.1"],
    )


def server(folder: Path) -> HostileServer:
    paths = (*TEXTS, "/x", *(f"/{name}-came" for name in OTHERS))
    answers = dict.fromkeys(paths, answer)
    tls = Authority().server(folder, host=PAGE, is_self_signed=True)
    return HostileServer({**answers, "/socket": web_socket}, tls=tls)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("accepted")
    with server(folder) as running:
        url = running.url(host=PAGE)
        result = engine(accepts=True).capture(url, folder, Silent())
        paths = frozenset(talk.target for talk in running.talks)
    return Seen(result=result, folder=folder, paths=paths, port=running.port)


def test_all_of_the_page_is_captured(seen: Seen) -> None:
    assert seen.result.verdict is CaptureVerdict.COMPLETE, seen.result.reasons
    came = {f"/{name}-came" for name in ("worker", "shared", "service", "fetch", "ws")}
    assert came | {"/", "/x", "/socket"} <= seen.paths
    recorded = {url for kind, url, _ in records(seen.folder) if kind == "response"}
    hosts = (STRICT, *(f"{name}.test" for name in OTHERS if name != "ws"))
    assert {f"https://{host}:{seen.port}/x" for host in hosts} <= recorded


def test_each_host_is_named_with_what_the_browser_found_wrong(seen: Seen) -> None:
    wrong = "net::ERR_CERT_AUTHORITY_INVALID"
    notes = {note for note in seen.result.notes if note.startswith("tls-not-verified ")}
    hosts = {PAGE, STRICT, *(f"{name}.test" for name in OTHERS)}
    assert notes == {f"tls-not-verified {host} {wrong}" for host in hosts}
    assert seen.result.detail["accepts_invalid_tls"] is True


def test_the_browsers_own_verdict_and_the_chain_are_in_the_record(seen: Seen) -> None:
    (tls,) = (json.loads(body) for _, url, body in records(seen.folder) if url == TLS)
    flags = {one["host"]: one["flags"] for one in tls["verdicts"]}
    assert flags[PAGE] == ["AUTHORITY_INVALID"]
    assert set(flags["img.test"]) == {"AUTHORITY_INVALID", "COMMON_NAME_INVALID"}
    assert tls["certificates"]
    (info,) = (body for kind, _, body in records(seen.folder) if kind == "warcinfo")
    assert b"invalidCertificates: accepted" in info


def test_other_failures_of_tls_are_refused(tmp_path: Path) -> None:
    def speaks_plainly(sock: socket.socket) -> None:
        sock.recv(1)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(speaks_plainly) as port:
        result = engine(accepts=True).capture(f"https://127.0.0.1:{port}/", tmp_path, Silent())
    assert result.verdict is CaptureVerdict.FAILED
    assert result.reasons == ("tls-failed net::ERR_SSL_PROTOCOL_ERROR",)
    assert not [note for note in result.notes if note.startswith("tls-")]
