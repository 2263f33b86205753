"""A site whose page a replay gets wrong unless it answers as the site did.

Two frames, one of another site, a video, answers that differ by body and by turn, an address that
changes at every visit, and sockets: what reaches the server is remembered.
"""

import base64
import gzip
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.tools.browser_site import png

# A second of VP8, 160 by 120, recorded by Chromium's MediaRecorder from a canvas.
VIDEO = base64.b64decode(
    "GkXfo59ChoEBQveBAULygQRC84EIQoKEd2VibUKHgQRChYECGFOAZwEAAAAAAAenEU2bdLlNu4tTq4QVSalmU6yBbk27"
    "i1OrhBZUrmtTrIGTTbuLU6uEH0O2dVOsgdRNu4xTq4QcU7trU6yCB5XsrgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAVSalmoCrXsYMPQkBEiYREiXhKTYCGQ2hyb21lV0GGQ2hyb21lFlSua7yuuteBAXPF"
    "h8yXft991JCDgQFV7oEBhoVWX1ZQOOCdsIGguoF4U8CBAVWwkFWxgQFVuYECVbqBDVW7gQEfQ7Z1AQAAAAAABrXngQCg"
    "QLOh54EAAAAQCACdASqgAHgACocIhYWImYSIOAICVBAsA6NF6Z3U8y8XplS+yAel3SVX40E0NOVWx08zBVbHTzKmltRS"
    "uvMrqeghWZeMMpnRAP7l+j5HYQ3YKR9kI90eR5kujwRR+fseooB1ocemxe6BAaXAUAYAnQEqoAB4AAqHCIWFiJmEiDgC"
    "AAYiDwUQnFLSoTilpUJxS0qE4paVCcUtKhOKWlQnFLSoTilpUJsA/uuuAKD7odiBAGMA0QUAKhHAABgJQB0AIHGMZ80A"
    "c8cnJ9KNyOFxwUm/k+bLpj0/B4T34VVixycn0o444P7ff8V4KeGqn7lk+QNoBRJcNU6dRc4u/KzflZu+Ovudv3YgdaGb"
    "ppnugQGllBECACoRwAAYABhYL/QACICBDLAA+4EAoECBod6BAMkAkQYAKhHAABgNMXAoh6m5fIeD65hcwuX6S5NEB1rG"
    "hB2K+92jgMvCSxT8clkSJGhDqzUjmHlK4P7l966zHU5c2yPnJ6nXEOQdL47gBT/gBPZ3WY+tvPz2yCQAdaGbppnugQGl"
    "lBECACoRwAAYABhYL/QACICBDLAA+4FjoECBod6BASsA8QUAKhG0ABgHjOFNB3H+3Z45rHIrZhWE5rSo4sW2FWOnVdiZ"
    "ZkKifM48XRW1shhH0PD+4LWrcwLIIG5jJjixz5jksmTTL/YjJsKLb6+Ip/DzovwYj9FH6hgAdaGbppnugQGllBECACoR"
    "wAAYABhYL/QACICBDLAA+4HJoECPoeuBAY8AsQYAKhGcABgJcBSf+6AhaCsA/sFN8Hd4u7w+JQhcaqQumwX9ySWxn7wJ"
    "BMynTp+TVHkBu8gd0gD+6Wi24YSm5Je6GMXhR05v/Z4P0GaR/1k0drnBtBUb3AwAG0CYMUXhNp/gZH1TAHWhm6aZ7oEB"
    "pZQRAgAqEcAAGAAYWC/0AAiAgQywAPuCASug/KHYgQHzAHEFACoRgAAYCADSg0be3AJmVHSfSfP1Y4Kvuj7bR7uV83tY"
    "+ZVhSdKjpPpPo8D+5fjQ+LnyUzhjg53bByQhe/zpxQoez7n+FC/1Q1x0p/ulz+BgAHWhm6aZ7oEBpZQRAgAqEcAAGAAY"
    "WC/0AAiAgQywAPuCAY+gQJih9IECVwARBgAqEWQAGAhFEpM4BtwDEs4Q5nCGxWM5mr05gohBVqVitzBNQTMPsr5O/445"
    "nCHMzgD+694ehEMpWS8OWCyfgsa2K4I/V+nF0d+nhlz8EzP6/rqkTQEpj2qyP95EfWwGEFFt3H4/oC6H/0BdD6rAdaGb"
    "ppnugQGllBECACoRwAAYABhYL/QACICBDLAA+4IB86BAiqHmgQK7ABEGACoRUAAYYpn+/4Ahkaww4B9HR0n0jjyYygzm"
    "C/lU/Lx746ImKjlVX9ZDj7W+lNI8AP7oN70UIBSU4Ptfls3pGf/hWXKsxpr4bJdlF4Vh2OMMXga1m40lJ05Z05ZwYEAA"
    "daGbppnugQGllBECACoRwBRgAGFgv9AAIgIEMsAA+4ICV6BAjqHqgQMfALEFACoROAAYABr3V/QAG1R8czjj4mcwnJjl"
    "/Z00uy+l485e7Mj1P6u3JyONOOZkAP7tBycJPOqQS8OEpBPFVd4IFTEy5+xyL/5vh4zEvUngfggUf0S374N5wcQkzxjx"
    "X8t95tAQAHWhm6aZ7oEBpZQRAgAqEcAAGAAYWC/0AAiAgQywAPuCArugQICh3IEDgwCRBQAqERwAGAdKqByjl/MAGf9S"
    "f1KjoyOGiTErH9kr0Uwy18p6y4TnT+pUdJ8+AP7q09iKEApKfDOyS9S+l4zhxvFeCOfwL0Gv1AJdAK95rvFJNvNd0egA"
    "daGbppnugQGllBECACoRqAAYABhYL/QACICBDLAA+4IDH6BAn6H7gQPnAFEGACoRBAAYCRAUMAhbbsjXgGdEb3IzhDYr"
    "GczV6cwFZyFYyf4aLRAjL2V8n4ZxvcjOENoA/u7TmNT+L+4325ehkmvKaWsYky0d0Il7K8jOX4pcnF6Z/X8YlxjvdC7K"
    "x2jzixX5yw07NyzWBn8XI/Xbnu/LRigAdaGbppnugQGllBECACoRhAAYABhYL/QACICBDLAA+4IDg6BAhqHigQRLAHEF"
    "ACoQ9AAYABqvV/QAGGR9I4+Pk5kjJHLHbHQh8A8nX5YyfME/XR0dJ9I48wD+7HBldI97HIBSSyL3rNh37vLQhKWVdvWf"
    "086pyBN9mJH/denHvU/PtDL3MRrzdAB1oZumme6BAaWUEQIAKhFkABgAGFgv9AAIgIEMsAD7ggPnHFO7a427i7OBALeG"
    "94EB8YHU"
)
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>되돌려 보기</title>
<link rel="stylesheet" href="/style.css"></head><body>
<h1>Replayed</h1><p id="one">…</p><p id="two">…</p><p id="turns">…</p><p id="busted">…</p>
<img src="/big.png"><iframe src="/frame.html" width="300" height="120"></iframe>
<iframe id="other" width="300" height="120"></iframe>
<video src="/film.webm" muted width="160" height="120"></video>
<video src="/clip.webm" muted width="160" height="120"></video>
<div style="height: 1500px"></div><img loading="lazy" src="/lazy.png">
<script>
other.src = `http://localhost:${location.port}/frame.html?from=another-site`;
const put = (id, answer) => answer.then(r => r.text()).then(t => window[id].textContent = t);
const ask = number => fetch("/ask", {method: "POST", body: JSON.stringify({number}),
  headers: {"Content-Type": "application/json"}});
put("one", ask(1));
put("two", ask(2));
fetch("/turn").then(r => r.text()).then(first => fetch("/turn").then(r => r.text())
  .then(second => turns.textContent = first + " " + second));
put("busted", fetch("/busted?keep=1&_=" + Date.now()));
</script></body></html>"""
FRAME = b"<!doctype html><body style='background: #cde'><p>in a frame</p><img src='/small.png'>"
HTML = {"Content-Type": "text/html; charset=utf-8"}
Reply = tuple[int, dict[str, str], bytes]
FIXED: dict[str, Reply] = {
    "/": (200, HTML, PAGE.encode()),
    "/style.css": (
        200,
        {"Content-Type": "text/css", "Content-Encoding": "gzip"},
        gzip.compress(b"h1 { background: #147; color: #fff; padding: 40px }", mtime=0),
    ),
    "/frame.html": (200, HTML, FRAME),
    "/big.png": (200, {"Content-Type": "image/png"}, png(400, 200, (30, 120, 60))),
    "/small.png": (200, {"Content-Type": "image/png"}, png(60, 40, (120, 30, 160))),
    "/lazy.png": (200, {"Content-Type": "image/png"}, png(300, 300, (220, 160, 20))),
    "/film.webm": (200, {"Content-Type": "video/webm"}, VIDEO),
    "/busted": (200, {"Content-Type": "text/plain"}, b"busted"),
    "/new-each-time": (
        200,
        HTML,
        b"<!doctype html><h1>n</h1><script>fetch('/n/' + crypto.randomUUID());"
        b"new WebSocket('ws://' + location.host + '/socket')</script>",
    ),
    "/hangs": (200, HTML, b"<!doctype html><h1>h</h1><script>onload = () => {for (;;);}</script>"),
    "/animated": (
        200,
        HTML,
        b"<!doctype html><p>steady words<p id=o>0<canvas id=c width=400 height=90></canvas><script>"
        b"setInterval(() => { const p = c.getContext('2d');"
        b"for (let n = 0; n < 40; n++) { p.fillStyle = `hsl(${Math.random() * 360} 90% 40%)`;"
        b"p.fillRect(Math.random() * 400, Math.random() * 90, 60, 60) } }, 40)</script>",
    ),
    "/worker": (
        200,
        HTML,
        b"<!doctype html><p id=w>...</p><script>new Worker('/worker.js').onmessage = m =>"
        b"w.textContent = m.data</script>",
    ),
    "/worker.js": (
        200,
        {"Content-Type": "text/javascript"},
        b"fetch('/busted').then(r => r.text()).then(postMessage)",
    ),
}


@dataclass
class ReplaySite:
    port: int = 0
    asked: list[str] = field(default_factory=list)
    turns: Counter[str] = field(default_factory=Counter)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def reply(self, path: str, body: bytes) -> Reply:
        plain = path.partition("?")[0]
        self.turns[plain] += 1
        match plain:
            case "/ask":
                text = f"answer to {json.loads(body)['number']}"
            case "/clip.webm":  # as most servers answer a player, which asks for bytes=0-
                span = {"Content-Range": f"bytes 0-{len(VIDEO) - 1}/{len(VIDEO)}"}
                return 206, {"Content-Type": "video/webm", **span}, VIDEO
            case "/turn":
                text = f"turn {self.turns[plain]}"
            case _ if plain.startswith("/n/"):
                text = "new"
            case _:
                return FIXED.get(plain, (404, {"Content-Type": "text/plain"}, b"not here"))
        return 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}, text.encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a browser closes connections as it likes


@contextmanager
def replay_site() -> Iterator[ReplaySite]:
    """Serve on a free port of this machine."""
    running = ReplaySite()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            running.asked.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = running.reply(self.path, body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 (a name that http.server looks for)

    server = _Server(("127.0.0.1", 0), Handler)
    running.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
