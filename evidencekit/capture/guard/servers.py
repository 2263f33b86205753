"""Which servers a capture met: one short entry each, for its event (docs/format/ledger.md §4.4).

Every single connection and look-up, and the certificates themselves, are in the WARC. The event has
this, so that a report can say from where a page came without opening what may be restricted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from evidencekit.capture.guard.addresses import Guard
from evidencekit.capture.guard.names import dnssec_of, literal
from evidencekit.capture.guard.own_network import capture_guard
from evidencekit.capture.guard.passages import Passage
from evidencekit.model.json import Json

MAX_SERVERS = 60
MAX_ADDRESSES = 8
_MAX_HOST_CHARS = 253  # RFC 1035 §2.3.4, in text


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One host at one port and one address, however often it was connected to."""

    host: str
    port: int
    ip: str | None
    """None where nobody here connected: refused, or an upstream proxy did."""
    addresses: tuple[str, ...]
    """All that the name was resolved to; empty for an address, or behind a proxy."""
    dnssec: str | None
    """What the resolver said; None where no name was looked up."""
    refusal: str | None
    connections: int
    tls: Mapping[str, Json] | None
    """As the recorder saw it; None where it saw none."""

    @property
    def leaf(self) -> str | None:
        """Digest of the server's own certificate."""
        certificate = self.tls.get("certificate") if self.tls is not None else None
        digest = certificate.get("sha256") if isinstance(certificate, Mapping) else None
        return digest if isinstance(digest, str) else None


def gather_servers(
    met: Iterable[tuple[Passage, Mapping[str, Json] | None]],
) -> tuple[Server, ...]:
    """Put connections together; one of another certificate is a server of its own.

    A connection without a certificate of its own (resumed, unused) counts to the one that has one.
    """
    found: dict[tuple[str, int, str | None, str | None], dict[str | None, Server]] = {}
    for passage, tls in met:
        if passage.host:
            one = _server(passage, tls)
            same = found.setdefault((one.host, one.port, one.ip, one.refusal), {})
            known = same.get(one.leaf)
            same[one.leaf] = (
                one if known is None else replace(known, connections=known.connections + 1)
            )
    return tuple(one for same in found.values() for one in _merged(same))


def servers_document(servers: Iterable[Server], *, page: tuple[str, int] | None) -> dict[str, Json]:
    """Return ``servers`` and ``servers_omitted``.

    First those at host and port of ``page``, the URL that answered as the page, then others of its
    host; whoever was not connected to comes last.
    """
    host = page[0] if page is not None else None
    listed = sorted(
        servers,
        key=lambda one: (one.refusal is not None, (one.host, one.port) != page, one.host != host),
    )
    why_not = capture_guard(allow_private=False)  # also where everything was allowed
    return {
        "servers": [_document(one, why_not) for one in listed[:MAX_SERVERS]],
        "servers_omitted": max(0, len(listed) - MAX_SERVERS),
    }


def _server(passage: Passage, tls: Mapping[str, Json] | None) -> Server:
    lookup = passage.lookup if literal(passage.host) is None else None
    return Server(
        host=passage.host[:_MAX_HOST_CHARS],
        port=passage.port,
        ip=passage.ip,
        addresses=lookup.addresses[:MAX_ADDRESSES] if lookup is not None else (),
        dnssec=dnssec_of(lookup) if lookup is not None else None,
        refusal=passage.refusal,
        connections=1,
        tls=tls,
    )


def _merged(same: Mapping[str | None, Server]) -> tuple[Server, ...]:
    bare = same.get(None)
    if bare is None or len(same) == 1:
        return tuple(same.values())
    first, *others = (one for leaf, one in same.items() if leaf is not None)
    return (replace(first, connections=first.connections + bare.connections), *others)


def _document(one: Server, why_not: Guard) -> dict[str, Json]:
    return {
        "host": one.host,
        "port": one.port,
        "ip": one.ip,
        "ip_is": why_not(one.ip) if one.ip is not None else None,
        "addresses": one.addresses,
        "dnssec": one.dnssec,
        "refusal": one.refusal,
        "connections": one.connections,
        "tls": one.tls,
    }
