"""Asks this machine's name server one question, to see what its answer says of DNSSEC.

The resolver of the system hands out addresses and nothing else. The answer of a name server has
the AD bit: the server says that it has checked the signatures (RFC 4035 §3.2.3). That is worth as
much as the server and the way to it; so what is recorded is the server's word and the packet
itself, for others to read. Nothing is decided by it, and only its header is read here.
"""

import secrets
import socket
import struct
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evidencekit.capture.guard.addresses import why_private
from evidencekit.model.json import Json

PATIENCE_S = 1.0
"""For each name server."""
MAX_SERVERS = 3  # as glibc, MAXNS
MAX_PACKET_BYTES = 1232  # fits into one datagram everywhere (DNS flag day 2020)
_PORT = 53
_CONF = Path("/etc/resolv.conf")
_KINDS = {"A": 1, "AAAA": 28}
_HEADER = struct.Struct(">6H")  # RFC 1035 §4.1.1
_ASK = 0x0120  # RD, and AD: "I understand AD" (RFC 6840 §5.7)
_QR, _AD, _RCODE = 0x8000, 0x0020, 0x000F
_EDNS = struct.pack(">BHHIH", 0, 41, MAX_PACKET_BYTES, 0, 0)  # RFC 6891 §6.1.2
_MAX_LABEL = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsAnswer:
    """One answer of a name server."""

    kind: str
    """``A`` or ``AAAA``."""
    server_is: str
    """Where the server is: ``public``, ``loopback``, ``private`` … never its address, which would
    name the network that the capture was made from."""
    rcode: int
    is_authentic: bool
    """The AD bit."""
    packet: bytes

    def document(self) -> dict[str, Json]:
        """Return it as JSON."""
        return {
            "type": self.kind,
            "server_is": self.server_is,
            "rcode": self.rcode,
            "ad": self.is_authentic,
            "packet_base64": b64encode(self.packet).decode("ascii"),
        }


def observe_dns(name: str, *, servers: Sequence[tuple[str, int]] | None = None) -> list[DnsAnswer]:
    """Ask for A and AAAA of ``name``; empty where no server answers in time. Never fails."""
    for server in name_servers() if servers is None else servers:
        with suppress(OSError, ValueError):
            return [_ask(server, name, kind) for kind in _KINDS]
    return []


def name_servers(conf: Path = _CONF) -> list[tuple[str, int]]:
    """Return the servers that the system names, in its order."""
    try:
        lines = conf.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    found = [w[1] for w in words if len(w) > 1 and w[0] == "nameserver"]
    return [(address, _PORT) for address in found[:MAX_SERVERS]]


def _ask(server: tuple[str, int], name: str, kind: str) -> DnsAnswer:
    """Ask once; raises ``OSError`` or ``ValueError`` where no answer comes of it."""
    question = _name(name) + struct.pack(">HH", _KINDS[kind], 1)
    number = secrets.randbits(16)
    family, _type, _proto, _canon, address = socket.getaddrinfo(
        *server, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    with socket.socket(family, socket.SOCK_DGRAM) as wire:
        wire.settimeout(PATIENCE_S)
        wire.connect(address)  # the kernel drops what others send
        wire.send(_HEADER.pack(number, _ASK, 1, 0, 0, 1) + question + _EDNS)
        packet = wire.recv(MAX_PACKET_BYTES)
    if len(packet) < _HEADER.size + len(question):
        raise ValueError("too short")
    answered, bits, *_counts = _HEADER.unpack_from(packet)
    echo = packet[_HEADER.size : _HEADER.size + len(question)]
    if answered != number or not bits & _QR or echo.lower() != question.lower():
        raise ValueError("an answer to something else")
    return DnsAnswer(
        kind=kind,
        server_is=why_private(server[0]) or "public",
        rcode=bits & _RCODE,
        is_authentic=bool(bits & _AD),
        packet=packet,
    )


def _name(name: str) -> bytes:
    labels = name.encode("ascii").removesuffix(b".").split(b".")
    if not all(0 < len(label) <= _MAX_LABEL for label in labels):
        raise ValueError("not a name that DNS can carry")
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
