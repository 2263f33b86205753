"""The places that a record names: pairs of coordinates, as the file claims them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from evidencekit.metadata.facts import Fact

_LATITUDE, _LONGITUDE = "Latitude", "Longitude"
_LIMITS = 90, 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One position in degrees, north and east positive."""

    latitude: Decimal
    longitude: Decimal
    label: str
    """What the record calls it besides its axis: ``Destination``, ``Last``; empty for the place."""
    source: str
    """Where it was read: foreign text."""


def places_in(facts: Iterable[Fact]) -> tuple[Place, ...]:
    """Return the places in their order, each once for each source that names it."""
    halves: dict[tuple[str, str], Decimal] = {}
    found: dict[Place, None] = {}
    for fact in facts:
        if fact.group != "GPS":
            continue
        for axis, limit in zip((_LATITUDE, _LONGITUDE), _LIMITS, strict=True):
            value = _degrees(fact.readable, limit) if fact.tag.endswith(axis) else None
            if value is None:
                continue
            label = fact.tag.removesuffix(axis)
            if axis == _LATITUDE:
                halves[label, fact.source] = value
            elif (other := halves.get((label, fact.source))) is not None:
                place = Place(latitude=other, longitude=value, label=label, source=fact.source)
                found[place] = None
    return tuple(found)


def in_minutes(degrees: Decimal, positive: str, negative: str) -> str:
    """Write degrees, minutes and seconds with a hemisphere: ``37° 33′ 56.88″ N``."""
    whole = abs(degrees)
    minutes = whole % 1 * 60
    seconds = (minutes % 1 * 60).quantize(Decimal("0.01"))
    side = negative if degrees < 0 else positive
    return f"{int(whole)}° {int(minutes):02}′ {seconds:05.2f}″ {side}"


def _degrees(text: str, limit: int) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) <= limit else None
