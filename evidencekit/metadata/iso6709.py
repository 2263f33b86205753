"""Positions as text: ISO 6709 annex H, as cameras write it into films (``+37.5658+126.9780/``)."""

import re
from fractions import Fraction

from evidencekit.metadata.exif.gps import to_decimal
from evidencekit.metadata.facts import FactList

_POSITION = re.compile(r"([+-]\d{2,6}(?:\.\d+)?)([+-]\d{3,7}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")
_AXES = ((90, 2), (180, 3))  # the limit, and digits of whole degrees


def add_written_position(facts: FactList, text: str, *, source: str) -> None:
    """Add ``GPS Latitude``, ``Longitude`` and ``Altitude``, where ``text`` is a position."""
    found = _POSITION.match(text.strip())
    if found is None:
        return
    degrees = [
        _degrees(part, digits) for part, (_, digits) in zip(found.groups(), _AXES, strict=False)
    ]
    if any(abs(one) > limit for one, (limit, _) in zip(degrees, _AXES, strict=True)):
        facts.problem(f"{source}: {text[:40]} is no position")
        return
    add_degrees(facts, *degrees, source=source)
    if found[3]:
        metres = f"{float(Fraction(found[3])):g} m"
        facts.add("GPS", "Altitude", metres, raw=found[3], source=source)


def add_degrees(
    facts: FactList, latitude: Fraction, longitude: Fraction, *, source: str, prefix: str = ""
) -> None:
    """Add a position in degrees, north and east positive."""
    facts.add("GPS", f"{prefix}Latitude", to_decimal(latitude), raw=None, source=source)
    facts.add("GPS", f"{prefix}Longitude", to_decimal(longitude), raw=None, source=source)


def _degrees(part: str, digits: int) -> Fraction:
    """Degrees, or degrees and minutes, or these and seconds: told by the number of digits."""
    sign, number = (-1 if part[0] == "-" else 1), part[1:]
    whole, _, decimals = number.partition(".")
    pieces = [whole[:digits], *(whole[at : at + 2] for at in range(digits, len(whole), 2))]
    total = sum((Fraction(int(one)) / 60**place for place, one in enumerate(pieces)), Fraction(0))
    if decimals:
        total += Fraction(int(decimals), 10 ** len(decimals)) / 60 ** (len(pieces) - 1)
    return sign * total
