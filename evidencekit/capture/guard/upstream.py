"""A proxy that a capture goes through because somebody asked for it: ``--proxy URL``.

The proxy looks names up and connects; we see neither the answer nor the address, and say so.
``socks5`` and ``socks5h`` mean the same here, so that no name leaks to the local resolver. User and
password go to the proxy and nowhere else: whatever is shown or stored is :attr:`Upstream.shown`.
"""

import base64
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from evidencekit.capture.stopped import StoppedError
from evidencekit.errors import BadInput
from evidencekit.text.catalog import _

_PORTS = {"socks5": 1080, "socks5h": 1080, "http": 8080}
MAX_HEAD_BYTES = 16 * 1024
_MAX_FIELD = 255  # RFC 1928 §5, RFC 1929 §2: lengths are one octet
_CONNECTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One proxy."""

    scheme: str
    """``socks5``, ``socks5h`` or ``http``."""
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The URL without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_upstream(url: str) -> Upstream:
    """Read what somebody typed; raises :class:`BadInput`, which never repeats a password."""
    parts, port = _split(url.strip())
    if parts is None or parts.scheme not in _PORTS or not parts.hostname:
        raise BadInput(
            _("that is not the URL of a proxy"),
            hint=_("write it as socks5://host:port or http://host:port"),
        )
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise BadInput(_("the URL of a proxy ends after its port"))
    user = unquote(parts.username) if parts.username is not None else None
    password = unquote(parts.password or "")
    if max(len(text.encode()) for text in (user or "", password)) > _MAX_FIELD or user == "":
        raise BadInput(_("the proxy's user name or password cannot be used"))
    return Upstream(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=user,
        password=password,
    )


def tunnel(upstream: Upstream, host: str, port: int, *, timeout_s: float) -> socket.socket:
    """Have the proxy connect to ``host``; raises :class:`StoppedError` with the reason."""
    try:
        sock = socket.create_connection((upstream.host, upstream.port), timeout_s)
    except OSError as exc:
        raise StoppedError("proxy-not-reached") from exc
    speak = _speak_http if upstream.scheme == "http" else _speak_socks
    try:
        speak(sock, upstream, host, port)
    except StoppedError:
        sock.close()
        raise
    except (OSError, EOFError, UnicodeError) as exc:
        sock.close()
        raise StoppedError("proxy-broke-off") from exc
    return sock


def read_exactly(sock: socket.socket, size: int) -> bytes:
    """Return ``size`` bytes; raises ``EOFError`` where the other side ends before."""
    data = bytearray()
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    if url.isprintable() and url.isascii():
        with suppress(ValueError):
            parts = urlsplit(url)
            return parts, parts.port
    return None, None


def _speak_socks(sock: socket.socket, upstream: Upstream, host: str, port: int) -> None:
    """RFC 1928 as a client, with user and password by RFC 1929."""
    sock.sendall(b"\x05\x01\x00" if upstream.user is None else b"\x05\x02\x00\x02")
    version, method = read_exactly(sock, 2)
    if version != 5 or method == 0xFF:  # noqa: PLR2004 (RFC 1928 §3)
        raise StoppedError("proxy-login-refused" if version == 5 else "proxy-broke-off")  # noqa: PLR2004
    if method == 2:  # noqa: PLR2004 (RFC 1928 §3)
        user, password = (upstream.user or "").encode(), upstream.password.encode()
        sock.sendall(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
        if read_exactly(sock, 2)[1] != 0:
            raise StoppedError("proxy-login-refused")
    sock.sendall(b"\x05\x01\x00" + _socks_address(host) + port.to_bytes(2, "big"))
    _version, reply, _reserved, kind = read_exactly(sock, 4)
    if reply != 0:
        raise StoppedError(f"proxy-refused {reply}")
    sizes: dict[int, Callable[[], int]] = {
        1: lambda: 4,
        3: lambda: read_exactly(sock, 1)[0],
        4: lambda: 16,
    }
    if kind not in sizes:
        raise EOFError
    read_exactly(sock, sizes[kind]() + 2)


def _socks_address(host: str) -> bytes:
    for kind, family in ((1, socket.AF_INET), (4, socket.AF_INET6)):
        with suppress(OSError):
            return bytes([kind]) + socket.inet_pton(family, host)
    name = host.encode("ascii")
    if len(name) > _MAX_FIELD:
        raise StoppedError(f"name-not-found {host}")
    return b"\x03" + bytes([len(name)]) + name


def _speak_http(sock: socket.socket, upstream: Upstream, host: str, port: int) -> None:
    """CONNECT (RFC 9110 §9.3.6)."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    login = ""
    if upstream.user is not None:
        pair = base64.b64encode(f"{upstream.user}:{upstream.password}".encode()).decode("ascii")
        login = f"Proxy-Authorization: Basic {pair}\r\n"
    if not (target.isascii() and target.isprintable()) or " " in target:
        raise StoppedError(f"name-not-found {host}")
    sock.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{login}\r\n".encode("ascii"))
    head = bytearray()
    while not head.endswith((b"\r\n\r\n", b"\n\n")):
        if len(head) >= MAX_HEAD_BYTES:
            raise EOFError
        head += read_exactly(sock, 1)  # no more than the head: what follows is the server's
    words = head.split(None, 2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    if status == 407:  # noqa: PLR2004 (RFC 9110 §15.5.8)
        raise StoppedError("proxy-login-refused")
    if status != _CONNECTED:
        raise StoppedError(f"proxy-refused {status}")
