"""Who hosts a site, as registries say it: names, networks, countries, and whom to ask.

What a registry says is what its customers told it. A network may belong to a delivery service that
stands in front of the machine that really holds the page.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RegistryKind = Literal["domain", "ip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostName:
    """One host name, both ways."""

    ascii: str
    """As DNS has it, in A-labels."""
    unicode: str
    """As a browser may show it; hostile text. The same where there is nothing to decode."""
    warnings: tuple[str, ...]
    """Stable words with an argument: ``mixed-scripts CYRILLIC+LATIN``, ``looks-latin CYRILLIC``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody whom a registry names; hostile text, cut to a bounded length."""

    roles: tuple[str, ...]
    """In the words of RFC 9083 §10.2.4, e.g. ``abuse``, ``registrar``."""
    of: str | None
    """Role of the entity that names this one, e.g. ``registrar``; None at the top."""
    name: str | None
    organisation: str | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    address: str | None
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryEvent:
    """Something that happened to a registration, e.g. ``registration``; the date as stated."""

    action: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a registry says about one domain or one network."""

    kind: RegistryKind
    asked: str
    """The name or address that the question was about."""
    name: str | None
    """Of the domain, or of the network."""
    handle: str | None
    network: str | None
    """First and last address, where it is one."""
    registrar: str | None
    country: str | None
    country_of: Literal["network", "registrant"] | None
    """Where the country is stated: for the network itself, or in its holder's address."""
    status: tuple[str, ...]
    events: tuple[RegistryEvent, ...]
    nameservers: tuple[str, ...]
    contacts: tuple[Contact, ...]
    source: str
    """URL of the server that answered in the end."""
    omitted: int = 0
    """How many contacts, events and the like there were beyond the limits."""

    @property
    def abuse(self) -> tuple[Contact, ...]:
        """Those named for reports of abuse."""
        return tuple(contact for contact in self.contacts if "abuse" in contact.roles)

    @property
    def to_ask(self) -> tuple[Contact, ...]:
        """Those whom a request may go to; never the holder of a domain, who may be the offender."""
        if self.kind == "domain":
            named = [one for one in self.contacts if "registrant" not in (*one.roles, one.of)]
            roles: tuple[str, ...] = ("abuse", "registrar")
        else:
            named, roles = list(self.contacts), ("abuse", "noc", "technical", "registrant")
        found = ([one for one in named if role in one.roles] for role in roles)
        return tuple(next(filter(None, found), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One question put to a registry, and what became of it."""

    kind: RegistryKind
    asked: str
    url: str | None
    """As sent; None where it was not sent."""
    at: datetime
    outcome: str
    """``answered``, or why there is no answer, in stable words with an argument."""

    @property
    def is_settled(self) -> bool:
        """Whether asking again would be pointless: answered, unknown there, or not to be asked."""
        return self.outcome.partition(" ")[0] in {"answered", "not-registered", "not-public"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A service that a host is known to belong to, by a dated table."""

    name: str
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """Who hosts what stands at one host."""

    host: HostName
    addresses: tuple[str, ...]
    """In the order of the answer; none where they could not be seen."""
    address_failure: str | None
    """Why there are none, in stable words."""
    platform: Platform | None
    registrations: tuple[Registration, ...]
    inquiries: tuple[Inquiry, ...]
