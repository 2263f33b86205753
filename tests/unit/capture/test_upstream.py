"""Behind an upstream proxy: names go to it unresolved, credentials to nobody else."""

import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from evidencekit.capture.guard.addresses import Guard, allow_any, why_private
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.guard.passages import Passage, passage_document
from evidencekit.capture.guard.upstream import Upstream, parse_upstream
from evidencekit.capture.stopped import StoppedError
from evidencekit.errors import BadInput
from tests.tools.tcp import exactly, serving, to_the_end


def dialer(upstream: Upstream, guard: Guard = why_private) -> Dialer:
    def resolve(host: str, port: int) -> Sequence[str]:
        pytest.fail(f"{host} was looked up here")

    return Dialer(
        guard=guard,
        resolve=resolve,
        observe=resolve,  # type: ignore[arg-type]  # never called, as the test says
        upstream=upstream,
        connect_s=5,
        clock=lambda: datetime.now(UTC),
    )


def dial(made: Dialer, host: str, port: int = 443) -> tuple[socket.socket, Passage]:
    passage = made.passages.open()
    return made.dial(passage, host, port), passage


def why(made: Dialer, host: str) -> str:
    passage = made.passages.open()
    with pytest.raises(StoppedError) as stopped:
        made.dial(passage, host, 443)
    assert passage.refusal == stopped.value.reason
    return stopped.value.reason


@contextmanager
def socks(
    asked: list[bytes], *, reply: int = 0, login: tuple[bytes, bytes] | None = None
) -> Iterator[int]:
    """A SOCKS5 server written from RFC 1928 and 1929; afterwards it is the server itself."""

    def talk(sock: socket.socket) -> None:
        methods = exactly(sock, exactly(sock, 2)[1])
        wanted = 0 if login is None else 2
        sock.sendall(bytes([5, wanted if wanted in methods else 0xFF]))
        if login is not None and 2 in methods:
            user = exactly(sock, exactly(sock, 2)[1])
            password = exactly(sock, exactly(sock, 1)[0])
            sock.sendall(bytes([1, (user, password) != login]))
        head = exactly(sock, 4)
        size = {1: 4, 4: 16}.get(head[3]) or exactly(sock, 1)[0]
        asked.append(head[3:] + exactly(sock, size) + exactly(sock, 2))
        sock.sendall(bytes([5, reply, 0, 3, 1]) + b"x" + bytes(2) + b"from there")

    with serving(talk) as port:
        yield port


@contextmanager
def http(asked: list[bytes], answer: bytes) -> Iterator[int]:
    def talk(sock: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += exactly(sock, 1)
        asked.append(head)
        sock.sendall(answer)

    with serving(talk) as port:
        yield port


@pytest.mark.network
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks_proxy_is_given_the_name_and_nothing_is_looked_up_here(scheme: str) -> None:
    asked: list[bytes] = []
    with socks(asked) as port:
        made = dialer(parse_upstream(f"{scheme}://127.0.0.1:{port}"))
        sock, passage = dial(made, "site.example")
        with sock:
            assert to_the_end(sock) == b"from there"
    assert asked == [b"\x03site.example" + struct.pack(">H", 443)]
    assert (passage.ip, passage.lookup) == (None, None)
    assert passage_document(passage)["via"] == f"{scheme}://127.0.0.1:{port}"
    assert passage_document(passage)["peer"] is None


@pytest.mark.network
def test_public_addresses_go_to_the_proxy_as_addresses() -> None:
    asked: list[bytes] = []
    with socks(asked) as port:
        made = dialer(parse_upstream(f"socks5://127.0.0.1:{port}"))
        for host in ("93.184.215.14", "2606:2800:21f::1"):
            dial(made, host)[0].close()
    assert [one[0] for one in asked] == [1, 4]


@pytest.mark.network
def test_login_is_by_user_and_password() -> None:
    asked: list[bytes] = []
    with socks(asked, login=(b"me@here", b"p:w")) as port:
        made = dialer(parse_upstream(f"socks5://me%40here:p%3Aw@127.0.0.1:{port}"))
        dial(made, "site.example")[0].close()
        assert why(dialer(parse_upstream(f"socks5://me:no@127.0.0.1:{port}")), "a.example") == (
            "proxy-login-refused"
        )
        assert why(dialer(parse_upstream(f"socks5://127.0.0.1:{port}")), "a.example") == (
            "proxy-login-refused"
        )
    assert len(asked) == 1


@pytest.mark.network
def test_http_proxy_is_asked_to_connect() -> None:
    asked: list[bytes] = []
    with http(asked, b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nfrom there") as port:
        made = dialer(parse_upstream(f"http://u:p@127.0.0.1:{port}"))
        sock, _passage = dial(made, "site.example")
        with sock:
            assert to_the_end(sock) == b"from there"
    head = asked[0].split(b"\r\n")
    assert head[:2] == [b"CONNECT site.example:443 HTTP/1.1", b"Host: site.example:443"]
    assert b"Proxy-Authorization: Basic dTpw" in head


@pytest.mark.network
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 No\r\n\r\n", "proxy-login-refused"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "proxy-refused 502"),
        (b"nonsense\r\n\r\n", "proxy-refused 0"),
        (b"HTTP/1.1 200 OK\r\n", "proxy-broke-off"),
        (b"x" * 20_000, "proxy-broke-off"),
        (b"", "proxy-broke-off"),
    ],
)
def test_what_an_http_proxy_refuses_is_named(answer: bytes, reason: str) -> None:
    with http([], answer) as port:
        assert why(dialer(parse_upstream(f"http://127.0.0.1:{port}")), "a.example") == reason


@pytest.mark.network
def test_what_a_socks_proxy_refuses_is_named() -> None:
    with socks([], reply=4) as port:
        url = f"socks5://127.0.0.1:{port}"
        assert why(dialer(parse_upstream(url)), "a.example") == "proxy-refused 4"
    assert why(dialer(parse_upstream(url)), "a.example") == "proxy-not-reached"


@pytest.mark.network
@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "address-refused loopback 127.0.0.1"),
        ("127.1", "address-refused loopback 127.0.0.1"),
        ("0x7f000001", "address-refused loopback 127.0.0.1"),
        ("2130706433", "address-refused loopback 127.0.0.1"),
        ("::1", "address-refused loopback ::1"),
        ("::ffff:10.0.0.1", "address-refused private ::ffff:a00:1"),
        ("169.254.169.254", "address-refused metadata 169.254.169.254"),
        ("localhost", "address-refused loopback 127.0.0.1"),
        ("a.LocalHost.", "address-refused loopback 127.0.0.1"),
    ],
)
def test_private_addresses_are_refused_before_the_proxy_is_asked(host: str, reason: str) -> None:
    asked: list[bytes] = []
    with socks(asked) as port:
        upstream = parse_upstream(f"socks5://127.0.0.1:{port}")
        assert why(dialer(upstream), host) == reason
        assert asked == []
        if host == "localhost":  # whoever allows them has them
            dial(dialer(upstream, allow_any), host)[0].close()
            assert len(asked) == 1


def test_credentials_are_in_nothing_that_is_shown() -> None:
    upstream = parse_upstream("socks5://secret-user:secret-word@proxy.example")
    assert upstream.shown == "socks5://proxy.example:1080"
    assert "secret" not in repr(upstream)
    assert dialer(upstream).passages.via == "socks5://proxy.example:1080"


@pytest.mark.parametrize(
    "url",
    [
        "proxy.example:1080",
        "ftp://u:secret-word@proxy.example",
        "socks5://u:secret-word@",
        "socks5://u:secret-word@proxy.example:99999",
        "socks5://u:secret-word@proxy.example/path",
        "socks5://u:secret-word@proxy.example?x=1",
        "socks5://:secret-word@proxy.example",
        "socks5://u:" + "secret-word" * 30 + "@proxy.example",
        "socks5://u:secret-word\x1b@proxy.example",
        "",
    ],
)
def test_what_is_no_proxy_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_upstream(url)
    assert "secret" not in f"{refused.value.message} {refused.value.hint} {refused.value}"


def test_ipv6_proxy_is_shown_in_brackets() -> None:
    assert parse_upstream("http://[::1]:3128").shown == "http://[::1]:3128"
