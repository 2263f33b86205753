"""What the server received and sent, against what a recorder wrote: counted, and named.

The measure is an exchange that the server completed. An event stream that never ends is none, and
is counted apart.
"""

import base64
import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

import brotli
import zstandard

from tests.tools.h2_site import Headers, Sent
from tests.tools.recordings import Recorded, Recording, Side

_BODILESS = frozenset({101, 204, 304})
_FRAMING = frozenset({b"transfer-encoding", b"x-crawler-transfer-encoding"})
"""Not compared: chunks are of one hop, and some rename the field since they keep no chunks."""
_WORKERS = frozenset({"/worker.js", "/in-worker", "/sw.js", "/in-service-worker"})


class Body(Enum):
    """How a body was kept."""

    SAME = "as delivered"
    DECODED = "decoded"
    CUT = "cut, and said so"
    DIFFERENT = "different"
    MISSING = "missing"


class Head(Enum):
    """How a head was kept; ``REGROUPED``: the same fields in another order, or spelt otherwise."""

    EXACT = "exact"
    REGROUPED = "regrouped"
    LOSSY = "lossy"
    MISSING = "missing"


KINDS: dict[str, Callable[[Sent], bool]] = {
    "redirects": lambda one: one.reply.status in {301, 302, 307},
    "304": lambda one: one.reply.status == 304,
    "206": lambda one: one.reply.status == 206,
    "preflights": lambda one: one.method == "OPTIONS",
    "beacons": lambda one: one.path == "/beacon",
    "workers": lambda one: one.path in _WORKERS,
}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One completed exchange and what a recorder has of it."""

    sent: Sent
    recorded: Recorded | None
    body: Body
    response: Head
    request: Head
    upload: Body

    @property
    def name(self) -> str:
        return f"{self.sent.method} {self.sent.path} {self.sent.reply.status}"


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What became of one visit."""

    pairs: tuple[Pair, ...]
    invented: tuple[str, ...]
    """Recorded, and never sent by the server."""
    stream: str
    """Of the event stream: ``body``, ``head``, ``none``; ``-`` where it was never asked for."""
    socket: str
    """Of the WebSocket: ``messages``, ``head``, ``none``, ``-``."""
    addresses: int
    """How many recorded exchanges name the server's address."""
    certificates: int
    """How many certificates of the server's chain lie in the files."""

    def bodies(self, kind: Body) -> tuple[str, ...]:
        return tuple(one.name for one in self.pairs if one.body is kind)

    def heads(self, kind: Head, *, of: str) -> int:
        return sum(getattr(one, of) is kind for one in self.pairs)

    def kept(self, kind: str) -> tuple[int, int]:
        """Return how many of ``kind`` are recorded, and how many there were."""
        among = [one for one in self.pairs if KINDS[kind](one.sent)]
        return sum(one.recorded is not None for one in among), len(among)

    def uploads(self) -> tuple[int, int]:
        """Return how many bodies of requests are identical, and how many there were."""
        among = [one for one in self.pairs if one.sent.request_body]
        return sum(one.upload is Body.SAME for one in among), len(among)


@dataclass
class _Left:
    """What is not paired yet."""

    exchanges: list[Recorded] = field(default_factory=list)

    def take(self, sent: Sent) -> Recorded | None:
        fits = [one for one in self.exchanges if _is_of(one, sent)]
        if not fits:
            return None
        best = min(fits, key=lambda one: _unlikeness(sent, one))
        self.exchanges.remove(best)
        return best


def judge(sent: Iterable[Sent], recording: Recording, chain: Sequence[bytes]) -> Findings:
    """Compare; ``chain`` holds the server's certificates in DER."""
    everything = tuple(sent)
    left = _Left(list(recording.exchanges))
    pairs = tuple(_pair(one, left.take(one)) for one in everything if _is_completed(one))
    others = [(one, left.take(one)) for one in everything if not _is_completed(one)]
    streams = [(one, recorded) for one, recorded in others if one.reply.hang]
    sockets = [one for one in pairs if one.sent.reply.status == 101]
    paired = [one.recorded for one in pairs if one.recorded is not None]
    return Findings(
        pairs=pairs,
        invented=tuple(f"{one.method} {one.url} {one.status}" for one in left.exchanges),
        stream=_stream(streams),
        socket=_socket(sockets, recording),
        addresses=sum(one.ip == "127.0.0.1" for one in paired),
        certificates=_certificates(recording, chain),
    )


def _is_completed(sent: Sent) -> bool:
    return sent.is_whole and not sent.reply.hang


def _is_of(recorded: Recorded, sent: Sent) -> bool:
    url = recorded.url.partition("#")[0].replace("ws://", "http://").replace("wss://", "https://")
    return (
        url == sent.url
        and recorded.status == sent.reply.status
        and recorded.method in {sent.method, None}
    )


def _unlikeness(sent: Sent, recorded: Recorded) -> tuple[bool, bool, bool]:
    """Return a key by which the record of this very exchange comes before its look-alikes."""
    return (
        _body(sent, recorded) is not Body.SAME,
        _request(sent, recorded.request) is not Head.EXACT,
        recorded.method is None,
    )


def _pair(sent: Sent, recorded: Recorded | None) -> Pair:
    if recorded is None:
        missing = (Body.MISSING, Head.MISSING, Head.MISSING, Body.MISSING)
        body, response, request, upload = missing
    else:
        body, upload = _body(sent, recorded), _upload(sent, recorded.request)
        response, request = _response(sent, recorded), _request(sent, recorded.request)
    return Pair(
        sent=sent,
        recorded=recorded,
        body=body,
        response=response,
        request=request,
        upload=upload,
    )


def _body(sent: Sent, recorded: Recorded) -> Body:
    is_bodiless = sent.method == "HEAD" or sent.reply.status in _BODILESS
    expected = b"" if is_bodiless else sent.reply.body
    got = recorded.response.body if recorded.response is not None else None
    if sent.reply.status == 101:  # what follows are messages, and counted as such
        return Body.SAME
    if got is None:
        return Body.CUT if recorded.is_cut else Body.MISSING
    if got == expected:
        return Body.SAME
    if got == _decoded(sent):
        return Body.DECODED
    return Body.CUT if recorded.is_cut and expected.startswith(got) else Body.DIFFERENT


def _decoded(sent: Sent) -> bytes:
    return decoded(sent.reply.body, dict(sent.reply.headers).get(b"Content-Encoding", b""))


def decoded(body: bytes, coding: bytes) -> bytes:
    """Return ``body`` without its content coding."""
    match coding:
        case b"gzip":
            return gzip.decompress(body)
        case b"br":
            return bytes(brotli.decompress(body))
        case b"zstd":
            return zstandard.decompress(body)
        case _:
            return body


def _upload(sent: Sent, request: Side | None) -> Body:
    if request is None or request.body is None:
        return Body.MISSING
    return Body.SAME if request.body == sent.request_body else Body.DIFFERENT


def _response(sent: Sent, recorded: Recorded) -> Head:
    side = recorded.response
    if side is None:
        return Head.MISSING
    framing = (
        []
        if sent.reply.status in _BODILESS or sent.reply.hang or sent.reply.is_chunked
        else [(b"Content-Length", b"%d" % len(sent.reply.body))]
    )
    expected = [*sent.reply.headers, *framing]
    if sent.protocol == "h2":
        expected = [(name.lower(), value) for name, value in expected]
        return _head(expected, side.headers)
    has_other_start = bool(side.start) and not side.start.endswith(b" Said")
    found = _head(expected, side.headers)
    return Head.REGROUPED if found is Head.EXACT and has_other_start else found


def _request(sent: Sent, side: Side | None) -> Head:
    if side is None:
        return Head.MISSING
    if sent.protocol != "h2":
        return _head(sent.request_headers, side.headers)
    got = [one for one in side.headers if one[0].lower() != b"host" and one[0][:1] != b":"]
    return _head(sent.request_headers, got)


def _head(expected: Headers, got: Headers) -> Head:
    expected, got = (
        [one for one in side if one[0].lower() not in _FRAMING] for side in (expected, got)
    )
    if expected == got:
        return Head.EXACT
    return Head.REGROUPED if _fields(expected) == _fields(got) else Head.LOSSY


def _fields(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return fields in one order and spelling; a cookie is joined (RFC 9113 §8.2.3)."""
    cookie = b"; ".join(value for name, value in headers if name.lower() == b"cookie")
    rest = sorted((name.lower(), value) for name, value in headers if name.lower() != b"cookie")
    return [(b"cookie", cookie), *rest]


def _stream(streams: Sequence[tuple[Sent, Recorded | None]]) -> str:
    if not streams:
        return "-"
    for sent, recorded in streams:
        if recorded is not None and recorded.response is not None:
            return "body" if recorded.response.body == sent.reply.body else "head"
    return "none"


def _socket(sockets: Sequence[Pair], recording: Recording) -> str:
    if not sockets:
        return "-"
    if b"echo" in recording.messages:
        return "messages"
    return "head" if any(one.recorded is not None for one in sockets) else "none"


def _certificates(recording: Recording, chain: Sequence[bytes]) -> int:
    everything = b"".join(recording.beside).replace(b"\\n", b"").replace(b"\n", b"")
    return sum(base64.b64encode(der) in everything for der in chain)
