"""Addresses of the public internet that lead into this network: our own, and our IPv6 neighbours'.

Behind IPv4 and NAT an inner address is a private one. With IPv6 the router, the printer and the
shelf of disks have global addresses, in the same network as this machine; and a machine may itself
have a public address, on which it serves what only it should see. Both are refused like private
ones, as ``own-network``, unless ``--allow-private``.

Own addresses are those of the interfaces; own networks the prefixes of their global IPv6 addresses
and the routes of IPv6 that need no router. Read once for each capture: what is assigned later is
not known. Linux tells all of it; elsewhere only the address from which this machine would go out is
known, and its network is taken to be a /64 (RFC 4291 §2.5.1). Not seen anywhere: networks of the
same site behind a router of its own, the public IPv4 address of a router that does NAT, and what a
VPN leads to.
"""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path

from evidencekit.capture.guard.addresses import Guard, allow_any, v4_inside, why_private

WHY = "own-network"
_PROC = Path("/proc/net")
_SHORTEST = 48
"""A shorter prefix is no site's own (RFC 6177) but a tunnel's, e.g. 2002::/16 of 6to4."""
_ROUTED = 64
"""A route without a router that is shorter may be all that a VPN takes."""
_SUBNET = 64
_LOCAL_V4 = re.compile(r"\|-- ([0-9.]+)\n\s+/32 host LOCAL")
_UP, _GATEWAY, _REJECT = 0x1, 0x2, 0x200  # linux/route.h
# Documentation addresses (RFC 5737, RFC 3849): connecting a datagram socket sends nothing.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNetwork:
    """What this machine's interfaces say."""

    addresses: frozenset[IPv4Address | IPv6Address]
    networks: frozenset[IPv6Network]

    def holds(self, ip: str) -> bool:
        """Tell whether an address is one of them, or carries one of IPv4 inside."""
        address = ip_address(ip.partition("%")[0])
        if address in self.addresses:
            return True
        if isinstance(address, IPv4Address):
            return False
        return v4_inside(address) in self.addresses or any(
            address in network for network in self.networks
        )


def read_own_network(proc: Path = _PROC) -> OwnNetwork:
    """Ask the system; what it does not tell is left out, and nothing is sent."""
    found = [*_of_linux_v4(proc), *_of_linux_v6(proc)]
    if not found:
        found = list(_of_sockets())
    routed = frozenset(_routed(proc))
    return OwnNetwork(
        addresses=frozenset(address for address, _prefix in found),
        networks=routed
        | {
            IPv6Network((address, prefix), strict=False)
            for address, prefix in found
            if isinstance(address, IPv6Address) and prefix >= _SHORTEST
        },
    )


def capture_guard(
    *, allow_private: bool, read: Callable[[], OwnNetwork] = read_own_network
) -> Guard:
    """Return the guard of one capture: the public internet without ourselves, or everything."""
    if allow_private:
        return allow_any
    own = read()

    def why_not(ip: str) -> str | None:
        why = why_private(ip)
        return WHY if why is None and own.holds(ip) else why

    return why_not


def _of_linux_v4(proc: Path) -> Iterator[tuple[IPv4Address | IPv6Address, int]]:
    for one in _LOCAL_V4.finditer(_text(proc / "fib_trie")):
        yield IPv4Address(one[1]), 32


def _of_linux_v6(proc: Path) -> Iterator[tuple[IPv4Address | IPv6Address, int]]:
    for line in _text(proc / "if_inet6").splitlines():
        address, _index, prefix, *_rest = line.split()
        yield IPv6Address(bytes.fromhex(address)), int(prefix, 16)


def _routed(proc: Path) -> Iterator[IPv6Network]:
    for line in _text(proc / "ipv6_route").splitlines():
        network, prefix, *_rest, flags, device = line.split()
        is_direct = int(flags, 16) & (_UP | _GATEWAY | _REJECT) == _UP
        if is_direct and device != "lo" and int(prefix, 16) >= _ROUTED:
            yield IPv6Network((bytes.fromhex(network), int(prefix, 16)), strict=False)


def _of_sockets() -> Iterator[tuple[IPv4Address | IPv6Address, int]]:
    for family, elsewhere in _ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((elsewhere, 9))
            yield ip_address(str(sock.getsockname()[0]).partition("%")[0]), _SUBNET


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
