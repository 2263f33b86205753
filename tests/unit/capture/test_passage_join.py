"""The browser's sockets and the guard's passages are one connection each, found by the port."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evidencekit.capture.guard.names import Lookup
from evidencekit.capture.guard.passages import (
    Passage,
    PassageLog,
    host_and_port,
    lookup_documents,
)
from evidencekit.capture.guard.refusals import bypassing, refused_hosts, why_not_connected
from evidencekit.capture.netlog.exchanges import Exchanges
from evidencekit.capture.netlog.facts import Facts
from evidencekit.capture.netlog.log import Event, NetLog
from evidencekit.capture.netlog.sockets import Socket, Sockets
from evidencekit.capture.recording.documents import FAILURES
from tests.unit.capture.test_netlog import LATER, NEEDED, Log, content

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DOOR = "127.0.0.1:4711"


def log() -> PassageLog:
    made = PassageLog(clock=lambda: NOW)
    made.door = DOOR
    return made


def passage(passages: PassageLog, port: int, ip: str | None, host: str = "a.test") -> Passage:
    made = passages.open(client_port=port)
    made.host, made.port, made.ip = host, 443, ip
    return made


def connected(
    sockets: Sockets,
    number: int,
    port: int,
    *,
    remote: str = DOOR,
    pool: str = "https://a.test <https://a.test same_site>",
) -> Socket:
    """Connect for a pool of connections, which Chromium names by their destination."""
    maker = {"id": number + 1000}
    told(sockets, "SOCKET_POOL_CONNECT_JOB_CREATED", number + 1000, group_id=pool)
    told(sockets, "SOCKET_ALIVE", number, source_dependency=maker, is_begin=True)
    told(sockets, "TCP_CONNECT", number, remote_address=remote, local_address=f"127.0.0.1:{port}")
    return next(one for one in sockets.all() if one.number == number)


def told(
    sockets: Sockets, name: str, number: int, *, is_begin: bool = False, **params: Any
) -> None:
    sockets.take(
        Event(
            name=name,
            source=number,
            at=NOW,
            params=params,
            is_begin=is_begin,
            is_end=not is_begin,
        )
    )


def test_peer_is_the_one_that_the_guard_connected_to() -> None:
    passages = log()
    sockets = Sockets(passages)
    passage(passages, 50_000, "192.0.2.1")
    passage(passages, 50_001, "2001:db8::1")
    assert connected(sockets, 7, 50_001).peer == "[2001:db8::1]:443"
    assert connected(sockets, 5, 50_000).ip == "192.0.2.1"


def test_connection_that_the_guard_takes_late_is_joined_all_the_same() -> None:
    passages = log()
    sockets = Sockets(passages)
    assert connected(sockets, 5, 50_000).peer is None
    passage(passages, 50_000, "192.0.2.1")
    assert sockets.all()[0].peer == "192.0.2.1:443"


def test_port_that_is_used_again_belongs_to_the_next_route() -> None:
    passages = log()
    sockets = Sockets(passages)
    for number, ip in ((5, "192.0.2.1"), (9, "192.0.2.2")):
        connected(sockets, number, 50_000)
        passage(passages, 50_000, ip)
    assert [one.ip for one in sockets.all()] == ["192.0.2.1", "192.0.2.2"]


def test_connection_past_the_guard_shows_as_what_it_is() -> None:
    passages = log()
    sockets = Sockets(passages)
    passage(passages, 50_000, "192.0.2.1")
    past = connected(sockets, 5, 50_000, remote="10.0.0.1:80")
    assert past.peer == "10.0.0.1:80"
    assert bypassing([past.peer], passages.all()) == ("guard-bypassed 10.0.0.1:80",)
    assert bypassing(["192.0.2.1:443"], passages.all()) == ()
    assert connected(sockets, 6, 50_000).ip == "192.0.2.1"  # its use of the port is not counted


def test_peer_behind_an_upstream_proxy_is_nobody() -> None:
    passages = log()
    passage(passages, 50_000, None)
    assert connected(Sockets(passages), 5, 50_000).peer is None


@pytest.mark.parametrize(
    ("host", "port"), [("evil.test", 443), ("a.test", 80), ("A.test", 443), ("", 0)]
)
def test_stranger_who_guessed_a_port_does_not_become_the_server(host: str, port: int) -> None:
    passages = log()
    forged = passage(passages, 50_000, "203.0.113.9", host)
    forged.port = port
    sockets = Sockets(passages)
    socket = connected(sockets, 5, 50_000)
    passage(passages, 50_000, "192.0.2.1")  # the browser's own comes second
    assert (socket.ip, socket.passage, socket.is_unmatched) == (None, None, True)
    assert sockets.all()[0].ip is None


@pytest.mark.parametrize("pool", ["", "a.test:443", "ftp://a.test", "https://", "https://:99999"])
def test_socket_of_which_the_log_does_not_say_whom_it_is_for_has_no_peer(pool: str) -> None:
    passages = log()
    passage(passages, 50_000, "192.0.2.1").host = ""  # has asked for nothing yet
    passages.all()[0].port = 0
    assert connected(Sockets(passages), 5, 50_000, pool=pool).is_unmatched


@pytest.mark.parametrize(
    ("pool", "host", "port"),
    [
        ("https://a.test <https://b.test cross_site>", "a.test", 443),
        ("pm/https://a.test:8443", "a.test", 8443),
        ("disable_cert_network_fetches/dsd/pm/http://a.test <null>", "a.test", 80),
        ("http://[2001:db8::1]:81 <http://[2001:db8::1] same_site>", "2001:db8::1", 81),
    ],
)
def test_destination_stands_in_the_name_of_the_pool(pool: str, host: str, port: int) -> None:
    passages = log()
    passage(passages, 50_000, "192.0.2.1", host).port = port
    assert connected(Sockets(passages), 5, 50_000, pool=pool).ip == "192.0.2.1"


def test_failed_request_is_told_with_what_the_guard_said() -> None:
    passages = log()
    refused = passage(passages, 4, None, "inside.test")
    refused.port, refused.refusal = 80, "address-refused private 10.0.0.1"
    events = Log().ask(1, "http://inside.test/x").end(1, net_error=-120)
    events.add("SOCKET_POOL_CONNECT_JOB_CREATED", 4, group_id="http://inside.test <null>")
    events.tie("SOCKET_ALIVE", 5, 4, phase=1)
    events.add("TCP_CONNECT", 5, 2, remote_address=DOOR, local_address="127.0.0.1:4")
    netlog = NetLog(io.BytesIO(events.write()), NEEDED)
    exchanges = Exchanges(
        netlog,
        was_seen=lambda _url: True,
        error_name=netlog.error_name,
        spool=io.BytesIO,
        closing_at=lambda: LATER,
        sockets=Sockets(passages),
    )
    assert not [content(one.exchange.response.body) for one in exchanges]
    documents: Any = Facts(netlog).documents(exchanges)
    (failure,) = documents[FAILURES]
    assert failure["refusal"] == "address-refused private 10.0.0.1"


def test_name_is_documented_once_and_an_address_is_none() -> None:
    passages = log()
    lookup = Lookup(host="a.test", at=NOW, addresses=("192.0.2.1",))
    for port in (1, 2):
        passage(passages, port, "192.0.2.1").lookup = lookup
    passage(passages, 3, "192.0.2.9").lookup = Lookup(host="192.0.2.9", at=NOW + timedelta(1))
    (document,) = lookup_documents(passages.all())
    assert isinstance(document, dict)
    assert (document["host"], document["dnssec"]) == ("a.test", "not-observed")


def test_reason_of_the_page_is_the_last_that_was_refused() -> None:
    passages = log()
    for refusal in ("name-not-found a.test", "address-refused private 10.0.0.1"):
        passage(passages, 1, None, "b.test").refusal = refusal
    error = "net::ERR_SOCKS_CONNECTION_FAILED"
    assert why_not_connected(error, passages.all()) == "address-refused private 10.0.0.1"
    assert why_not_connected("net::ERR_FAILED", passages.all()) is None
    assert refused_hosts(passages.all()) == ("address-refused private 10.0.0.1 b.test",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.test/x", ("a.test", 80)),
        ("wss://a.test:8443/", ("a.test", 8443)),
        ("https://[::1]/", ("::1", 443)),
        ("http://a.test:99999/", ("", 0)),
        ("data:x", ("", 0)),
    ],
)
def test_host_and_port_are_those_of_the_connection(url: str, expected: tuple[str, int]) -> None:
    assert host_and_port(url) == expected
