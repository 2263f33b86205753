"""One request and its answer, recorded whatever happens: a hang, a reset and rubbish are answers.

What a server does never raises here; it is a ``reason`` in the :class:`Reply`, in stable words, and
what was received until then is in the WARC file. :meth:`Fetcher.exchange` may be called by several
threads at once; :meth:`Fetcher.record` is called by one, and so decides the order of the records.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from evidencekit.capture.certificate import certificate_document
from evidencekit.capture.full_disk import why_stopped
from evidencekit.capture.guard.dialing import Dialer
from evidencekit.capture.http.answer import NETWORK_ERRORS, Answer, Reply, why_not
from evidencekit.capture.http.budget import Budget
from evidencekit.capture.http.connections import Connections
from evidencekit.capture.http.cookies import Cookies
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.http.server_trust import ServerTrust
from evidencekit.capture.http.tape import Tape
from evidencekit.capture.http.wire import Connection, Origin, Peer
from evidencekit.capture.stopped import StoppedError
from evidencekit.capture.warc import Exchange, WarcWriter
from evidencekit.capture.without_media.allowed import is_no_text, is_redirect, why_end_at_head
from evidencekit.capture.without_media.codes import Cleaning
from evidencekit.capture.without_media.exchanges import bare_exchange, cleaned_head
from evidencekit.errors import DiskUnavailable
from evidencekit.model.json import Json
from evidencekit.text.catalog import _

_PORTS = {"http": 80, "https": 443}
_CLOSED = "closed-before-answer"
_MAY_BE_CLOSING = frozenset({"no-answer", "connection-reset"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """An exchange that is over and not yet recorded; its tape has to be closed."""

    url: str
    tape: Tape
    answer: Answer
    peer: Peer | None
    """None where there was no connection."""
    use: int
    """The how-manieth request of its connection it was."""

    @property
    def reply(self) -> Reply:
        """What it came to."""
        ip = self.peer.ip if self.peer is not None else None
        return self.answer.reply(self.url, ip=ip, sent_at=self.tape.sent_at)

    @property
    def was_too_late(self) -> bool:
        """Whether the server had closed a kept connection before the request reached it."""
        return self.answer.reason == _CLOSED


class Fetcher:
    """Fetches for the length of one capture, sharing connections, cookies, names and the budget.

    With ``is_without_media`` heads only are recorded, what is no text is ended at its head, and no
    connection is kept.
    """

    def __init__(
        self,
        *,
        headers: Mapping[str, str],
        cookies: Cookies,
        warc: WarcWriter,
        dialer: Dialer,
        trust: ServerTrust,
        limits: Limits,
        budget: Budget,
        folder: Path,
        page_id: str,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        is_without_media: bool = False,
    ) -> None:
        self._is_without_media = is_without_media
        self._cleaning = Cleaning()
        self._headers = headers
        self._cookies = cookies
        self._warc = warc
        self._dialer = dialer
        self._trust = trust
        self.connections = Connections(dialer=dialer, trust=trust, timeout_s=limits.connect_s)
        self._limits = limits
        self._budget = budget
        self._folder = folder
        self._page_id = page_id
        self._clock = clock
        self._monotonic = monotonic
        self._chains: set[tuple[bytes, ...]] = set()
        self._is_stopped = False
        self.exchanges = 0
        self.peers: set[str] = set()
        self.secured: dict[tuple[str, int], Mapping[str, Json]] = {}
        """By host and port: what the event says of the TLS there."""

    @property
    def accepts_invalid_tls(self) -> bool:
        """Whether a certificate that cannot be verified is recorded and accepted."""
        return self._trust.accepts_invalid

    def spent(self) -> str | None:
        """Return why nothing more may be fetched: a limit of the whole capture, or broken off."""
        if self._budget.broken_off is not None:
            return self._budget.broken_off
        if self._monotonic() >= self._budget.deadline:
            return "timed-out total"
        if self._budget.is_spent:
            return f"too-large-total {self._limits.total_bytes}"
        return None

    def fetch(self, url: str, *, headers: Mapping[str, str], keep: bool) -> Reply:
        """GET ``url`` (normal form) without following, and record it."""
        exchanged = self.exchange(url, headers=headers, keep=keep)
        if not self.record(exchanged):
            raise DiskUnavailable(
                _("cannot write the capture: {exc}").format(exc=self._budget.broken_off)
            )
        return exchanged[-1].reply

    def exchange(
        self, url: str, *, headers: Mapping[str, str], keep: bool
    ) -> tuple[Exchanged, ...]:
        """GET ``url`` without following; ``keep`` has the reply hold content too.

        Two where the first came too late on a kept connection: then it was asked again on a new
        one (RFC 9112 §9.3.1), and the second is the answer.
        """
        first = self._exchange(url, headers, keep=keep, is_fresh=False)
        if not first.was_too_late:
            return (first,)
        return first, self._exchange(url, headers, keep=keep, is_fresh=True)

    @property
    def is_broken_off(self) -> bool:
        """Whether :meth:`break_off` was called."""
        return self._budget.broken_off is not None

    def record(self, exchanged: Sequence[Exchanged]) -> bool:
        """Write what was exchanged and close the tapes; returns whether all of it was written.

        A disk that takes no more ends the capture: nothing is fetched that cannot be recorded.
        """
        for one in exchanged:
            with one.tape:
                try:
                    if not self._is_stopped:
                        self._record(one)
                except OSError as exc:  # the writer has taken back what it had begun
                    self.stop(exc)
        return not self._is_stopped

    def stop(self, exc: OSError) -> None:
        """End the capture, for what the disk said."""
        self._is_stopped = True
        self.break_off(f"recording-stopped {why_stopped(exc)}")

    def close(self) -> None:
        """Close all connections."""
        self.connections.close()

    def break_off(self, reason: str) -> None:
        """End what other threads are waiting for, and begin nothing any more.

        What they have received by then is still theirs to hand over. Harmless when repeated.
        """
        self._budget.broken_off = self._budget.broken_off or reason
        self.connections.break_off()

    def _exchange(
        self, url: str, headers: Mapping[str, str], *, keep: bool, is_fresh: bool
    ) -> Exchanged:
        tape = Tape(
            self._folder,
            limits=self._limits,
            budget=self._budget,
            clock=self._clock,
            monotonic=self._monotonic,
            is_head_only=self._is_without_media,
        )
        answer = Answer(keep_bytes=self._limits.parsed_bytes if keep else 0)
        peer, use = None, 0
        try:
            with self.connections.lent(_origin(url), is_fresh=is_fresh) as connection:
                peer, use = connection.peer, connection.uses + 1
                self._receive(connection, url, headers, tape, answer)
        except StoppedError as exc:
            answer.end(exc.reason, exc.truncated)
        except NETWORK_ERRORS as exc:
            stopped = tape.stopped
            answer.end(*((stopped.reason, stopped.truncated) if stopped else why_not(exc, tape)))
        except BaseException:  # ours: a full disk, an interrupt
            tape.close()
            raise
        if tape.is_disk_full:
            self.break_off(str(answer.reason))
        if self._budget.broken_off is not None and answer.reason is not None:
            answer.end(self._budget.broken_off, "unspecified")  # whatever it looked like from here
        if use > 1 and not tape.received_bytes and answer.reason in _MAY_BE_CLOSING:
            answer.end(_CLOSED, None)
        return Exchanged(url=url, tape=tape, answer=answer, peer=peer, use=use)

    def _receive(
        self,
        connection: Connection,
        url: str,
        headers: Mapping[str, str],
        tape: Tape,
        answer: Answer,
    ) -> None:
        tape.require_going_on()
        asked = {**self._headers, **headers, **self._cookies.header(url)}
        response = connection.ask(_target(url), asked, tape)
        answer.begin(response.status, response.headers, at=self._clock())
        self._cookies.take(url, response)
        if self._is_ended_at_head(answer):
            return
        for piece in response.stream(answer.piece_bytes, decode_content=False):
            answer.take(piece)
        wrong = tape.wrong_with_chunks(answer.body_bytes) if response.chunked else None
        if not tape.has_head:  # http.client takes the end of the connection for the line
            answer.end("incomplete-header", "disconnect")
        elif wrong is not None:
            answer.end(*wrong)
        elif not self._is_without_media:  # nor what would come over it unasked
            connection.is_kept = connection.may_go_on(response.status, tape)

    def _is_ended_at_head(self, answer: Answer) -> bool:
        if not self._is_without_media or answer.status is None:
            return False
        why = why_end_at_head(answer.status, answer.headers)
        if why is not None:
            answer.end(is_no_text(why), "unspecified")
        return why is not None or is_redirect(answer.status, answer.headers)

    def _record(self, one: Exchanged) -> None:
        facts = self._facts(one)
        tape, peer = one.tape, one.peer
        if tape.sent_at is None:
            told = self._cleaned(one.url) if self._is_without_media else one.url
            self._warc.write_metadata(told, facts, at=self._clock())
            return
        if peer is not None and peer.ip is not None:
            self.peers.add(peer.ip)
        response = tape.response()
        self.exchanges += 1
        exchange = Exchange(
            url=one.url,
            at=tape.sent_at,
            request=tape.request(),
            response=response,
            ip=peer.ip if peer else None,
            protocols=_protocols(response.head, peer),
            truncated=one.answer.truncated if tape.received_bytes else None,
            page_id=self._page_id,
        )
        if self._is_without_media:
            exchange = bare_exchange(exchange, self._cleaning)
        self._warc.write_exchange(replace(exchange, metadata=facts))  # ours, with certificates

    def _cleaned(self, url: str) -> str:
        return self._cleaning.twice(lambda one: one.text(url))

    def _facts(self, one: Exchanged) -> dict[str, Json]:
        host, peer = urlsplit(one.url).hostname or "", one.peer
        facts: dict[str, Json] = {
            "outcome": one.answer.reason or "complete",
            "resolved": self._dialer.names.known(host),
        }
        if peer is None:
            return facts
        facts["peer"] = {"ip": peer.ip, "port": peer.port}
        facts["connection"] = {"number": peer.connection, "use": one.use}
        interim = one.tape.interim()
        if self._is_without_media:
            head = interim
            interim = self._cleaning.twice(lambda cleaning: cleaned_head(head, cleaning))
        if interim:
            facts["interim_answers_base64"] = b64encode(interim).decode("ascii")
        if one.answer.reason is None and one.tape.beyond_bytes:
            facts["beyond_bytes"] = one.tape.beyond_bytes
        if peer.tls_version is not None:
            origin = _origin(one.url)
            facts["tls"] = self._tls(peer, origin)
            refusal = self.connections.refusal(origin) if not peer.is_verified else None
            self.secured[host, peer.port] = _secured(peer, refusal.why if refusal else None)
        return facts

    def _tls(self, peer: Peer, origin: Origin) -> Json:
        tls: dict[str, Json] = {
            "version": peer.tls_version,
            "cipher": peer.cipher,
            "verified": peer.is_verified,
            "chain_sha256": [sha256(certificate).hexdigest() for certificate in peer.chain],
        }
        refusal = self.connections.refusal(origin) if not peer.is_verified else None
        if refusal is not None:
            tls["refused_before"] = {"error": refusal.why, "code": refusal.code}
            tls["wrong_with_chain"] = self._trust.look_at(peer.chain, origin.host)
        if peer.chain not in self._chains:  # once per file; the digests say which
            tls["chain_der_base64"] = [b64encode(c).decode("ascii") for c in peer.chain]
            self._chains.add(peer.chain)
        return tls


def _origin(url: str) -> Origin:
    parts = urlsplit(url)
    return Origin(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _secured(peer: Peer, refused: str | None) -> dict[str, Json]:
    """Return what the event says of it; ``refused`` is why OpenSSL would not have gone on."""
    return {
        "version": peer.tls_version,
        "cipher": peer.cipher,
        "alpn": None,
        "error": None,
        "chain": tuple(sha256(one).hexdigest() for one in peer.chain),
        "certificate": certificate_document(peer.chain[0]) if peer.chain else None,
        "verdict": {"by": "http", "error": refused, "flags": (), "known_root": None},
    }


def _protocols(head: bytes, peer: Peer | None) -> tuple[str, ...]:
    http_version = "http/1.0" if head.startswith(b"HTTP/1.0") else "http/1.1"
    if peer is None or peer.tls_version is None:
        return (http_version,)
    return (http_version, peer.tls_version.lower().replace("tlsv", "tls/"))
