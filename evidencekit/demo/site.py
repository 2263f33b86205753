"""A harmless web site on loopback, to practise on and to test with: a made-up library's notices.

It has what captures differ in: a style sheet with a background, a script that fetches and draws, a
redirect, a cookie, an answer in gzip, a video with ranges. It serves a fixed list of names and
nothing else from the disk.
"""

import gzip
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

_HERE = Path(__file__).parent
_SITE = _HERE / "site"
_HTML = "text/html; charset=utf-8"
_FILES: Mapping[str, tuple[Path, str]] = {
    "/": (_SITE / "index.html", _HTML),
    "/style.css": (_SITE / "style.css", "text/css; charset=utf-8"),
    "/board.js": (_SITE / "board.js", "text/javascript; charset=utf-8"),
    "/notices.json": (_SITE / "notices.json", "application/json"),
    "/logo.svg": (_SITE / "logo.svg", "image/svg+xml"),
    "/shelf.png": (_SITE / "shelf.png", "image/png"),
    "/paper.png": (_SITE / "paper.png", "image/png"),
    "/garden.jpg": (_SITE / "garden.jpg", "image/jpeg"),
    "/clip.mp4": (_HERE / "samples" / "clip.mp4", "video/mp4"),
}
_MOVED = {"/old": "/", "/index.html": "/"}
_PACKED = frozenset({"/notices.json"})
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_SILENCE_S = 10


@contextmanager
def serve() -> Iterator[str]:
    """Serve on a free port of 127.0.0.1 and yield the base URL, ending in a slash."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "evidencekit-demo"
    sys_version = ""
    timeout: ClassVar[float | None] = _SILENCE_S

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in _MOVED:
            self._answer(HTTPStatus.MOVED_PERMANENTLY, b"", {"Location": _MOVED[path]})
        elif path in _FILES and _FILES[path][0].is_file():
            self._send_file(path)
        else:
            body = "없는 페이지입니다. / No such page.\n".encode()
            self._answer(HTTPStatus.NOT_FOUND, body, {"Content-Type": "text/plain; charset=utf-8"})

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as inherited)
        """Stay silent."""

    def _send_file(self, path: str) -> None:
        file, media_type = _FILES[path]
        content = file.read_bytes()
        headers = {"Content-Type": media_type, "Accept-Ranges": "bytes"}
        if path == "/":
            headers["Set-Cookie"] = "visited=yes; Path=/; SameSite=Lax"
        if path in _PACKED and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            self._answer(HTTPStatus.OK, gzip.compress(content, mtime=0), headers)
            return
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        if asked is None:
            self._answer(HTTPStatus.OK, content, headers)
            return
        self._send_part(content, int(asked[1]), int(asked[2] or len(content) - 1), headers)

    def _send_part(self, content: bytes, first: int, last: int, headers: dict[str, str]) -> None:
        last = min(last, len(content) - 1)
        if first > last:
            unsatisfied = {"Content-Range": f"bytes */{len(content)}"}
            self._answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", unsatisfied)
            return
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        self._answer(HTTPStatus.PARTIAL_CONTENT, content[first : last + 1], headers)

    def _answer(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
