"""What is known beside the exchanges: certificates judged, names, connections, failures.

All of it is of the connections that the page itself used. The verdict on a certificate is the
browser's own, against its own roots at that time; it is recorded, not repeated. Names and addresses
are what the guard resolved and connected to; the browser has no part in that.
"""

import binascii
import ssl
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from evidencekit.capture.certificate import certificate_document
from evidencekit.capture.guard.passages import (
    DNS,
    TCP,
    lookup_documents,
    passage_document,
)
from evidencekit.capture.guard.servers import Server, gather_servers
from evidencekit.capture.netlog.exchanges import Exchanges
from evidencekit.capture.netlog.log import Event, NetLog
from evidencekit.capture.netlog.sockets import Socket
from evidencekit.capture.recording.documents import (
    FAILURES,
    TLS,
    failures_document,
    fingerprint,
)
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

NEEDED = frozenset({"CERT_VERIFIER_JOB"})
MAX_DEPTH = 8  # of what is copied from the log
MAX_CHAIN = 10
"""Certificates of one server whose digests go into the event."""


class Facts:
    """Collects while the log is read; :meth:`documents` when it is over."""

    def __init__(self, log: NetLog) -> None:
        self._log = log
        self._hosts: dict[int, str] = {}
        self._judged: dict[int, str | None] = {}
        self._verdicts: list[tuple[str, dict[str, Json]]] = []
        self._verdict_of: dict[tuple[str, str], dict[str, Json]] = {}
        self._certificates: dict[str, str] = {}

    def take(self, event: Event) -> None:
        """Learn from ``event`` if it is one of :data:`NEEDED`."""
        match event.name:
            case "CERT_VERIFIER_JOB" if event.is_begin:
                self._hosts[event.source] = _host(event.text("host"))
                self._judged[event.source] = _leaf(event.lines("certificates"))
            case "CERT_VERIFIER_JOB" if event.is_end:
                host, leaf = self._hosts.get(event.source, ""), self._judged.get(event.source)
                verdict = self._verdict(event)
                self._verdicts.append((host, verdict))
                if leaf is not None:
                    self._verdict_of[host, leaf] = verdict
            case _:
                pass

    def refused(self, exchanges: Exchanges) -> tuple[tuple[str, str], ...]:
        """Return hosts of the page and what the browser found wrong with their certificates."""
        found = (
            (host, str(verdict["error"]))
            for host, verdict in self._verdicts
            if verdict["error"] is not None and not exchanges.is_own_host(host)
        )
        return tuple(dict.fromkeys(found))

    def documents(self, exchanges: Exchanges) -> Mapping[str, Json]:
        """Return the documents by URN, without what only the browser itself asked."""
        connections = exchanges.page_connections()
        secured = [self._secured(one) for one in connections if one.is_tls]
        verdicts = [v for host, v in self._verdicts if not exchanges.is_own_host(host)]
        return {
            TLS: {
                "connections": secured,
                "verdicts": verdicts,
                "certificates": {
                    name: self._certificates[name] for name in _named([*secured, *verdicts])
                },
            },
            DNS: lookup_documents(one.passage for one in connections if one.passage is not None),
            TCP: [_connection(one) for one in connections],
            FAILURES: failures_document(
                exchanges.failures, (one.passage for one in connections if one.passage is not None)
            ),
        }

    def servers(self, exchanges: Exchanges) -> tuple[Server, ...]:
        """Return whom the page's connections led to, and what the browser saw of their TLS.

        A verdict is of a certificate for a host: another port may have another certificate.
        """
        return gather_servers(
            (one.passage, self._tls(one, one.passage.host) if one.is_tls else None)
            for one in exchanges.page_connections()
            if one.passage is not None
        )

    def _tls(self, socket: Socket, host: str) -> dict[str, Json]:
        verdict = self._verdict_of.get((host, _leaf(socket.certificates) or ""))
        suite = socket.tls.get("cipher_suite")
        leaf = socket.certificates[0] if socket.certificates else None
        der = _der(leaf) if leaf is not None else None
        return {
            "version": socket.tls.get("version"),
            "cipher": cipher_name(suite) if isinstance(suite, int) else None,
            "alpn": socket.tls.get("next_protocol"),
            "error": self._log.error_name(socket.error) if socket.error else None,
            "chain": self._chain(socket.certificates)[:MAX_CHAIN],
            "certificate": certificate_document(der) if der is not None else None,
            "verdict": _short(verdict) if verdict is not None else None,
        }

    def _secured(self, socket: Socket) -> dict[str, Json]:
        return {
            **_connection(socket),
            **socket.tls,
            "chain": self._chain(socket.certificates),
            "error": self._log.error_name(socket.error) if socket.error else None,
        }

    def _verdict(self, event: Event) -> dict[str, Json]:
        error = event.number("net_error")
        verified = event.params.get("verified_cert")
        chain = verified.get("certificates") if isinstance(verified, dict) else None
        return {
            "host": self._hosts.get(event.source, ""),
            "at": write_time(event.at),
            "error": self._log.error_name(error) if error else None,
            "flags": self._log.certificate_flags(event.number("cert_status")),
            "is_issued_by_known_root": event.params.get("is_issued_by_known_root") is True,
            "ct_compliance": event.text("ct_compliance_status"),
            "scts": _copied(event.params.get("scts")),
            "chain": self._chain(chain if isinstance(chain, list) else ()),
        }

    def _chain(self, certificates: Iterable[object]) -> tuple[str, ...]:
        """Keep each certificate once and return their SHA-256 in order."""
        names = []
        for pem in certificates:
            name = _fingerprint(pem) if isinstance(pem, str) else None
            if name is not None:
                self._certificates[name] = str(pem)
                names.append(name)
        return tuple(names)


def _named(entries: Iterable[Mapping[str, Json]]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for entry in entries:
        chain = entry["chain"]
        if isinstance(chain, tuple):
            names.update(dict.fromkeys(str(name) for name in chain))
    return tuple(names)


def _connection(socket: Socket) -> dict[str, Json]:
    return {
        "socket": socket.number,
        "at": write_time(socket.at),
        "peer": socket.peer,
        "passage": passage_document(socket.passage) if socket.passage is not None else None,
    }


def _host(text: str) -> str:
    """Return the bare name of what is logged as a name or as scheme, name and port."""
    return text.rpartition("//")[2].partition(":")[0]


def _leaf(certificates: Sequence[str]) -> str | None:
    """Return the digest of the first of these, the server's own."""
    return _fingerprint(certificates[0]) if certificates else None


def _fingerprint(pem: str) -> str | None:
    der = _der(pem)
    return fingerprint(der) if der is not None else None


def _der(pem: str) -> bytes | None:
    try:
        return ssl.PEM_cert_to_DER_cert(pem)
    except (ValueError, binascii.Error):
        return None


def _short(verdict: Mapping[str, Json]) -> dict[str, Json]:
    """Return what the event holds of the browser's verdict on a certificate."""
    return {
        "by": "browser",
        "error": verdict["error"],
        "flags": verdict["flags"],
        "known_root": verdict["is_issued_by_known_root"],
    }


def cipher_name(number: int) -> str:
    """Return a cipher suite as OpenSSL names it, or its number where OpenSSL here knows none."""
    return _cipher_names().get(number, f"0x{number:04X}")


@lru_cache(maxsize=1)
def _cipher_names() -> Mapping[int, str]:
    known = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).get_ciphers()
    return {int(one["id"]) & 0xFFFF: str(one["name"]) for one in known}


def _copied(value: Any, depth: int = 0) -> Json:
    """Copy JSON of the log into JSON of ours, which has no fractions."""
    if isinstance(value, dict) and depth < MAX_DEPTH:
        return {str(key): _copied(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list) and depth < MAX_DEPTH:
        return [_copied(one, depth + 1) for one in value]
    return value if isinstance(value, str | int) or value is None else str(value)
