"""What checking came to: verdicts, and the checks that they rest on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Verdict(IntEnum):
    """Ordered: the worst consequence of any check decides (docs/format/bundle.md §5)."""

    VALID = 0
    INDETERMINATE = 1
    UNTRUSTED = 2
    INCOMPLETE = 3
    INVALID = 4
    REFUSED = 5


class Status(StrEnum):
    """What became of one check. "Not checked" is never "passed"."""

    PASS = "pass"  # noqa: S105 (not a password)
    FAIL = "fail"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at, in a stable name, and what follows from it."""

    name: str
    status: Status
    detail: str = ""
    path: str | None = None
    """The file concerned, relative to the bundle or case; hostile text."""
    consequence: Verdict = Verdict.VALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks, and the verdict that they leave."""

    verdict: Verdict
    time_proven: bool
    proven_at: datetime | None
    checks: tuple[Check, ...]


def passed(name: str, detail: str = "", *, path: str | None = None) -> Check:
    """Return a check that was made and held."""
    return Check(name=name, status=Status.PASS, detail=detail, path=path)


def failed(name: str, consequence: Verdict, detail: str, *, path: str | None = None) -> Check:
    """Return a check that did not hold, with what that makes of the whole."""
    return Check(name=name, status=Status.FAIL, detail=detail, path=path, consequence=consequence)


def not_checked(
    name: str, detail: str, *, consequence: Verdict = Verdict.VALID, path: str | None = None
) -> Check:
    """Return a check that could not be made."""
    return Check(
        name=name, status=Status.NOT_CHECKED, detail=detail, path=path, consequence=consequence
    )


def conclude(checks: Iterable[Check], *, proven_at: datetime | None) -> Report:
    """Return the report that these checks come to."""
    listed = tuple(checks)
    verdict = max((check.consequence for check in listed), default=Verdict.INVALID)
    return Report(
        verdict=verdict, time_proven=proven_at is not None, proven_at=proven_at, checks=listed
    )
