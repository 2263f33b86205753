"""Dates and times as messengers write them, in Korean and English."""

import re
from datetime import date, datetime

_NAMES = (
    "January Jan", "February Feb", "March Mar", "April Apr", "May", "June Jun", "July Jul",
    "August Aug", "September Sep Sept", "October Oct", "November Nov", "December Dec",
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
_AFTERNOON = frozenset({"오후", "pm", "p.m."})
_HALVES = frozenset({"오전", "am", "a.m."}) | _AFTERNOON
MONTH = f"(?:{'|'.join(_MONTHS)})"
HALF = r"(?:오전|오후|[AaPp]\.?[Mm]\.?)"
KOREAN_DAY = re.compile(r"(\d{4})\s?[년.]\s?(\d{1,2})\s?[월.]\s?(\d{1,2})\s?[일.]?")
ENGLISH_DAY = re.compile(rf"({MONTH}) (\d{{1,2}}), (\d{{4}})")
BRITISH_DAY = re.compile(rf"(\d{{1,2}}) ({MONTH}) (\d{{4}})")
_WEEK = (
    ("월요일", "Monday"), ("화요일", "Tuesday"), ("수요일", "Wednesday"), ("목요일", "Thursday"),
    ("금요일", "Friday"), ("토요일", "Saturday"), ("일요일", "Sunday"),
)  # fmt: skip
_TIME = re.compile(rf"({HALF})?\s?(\d{{1,2}}):(\d\d)(?::(\d\d))?(?:[\s\u202f]?({HALF}))?")


def read_day(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of the first date in ``text``; None where there is none."""
    found = KOREAN_DAY.search(text)
    if found is not None:
        return int(found[1]), int(found[2]), int(found[3])
    found = ENGLISH_DAY.search(text)
    if found is not None:
        return int(found[3]), _MONTHS[found[1]], int(found[2])
    found = BRITISH_DAY.search(text)
    if found is not None:
        return int(found[3]), _MONTHS[found[2]], int(found[1])
    return None


def is_weekday_of(day: tuple[int, int, int], name: str) -> bool:
    """Whether a day is, in Korean or English, what it is called."""
    try:
        return name in _WEEK[date(*day).weekday()]
    except ValueError:
        return False


def read_time(text: str) -> tuple[int, int, int | None] | None:
    """Return hour, minute and second as on a clock of 24 hours: 오전 12시 is midnight."""
    found = _TIME.search(text)
    if found is None:
        return None
    half = (found[1] or found[5] or "").lower()
    hour, minute = int(found[2]), int(found[3])
    if half in _HALVES:
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    return hour, minute, int(found[4]) if found[4] else None


def at(
    day: tuple[int, int, int] | None, time: tuple[int, int, int | None] | None
) -> datetime | None:
    """Return a moment without zone; None where there is no such day or time."""
    if day is None or time is None:
        return None
    try:
        return datetime(*day, time[0], time[1], time[2] or 0)  # noqa: DTZ001 (nobody said a zone)
    except ValueError:
        return None
