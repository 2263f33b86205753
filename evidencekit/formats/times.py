"""Times on paper: UTC, RFC 3339, a fixed number of fractional digits (docs/format/README.md §3)."""

import re
from datetime import UTC, datetime, timedelta

_PAPER = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_time(moment: datetime) -> str:
    """Write an aware time as ``2026-11-21T09:30:00.000000Z``; a naive one is a ``ValueError``."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is not evidence")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text: str) -> datetime:
    """Read exactly what :func:`write_time` writes; anything else is a ``ValueError``."""
    if _PAPER.fullmatch(text) is None:
        raise ValueError("not a time as our documents write it")
    return datetime.fromisoformat(text)


def write_ns(nanoseconds: int) -> str:
    """Write a file time, nanoseconds since 1970, with nine fractional digits."""
    seconds, fraction = divmod(nanoseconds, 10**9)
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"
