"""Serves ReplayWeb.page and one WACZ on loopback, as somebody who hosts both would."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_EMBED = """<!doctype html><body style="margin: 0"><script src="/ui.js"></script>
<replay-web-page source="/capture.wacz" url="{url}" embed="replayonly"
 style="display: block; height: 880px"></replay-web-page>"""
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_SCRIPTS = {"/ui.js": "ui.js", "/sw.js": "sw.js", "/replay/sw.js": "sw.js"}


@contextmanager
def serving(package: Path, wacz: Path, url: str) -> Iterator[str]:  # noqa: C901 (one small class)
    """Yield the address of a page that shows ``url`` out of ``wacz``."""
    content = wacz.read_bytes()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/":
                self._send(200, "text/html", _EMBED.format(url=url).encode())
            elif path == "/capture.wacz":
                self._send_piece()
            elif path in _SCRIPTS:
                self._send(200, "text/javascript", (package / _SCRIPTS[path]).read_bytes())
            else:
                self._send(404, "text/plain", b"")

        do_HEAD = do_GET  # noqa: N815 (a name that http.server looks for)

        def _send_piece(self) -> None:
            found = _RANGE.fullmatch(self.headers.get("Range") or "")
            if found is None:
                self._send(200, "application/wacz", content)
                return
            end = int(found[2]) if found[1] and found[2] else len(content) - 1
            start = int(found[1]) if found[1] else max(0, len(content) - int(found[2]))
            piece = content[start : end + 1]
            where = f"bytes {start}-{start + len(piece) - 1}/{len(content)}"
            self._send(206, "application/wacz", piece, {"Content-Range": where})

        def _send(
            self, status: int, kind: str, body: bytes, more: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            headers = {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}
            for name, value in {**headers, "Accept-Ranges": "bytes"}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
