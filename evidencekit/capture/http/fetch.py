"""One request and its answer, recorded whatever happens: a hang, a reset and rubbish are answers.

What a server does never raises here; it is a ``reason`` in the :class:`Reply`, in stable words, and
what was received until then is in the WARC file.
"""

import http.client
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.cookies import extract_cookies_to_jar
from urllib3.exceptions import HTTPError, InvalidChunkLength
from urllib3.exceptions import IncompleteRead as CutShort

from evidencekit.capture.address import absolute
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.http.tape import Budget, Tape
from evidencekit.capture.http.wire import Peer, TapedAdapter
from evidencekit.capture.stopped import StoppedError
from evidencekit.capture.warc import Exchange, Truncated, WarcWriter
from evidencekit.capture.without_media.allowed import is_no_text, why_end_at_head
from evidencekit.capture.without_media.codes import Cleaning
from evidencekit.capture.without_media.exchanges import bare_exchange
from evidencekit.model.json import Json

_PIECE = 64 * 1024
_SMALL_PIECE = 512  # of what is read for links: a piece that is cut off never reaches us
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NETWORK = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one request came to."""

    url: str
    status: int | None
    """None where no readable status line arrived."""
    headers: Mapping[str, str]
    """Names in lower case, equal ones joined by a comma."""
    reason: str | None
    """Why this is not a whole answer, None where it is."""
    location: str | None = None
    """Where it redirects, as an absolute URL."""
    content: bytes = b""
    """Start of the body without transfer coding, where it was asked for."""
    is_content_whole: bool = True
    ip: str | None = None
    sent_at: datetime | None = None
    head_at: datetime | None = None
    """When the head of the answer had come; None where none did."""

    @property
    def is_ok(self) -> bool:
        """Whether a whole 2xx answer came."""
        return self.reason is None and self.status is not None and self.status // 100 == 2  # noqa: PLR2004 (RFC 9110 §15)


class Fetcher:
    """Fetches for the length of one capture, sharing cookies, name look-ups and the budget.

    With ``is_without_media`` heads only are recorded, and what is no text is ended at its head.
    """

    def __init__(
        self,
        *,
        session: requests.Session,
        warc: WarcWriter,
        dialer: Dialer,
        tls: ssl.SSLContext,
        limits: Limits,
        budget: Budget,
        folder: Path,
        page_id: str,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        is_without_media: bool = False,
    ) -> None:
        self._is_without_media = is_without_media
        self._session = session
        self._warc = warc
        self._dialer = dialer
        self._tls = tls
        self._limits = limits
        self._budget = budget
        self._folder = folder
        self._page_id = page_id
        self._clock = clock
        self._monotonic = monotonic
        self._chains: set[tuple[bytes, ...]] = set()
        self.exchanges = 0
        self.peers: set[str] = set()

    @property
    def received_bytes(self) -> int:
        """How much has arrived so far, all exchanges together."""
        return self._limits.total_bytes - self._budget.bytes_left

    def spent(self) -> str | None:
        """Return which limit of the whole capture is reached, None where there is room and time."""
        if self._monotonic() >= self._budget.deadline:
            return "timed-out total"
        if self._budget.bytes_left <= 0:
            return f"too-large-total {self._limits.total_bytes}"
        return None

    def fetch(self, url: str, *, headers: Mapping[str, str], keep: bool) -> Reply:
        """GET ``url`` (normal form) once, without following; ``keep`` returns content too."""
        prepared = self._session.prepare_request(requests.Request("GET", url, dict(headers)))
        prepared.url = url  # requests unquotes and quotes again; ours is already what goes out
        tape = Tape(
            self._folder,
            limits=self._limits,
            budget=self._budget,
            clock=self._clock,
            monotonic=self._monotonic,
            is_head_only=self._is_without_media,
        )
        adapter = TapedAdapter(tape=tape, dialer=self._dialer, tls=self._tls)
        with tape, closing(adapter):
            answer = _Answer(keep_bytes=self._limits.parsed_bytes if keep else 0)
            try:
                self._receive(adapter, prepared, answer)
                if not tape.has_head:  # http.client takes the end of the connection for the line
                    answer.end("incomplete-header", "disconnect")
            except StoppedError as exc:
                answer.end(exc.reason, exc.truncated)
            except _NETWORK as exc:
                stopped = tape.stopped
                answer.end(*((stopped.reason, stopped.truncated) if stopped else _why(exc, tape)))
            peer = adapter.peers[-1] if adapter.peers else None
            self._record(url, tape, peer, answer)
        return _reply(url, answer, peer, sent_at=tape.sent_at)

    def _receive(
        self, adapter: TapedAdapter, prepared: requests.PreparedRequest, answer: "_Answer"
    ) -> None:
        # Not Session.send: it would read and inflate the body of a redirect without any limit.
        timeout = (self._limits.connect_s, self._limits.read_s)
        response = adapter.send(prepared, stream=True, timeout=timeout, proxies={})
        with closing(response):
            answer.head_at = self._clock()
            answer.status = response.status_code
            answer.headers = {name.lower(): value for name, value in response.headers.items()}
            extract_cookies_to_jar(  # type: ignore[no-untyped-call]  # not in types-requests
                self._session.cookies, prepared, response.raw
            )
            if self._is_ended_at_head(answer):
                return
            for piece in response.raw.stream(answer.piece_bytes, decode_content=False):
                answer.take(piece)

    def _is_ended_at_head(self, answer: "_Answer") -> bool:
        if not self._is_without_media or answer.status is None:
            return False
        why = why_end_at_head(answer.status, answer.headers)
        if why is not None:
            answer.end(is_no_text(why), "unspecified")
        return why is not None

    def _record(self, url: str, tape: Tape, peer: Peer | None, answer: "_Answer") -> None:
        facts = self._facts(url, peer, answer)
        if tape.sent_at is None:
            told = Cleaning().text(url, is_address=True) if self._is_without_media else url
            self._warc.write_metadata(told, facts, at=self._clock())
            return
        if peer is not None and peer.ip is not None:
            self.peers.add(peer.ip)
        response = tape.response()
        self.exchanges += 1
        exchange = Exchange(
            url=url,
            at=tape.sent_at,
            request=tape.request(),
            response=response,
            ip=peer.ip if peer else None,
            protocols=_protocols(response.head, peer),
            truncated=answer.truncated if tape.received_bytes else None,
            page_id=self._page_id,
        )
        if self._is_without_media:
            exchange = bare_exchange(exchange, Cleaning())
        self._warc.write_exchange(replace(exchange, metadata=facts))  # ours, with certificates

    def _facts(self, url: str, peer: Peer | None, answer: "_Answer") -> dict[str, Json]:
        resolved = self._dialer.names.known(urlsplit(url).hostname or "")
        facts: dict[str, Json] = {"outcome": answer.reason or "complete", "resolved": resolved}
        if peer is None:
            return facts
        facts["peer"] = {"ip": peer.ip, "port": peer.port}
        if peer.tls_version is not None:
            tls: dict[str, Json] = {
                "version": peer.tls_version,
                "cipher": peer.cipher,
                "verified": True,  # or there would have been no exchange
                "chain_sha256": [sha256(certificate).hexdigest() for certificate in peer.chain],
            }
            if peer.chain not in self._chains:  # once per file; the digests say which
                tls["chain_der_base64"] = [b64encode(c).decode("ascii") for c in peer.chain]
                self._chains.add(peer.chain)
            facts["tls"] = tls
        return facts


class _Answer:
    """What is known of an answer while it arrives."""

    def __init__(self, *, keep_bytes: int) -> None:
        self._keep_bytes = keep_bytes
        self.piece_bytes = _SMALL_PIECE if keep_bytes else _PIECE
        self.head_at: datetime | None = None
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.content = bytearray()
        self.body_bytes = 0
        self.reason: str | None = None
        self.truncated: Truncated | None = None

    def take(self, piece: bytes) -> None:
        self.body_bytes += len(piece)
        self.content += piece[: self._keep_bytes - len(self.content)]

    def end(self, reason: str, truncated: Truncated | None) -> None:
        self.reason, self.truncated = reason, truncated


def _reply(url: str, answer: _Answer, peer: Peer | None, *, sent_at: datetime | None) -> Reply:
    given = answer.headers.get("location") if answer.status in _REDIRECTS else None
    return Reply(
        url=url,
        status=answer.status,
        headers=answer.headers,
        reason=answer.reason,
        location=absolute(url, _as_utf8(given)) if given is not None else None,
        content=bytes(answer.content),
        is_content_whole=len(answer.content) == answer.body_bytes,
        ip=peer.ip if peer else None,
        sent_at=sent_at,
        head_at=answer.head_at,
    )


def _as_utf8(value: str) -> str:
    # http.client reads headers as Latin-1; servers that put raw bytes there mean UTF-8.
    return value.encode("latin-1", "replace").decode("utf-8", "replace")


def _protocols(head: bytes, peer: Peer | None) -> tuple[str, ...]:
    http_version = "http/1.0" if head.startswith(b"HTTP/1.0") else "http/1.1"
    if peer is None or peer.tls_version is None:
        return (http_version,)
    return (http_version, peer.tls_version.lower().replace("tlsv", "tls/"))


def _why(exc: BaseException, tape: Tape) -> tuple[str, Truncated | None]:
    """Return reason and truncation for what the libraries raised, by what lies beneath it."""
    causes = list(_causes(exc))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"tls-failed {cause.verify_message}", None
    for kinds, reason, truncated in _FAILURES:
        if any(isinstance(cause, kinds) for cause in causes):
            phase = ("read" if tape.sent else "connect") if reason == "timed-out" else ""
            return f"{reason} {phase}".rstrip(), truncated
    return "malformed-http", "unspecified"


_FAILURES: tuple[tuple[Any, str, Truncated | None], ...] = (
    (ssl.SSLError, "tls-failed protocol", "disconnect"),
    (TimeoutError, "timed-out", "time"),
    (http.client.RemoteDisconnected, "no-answer", None),
    (ConnectionError, "connection-reset", "disconnect"),
    (InvalidChunkLength, "malformed-http", "unspecified"),  # an IncompleteRead by inheritance
    (http.client.LineTooLong, "header-too-large 65536", "length"),
    ((http.client.IncompleteRead, CutShort), "incomplete-body", "disconnect"),
)
"""In this order: the first kind found anywhere beneath an exception is what it was."""


def _causes(exc: BaseException) -> Iterator[BaseException]:
    pending: list[object] = [exc]
    seen: set[int] = set()
    while pending:
        cause = pending.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            pending += [cause.__cause__, cause.__context__, getattr(cause, "reason", None)]
            pending += cause.args
