"""What recording costs: a page captured up to a finished WARC, and the same visit unrecorded.

Both are the product's own parts: the same Chromium with the same flags, driven by the same client
through the same steps (load, scroll, idle, pictures). The unrecorded one has no network log and no
recorder, and as ``bare`` no guard before it either. Each visit is a process of its own, in turn;
``bench_visit.py`` says what is counted.
"""

import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SIZES = (30, 150)
REACH_WALL, REACH_CPU = 1.15, 1.25
KINDS = ("recorded", "unrecorded", "bare")


@dataclass(frozen=True)
class Cost:
    """One visit, or the median of several."""

    wall_s: float
    cpu_s: float
    rss_mb: float
    """Of our own process, without the browser."""


def main() -> None:
    """Compare, or serve the pages (``--serve``)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if options.serve:
        serve()
    else:
        for size, costs in compare(options.runs):
            for name in KINDS[1:]:
                print(line(size, name, costs["recorded"], costs[name]))


def line(size: int, name: str, ours: Cost, theirs: Cost) -> str:
    """Return one comparison as text."""
    return (
        f"{size:4} resources, against {name:10}"
        f"  wall {ours.wall_s / theirs.wall_s:5.2f} x (reach {REACH_WALL})"
        f"  CPU {ours.cpu_s / theirs.cpu_s:5.2f} x (reach {REACH_CPU})"
        f"  ({ours.wall_s:.2f} / {theirs.wall_s:.2f} s,"
        f" {ours.cpu_s:.2f} / {theirs.cpu_s:.2f} s CPU, {ours.rss_mb:.0f} MB)"
    )


def compare(runs: int) -> Iterator[tuple[int, dict[str, Cost]]]:
    """Yield medians per kind for each page, of interleaved visits after one uncounted each."""
    with served() as port:
        for size in SIZES:
            found: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
            for number in range(runs + 1):
                for kind in KINDS:
                    cost = visit_apart(kind, f"http://127.0.0.1:{port}/{size}/")
                    if number:
                        found[kind].append(cost)
            yield size, {kind: median(costs) for kind, costs in found.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median times and the largest memory."""
    return Cost(
        wall_s=statistics.median(one.wall_s for one in costs),
        cpu_s=statistics.median(one.cpu_s for one in costs),
        rss_mb=max(one.rss_mb for one in costs),
    )


def visit_apart(kind: str, url: str) -> Cost:
    """Do one visit in a process of its own."""
    command = [sys.executable, Path(__file__).with_name("bench_visit.py"), kind, url]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return Cost(**json.loads(done.stdout))


@contextmanager
def served() -> Iterator[int]:
    """Serve the pages from a process of their own, whose time nobody counts."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None  # noqa: S101 (it is PIPE)
            yield int(server.stdout.readline())
        finally:
            server.terminate()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that ends breaks off its connections."""


class Pages(BaseHTTPRequestHandler):
    """``/…/N/`` is a page with N resources: a sixth styles, a sixth scripts, else pictures."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    noise = os.urandom(60_000)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer by the form of the path."""
        name = self.path.strip("/").rpartition("/")[2]
        size = 8_000 + sum(name.encode()) % 40 * 1000
        if self.path.endswith("/") and name.isdecimal():
            kind, body = "text/html", page(int(name))
        elif name.endswith(".css"):
            kind, body = "text/css", b".a { color: red }\n" * (size // 18)
        elif name.endswith(".js"):
            kind, body = "text/javascript", b"window.x = (window.x || 0) + 1;\n" * (size // 32)
        else:
            kind, body = "image/png", picture(self.noise[:size])
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def picture(noise: bytes) -> bytes:
    """Return a picture of one point that carries ``noise`` before it (PNG §11.3, private chunk).

    Noise alone would not do: a browser gives up a picture that it cannot decode, at once or later,
    and then the page is not whole.
    """
    header, line = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0\x80")
    parts = ((b"IHDR", header), (b"noIs", noise), (b"IDAT", line), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def page(size: int) -> bytes:
    """Return HTML that asks for ``size`` resources."""
    one = {0: '<link rel="stylesheet" href="{}.css">', 1: '<script src="{}.js"></script>'}
    tags = (one.get(n % 6, '<img src="{}.png" width="90" height="60">') for n in range(size))
    asked = "\n".join(tag.format(f"r/{n}") for n, tag in enumerate(tags))
    return f"<!doctype html><title>{size}</title><body>{asked}</body>".encode()


def serve() -> None:
    """Serve for ever; the port is the first line of output."""
    server = _Server(("127.0.0.1", 0), Pages)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
