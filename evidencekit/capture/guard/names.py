"""Names to addresses: each host is looked up once in a capture, and everybody gets that answer.

So a name that answers differently the second time (DNS rebinding) leads nowhere new, and the
record says what the one answer was. Addresses come from the system's resolver, as every program of
this machine gets them, ``/etc/hosts`` included. Beside it, and never waited for, a name server is
asked what DNSSEC says (:mod:`evidencekit.capture.guard.dns_question`).
"""

import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address

from evidencekit.capture.guard.dns_question import DnsAnswer
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host for a port; raises ``OSError`` where there are none."""
Observe = Callable[[str], Sequence[DnsAnswer]]
"""Returns what a name server says of a name, nothing where none answers."""

_LOCAL = "localhost"
_NOT_IN_DNS = (".onion",)  # RFC 7686 §2: asking for one tells the resolver who is looked for


@dataclass(slots=True, kw_only=True)
class Lookup:
    """What became of one name."""

    host: str
    at: datetime
    addresses: tuple[str, ...] = ()
    failure: str | None = None
    """Why there are none, in the words of a verdict's reason."""
    observed: tuple[DnsAnswer, ...] = ()
    """What a name server said beside; may come later than the addresses, or never."""


@dataclass(slots=True)
class _Asked:
    lookup: Lookup
    is_over: threading.Event = field(default_factory=threading.Event)


class Names:
    """Looks names up for the length of one capture; for any number of threads.

    ``patience_s`` is how long a look-up may take; what comes later is not used any more.
    """

    def __init__(
        self,
        *,
        resolve: Resolve,
        observe: Observe | None,
        patience_s: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._resolve = resolve
        self._observe = observe
        self._patience_s = patience_s
        self._clock = clock
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}

    def look_up(self, host: str, port: int) -> Lookup:
        """Return the one answer for ``host``, waiting for it where it is still on its way."""
        key = host.lower().removesuffix(".")
        with self._lock:
            asked = self._asked.get(key)
            is_new = asked is None
            if asked is None:
                asked = self._asked[key] = _Asked(Lookup(host=host, at=self._clock()))
        if is_new:
            self._begin(asked, key, port)
        if not asked.is_over.wait(self._patience_s):
            self._end(asked, (), f"timed-out name {host}")
        return asked.lookup

    def known(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host that was looked up before, else none."""
        asked = self._asked.get(host.lower().removesuffix("."))
        return asked.lookup.addresses if asked is not None else ()

    def _begin(self, asked: _Asked, name: str, port: int) -> None:
        # In threads since getaddrinfo has no timeout; one that hangs ends with the process.
        jobs: list[Callable[[], None]] = [lambda: self._ask(asked, name, port)]
        if self._observe is not None and is_public_name(name):
            jobs.append(lambda: self._watch(asked, name))
        for job in jobs:
            threading.Thread(target=job, daemon=True).start()

    def _ask(self, asked: _Asked, name: str, port: int) -> None:
        found: tuple[str, ...] = ()
        try:
            if not name.endswith(_NOT_IN_DNS):
                # RFC 6761 §6.3: names below localhost are this machine, whatever DNS says.
                found = tuple(self._resolve(_LOCAL if is_local_name(name) else name, port))
        except (OSError, UnicodeError):
            pass  # none, then
        self._end(asked, found, None if found else f"name-not-found {asked.lookup.host}")

    def _end(self, asked: _Asked, addresses: tuple[str, ...], failure: str | None) -> None:
        with self._lock:
            if not asked.is_over.is_set():  # the first outcome stands
                asked.lookup.addresses, asked.lookup.failure = addresses, failure
                asked.is_over.set()

    def _watch(self, asked: _Asked, name: str) -> None:
        if self._observe is not None:
            asked.lookup.observed = tuple(self._observe(name))


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_rest, address in found))


def is_local_name(name: str) -> bool:
    """Return whether a name means this machine by definition (RFC 6761 §6.3)."""
    labels = name.lower().removesuffix(".")
    return labels == _LOCAL or labels.endswith("." + _LOCAL)


def is_public_name(name: str) -> bool:
    """Return whether DNS is the place to ask about ``name``: no address, no local name."""
    is_elsewhere = is_local_name(name) or name.endswith((".local", *_NOT_IN_DNS))
    return "." in name and not is_elsewhere and literal(name) is None


def literal(host: str) -> str | None:
    """Return the address that ``host`` is, in any spelling that some program takes for one.

    ``127.1``, ``0x7f000001`` and ``2130706433`` are 127.0.0.1 to the C library (inet_aton) and so
    to many a proxy.
    """
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if host.split() == [host] else None
    except (OSError, UnicodeError):
        return None


def lookup_document(lookup: Lookup) -> dict[str, Json]:
    """Return a look-up as JSON."""
    return {
        "host": lookup.host,
        "at": write_time(lookup.at),
        "resolver": "system",
        "addresses": lookup.addresses,
        "failure": lookup.failure,
        "dnssec": dnssec_of(lookup),
        "observed": [answer.document() for answer in lookup.observed],
    }


def dnssec_of(lookup: Lookup) -> str:
    """Say what the resolver said; whether to believe it depends on who runs the resolver."""
    if not lookup.observed:
        return "not-observed"
    is_authentic = all(answer.is_authentic for answer in lookup.observed)
    return "authentic-says-resolver" if is_authentic else "not-authentic-says-resolver"
