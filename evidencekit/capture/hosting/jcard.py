"""Contacts in jCard (RFC 7095), as registries give them. Pure; a wrong shape is skipped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evidencekit.capture.claim_text import one_line

MAX_PROPERTIES = 100
MAX_VALUES = 5
_VALUE_CHARS = 200
_ADDRESS_CHARS = 400
_COUNTRY = 6  # of the components of "adr", RFC 6350 §6.3.1
_EMAIL = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9.-]{1,253}")
"""Plain ASCII only: an address goes into requests, where a look-alike would be dear."""
_PHONE = re.compile(r"\+?[0-9][0-9 ().;=a-z/-]{2,40}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one jCard says."""

    name: str | None
    organisation: str | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    address: str | None
    country: str | None
    """As stated: a code or a name."""


def read_card(value: object) -> Card:
    """Read a ``vcardArray``; anything else is an empty card."""
    properties = list(_properties(value))
    addresses = [one for one in properties if one.name == "adr"]
    return Card(
        name=next(iter(_texts(properties, "fn")), None),
        organisation=next(iter(_texts(properties, "org")), None),
        emails=_matching(_texts(properties, "email"), _EMAIL, "mailto:"),
        phones=_matching(_texts(properties, "tel"), _PHONE, "tel:"),
        address=next((text for one in addresses if (text := _address(one))), None),
        country=next((text for one in addresses if (text := _country(one))), None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Property:
    name: str
    parameters: Mapping[str, object]
    values: Sequence[object]


def _properties(value: object) -> Iterator[_Property]:
    match value:
        case ["vcard", list(properties), *_rest]:
            pass
        case _:
            return
    for one in properties[:MAX_PROPERTIES]:
        match one:
            case [str(name), dict(parameters), str(_kind), *values]:
                yield _Property(name=name.lower(), parameters=parameters, values=values)
            case _:
                continue


def _texts(properties: Sequence[_Property], name: str) -> Iterator[str]:
    for one in properties:
        if one.name == name:
            first = one.values[0] if one.values else None
            text = _joined(first) if isinstance(first, list) else one_line(first, _VALUE_CHARS)
            if text is not None:
                yield text


def _matching(texts: Iterator[str], form: re.Pattern[str], prefix: str) -> tuple[str, ...]:
    bare = (text.removeprefix(prefix) for text in texts)
    found = dict.fromkeys(text for text in bare if form.fullmatch(text))
    return tuple(found)[:MAX_VALUES]


def _address(one: _Property) -> str | None:
    label = one_line(one.parameters.get("label"), _ADDRESS_CHARS)  # unstructured: RFC 7095 §3.3.1.3
    return label or (_joined(one.values[0]) if one.values else None)


def _country(one: _Property) -> str | None:
    code = one_line(one.parameters.get("cc"), _VALUE_CHARS)  # RFC 8605
    parts = one.values[0] if one.values else None
    if code is None and isinstance(parts, list) and len(parts) > _COUNTRY:
        return one_line(parts[_COUNTRY], _VALUE_CHARS)
    return code


def _joined(parts: object) -> str | None:
    if not isinstance(parts, list):
        return one_line(parts, _ADDRESS_CHARS)
    flat = (
        item for part in parts[:20] for item in (part if isinstance(part, list) else [part])[:20]
    )
    texts = [text for item in flat if (text := one_line(item, _VALUE_CHARS))]
    return one_line(", ".join(texts), _ADDRESS_CHARS)
