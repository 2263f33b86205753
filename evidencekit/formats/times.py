"""Times on paper: UTC, RFC 3339, a fixed number of fractional digits (docs/format/README.md §3)."""

import re
from datetime import UTC, datetime, timedelta

_PAPER = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (UTC, as everything here; without a zone to print)
_FIRST_S = -30_610_224_000  # 1000-01-01
_LAST_S = 253_402_300_799  # 9999-12-31, its last second


def write_time(moment: datetime) -> str:
    """Write an aware time as ``2026-11-21T09:30:00.000000Z``; a naive one is a ``ValueError``."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is not evidence")
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


def read_time(text: str) -> datetime:
    """Read exactly what :func:`write_time` writes; anything else is a ``ValueError``."""
    if _PAPER.fullmatch(text) is None:
        raise ValueError("not a time as our documents write it")
    return datetime.fromisoformat(text)


def write_ns(nanoseconds: int) -> str:
    """Write a file time, nanoseconds since 1970, with nine fractional digits.

    File systems hold times that no calendar has: outside the years 1000 to 9999 the number itself
    is written, behind an ``@``.
    """
    seconds, fraction = divmod(nanoseconds, 10**9)
    if not _FIRST_S <= seconds <= _LAST_S:
        return f"@{nanoseconds}"
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment.isoformat()}.{fraction:09d}Z"
