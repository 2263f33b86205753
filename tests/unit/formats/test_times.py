"""Times of ours have one notation, and so have times of files."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.formats.times import read_time, write_ns, write_time

moments = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(moments)
def test_a_time_goes_to_paper_and_back(moment: datetime) -> None:
    assert read_time(write_time(moment)) == moment


def test_a_year_has_four_digits() -> None:
    assert write_time(datetime(999, 1, 1, tzinfo=UTC)).startswith("0999-")


def test_a_time_of_another_zone_is_written_in_utc() -> None:
    seoul = datetime(2026, 11, 21, 18, 30, tzinfo=timezone(timedelta(hours=9)))

    assert write_time(seoul) == "2026-11-21T09:30:00.000000Z"


def test_a_time_without_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        write_time(datetime(2026, 11, 21))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T09:30:00Z",
        "2026-11-21T09:30:00.000Z",
        "2026-11-21T09:30:00.0000000Z",
        "2026-11-21T09:30:00.000000z",
        "2026-11-21 09:30:00.000000Z",
        "2026-11-21T09:30:00.000000+00:00",
        "2026-11-21T09:30:00.000000",
        "2026-11-21T24:00:00.000000Z",
        "2026-11-21T09:30:60.000000Z",
        "2026-02-29T00:00:00.000000Z",
        "2026-11-21T09:30:00.000000Z\n",
        "0000-01-01T00:00:00.000000Z",
        "２０２６-11-21T09:30:00.000000Z",
        "",
    ],
)
def test_other_notations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_time(text)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1, "1970-01-01T00:00:00.000000001Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (1_795_253_400_123_456_789, "2026-11-21T09:30:00.123456789Z"),
    ],
)
def test_a_time_of_a_file_has_nine_digits(nanoseconds: int, text: str) -> None:
    assert write_ns(nanoseconds) == text


@pytest.mark.parametrize("seconds", [2**40, -(2**40)])
def test_a_time_of_a_file_that_no_calendar_has_is_written_all_the_same(seconds: int) -> None:
    assert write_ns(seconds * 10**9)
