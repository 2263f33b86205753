"""What is known beside the exchanges: TLS as the browser states it, and what the guard did.

The protocol names no port of ours, so an exchange cannot be joined to its connection. Its address
is that of the guard's connections to the same host and port where all of them went to one; else it
is not known. Of TLS the browser states version, cipher and the server's name for each answer, and
keeps a chain for each origin. Whether that chain was received so, nobody says.
"""

import ssl
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from evidencekit.capture.certificate import certificate_document
from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.guard.passages import (
    DNS,
    TCP,
    Passage,
    PassageLog,
    host_and_port,
    lookup_documents,
    passage_document,
)
from evidencekit.capture.guard.servers import Server, gather_servers
from evidencekit.capture.protocol_record.hop import Hop
from evidencekit.capture.protocol_record.said import data_of
from evidencekit.capture.recording.documents import FAILURES, TLS, failures_document, fingerprint
from evidencekit.capture.recording.recorded import Failure
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

MAX_CONNECTIONS = 1000
MAX_ORIGINS = 100
MAX_CHAIN = 10
"""Certificates of one server whose digests go into the event."""
_SAME = ("version", "cipher", "alpn")
NOT_TOLD = "not-told"
"""In the place of the error of a certificate."""
_SOURCE = (
    "as the browser states it; a chain is the one that it keeps for the origin, "
    "not known to be the one received"
)


class Facts:
    """Collects while answers come in; :meth:`documents` when the browser has ended."""

    def __init__(self, passages: PassageLog) -> None:
        self._passages = passages
        self._hosts: set[tuple[str, int]] = set()
        self._past: dict[str, None] = {}
        self._refused: dict[str, None] = {}
        self._secured: dict[tuple[int, str], dict[str, Json]] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._certificates: dict[str, bytes] = {}

    def learn(self, hop: Hop) -> None:
        """Learn from a request of the page, answered or not."""
        self.use(hop.url)
        answer = hop.answer
        if answer is None or answer.is_local:
            return
        if answer.remote is not None and answer.remote != self._passages.door:
            self._past[answer.remote] = None
        if answer.is_insecure and answer.secured is not None:
            self._refused[host_and_port(hop.url)[0]] = None
        key = answer.connection, _origin(hop.url)
        if answer.secured is None or key in self._secured or len(self._secured) >= MAX_CONNECTIONS:
            return
        stated = {"connection": answer.connection or None, "alpn": answer.protocol or None}
        self._secured[key] = {**stated, **answer.secured}

    def use(self, url: str) -> None:
        """Learn that the page itself asked for ``url``."""
        self._hosts.add(host_and_port(url))

    def chain_wanted(self, hop: Hop) -> str | None:
        """Return, once, the origin of an answer whose chain is to be asked for."""
        origin = _origin(hop.url)
        is_secured = hop.answer is not None and hop.answer.secured is not None
        if not is_secured or origin in self._chains or len(self._chains) >= MAX_ORIGINS:
            return None
        self._chains[origin] = ()
        return origin

    def keep_chain(self, origin: str, result: Params | None) -> None:
        """Keep what the browser says of the certificates of an origin."""
        listed = result.get("tableNames") if result is not None else None
        chain = [data_of(one) for one in listed] if isinstance(listed, list) else []
        for der in chain:
            self._certificates[fingerprint(der)] = der
        self._chains[origin] = tuple(fingerprint(der) for der in chain)

    def ip_of(self, url: str) -> str | None:
        """Return the address that ``url`` came from, None where it cannot be told."""
        found = {one.ip for one in self._of(host_and_port(url)) if one.refusal is None}
        return found.pop() if len(found) == 1 else None

    def tls_of(self, hop: Hop) -> str:
        """Return the version of TLS that ``hop`` came over, empty where it is not told.

        After a redirect the browser does not say it again, but names the same connection.
        """
        if hop.answer is None:
            return ""
        if hop.answer.secured is not None:
            return str(hop.answer.secured["version"])
        number = hop.answer.connection
        same = (one for (other, _), one in self._secured.items() if number and other == number)
        return next((str(one["version"]) for one in same), "")

    def carried(self, url: str) -> int:
        """Return how many bytes the guard has brought from the server of ``url``."""
        passages = self._of(host_and_port(url))
        return sum(one.carried.received_bytes for one in passages if one.carried is not None)

    def peers(self) -> tuple[str, ...]:
        """Return whom the page was connected to; what went past the guard first."""
        passages = (one for one in self._passages.all() if self._was_asked_for(one))
        return (*self._past, *(one.peer for one in passages if one.peer is not None))

    def refused(self) -> tuple[tuple[str, str], ...]:
        """Return hosts whose certificates the browser held something against, not said what."""
        return tuple((host, NOT_TOLD) for host in self._refused)

    def servers(self) -> tuple[Server, ...]:
        """Return whom connections led to; TLS where one statement holds for all of a host."""
        return gather_servers((one, self._tls(one)) for one in self._passages.all())

    def _tls(self, passage: Passage) -> Mapping[str, Json] | None:
        place = passage.host, passage.port
        stated = [
            (one, origin)
            for (_number, origin), one in self._secured.items()
            if host_and_port(origin) == place
        ]
        told = {tuple(one[name] for name in _SAME) for one, _origin in stated}
        if len(told) != 1:
            return None
        one, origin = stated[0]
        chain = self._chains.get(origin, ())
        leaf = self._certificates.get(chain[0]) if chain else None
        return {
            "version": one["version"],
            "cipher": one["cipher"],
            "alpn": one["alpn"],
            "error": None,
            "chain": chain[:MAX_CHAIN],
            "certificate": certificate_document(leaf) if leaf is not None else None,
            "verdict": None,
        }

    def documents(self, failures: Iterable[Failure]) -> Mapping[str, Json]:
        """Return the documents by URN.

        A connection to where no request was told of may be one that the page had made in advance,
        or one of the browser itself: it is there, and marked.
        """
        passages = self._passages.all()
        return {
            TLS: {
                "source": _SOURCE,
                "connections": [
                    {**one, "origin": origin, "chain": self._chains.get(origin, ())}
                    for (_number, origin), one in self._secured.items()
                ],
                "verdicts": [],
                "certificates": {
                    name: ssl.DER_cert_to_PEM_cert(der) for name, der in self._certificates.items()
                },
            },
            DNS: lookup_documents(passages),
            TCP: [
                {
                    "at": write_time(one.at),
                    "peer": one.peer,
                    "passage": passage_document(one),
                    "is_asked_for": self._was_asked_for(one),
                }
                for one in passages
            ],
            FAILURES: failures_document(failures, passages),
        }

    def _of(self, place: tuple[str, int]) -> list[Passage]:
        return [one for one in self._passages.all() if (one.host, one.port) == place]

    def _was_asked_for(self, passage: Passage) -> bool:
        return (passage.host, passage.port) in self._hosts


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
