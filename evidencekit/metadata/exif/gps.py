"""A GPS position from Exif as decimal degrees, hemisphere applied (Exif 2.32 §4.6.6).

Without a hemisphere there is no position: taking north and east for granted has put people on the
wrong continent. Fractions are computed exactly; no float ever holds a place.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evidencekit.metadata.facts import FactList

_PLACES = 7  # decimals of a degree: about a centimetre, finer than any receiver
_PARTS = frozenset({1, 2, 3})  # degrees, minutes, seconds; the last may hold a fraction
_AXES = (
    ("Latitude", {"N": 1, "S": -1}, 90),
    ("Longitude", {"E": 1, "W": -1}, 180),
)


def add_position(facts: FactList, tags: Mapping[str, Any], *, source: str) -> None:
    """Add ``GPS Latitude`` and ``GPS Longitude`` where both parts of each make sense."""
    for axis, signs, limit in _AXES:
        for prefix in ("GPS", "GPSDest"):
            value, hemisphere = (tags.get(f"GPS {prefix}{axis}{end}") for end in ("", "Ref"))
            if value is None:
                continue
            tag = axis if prefix == "GPS" else f"Destination{axis}"
            degrees = _degrees(value, hemisphere, signs)
            if degrees is None or abs(degrees) > limit:
                facts.problem(f"{source}: {prefix}{axis} is no position")
                continue
            facts.add("GPS", tag, to_decimal(degrees), raw=None, source=source)


def _degrees(value: Any, hemisphere: Any, signs: Mapping[str, int]) -> Fraction | None:
    parts = list(getattr(value, "values", []))
    sign = signs.get(str(getattr(hemisphere, "values", "")).strip("\0 ").upper())
    if sign is None or len(parts) not in _PARTS:
        return None
    if not all(isinstance(part, Fraction) and part.denominator > 0 for part in parts):
        return None  # exifread lets denominators of zero stand
    total = sum((part / 60**place for place, part in enumerate(parts)), Fraction(0))
    return sign * Fraction(total)


def to_decimal(degrees: Fraction) -> str:
    """Write with a fixed number of decimals, half to even."""
    scaled = round(degrees * 10**_PLACES)
    return f"{Decimal(scaled).scaleb(-_PLACES):f}"
