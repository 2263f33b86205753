"""Run in a network of its own: captures from servers on global addresses of this very machine.

Prints what became of each as JSON. ``unshare -n`` makes the network, :func:`main` its addresses.
"""

import json
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from evidencekit.capture.http.engine import HttpEngine
from evidencekit.protocols import Silent
from tests.tools.tcp import serving

V6, NEIGHBOUR, V4 = "2600:1f18::5", "2600:1f18::9", "8.8.4.1"
_COMMANDS = (
    "link set lo up",
    f"addr add {V6}/64 dev lo",
    f"addr add {V4}/32 dev lo",
    "-6 route add local 2600:1f18::/64 dev lo",  # so that the neighbour answers from here
)
_BIND_TO_NEIGHBOURS = Path("/proc/sys/net/ipv6/ip_nonlocal_bind")
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"


def main() -> None:
    """Capture from each address with and without leave."""
    for command in _COMMANDS:
        subprocess.run(["ip", *command.split()], check=True)
    _BIND_TO_NEIGHBOURS.write_text("1")
    found = {
        f"{ip} {allow_private}": _captured(ip, allow_private=allow_private)
        for ip in (V6, NEIGHBOUR, V4)
        for allow_private in (False, True)
    }
    sys.stdout.write(json.dumps(found))


def _captured(ip: str, *, allow_private: bool) -> list[object]:
    connections: list[socket.socket] = []

    def talk(sock: socket.socket) -> None:
        connections.append(sock)
        sock.recv(65536)
        sock.sendall(_ANSWER)

    engine = HttpEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid4()),
        allow_private=allow_private,
        observe=None,
    )
    host = f"[{ip}]" if ":" in ip else ip
    with tempfile.TemporaryDirectory() as folder, serving(talk, ip) as port:
        done = engine.capture(f"http://{host}:{port}/", Path(folder), Silent())
    return [done.verdict.value, list(done.reasons), len(connections)]


if __name__ == "__main__":
    main()
