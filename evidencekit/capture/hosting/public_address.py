"""Which address this network shows to others, as a service says that was asked on purpose.

The answer tells where a capture was made from, so it is never asked for unbidden.
"""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from evidencekit.capture.http.own_requests import OwnRequests
from evidencekit.formats.times import write_time
from evidencekit.model.json import Json

MAX_ANSWER_BYTES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAddress:
    """What one service said."""

    service: str
    at: datetime
    address: str | None
    outcome: str
    """``answered``, or why there is no address, in stable words with an argument."""


def ask_public_address(url: str, requests: OwnRequests, *, at: datetime) -> PublicAddress:
    """Ask the service at ``url`` (normal form), which answers with an address and nothing else."""
    reply = requests.get(url, accept="text/plain")
    address, outcome = None, reply.reason or "answered"
    if reply.reason is None and not reply.is_ok:
        outcome = f"http-status {reply.status}"
    elif reply.reason is None:
        try:
            text = reply.content[:MAX_ANSWER_BYTES].decode("ascii").strip()
            address = str(ip_address(text))
        except ValueError:
            outcome = "no-address"
    return PublicAddress(service=url, at=at, address=address, outcome=outcome)


def public_address_document(found: PublicAddress) -> dict[str, Json]:
    """Return it as JSON."""
    return {
        "service": found.service,
        "at": write_time(found.at),
        "address": found.address,
        "outcome": found.outcome,
    }
