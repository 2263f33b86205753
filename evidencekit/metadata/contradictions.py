"""What in a file contradicts itself, or the file that it is in.

Each is a question to ask, and no proof: clocks are set wrong, files are copied, and people travel.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidencekit.metadata.facts import Fact

_NUMBERS = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[T ](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\s*\Z|(Z|UTC)\s*\Z")
_TOLERANCE = timedelta(minutes=2)  # clocks of telephones and of satellites differ by seconds
_FAR = 0.02  # degrees, some two kilometres
_QUARTER = 15 * 60  # seconds; zones differ by no less
_MAX_ZONE = 14 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One contradiction. The values are hostile text."""

    code: str
    """``taken-after-file``, ``zone``, ``times``, ``places``, ``changed-after``."""
    values: tuple[str, ...]
    """What is said here, and what is said there."""


def contradictions(
    facts: Iterable[Fact], *, modified: datetime | None = None
) -> tuple[Contradiction, ...]:
    """Compare what is said; ``modified`` is the time of the file itself, where it is known."""
    facts = list(facts)
    found: dict[tuple[str, str], str] = {}
    for fact in facts:
        found.setdefault((fact.group, fact.tag), fact.readable)
    checks = (
        _after_file(found, modified),
        _zone(found),
        _times(found),
        _changed(found),
        _places(facts),
    )
    return tuple(one for one in checks if one is not None)


_Found = Mapping[tuple[str, str], str]


def _taken(found: _Found) -> tuple[str, datetime | None, timedelta | None]:
    """Return when it was taken as written, as a moment of its own clock, and its offset."""
    said = found.get(("EXIF", "DateTimeOriginal"), "")
    offset = found.get(("EXIF", "OffsetTimeOriginal"), "")
    if not said:
        said = found.get(("QuickTime", "com.apple.quicktime.creationdate"), "")
        offset = said
    return said, _moment(said), _offset(offset)


def _after_file(found: _Found, modified: datetime | None) -> Contradiction | None:
    said, local, offset = _taken(found)
    if local is None or modified is None:
        return None
    # Without an offset the zone furthest east is taken: no false alarm, at most one that is missed.
    earliest = local - (offset if offset is not None else timedelta(seconds=_MAX_ZONE))
    if earliest.replace(tzinfo=UTC) <= modified + _TOLERANCE:
        return None
    return Contradiction(
        code="taken-after-file", values=(said, modified.strftime("%Y-%m-%d %H:%M:%S UTC"))
    )


def _zone(found: _Found) -> Contradiction | None:
    """Compare the offset that is written with the one that the time of satellites shows."""
    _said, local, offset = _taken(found)
    date, time = found.get(("GPS", "GPSDate"), ""), found.get(("GPS", "GPSTimeStamp"), "")
    numbers = [int(part) for part in re.findall(r"\d+", f"{date} {time}")[:6]]
    if local is None or offset is None or len(numbers) < 6:  # noqa: PLR2004
        return None
    try:
        satellites = datetime(*numbers)  # type: ignore[arg-type] # noqa: DTZ001 (UTC by definition)
    except ValueError:
        return None
    shown = (local - satellites).total_seconds()
    rounded = round(shown / _QUARTER) * _QUARTER
    if abs(rounded) > _MAX_ZONE or rounded == offset.total_seconds():
        return None
    return Contradiction(code="zone", values=(_shown(offset), _shown(timedelta(seconds=rounded))))


def _times(found: _Found) -> Contradiction | None:
    """Compare the two times at which a film says that it was made: in UTC, and with its zone."""
    said = found.get(("QuickTime", "com.apple.quicktime.creationdate"), "")
    stated = found.get(("QuickTime", "CreateDate"), "")
    local, offset, utc = _moment(said), _offset(said), _moment(stated)
    if local is None or offset is None or utc is None:
        return None
    if abs(local - offset - utc) <= timedelta(hours=1):  # written when it ends, not when it begins
        return None
    return Contradiction(code="times", values=(said, stated))


def _changed(found: _Found) -> Contradiction | None:
    said, taken, _offset_taken = _taken(found)
    changed_said = found.get(("Image", "DateTime"), "") or found.get(("XMP", "xmp:ModifyDate"), "")
    changed = _moment(changed_said)
    if taken is None or changed is None or changed - taken <= _TOLERANCE:
        return None
    return Contradiction(code="changed-after", values=(said, changed_said))


def _places(facts: Iterable[Fact]) -> Contradiction | None:
    latitudes = [fact.readable for fact in facts if (fact.group, fact.tag) == ("GPS", "Latitude")]
    numbers = [float(one) for one in latitudes if re.fullmatch(r"-?\d+\.\d+", one)]
    if not numbers or max(numbers) - min(numbers) <= _FAR:
        return None
    return Contradiction(code="places", values=tuple(dict.fromkeys(latitudes))[:2])


def _moment(text: str) -> datetime | None:
    found = _NUMBERS.search(text)
    try:
        return datetime(*map(int, found.groups())) if found else None  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None


def _offset(text: str) -> timedelta | None:
    found = _OFFSET.search(text)
    if found is None:
        return None
    if found[4]:
        return timedelta()
    sign = -1 if found[1] == "-" else 1
    return sign * timedelta(hours=int(found[2]), minutes=int(found[3]))


def _shown(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
