"""Work done ahead: in order, few at once for one host, and nothing left behind."""

import threading

import pytest

from evidencekit.capture.http.ahead import AT_ONCE, AT_ONCE_FOR_ONE, Ahead


def test_outcomes_come_in_the_order_of_the_work() -> None:
    is_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            is_done.wait(10)
        if number == 3:
            is_done.set()
        return -number

    with Ahead(work, discard=lambda _one: None) as ahead:
        for number in range(4):
            ahead.add(number, host="a")
        assert [ahead.next() for _ in range(4)] == [(n, -n) for n in range(4)]


def test_no_host_has_more_than_its_share_and_all_no_more_than_theirs() -> None:
    lock, now, most = threading.Lock(), {"a": 0, "b": 0, "c": 0}, {"a": 0, "all": 0}
    is_full = threading.Event()

    def work(host: str) -> None:
        with lock:
            now[host] += 1
            most["a"] = max(most["a"], now["a"])
            most["all"] = max(most["all"], sum(now.values()))
            if most["all"] == AT_ONCE:
                is_full.set()
        is_full.wait(10)
        with lock:
            now[host] -= 1

    with Ahead(work, discard=lambda _one: None) as ahead:
        for host in ["a"] * 20 + ["b"] * 5 + ["c"] * 5:
            ahead.add(host, host=host)
        while ahead:
            ahead.next()
    assert most == {"a": AT_ONCE_FOR_ONE, "all": AT_ONCE}


def test_what_work_raises_is_raised_in_its_turn() -> None:
    def work(number: int) -> int:
        return 1 // number

    with Ahead(work, discard=lambda _one: None) as ahead:
        ahead.add(1, host="a")
        ahead.add(0, host="a")
        assert ahead.next() == (1, 1)
        with pytest.raises(ZeroDivisionError):
            ahead.next()


def test_outcomes_that_nobody_was_handed_are_discarded_then_or_later() -> None:
    may_end, is_there, is_over = threading.Event(), threading.Event(), threading.Event()
    discarded: list[int] = []

    def work(number: int) -> int:
        if number == 2:
            may_end.wait(10)
        else:
            is_there.set()
        return number

    def discard(number: int) -> None:
        discarded.append(number)
        if number == 2:
            is_over.set()

    with Ahead(work, discard=discard) as ahead:
        for number in range(3):
            ahead.add(number, host="a")
        assert ahead.next() == (0, 0)
        assert is_there.wait(10)
    may_end.set()
    assert is_over.wait(10)
    assert 2 in discarded
    assert 0 not in discarded
