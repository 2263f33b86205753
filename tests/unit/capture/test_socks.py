"""The guard's door, spoken to in the bytes of RFC 1928 by a client written from it."""

import hashlib
import os
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from evidencekit.capture.guard import socks
from evidencekit.capture.guard.addresses import Guard, allow_any, why_private
from evidencekit.capture.guard.client_owner import NOBODY, owner_of_client
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.passages import Passage
from evidencekit.capture.guard.socks import SocksGuard
from tests.conftest import OTHER_SYSTEM
from tests.tools.tcp import exactly, serving, to_the_end

pytestmark = pytest.mark.network

SUCCEEDED, NOT_ALLOWED, HOST_UNREACHABLE, REFUSED, NO_COMMAND, NO_ADDRESS = 0, 2, 4, 5, 7, 8


def loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def dialer(guard: Guard = allow_any, resolve: Callable[..., Sequence[str]] = loopback) -> Dialer:
    return Dialer(
        guard=guard,
        resolve=resolve,
        observe=None,
        upstream=None,
        connect_s=5,
        clock=lambda: datetime.now(UTC),
    )


@contextmanager
def guarded(made: Dialer | None = None, uid: int | None = None) -> Iterator[SocksGuard]:
    with SocksGuard(made or dialer(), client_uid=uid) as guard:
        yield guard


def passages(guard: SocksGuard) -> tuple[Passage, ...]:
    guard.close()
    return guard._dialer.passages.all()


def greet(guard: SocksGuard, methods: bytes = b"\x00") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", guard.port), 20)
    client.sendall(b"\x05" + bytes([len(methods)]) + methods)
    return client


def ask(
    guard: SocksGuard, host: str | bytes, port: int, *, command: int = 1
) -> tuple[socket.socket, int]:
    """Ask to be connected; a host given as bytes is type and address as they go on the wire."""
    client = greet(guard)
    assert exactly(client, 2) == b"\x05\x00"
    address = host if isinstance(host, bytes) else b"\x03" + bytes([len(host)]) + host.encode()
    client.sendall(bytes([5, command, 0]) + address + struct.pack(">H", port))
    version, reply, _reserved, kind = exactly(client, 4)
    assert (version, kind) == (5, 1)
    exactly(client, 6)
    return client, reply


def echo(sock: socket.socket) -> None:
    while data := sock.recv(65536):
        sock.sendall(data)


def test_bytes_pass_unaltered_and_are_counted_both_ways() -> None:
    up, down = os.urandom(3_000_000), os.urandom(5_000_000)

    def talk(sock: socket.socket) -> None:
        assert hashlib.sha256(exactly(sock, len(up))).digest() == hashlib.sha256(up).digest()
        sock.sendall(down)

    with serving(talk) as port, guarded() as guard:
        client, reply = ask(guard, "page.example", port)
        with client:
            assert reply == SUCCEEDED
            client.sendall(up)
            assert to_the_end(client) == down
        (passage,) = passages(guard)
    assert passage.carried is not None
    assert (passage.carried.sent_bytes, passage.carried.received_bytes) == (len(up), len(down))
    assert (passage.host, passage.port, passage.ip) == ("page.example", port, "127.0.0.1")
    assert passage.refusal is None


@pytest.mark.parametrize("host", [b"\x01" + bytes([127, 0, 0, 1]), "127.0.0.1", "any.example"])
def test_addresses_and_names_are_connected(host: str | bytes) -> None:
    with serving(lambda sock: sock.sendall(b"here")) as port, guarded() as guard:
        client, reply = ask(guard, host, port)
        with client:
            assert (reply, to_the_end(client)) == (SUCCEEDED, b"here")


def test_ipv6_address_is_read_as_one() -> None:
    refusing = dialer(why_private, lambda host, port: [host])
    with guarded(refusing) as guard:
        client, reply = ask(guard, b"\x04" + bytes(15) + b"\x01", 80)
        client.close()
        assert reply == NOT_ALLOWED
        assert passages(guard)[0].refusal == "address-refused loopback ::1"


def test_what_a_client_sends_ahead_reaches_the_server() -> None:
    with serving(echo) as port, guarded() as guard:
        request = b"\x05\x01\x00\x01\x7f\x00\x00\x01" + struct.pack(">H", port)
        with socket.create_connection(("127.0.0.1", guard.port), 20) as client:
            client.sendall(b"\x05\x01\x00" + request + b"ahead")
            client.shutdown(socket.SHUT_WR)
            assert to_the_end(client) == b"\x05\x00" + b"\x05\x00\x00\x01" + bytes(6) + b"ahead"


def test_end_of_sending_is_passed_on_and_the_answer_still_comes() -> None:
    def talk(sock: socket.socket) -> None:
        asked = to_the_end(sock)
        sock.sendall(b"after the end: " + asked)

    with serving(talk) as port, guarded() as guard:
        client, _reply = ask(guard, "a.example", port)
        with client:
            client.sendall(b"question")
            client.shutdown(socket.SHUT_WR)
            assert to_the_end(client) == b"after the end: question"


def test_reset_by_the_server_is_no_clean_end() -> None:
    def talk(sock: socket.socket) -> None:
        sock.sendall(b"half an ans")
        exactly(sock, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with serving(talk) as port, guarded() as guard:
        client, _reply = ask(guard, "a.example", port)
        with client:
            assert exactly(client, 11) == b"half an ans"
            client.sendall(b"x")
            with pytest.raises(ConnectionResetError):
                to_the_end(client)


def test_private_address_behind_a_name_is_refused_and_never_connected() -> None:
    came: list[socket.socket] = []
    with serving(came.append) as port, guarded(dialer(why_private)) as guard:
        client, reply = ask(guard, "inside.example", port)
        client.close()
        (passage,) = passages(guard)
    assert reply == NOT_ALLOWED
    assert passage.refusal == "address-refused loopback 127.0.0.1"
    assert (passage.host, passage.ip, came) == ("inside.example", None, [])


def test_name_that_changes_its_answer_leads_where_it_led_first() -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    rebinding = dialer(resolve=lambda host, port: next(answers))
    with serving(lambda sock: sock.sendall(b"first")) as port, guarded(rebinding) as guard:
        for host in ("changes.example", "Changes.Example", "changes.example."):
            client, reply = ask(guard, host, port)
            with client:
                assert (reply, to_the_end(client)) == (SUCCEEDED, b"first")
        assert {passage.ip for passage in passages(guard)} == {"127.0.0.1"}


def test_unknown_name_and_closed_port_have_replies_of_their_own() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        if host == "nowhere.example":
            raise OSError
        return ["127.0.0.1"]

    with serving(echo) as port:
        pass
    with guarded(dialer(resolve=resolve)) as guard:
        assert _closed(*ask(guard, "nowhere.example", 80)) == HOST_UNREACHABLE
        assert _closed(*ask(guard, "closed.example", port)) == REFUSED
        found = [passage.refusal for passage in passages(guard)]
    assert found == ["name-not-found nowhere.example", "connection-refused"]


@pytest.mark.parametrize("command", [2, 3, 0])
def test_bind_and_udp_are_refused(command: int) -> None:
    with guarded() as guard:
        assert _closed(*ask(guard, "a.example", 80, command=command)) == NO_COMMAND


@pytest.mark.parametrize("address", [b"\x02abcd", b"\x03\x03a\x00b", b"\x03\x02\xff\xfe"])
def test_strange_addresses_are_refused(address: bytes) -> None:
    with guarded() as guard:
        assert _closed(*ask(guard, address, 80)) == NO_ADDRESS


def test_client_that_insists_on_a_login_is_turned_away() -> None:
    with guarded() as guard, greet(guard, b"\x02") as client:
        assert to_the_end(client) == b"\x05\xff"


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", b"\x04\x01", b"\x05", b""])
def test_what_is_not_socks_is_closed_and_the_next_one_served(said: bytes) -> None:
    with serving(lambda sock: sock.sendall(b"ok")) as port, guarded() as guard:
        with socket.create_connection(("127.0.0.1", guard.port), 20) as client:
            client.sendall(said)
            with suppress(OSError):  # it may be closed before it is read
                client.shutdown(socket.SHUT_WR)
                assert to_the_end(client) == b""
        other, reply = ask(guard, "a.example", port)
        with other:
            assert (reply, to_the_end(other)) == (SUCCEEDED, b"ok")


def test_silent_client_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socks, "HANDSHAKE_S", 0.1)
    with guarded() as guard, socket.create_connection(("127.0.0.1", guard.port), 20) as client:
        assert to_the_end(client) == b""


def test_more_connections_than_allowed_wait_for_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socks, "MAX_CONNECTIONS", 1)
    with serving(echo) as port, guarded() as guard:
        first, _reply = ask(guard, "a.example", port)
        served: list[int] = []
        second = threading.Thread(
            target=lambda: served.append(_closed(*ask(guard, "b.example", port)))
        )
        second.start()
        first.sendall(b"still here")
        assert exactly(first, 10) == b"still here"
        assert served == []
        first.close()
        second.join()
        assert served == [SUCCEEDED]


def test_closing_the_guard_ends_what_is_open() -> None:
    with serving(echo) as port, guarded() as guard:
        client, _reply = ask(guard, "a.example", port)
        with client:
            client.sendall(b"x")
            assert exactly(client, 1) == b"x"
            guard.close()
            assert to_the_end(client) == b""
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", guard.port), 2)


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason=OTHER_SYSTEM + "the kernel tells no owners"
)
def test_other_users_of_the_machine_are_turned_away() -> None:
    with guarded(uid=os.getuid() + 1) as guard:
        with greet(guard) as client, suppress(ConnectionResetError):  # it is not even read
            assert to_the_end(client) == b""
        assert passages(guard) == ()
        assert guard._dialer.passages.strangers == 1


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason=OTHER_SYSTEM + "the kernel tells no owners"
)
def test_who_has_closed_already_may_have_been_anybody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        client = socket.create_connection(door.getsockname(), 5)
        server, address = door.accept()
        with server:
            assert owner_of_client(address, server.getsockname()) == os.getuid()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            assert owner_of_client(address, server.getsockname()) == NOBODY


def test_the_user_that_is_expected_comes_in() -> None:
    with serving(lambda sock: sock.sendall(b"ok")) as port, guarded(uid=os.getuid()) as guard:
        client, reply = ask(guard, "a.example", port)
        with client:
            assert (reply, to_the_end(client)) == (SUCCEEDED, b"ok")


def test_route_is_found_by_the_port_that_its_client_came_from() -> None:
    with serving(lambda sock: sock.sendall(b"ok")) as port, guarded() as guard:
        opened = [ask(guard, f"h{n}.example", port)[0] for n in range(5)]
        ports = [client.getsockname()[1] for client in opened]
        for client in opened:
            client.close()
        log = guard._dialer.passages
        found = [log.of_client(port, 0) for port in ports]
        assert [passage.host for passage in found if passage] == [f"h{n}.example" for n in range(5)]
        assert log.of_client(ports[0], 1) is None


def test_second_use_of_a_port_is_another_route() -> None:
    with serving(lambda sock: sock.sendall(b"ok")) as port, guarded() as guard:
        first, _reply = ask(guard, "first.example", port)
        local = first.getsockname()
        to_the_end(first)  # the guard closes before us, so that the port is free again
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        first.close()
        again = socket.socket()
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(local)
        again.connect(("127.0.0.1", guard.port))
        with again:
            again.sendall(b"\x05\x01\x00")
            exactly(again, 2)
            again.sendall(b"\x05\x01\x00\x03\x0esecond.example" + struct.pack(">H", port))
            exactly(again, 10)
        log = guard._dialer.passages
        uses = [log.of_client(local[1], use) for use in (0, 1)]
        assert [one.host for one in uses if one] == ["first.example", "second.example"]


def _closed(client: socket.socket, reply: int) -> int:
    client.close()
    return reply
