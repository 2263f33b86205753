"""Which addresses a capture may connect to: the public internet, unless the caller says otherwise.

A page chooses what it links to and where it redirects, so without this a captured page could read
the router, a cloud metadata service or a neighbour's files into the evidence. Ask for every
connection, of the very address that is connected to, never of a name.

What is public by these tables and inside all the same, :mod:`.own_network` knows.

The tables are IANA's special-purpose registries (RFC 6890 and updates, read 2026-11); Python's own
``is_global`` differs between patch releases (CVE-2024-4032).
"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Guard = Callable[[str], str | None]
"""Returns why an address must not be connected to, one stable word, or None where it may."""

_METADATA = frozenset({"169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"})
_V4 = tuple(
    (IPv4Network(network), why)
    for network, why in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),  # RFC 6598, carrier-grade NAT
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmark"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_V6 = tuple(
    (IPv6Network(network), why)
    for network, why in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "private"),  # RFC 8215, NAT64 of a site's own
        ("2001::/23", "reserved"),  # Teredo and other protocol assignments
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),  # RFC 9637
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)
_V4_INSIDE = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("::/96"), 0),  # compatible
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (IPv6Network("2002::/16"), 80),  # 6to4, RFC 3056
)
"""Networks whose addresses carry an IPv4 address, and by how many bits it is shifted."""
_GLOBAL_V6 = IPv6Network("2000::/3")


def why_private(ip: str) -> str | None:
    """Return why ``ip`` is not of the public internet, e.g. ``loopback``, or None where it is."""
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return "unreadable"
    if isinstance(address, IPv4Address):
        return _why_v4(address)
    return _why_v6(address)


def v4_inside(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address to which one of IPv6 leads, None where it leads to none."""
    for network, shift in _V4_INSIDE:
        if address in network:
            return IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return None


def allow_any(ip: str) -> str | None:
    """Allow every address: the guard for those who asked for private ones."""
    del ip
    return None


def _why_v4(address: IPv4Address) -> str | None:
    if str(address) in _METADATA:
        return "metadata"
    return next((why for network, why in _V4 if address in network), None)


def _why_v6(address: IPv6Address) -> str | None:
    if str(address) in _METADATA:
        return "metadata"
    special = next((why for network, why in _V6 if address in network), None)
    if special is not None:
        return special
    inside = v4_inside(address)
    if inside is not None:
        return _why_v4(inside)
    return None if address in _GLOBAL_V6 else "reserved"
