"""Reads what an RDAP server answered (RFC 9083) into a :class:`Registration`. Pure.

An answer is hostile: every text and count is bounded, what has the wrong shape is left out, and an
answer about something else than was asked is refused. The bytes themselves are kept elsewhere.
"""

from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from evidencekit.capture.bounded_json import parse_bounded
from evidencekit.capture.claim_text import one_line
from evidencekit.capture.hosting.jcard import read_card
from evidencekit.model.hosting import Contact, Registration, RegistryEvent, RegistryKind

MAX_CONTACTS = 8
MAX_EVENTS = 10
MAX_STATUS = 20
MAX_NAMESERVERS = 13
_ENTITY_DEPTH = 4
_MAX_ENTITIES = 200
_CHARS = 200
_CLASSES = {"domain": "domain", "ip": "ip network"}

_Object = Mapping[str, object]
_Country = tuple[str | None, Literal["network", "registrant"] | None]


class UnusableAnswer(ValueError):
    """What came is no answer to the question; the text is a stable word."""


def read_registration(
    content: bytes, *, kind: RegistryKind, asked: str, source: str
) -> Registration:
    """Read the body of a 200 answer; raises :class:`UnusableAnswer`."""
    answer = _parsed(content)
    if answer.get("objectClassName") != _CLASSES[kind]:
        raise UnusableAnswer("not-rdap")
    _require_about(answer, kind, asked)
    found = list(_entities(answer, None, 0))
    contacts = [one for one in found if one.emails or one.phones or one.name or one.organisation]
    # Whom to ask comes first, so that no crowd of others can push it over the limit.
    contacts.sort(key=lambda one: "abuse" not in one.roles)
    events, status = list(_events(answer)), list(_words(answer.get("status")))
    nameservers = list(_nameservers(answer))
    country, country_of = _country(answer, contacts)
    limited: tuple[tuple[Sized, int], ...] = (
        (contacts, MAX_CONTACTS),
        (events, MAX_EVENTS),
        (status, MAX_STATUS),
        (nameservers, MAX_NAMESERVERS),
    )
    return Registration(
        kind=kind,
        asked=asked,
        name=_text(answer, "ldhName" if kind == "domain" else "name"),
        handle=_text(answer, "handle"),
        network=_network(answer) if kind == "ip" else None,
        registrar=_registrar(contacts),
        country=country,
        country_of=country_of,
        status=tuple(status[:MAX_STATUS]),
        events=tuple(events[:MAX_EVENTS]),
        nameservers=tuple(nameservers[:MAX_NAMESERVERS]),
        contacts=tuple(contacts[:MAX_CONTACTS]),
        source=source,
        omitted=sum(max(0, len(some) - limit) for some, limit in limited),
    )


def is_within(address: str, network: str | None) -> bool:
    """Return whether ``address`` lies in a network as :class:`Registration` writes it."""
    try:
        first, last, asked = map(ip_address, (*(network or "").split(" - "), address))
    except ValueError:
        return False
    is_one_version = first.version == last.version == asked.version
    return is_one_version and int(first) <= int(asked) <= int(last)


def _parsed(content: bytes) -> _Object:
    try:
        answer = parse_bounded(content.decode("utf-8-sig"))
    except ValueError as exc:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise UnusableAnswer("not-json") from exc
    if not isinstance(answer, dict):
        raise UnusableAnswer("not-rdap")
    return answer


def _require_about(answer: _Object, kind: RegistryKind, asked: str) -> None:
    if kind == "ip":
        is_about = is_within(asked, _network(answer))
    else:
        is_about = (_text(answer, "ldhName") or "").lower().removesuffix(".") == asked
    if not is_about:
        raise UnusableAnswer("about-another")


def _network(answer: _Object) -> str | None:
    ends = [_text(answer, "startAddress"), _text(answer, "endAddress")]
    return f"{ends[0]} - {ends[1]}" if all(ends) else None


@dataclass(slots=True)
class _Count:
    left: int = _MAX_ENTITIES


def _entities(
    holder: _Object, of: str | None, depth: int, count: _Count | None = None
) -> Iterator[Contact]:
    """Yield entities, outer ones first; abuse contacts mostly stand inside a registrar."""
    count = count or _Count()
    for one in _objects(holder.get("entities")):
        count.left -= 1
        if count.left < 0:
            return
        card, roles = read_card(one.get("vcardArray")), tuple(_words(one.get("roles")))
        yield Contact(
            roles=roles,
            of=of,
            name=card.name,
            organisation=card.organisation,
            emails=card.emails,
            phones=card.phones,
            address=card.address,
            country=card.country,
        )
        if depth < _ENTITY_DEPTH:
            yield from _entities(one, roles[0] if roles else of, depth + 1, count)


def _registrar(contacts: Sequence[Contact]) -> str | None:
    found = [one for one in contacts if "registrar" in one.roles]
    return next((one.name or one.organisation for one in found), None)


def _country(answer: _Object, contacts: Sequence[Contact]) -> _Country:
    stated = _text(answer, "country")
    if stated is not None:
        return stated, "network"
    held = (one.country for one in contacts if "registrant" in one.roles and one.country)
    country = next(held, None)
    return country, "registrant" if country is not None else None


def _events(answer: _Object) -> Iterator[RegistryEvent]:
    for one in _objects(answer.get("events")):
        action, date = _text(one, "eventAction"), _text(one, "eventDate")
        if action and date:
            yield RegistryEvent(action=action, date=date)


def _nameservers(answer: _Object) -> Iterator[str]:
    for one in _objects(answer.get("nameservers")):
        name = _text(one, "ldhName")
        if name:
            yield name


def _objects(value: object) -> Iterator[_Object]:
    if isinstance(value, list):
        yield from (item for item in value[:_MAX_ENTITIES] if isinstance(item, dict))


def _words(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (text for item in value[:_MAX_ENTITIES] if (text := one_line(item, 60)))


def _text(holder: _Object, name: str) -> str | None:
    return one_line(holder.get(name), _CHARS)
