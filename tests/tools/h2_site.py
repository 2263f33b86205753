"""A site over TLS that speaks HTTP/2 and HTTP/1.1 and remembers every exchange as it was.

Which of the two is spoken the client chooses (ALPN), unless ``protocols`` leaves it no choice.
Unlike the servers of the standard library it sends heads exactly as they are given: order, case,
duplicates, trailers, early hints. Its certificate is of a CA of its own.
"""

import base64
import hashlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError

Headers = list[tuple[bytes, bytes]]
_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_PIECE = 16_000
_HINTS_AHEAD_S = 0.5  # Chromium loses hints that the head of the answer follows too soon
PING_FRAME = b"\x81\x04echo"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is to be sent, to the byte."""

    status: int = 200
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    trailers: Headers = field(default_factory=list)
    hints: Headers = field(default_factory=list)
    """Of a 103 before the answer (RFC 8297)."""
    is_chunked: bool = False
    hang: bool = False
    """Never end the body."""


@dataclass(kw_only=True)
class Sent:
    """One exchange as the server saw it."""

    protocol: str
    scheme: str
    method: str
    host: str
    path: str
    request_headers: Headers
    """As received, without pseudo-headers."""
    request_body: bytes
    reply: Reply
    is_whole: bool = False
    """Whether everything was handed to the network."""

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


Answer = Callable[[str, str, bytes, Headers], Reply]
"""Given method, path, body and headers of a request."""


@dataclass
class H2Site:
    port: int
    spki: str
    """SHA-256 of the CA's public key, base64."""
    scheme: str = "https"
    sent: list[Sent] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


@contextmanager
def h2_site(
    answer: Answer, folder: Path, *, protocols: Sequence[str] = ("h2", "http/1.1"), tls: bool = True
) -> Iterator[H2Site]:
    """Serve on a free port of 127.0.0.1; the key and certificate are written into ``folder``."""
    chain, spki = _certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.set_alpn_protocols(list(protocols))
    listener = socket.create_server(("127.0.0.1", 0))
    site = H2Site(listener.getsockname()[1], spki, "https" if tls else "http")
    threads: list[threading.Thread] = []

    def serve(raw: socket.socket) -> None:
        with (
            suppress(OSError, ProtocolError),
            raw,
            context.wrap_socket(raw, server_side=True) if tls else raw as sock,
        ):
            is_h2 = isinstance(sock, ssl.SSLSocket) and sock.selected_alpn_protocol() == "h2"
            (_H2(sock, site, answer) if is_h2 else _H1(sock, site, answer)).run()

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, _peer = listener.accept()
                sock.settimeout(30)
                threads.append(threading.Thread(target=serve, args=(sock,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield site
    finally:
        site.closing.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (accepting, *threads):
            thread.join(10)


class _H1:
    """One connection with one request after the other (RFC 9112).

    A target in absolute form, as some proxies send it, is understood (§3.2.2).
    """

    def __init__(self, sock: socket.socket, site: H2Site, answer: Answer) -> None:
        self._sock, self._site, self._answer = sock, site, answer
        self._in = sock.makefile("rb")

    def run(self) -> None:
        with self._in:
            while self._exchange():
                pass

    def _exchange(self) -> bool:
        """Serve one request; returns whether there may be another."""
        line = self._in.readline()
        if line.count(b" ") < 2:
            return False
        method, target, _ = line.decode("latin-1").split(" ", 2)
        path = "/" + target.split("/", 3)[3] if target.startswith("http") else target
        headers: Headers = []
        while one := self._in.readline().rstrip(b"\r\n"):
            name, _, value = one.partition(b":")
            headers.append((name, value.strip()))
        said = {name.lower(): value for name, value in headers}
        body = self._in.read(int(said.get(b"content-length", b"0")))
        sent = Sent(
            protocol="http/1.1",
            scheme=self._site.scheme,
            method=method,
            host=said.get(b"host", b"").decode(),
            path=path,
            request_headers=headers,
            request_body=body,
            reply=self._answer(method, path, body, headers),
        )
        self._site.sent.append(sent)
        if said.get(b"upgrade") == b"websocket":
            self._talk(said[b"sec-websocket-key"], sent)
            return False
        self._reply(sent.reply, method)
        sent.is_whole = True
        return True

    def _reply(self, reply: Reply, method: str) -> None:
        out = [_head(103, reply.hints)] if reply.hints else []
        out.append(_head(reply.status, [*reply.headers, *_framing(reply)]))
        if method != "HEAD" and reply.status not in {204, 304}:
            out.append(_chunked(reply) if reply.is_chunked else reply.body)
        self._sock.sendall(b"".join(out))
        if reply.hang:
            self._site.closing.wait()

    def _talk(self, key: bytes, sent: Sent) -> None:
        accept = base64.b64encode(hashlib.sha1(key + _KEY, usedforsecurity=False).digest())
        head: Headers = [
            (b"Upgrade", b"websocket"),
            (b"Connection", b"Upgrade"),
            (b"Sec-WebSocket-Accept", accept),
        ]
        frames = sent.reply.body or PING_FRAME
        sent.reply = Reply(status=101, headers=head)
        self._sock.sendall(_head(101, head) + frames)
        sent.is_whole = True
        self._sock.recv(1024)


def _head(status: int, headers: Headers) -> bytes:
    lines = [b"HTTP/1.1 %d Said" % status, *(b"%s: %s" % one for one in headers), b"", b""]
    return b"\r\n".join(lines)


def _framing(reply: Reply) -> Headers:
    if reply.status in {204, 304}:
        return []
    if reply.is_chunked:
        return [(b"Transfer-Encoding", b"chunked")]
    return [] if reply.hang else [(b"Content-Length", b"%d" % len(reply.body))]


def _chunked(reply: Reply) -> bytes:
    third = len(reply.body) // 3 or 1
    pieces = [reply.body[i : i + third] for i in range(0, len(reply.body), third)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    trailers = b"".join(b"%s: %s\r\n" % one for one in reply.trailers)
    return chunks + b"0\r\n" + trailers + b"\r\n"


@dataclass
class _Stream:
    headers: Headers
    body: bytes = b""
    sent: Sent | None = None
    left: bytes = b""


class _H2:
    """One connection with many requests (RFC 9113)."""

    def __init__(self, sock: socket.socket, site: H2Site, answer: Answer) -> None:
        self._sock, self._site, self._answer = sock, site, answer
        self._out = H2Connection(
            H2Configuration(
                client_side=False,
                header_encoding=None,
                normalize_inbound_headers=False,
                normalize_outbound_headers=False,
                validate_outbound_headers=False,
            )
        )
        self._streams: dict[int, _Stream] = {}

    def run(self) -> None:
        self._out.initiate_connection()
        self._flush()
        while data := self._sock.recv(65536):
            for event in self._out.receive_data(data):
                self._on(event)
            for number in list(self._streams):
                self._push(number)
            self._flush()

    def _flush(self) -> None:
        self._sock.sendall(self._out.data_to_send())

    def _on(self, event: Event) -> None:
        match event:
            case RequestReceived():
                self._streams[event.stream_id] = _Stream(
                    [(bytes(k), bytes(v)) for k, v in event.headers]
                )
            case DataReceived():
                self._streams[event.stream_id].body += event.data or b""
                self._out.acknowledge_received_data(
                    event.flow_controlled_length or 0, event.stream_id
                )
            case StreamEnded():
                self._begin(event.stream_id, self._streams[event.stream_id])
            case StreamReset():
                self._streams.pop(event.stream_id, None)
            case _:
                pass

    def _begin(self, number: int, stream: _Stream) -> None:
        pseudo = {k: v.decode() for k, v in stream.headers if k.startswith(b":")}
        headers = [one for one in stream.headers if not one[0].startswith(b":")]
        method, path = pseudo[b":method"], pseudo[b":path"]
        reply = self._answer(method, path, stream.body, headers)
        stream.sent = Sent(
            protocol="h2",
            scheme=pseudo[b":scheme"],
            method=method,
            host=pseudo[b":authority"],
            path=path,
            request_headers=headers,
            request_body=stream.body,
            reply=reply,
        )
        self._site.sent.append(stream.sent)
        if reply.hints:
            self._out.send_headers(number, [(b":status", b"103"), *_lower(reply.hints)])
            self._flush()
            time.sleep(_HINTS_AHEAD_S)
        status = (b":status", b"%d" % reply.status)
        length = [] if reply.hang or reply.is_chunked else _framing(reply)
        is_empty = method == "HEAD" or reply.status in {204, 304}
        self._out.send_headers(
            number, [status, *_lower([*reply.headers, *length])], end_stream=is_empty
        )
        if is_empty:
            self._finish(number)
        else:
            stream.left = reply.body

    def _push(self, number: int) -> None:
        stream = self._streams.get(number)
        if stream is None or stream.sent is None:
            return
        while stream.left:
            window = self._out.local_flow_control_window(number)
            size = min(window, _PIECE, self._out.max_outbound_frame_size)
            if size <= 0:
                return
            self._out.send_data(number, stream.left[:size])
            stream.left = stream.left[size:]
            self._flush()
        reply = stream.sent.reply
        if reply.hang:
            return
        if reply.trailers:
            self._out.send_headers(number, _lower(reply.trailers), end_stream=True)
        else:
            self._out.end_stream(number)
        self._finish(number)

    def _finish(self, number: int) -> None:
        stream = self._streams.pop(number)
        if stream.sent is not None:
            stream.sent.is_whole = True


def _lower(headers: Headers) -> Headers:
    return [(name.lower(), value) for name, value in headers]


def _certificates(folder: Path) -> tuple[Path, str]:
    """Write a chain with its key; return it and the hash of the CA's public key."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("authority.test", "authority.test", ca_key, ca_key, is_ca=True)
    leaf = _certificate("site.test", "authority.test", key, ca_key, is_ca=False)
    path = folder / "site.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + leaf.public_bytes(serialization.Encoding.PEM)
        + authority.public_bytes(serialization.Encoding.PEM)
    )
    public = ca_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return path, base64.b64encode(hashlib.sha256(public).digest()).decode()


def _certificate(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signing: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("localhost"),
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signing, hashes.SHA256())
    )
