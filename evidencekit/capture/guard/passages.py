"""What the guard did: one :class:`Passage` for each connection that was asked of it.

The browser's own log sees only the guard at the other end of its connections. A passage says who
was really there; :meth:`PassageLog.of_client` finds it by the port that the browser connected from.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from evidencekit.capture.guard.names import Lookup, literal, lookup_document
from evidencekit.capture.guard.relay import Carried
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

DNS, TCP = "urn:evidencekit:dns", "urn:evidencekit:tcp"
"""Targets of the metadata records with :func:`lookup_documents` and :func:`passage_document`."""
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
MAX_PASSAGES = 50_000
"""In one capture; a page that wants more connections gets none."""


@dataclass(slots=True, kw_only=True)
class Passage:
    """One connection that was asked for; filled by its own threads as it goes on."""

    at: datetime
    """When it was asked for."""
    client_port: int | None
    """Where the asking connection came from; None where our own code asked without one."""
    host: str = ""
    """As asked for: a name or an address; empty where nothing was asked."""
    port: int = 0
    via: str | None = None
    """The upstream proxy, without credentials; None where the guard connects itself."""
    lookup: Lookup | None = None
    """None where an upstream proxy looks the name up."""
    ip: str | None = None
    """The address connected to; None where it was not, or where an upstream proxy connects."""
    refusal: str | None = None
    """Why there is no connection, in the words of a verdict's reason."""
    carried: Carried | None = None
    """What passed, TLS and all; None where no bytes went through the guard."""

    @property
    def peer(self) -> str | None:
        """``address:port``, IPv6 in brackets."""
        if self.ip is None:
            return None
        return f"[{self.ip}]:{self.port}" if ":" in self.ip else f"{self.ip}:{self.port}"


class PassageLog:
    """The passages of one capture, in the order in which they were asked for."""

    def __init__(self, *, clock: Callable[[], datetime], via: str | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._passages: list[Passage] = []
        self._of_client: defaultdict[int, list[Passage]] = defaultdict(list)
        self.via = via
        """The upstream proxy, without credentials; None where we connect ourselves."""
        self.door: str | None = None
        """``address:port`` of the guard's own socket; None where it has none."""
        self.strangers = 0
        """Connections of other users of this machine, turned away."""

    def open(self, *, client_port: int | None = None) -> Passage:
        """Begin a passage; called in the order in which connections arrive."""
        passage = Passage(at=self._clock(), client_port=client_port, via=self.via)
        with self._lock:
            self._passages.append(passage)
            if client_port is not None:
                self._of_client[client_port].append(passage)
        return passage

    def is_full(self) -> bool:
        """Return whether the page has had :data:`MAX_PASSAGES`."""
        return len(self._passages) >= MAX_PASSAGES

    def all(self) -> tuple[Passage, ...]:
        """Return every passage so far."""
        with self._lock:
            return tuple(self._passages)

    def of_client(self, port: int, use: int) -> Passage | None:
        """Return the passage of the ``use``-th connection (from 0) that came from ``port``.

        A port is given out again only when the connection before it is gone, so both sides see
        the uses of one port in the same order.
        """
        with self._lock:
            passages = self._of_client.get(port, [])
            return passages[use] if use < len(passages) else None


def passage_document(passage: Passage) -> dict[str, Json]:
    """Return a passage as JSON; what could not be seen is None, never left out."""
    return {
        "at": write_time(passage.at),
        "host": passage.host,
        "port": passage.port,
        "peer": passage.peer,
        "via": passage.via,
        "refusal": passage.refusal,
        "sent_bytes": passage.carried.sent_bytes if passage.carried else None,
        "received_bytes": passage.carried.received_bytes if passage.carried else None,
    }


def lookup_documents(passages: Iterable[Passage]) -> list[Json]:
    """Return each look-up of these passages once; who was named by an address needed none."""
    found = {
        id(passage.lookup): passage.lookup for passage in passages if passage.lookup is not None
    }
    return [lookup_document(one) for one in found.values() if literal(one.host) is None]


def host_and_port(url: str) -> tuple[str, int]:
    """Return where a browser connects for ``url``, as it asks the guard; port 0 if unknown."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", 0
