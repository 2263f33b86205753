"""A server's clock is observed, with its uncertainty, and only where the answer allows it."""

from datetime import UTC, datetime, timedelta

import pytest

from evidencekit.capture.context.clock_offset import clock_offset, offset_document

SENT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
HEAD = SENT + timedelta(milliseconds=200)
DATE = "Sat, 21 Nov 2026 12:00:00 GMT"


def test_the_true_offset_lies_within_the_stated_bounds() -> None:
    for true_ms in (-90_000, -700, 0, 333, 5_000):
        for lag_ms in (0, 100, 200):  # when, between request and head, the server looked
            server = SENT + timedelta(milliseconds=lag_ms + true_ms)
            date = server.strftime("%a, %d %b %Y %H:%M:%S GMT")
            found = clock_offset({"date": date}, sent_at=SENT, head_at=HEAD)
            assert found is not None
            assert abs(found.offset_ms - true_ms) <= found.uncertainty_ms


def test_the_uncertainty_is_half_a_second_and_half_the_round_trip() -> None:
    found = clock_offset({"date": DATE}, sent_at=SENT, head_at=HEAD)
    assert found is not None
    assert found.uncertainty_ms == 600


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"date": "yesterday"},
        {"date": DATE, "age": "17"},
        {"date": f"{DATE}, {DATE}"},
        {"date": "Sat, 21 Nov 99999999 12:00:00 GMT"},
        {"date": "9" * 100_000},
    ],
    ids=["none", "nonsense", "from a cache", "twice", "no such year", "long"],
)
def test_a_date_that_says_nothing_of_now_is_not_used(headers: dict[str, str]) -> None:
    assert clock_offset(headers, sent_at=SENT, head_at=HEAD) is None


def test_a_clock_that_was_set_back_meanwhile_gives_no_offset() -> None:
    assert clock_offset({"date": DATE}, sent_at=HEAD, head_at=SENT) is None


def test_without_an_answer_nothing_is_recorded() -> None:
    assert offset_document({"date": DATE}, sent_at=SENT, head_at=None) is None
