"""How much memory the converter takes for a network log of two gigabytes, and how fast it is.

Makes such a log as it goes, through a pipe as the browser does: a very large download over TLS, and
what the converter skips: the same as ciphertext, and once more as the page was given it. Prints
sizes, time and the peak of resident memory.
"""

import argparse
import base64
import json
import os
import resource
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from evidencekit.capture.netlog import exchanges as netlog_exchanges  # noqa: E402
from evidencekit.capture.netlog import facts as netlog_facts  # noqa: E402
from evidencekit.capture.netlog import to_warc as netlog_warc  # noqa: E402
from evidencekit.capture.warc import WarcWriter  # noqa: E402

PIECE = 32 * 1024
LIMIT_MB = 200
LEAST_SHARE = 0.2  # of the log: a third of its events hold the body, as base64
SOCKET = 1 << 20
SKIPPED = "URL_REQUEST_JOB_FILTERED_BYTES_READ"
NAMES = sorted({*netlog_exchanges.NEEDED, *netlog_facts.NEEDED, SKIPPED})
TYPES = {name: number for number, name in enumerate(NAMES, start=10)}


def main() -> None:
    """Convert and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--bodies", type=int, default=1, help="into how many the download is cut")
    options = parser.parse_args()
    read_end, write_end = os.pipe()
    writing = os.fork()
    if writing == 0:
        os.close(read_end)
        with os.fdopen(write_end, "wb") as out:
            written = write(out, int(options.gigabytes * 1e9), options.bodies)
        print(f"log {written / 1e6:.0f} MB")
        sys.stdout.flush()
        os._exit(0)
    os.close(write_end)
    before = peak_mb()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, os.fdopen(read_end, "rb", 1 << 20) as log:
        recording = netlog_warc.record(
            log,
            Path(folder),
            was_seen=lambda _url: False,
            writer=writer,
            clock=lambda: datetime.now(UTC),
            closing_at=lambda: None,
        )
        size = recording.main.stat().st_size
        exchanges = recording.exchanges
    os.waitpid(writing, 0)
    took = time.perf_counter() - started
    print(f"WARC {size / 1e6:.0f} MB, {exchanges} exchanges, {threading.active_count()} thread")
    print(f"{took:.1f} s, memory {peak_mb():.0f} MB, of that {before:.0f} MB before")
    if size < options.gigabytes * LEAST_SHARE * 1e9:
        raise SystemExit("the body is not in the WARC, so nothing was measured")
    if peak_mb() > LIMIT_MB:
        raise SystemExit(f"more than {LIMIT_MB} MB")


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def writer(path: Path) -> WarcWriter:
    return WarcWriter(
        path,
        software="bench",
        settings={},
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
    )


def write(out: BinaryIO, size: int, bodies: int) -> int:
    """Write a log of about ``size`` bytes; returns how many it became."""
    constants = {
        "logEventTypes": TYPES,
        "logEventPhase": {"PHASE_BEGIN": 1, "PHASE_END": 2, "PHASE_NONE": 0},
        "netError": {},
        "certStatusFlag": {},
        "timeTickOffset": "1795000000000",
    }
    written = out.write(b'{"constants":' + json.dumps(constants).encode() + b',\n"events": [\n')
    for number in range(1, bodies + 1):
        for event in exchange(number, size // bodies):
            written += out.write(event)
    return written + out.write(b'],\n"polledData": []}\n')


def exchange(number: int, size: int) -> Iterator[bytes]:
    """Yield one download whose events make up ``size`` bytes."""
    noise = [base64.b64encode(os.urandom(PIECE)).decode() for _ in range(16)]
    socket, job = SOCKET + number, 2 * SOCKET + number
    yield line("TCP_CONNECT", socket, 2, remote_address="192.0.2.1:443")
    yield line("SSL_CONNECT", socket, 1)
    yield line("URL_REQUEST_START_JOB", number, 1, url=f"https://a.test/{number}", initiator="a")
    yield line("SOCKET_POOL_BOUND_TO_SOCKET", job, 0, source_dependency={"id": socket})
    yield line("HTTP_STREAM_REQUEST_BOUND_TO_JOB", number, 0, source_dependency={"id": job})
    yield line(
        "HTTP_TRANSACTION_SEND_REQUEST_HEADERS",
        number,
        0,
        line=f"GET /{number} HTTP/1.1\r\n",
        headers=["Host: a.test"],
    )
    head = ["HTTP/1.1 200 OK", "Content-Type: video/mp4"]
    raw = "\r\n".join([*head, "", ""]).encode()
    octets = base64.b64encode(raw).decode()
    yield line("SSL_SOCKET_BYTES_RECEIVED", socket, 0, bytes=octets, byte_count=len(raw))
    yield line("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", number, 0, headers=head)
    done = 0
    while done < size:
        piece = noise[done % len(noise)]
        for name, source in (
            ("SOCKET_BYTES_RECEIVED", socket),
            ("SSL_SOCKET_BYTES_RECEIVED", socket),
            (SKIPPED, number),
        ):
            event = line(name, source, 0, bytes=piece, byte_count=PIECE)
            done += len(event)
            yield event
    yield line("REQUEST_ALIVE", number, 2)
    yield line("SOCKET_ALIVE", socket, 2)


def line(name: str, source: int, phase: int, **params: object) -> bytes:
    event = {
        "params": params,
        "phase": phase,
        "source": {"id": source, "start_time": "0", "type": 1},
        "time": "1",
        "type": TYPES[name],
    }
    return json.dumps(event, separators=(",", ":")).encode() + b",\n"


if __name__ == "__main__":
    main()
