"""Who hosts a site: its addresses, and what registries say of its domain and its networks.

What is asked is told to strangers: the RDAP server learns which domain and which addresses somebody
looks into. So the shortest name that may be registered is asked first and the whole host name only
if it must be, a network is asked about once, and what ``may_tell`` refuses is never asked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from ipaddress import ip_address

from evidencekit.capture.guard.addresses import why_private
from evidencekit.capture.hosting.lookalike import both_forms
from evidencekit.capture.hosting.platforms import platform_of
from evidencekit.capture.hosting.rdap import Answered, Rdap
from evidencekit.capture.hosting.rdap_answer import is_within
from evidencekit.formats.times import write_time
from evidencekit.model.hosting import Hosting, Inquiry, RegistryKind
from evidencekit.model.json import Json

MAX_ADDRESSES = 100
MAX_NETWORKS_ASKED = 8
_COUNTRY_CODE_CHARS = 2
_SOLD_BELOW = frozenset(
    "ac ad co com ed edu go gob gov gr lg mil ne net or org pe re".split()  # noqa: SIM905 (a table)
)
"""Second labels below which countries sell names, as ``co`` in ``example.co.kr``; the common ones.
For the others the two-label name is asked about, and the answer says which name it is about."""
_SPECIAL = frozenset(
    {"alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"}
)
"""Last labels that no registry sells: RFC 6761, 6762, 7686, 9476, ICANN 2024 (``internal``)."""
MayTell = Callable[[RegistryKind, str], bool]


def look_up(
    host: str,
    addresses: Sequence[str],
    *,
    rdap: Rdap,
    may_tell: MayTell,
    clock: Callable[[], datetime],
    address_failure: str | None = None,
) -> tuple[Hosting, tuple[Answered, ...]]:
    """Ask about ``host`` (A-labels or an address) and ``addresses``; never raises."""
    asking = _Asking(rdap, may_tell, clock)
    shown = tuple(dict.fromkeys(addresses))[:MAX_ADDRESSES]
    asking.domain(host)
    for address in shown:
        asking.network(address)
    answered = tuple(one for one in asking.all if one.registration is not None)
    hosting = Hosting(
        host=both_forms(host),
        addresses=shown,
        address_failure=address_failure,
        platform=platform_of(host),
        registrations=tuple(one.registration for one in answered if one.registration),
        inquiries=tuple(one.inquiry for one in asking.all),
    )
    return hosting, answered


def domain_names(host: str) -> Iterator[str]:
    """Yield the names to ask about, the likeliest first; none for an address or a single label."""
    labels = host.removesuffix(".").split(".")
    if len(labels) == 1 or _is_address(host):
        return
    is_country = len(labels[-1]) == _COUNTRY_CODE_CHARS
    lengths = (3, 4) if is_country and labels[-2] in _SOLD_BELOW else (2, 3, 4)
    possible = [length for length in lengths if length <= len(labels)]
    yield from (".".join(labels[-length:]) for length in possible or [len(labels)])


def is_public(kind: RegistryKind, asked: str) -> bool:
    """Return whether a registry of the public internet can know of it; else asking only leaks."""
    if kind == "ip":
        return why_private(asked) is None
    return asked.rpartition(".")[2] not in _SPECIAL


def hosting_document(hosting: Hosting) -> dict[str, Json]:
    """Return it as JSON (docs/format/ledger.md §4)."""
    return {
        "host": asdict(hosting.host),
        "addresses": list(hosting.addresses),
        "address_failure": hosting.address_failure,
        "platform": asdict(hosting.platform) if hosting.platform is not None else None,
        "registrations": [
            {**asdict(one), "to_ask": [asdict(contact) for contact in one.to_ask]}
            for one in hosting.registrations
        ],
        "inquiries": [
            {
                "kind": one.kind,
                "asked": one.asked,
                "url": one.url,
                "at": write_time(one.at),
                "outcome": one.outcome,
            }
            for one in hosting.inquiries
        ],
    }


class _Asking:
    def __init__(self, rdap: Rdap, may_tell: MayTell, clock: Callable[[], datetime]) -> None:
        self._rdap = rdap
        self._may_tell = may_tell
        self._clock = clock
        self._networks = 0
        self.all: list[Answered] = []

    def domain(self, host: str) -> None:
        """Ask for one name after the other until one is registered, or no answer comes."""
        for name in domain_names(host):
            answered = self._ask("domain", name)
            if not answered.inquiry.outcome.startswith("not-registered"):
                return

    def network(self, address: str) -> None:
        """Ask about an address unless it lies in a network that is known already."""
        known = (one.registration for one in self.all if one.registration is not None)
        if not any(is_within(address, registration.network) for registration in known):
            self._networks += 1
            self._ask("ip", address, refusal=self._too_many())

    def _too_many(self) -> str | None:
        return "too-many-addresses" if self._networks > MAX_NETWORKS_ASKED else None

    def _ask(self, kind: RegistryKind, asked: str, *, refusal: str | None = None) -> Answered:
        why_not = refusal if self._may_tell(kind, asked) else "not-public"
        if why_not is None:
            answered = self._rdap.ask(kind, asked)
        else:
            at = self._clock()
            answered = Answered(
                inquiry=Inquiry(kind=kind, asked=asked, url=None, at=at, outcome=why_not)
            )
        self.all.append(answered)
        return answered


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
