"""The server's clock against ours, as far as one HTTP answer shows it. Pure.

The ``Date`` of an answer (RFC 9110 §6.6.1) was taken, in whole seconds, between our request and its
head. So the server's clock minus ours lies between ``date - head`` and ``date + 1 s - sent``;
the middle is given, and half the width as the uncertainty. It is an observation: a server can state
any time, and nothing here proves one. No request is made for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from evidencekit.model.json import Json

MAX_DATE_CHARS = 40  # RFC 9110 §5.6.7: 29, and some more for old forms
_SECOND = timedelta(seconds=1)
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """How far the server's clock was ahead of ours; negative where it was behind."""

    offset_ms: int
    uncertainty_ms: int
    date: str
    """The header as sent."""


def clock_offset(
    headers: Mapping[str, str], *, sent_at: datetime, head_at: datetime
) -> ClockOffset | None:
    """Compare an answer's ``Date`` with our clock when its request went and its head had come.

    ``headers`` have names in lower case. None where there is no readable date, where a cache
    answered (an ``Age`` above 0: the date is that of an earlier answer), or where our own clock
    was set back between the two.
    """
    stated = headers.get("date", "")
    if len(stated) > MAX_DATE_CHARS or headers.get("age", "0").strip().strip("0"):
        return None
    try:
        date = parsedate_to_datetime(stated)
    except (ValueError, OverflowError):
        return None
    if head_at < sent_at:
        return None
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    lowest, highest = date - head_at, date + _SECOND - sent_at
    return ClockOffset(
        offset_ms=round((lowest + highest) / 2 / _MS),
        uncertainty_ms=-(-(highest - lowest) // (2 * _MS)),
        date=stated,
    )


def offset_document(
    headers: Mapping[str, str], *, sent_at: datetime | None, head_at: datetime | None
) -> dict[str, Json] | None:
    """Return the observation as JSON; None where none was possible."""
    if sent_at is None or head_at is None:
        return None
    offset = clock_offset(headers, sent_at=sent_at, head_at=head_at)
    if offset is None:
        return None
    return {
        "offset_ms": offset.offset_ms,
        "uncertainty_ms": offset.uncertainty_ms,
        "date": offset.date,
        "source": "http-date",
    }
