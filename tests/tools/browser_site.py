"""A web site on loopback that does what real pages do, and remembers every byte it was asked.

Made for the browser engine: what the site sent and received is the truth that a capture is
compared with.
"""

import gzip
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli

from tests.tools import lively_pages

TALL_PX = 3000
DATA_JSON = b'{"text": "from-gzip-json"}'
MODULE_JS = b'export const text = "from-brotli-module";'
UPLOAD = b"name=\xea\xb0\x80&blob=" + bytes(range(256)) * 40

INDEX = f"""<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>증거 page</title>
<link rel="stylesheet" href="/style.css">
</head><body>
<h1 id="h">제목 heading</h1>
<p id="json">…</p><p id="module">…</p><p id="post">…</p><p id="redirected">…</p>
<img id="here" src="/here.png"><img src="/missing.png">
<iframe src="/frame.html"></iframe>
<div style="height: {TALL_PX}px"></div>
<img id="lazy" loading="lazy" src="/lazy.png" width="20" height="20">
<p id="end">the end</p>
<script>
const put = (id, text) => document.getElementById(id).textContent = text;
fetch("/data.json").then(r => r.json()).then(j => put("json", j.text));
import("/module.js").then(m => put("module", m.text));
const bytes = new Uint8Array({len(UPLOAD)});
const upload = {list(UPLOAD)};
upload.forEach((b, i) => bytes[i] = b);
fetch("/upload", {{method: "POST", body: new Blob([bytes])}})
  .then(r => r.text()).then(t => put("post", t));
fetch("/moved").then(r => r.text()).then(t => put("redirected", t));
fetch("/etag").then(() => fetch("/etag"));
navigator.sendBeacon("/beacon", "beacon-body");
fetch("/range", {{headers: {{Range: "bytes=0-3"}}}});
</script>
</body></html>"""

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    body: bytes


@dataclass
class Site:
    port: int
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """Ends the answers that hang."""

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def paths(self) -> set[str]:
        return {one.path for one in self.asked}


def png(width: int = 40, height: int = 30, colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _html(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return status, {"Content-Type": "text/html; charset=utf-8", **(headers or {})}, text.encode()


def _page(body: str) -> Answer:
    return _html(f"<!doctype html><title>t</title><body>{body}</body>")


NOT_HERE: Answer = (404, {"Content-Type": "text/plain"}, b"not here")
GZIPPED = gzip.compress(DATA_JSON, mtime=0)
BROTLIED = brotli.compress(MODULE_JS)
FIXED: dict[str, Answer] = {
    "/": _html(INDEX, headers={"X-Korean": "한글", "Set-Cookie": "secret=token"}),
    "/style.css": (200, {"Content-Type": "text/css"}, b"h1 { color: rgb(10, 120, 10) }"),
    "/data.json": (
        200,
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        GZIPPED,
    ),
    "/module.js": (
        200,
        {"Content-Type": "text/javascript", "Content-Encoding": "br"},
        BROTLIED,
    ),
    "/moved": (302, {"Location": "/target.txt"}, b""),
    "/target.txt": (200, {"Content-Type": "text/plain"}, b"redirect-target"),
    "/here.png": (200, {"Content-Type": "image/png"}, png()),
    "/lazy.png": (200, {"Content-Type": "image/png"}, png(20, 20, (10, 10, 220))),
    "/frame.html": _page("<p>in-frame</p><img src='/in-frame.png'>"),
    "/in-frame.png": (200, {"Content-Type": "image/png"}, png(8, 8)),
    "/beacon": (204, {}, b""),
    "/names-an-icon": _page("<img src='/favicon.ico'><iframe src='/favicon.ico'></iframe>"),
    "/small": _page("<h1>small</h1>"),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/gone": _html("<title>gone</title><p>no such page", 404),
    "/challenge": _html("<title>wait</title><script src='/cdn-cgi/challenge-platform/x'>", 403),
    "/alert": _page("<script>alert('blocks'); document.body.append('after-alert')</script>"),
    "/popup": _page("<script>window.open('/popped'); window.open('/popped-2')</script>"),
    "/spin": _page("<p>before</p><script>onload = () => { for (;;); }</script>"),
    "/download": (
        200,
        {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"},
        b"x" * 1000,
    ),
    "/waits": _page("<p>shown</p><img src='/hang'>"),
    "/worker": _page(
        "<p id=w>…</p><script>navigator.serviceWorker.register('/sw.js').then(() =>"
        "navigator.serviceWorker.ready).then(() => fetch('/through')).then(r => r.text())"
        ".then(t => w.textContent = t)</script>"
    ),
    "/sw.js": (
        200,
        {"Content-Type": "text/javascript"},
        b"onactivate = e => e.waitUntil(clients.claim());"
        b"onfetch = e => e.respondWith(fetch(e.request));",
    ),
    "/through": (200, {"Content-Type": "text/plain"}, b"from-origin"),
    "/live": _page(
        "<p id=e>…</p><script>new EventSource('/events').onmessage = m => "
        "e.textContent = m.data</script>"
    ),
    "/cross": _page(
        "<script>document.write(`<iframe src='http://localhost:${location.port}/frame.html'>`)"
        "</script>"
    ),
    "/many": _page("".join(f"<img src='/n/{n}.png'>" for n in range(30))),
}


def _answer(asked: Asked, headers: Any, site: Site) -> Answer | None:
    match asked.path:
        case "/upload":
            return 200, {"Content-Type": "text/plain"}, f"got {len(asked.body)}".encode()
        case "/etag" if headers.get("If-None-Match"):
            answer: Answer | None = (304, {"ETag": '"1"'}, b"")
        case "/etag":
            answer = (200, {"ETag": '"1"', "Cache-Control": "no-cache"}, b"etagged")
        case "/range":
            answer = (206, {"Content-Range": "bytes 0-3/10"}, b"0123")
        case "/hang":
            site.released.wait()
            answer = None
        case path if path.startswith("/n/"):
            answer = (200, {"Content-Type": "image/png"}, png(30, 30) + bytes(20_000))
        case path:
            answer = lively_pages.answer(path, headers) or FIXED.get(path, NOT_HERE)
    return answer


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:  # noqa: C901 (one small class)
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            self._reply()

        do_POST = do_OPTIONS = do_GET  # noqa: N815 (names that http.server looks for)

        def _reply(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            asked = Asked(method=self.command, path=self.path, body=self.rfile.read(size))
            site.asked.append(asked)
            if self.path == "/events":
                self._stream()
            elif self.path == "/endless.wav":
                self._play()
            elif self.path == "/ws":
                self._talk()
            else:
                self._send(_answer(asked, self.headers, site))

        def _send(self, answer: Answer | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value.encode().decode("latin-1"))
            if status not in {204, 304}:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"data: first\n\n")
            self.wfile.flush()
            site.released.wait()

        def _play(self) -> None:
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "audio/wav")
            self.end_headers()
            self.wfile.write(lively_pages.wav_head())
            while not site.released.wait(0.05):
                self.wfile.write(bytes([128]) * 4000)

        def _talk(self) -> None:
            self.close_connection = True
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            key = self.headers["Sec-WebSocket-Key"]
            self.send_header("Sec-WebSocket-Accept", lively_pages.accept_key(key))
            self.end_headers()
            heard = lively_pages.ws_read(self.rfile)
            site.asked.append(Asked(method="MESSAGE", path="/ws", body=heard))
            self.wfile.write(lively_pages.ws_frame(1, heard))
            self.wfile.write(lively_pages.ws_frame(2, lively_pages.WS_BYTES))
            site.released.wait()

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a browser closes connections as it likes


@contextmanager
def site(certificate: Path | None = None) -> Iterator[Site]:
    """Serve on a free port; with ``certificate`` (PEM of key and chain) over TLS."""
    running = Site(port=0, scheme="https" if certificate else "http")
    with _serving(lambda: _handler(running), certificate) as port:
        running.port = port
        try:
            yield running
        finally:
            running.released.set()


@contextmanager
def replay(
    answers: dict[str, tuple[int, list[tuple[str, str]], bytes]], port: int
) -> Iterator[None]:
    """Serve recorded answers by path and nothing else, where the site was."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answers.get(self.path, (410, [], b""))
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in {"content-length", "connection"}:
                    self.send_header(name, value.encode().decode("latin-1"))
            if status not in {204, 304}:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

    with _serving(lambda: Handler, None, port):
        yield


@contextmanager
def _serving(
    handler: Callable[[], type[BaseHTTPRequestHandler]], certificate: Path | None, port: int = 0
) -> Iterator[int]:
    server = _Server(("127.0.0.1", port), handler())
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
