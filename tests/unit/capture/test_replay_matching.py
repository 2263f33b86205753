"""Which recorded answer a replayed request gets; the rules of docs/format/wacz.md §6."""

from datetime import UTC, datetime

from evidencekit.capture.replay.matching import Match, Matching
from evidencekit.formats.cdxj import IndexEntry


def entry(url: str, *, method: str = "GET", body: str = "", offset: int = 0) -> IndexEntry:
    return IndexEntry(
        url=f"http://a.example{url}",
        at=datetime(2026, 11, 21, tzinfo=UTC),
        status=200,
        mime=None,
        digest=None,
        filename="capture.warc.gz",
        offset=offset,
        length=1,
        method=method,
        request_body=body,
    )


def find(matching: Matching, url: str, method: str = "GET", body: str = "") -> Match | None:
    return matching.find(method, f"http://a.example{url}", body)


def offsets(matching: Matching, url: str, times: int) -> list[int | None]:
    found = [find(matching, url) for _turn in range(times)]
    return [match.entry.offset if match else None for match in found]


def test_answers_to_one_address_come_in_their_order_and_the_last_stays() -> None:
    matching = Matching([entry("/t", offset=1), entry("/t", offset=2)])
    assert offsets(matching, "/t", 4) == [1, 2, 2, 2]


def test_unknown_address_has_no_answer() -> None:
    assert find(Matching([entry("/a")]), "/b") is None


def test_post_is_never_answered_with_the_page_nor_the_page_with_a_post() -> None:
    matching = Matching([entry("/a"), entry("/b", method="POST")])
    assert find(matching, "/a", "POST") is None
    assert find(matching, "/b") is None


def test_post_is_answered_by_its_body_first() -> None:
    matching = Matching(
        [entry("/q", method="POST", body="n=1", offset=1), entry("/q", method="POST", body="n=2")]
    )
    match = find(matching, "/q", "POST", "n=1")
    assert match is not None
    assert (match.entry.offset, match.is_guess) == (1, False)


def test_post_with_an_unknown_body_is_a_guess() -> None:
    match = find(Matching([entry("/q", method="POST", body="at=1")]), "/q", "POST", "at=2")
    assert match is not None
    assert match.is_guess


def test_parameters_that_change_at_every_visit_do_not_count() -> None:
    matching = Matching([entry("/a?keep=1&_=1700000000000"), entry("/r?x=0.12345678")])
    for url in ("/a?keep=1&_=1800000000000", "/r?x=0.87654321"):
        match = find(matching, url)
        assert match is not None
        assert match.is_guess


def test_parameters_that_mean_something_count() -> None:
    matching = Matching([entry("/a?id=1"), entry("/b?phone=12345")])
    assert find(matching, "/a?id=2") is None
    assert find(matching, "/b?phone=12346") is None


def test_exact_address_comes_before_a_guess() -> None:
    matching = Matching([entry("/a?t=1", offset=1), entry("/a?t=2", offset=2)])
    match = find(matching, "/a?t=2")
    assert match is not None
    assert (match.entry.offset, match.is_guess) == (2, False)
