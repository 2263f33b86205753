"""Global addresses of this machine and of its network are no part of the public internet."""

import json
import shutil
import subprocess
import sys
from ipaddress import IPv6Network, ip_address
from pathlib import Path

import pytest

from evidencekit.capture.guard.own_network import OwnNetwork, capture_guard, read_own_network
from tests.conftest import OTHER_SYSTEM
from tests.tools.inner_site import NEIGHBOUR, V4, V6

IF_INET6 = """\
26001f18000000000000000000000005 02 40 00 80     eth0
26001f18000100000000000000000007 02 80 00 80     eth0
20025db8000000000000000000000001 05 10 00 80     sit0
fe8000000000000000fc00fffe000001 02 40 20 80     eth0
00000000000000000000000000000001 01 80 10 80       lo
"""
NONE = "0" * 32
ROUTES = "".join(
    f"{network} {prefix} {NONE} 00 {NONE} 00000100 00000001 00000000 {flags} {device}\n"
    for network, prefix, flags, device in (
        ("26001f18000100000000000000000000", "40", "00000001", "eth0"),
        ("26001f18000200000000000000000000", "40", "00000003", "eth0"),  # by a router
        ("26001f18000300000000000000000000", "40", "00200200", "lo"),  # refused
        ("20000000000000000000000000000000", "03", "00000001", "tun0"),  # a VPN takes it all
        (NONE, "00", "00000001", "wg0"),
    )
)
FIB_TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
           |-- 8.8.4.0
              /24 link UNICAST
           |-- 8.8.4.1
              /32 host LOCAL
           |-- 8.8.4.255
              /32 link BROADCAST
Local:
           |-- 127.0.0.1
              /32 host LOCAL
"""


@pytest.fixture
def own(tmp_path: Path) -> OwnNetwork:
    (tmp_path / "if_inet6").write_text(IF_INET6)
    (tmp_path / "ipv6_route").write_text(ROUTES)
    (tmp_path / "fib_trie").write_text(FIB_TRIE)
    return read_own_network(tmp_path)


@pytest.mark.parametrize(
    "ip",
    [
        "2600:1f18::5",
        "2600:1f18::1",  # the router
        "2600:1f18::abcd:ef01:2345:6789%eth0",
        "2600:1f18:1::7",  # assigned without its network
        "2600:1f18:1::9",  # of which a route tells
        "2002:5db8::1",
        "8.8.4.1",
        "::ffff:8.8.4.1",
        "64:ff9b::808:401",
    ],
)
def test_what_leads_to_this_machine_or_its_network_is_refused(own: OwnNetwork, ip: str) -> None:
    assert capture_guard(allow_private=False, read=lambda: own)(ip) == "own-network"
    assert capture_guard(allow_private=True, read=lambda: own)(ip) is None


@pytest.mark.parametrize(
    "ip",
    ["2600:1f18:2::1", "2600:1f18:3::1", "2606:4700::1111", "2002:5db9::1", "8.8.4.2", "8.8.4.255"],
)
def test_what_is_elsewhere_passes(own: OwnNetwork, ip: str) -> None:
    assert capture_guard(allow_private=False, read=lambda: own)(ip) is None


def test_a_better_reason_is_kept(own: OwnNetwork) -> None:
    guard = capture_guard(allow_private=False, read=lambda: own)
    words = [guard(ip) for ip in ("::1", "fe80::fc:ff:fe00:1", "127.0.0.1", "not an address")]
    assert words == ["loopback", "link-local", "loopback", "unreadable"]


def test_interfaces_are_read_once_for_each_capture(own: OwnNetwork) -> None:
    reads: list[OwnNetwork] = []

    def read() -> OwnNetwork:
        reads.append(own)
        return own

    guard = capture_guard(allow_private=False, read=read)
    assert [guard(ip) for ip in ("8.8.4.1", "8.8.4.2", "2600:1f18::1")].count(None) == 1
    assert len(reads) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason=OTHER_SYSTEM + "/proc/net")
def test_this_machine_knows_its_own_loopback() -> None:
    assert ip_address("127.0.0.1") in read_own_network().addresses


@pytest.mark.network
def test_without_proc_the_system_is_asked_by_which_address_it_would_go_out(tmp_path: Path) -> None:
    found = read_own_network(tmp_path)
    assert all(network.prefixlen == 64 for network in found.networks)
    assert {IPv6Network((ip, 64), strict=False) for ip in found.addresses if ip.version == 6} == (
        set(found.networks)
    )


def _can_have_a_network() -> bool:
    if not sys.platform.startswith("linux") or not shutil.which("unshare"):
        return False
    script = "ip link set lo up && echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind"
    tried = subprocess.run(["unshare", "-rn", "sh", "-c", script], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.skipif(
    not _can_have_a_network(), reason=OTHER_SYSTEM + "a network namespace to have addresses in"
)
def test_a_server_on_a_global_address_of_this_machine_is_not_reached_without_leave() -> None:
    command = ["unshare", "-rn", sys.executable, "-m", "tests.tools.inner_site"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, timeout=120)
    for ip in (V6, NEIGHBOUR, V4):
        refused, allowed = (json.loads(done.stdout)[f"{ip} {leave}"] for leave in (False, True))
        assert refused == ["failed", [f"address-refused own-network {ip}"], 0]
        assert (allowed[0], allowed[2] > 0) == ("complete", True)
