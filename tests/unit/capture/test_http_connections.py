"""Connections that serve several requests: whose byte is whose, and what may be asked at once."""

import threading
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from evidencekit.capture.credentials.survey import Survey
from evidencekit.capture.http.limits import Limits
from evidencekit.capture.http.unasked import Unasked, write_unasked
from evidencekit.capture.http.wire import Origin, Peer
from evidencekit.capture.warc import WarcWriter
from evidencekit.model.capture import CaptureVerdict
from evidencekit.protocols import Silent
from tests.tools.hostile_server import Answer, HostileServer, Talk, page, says
from tests.unit.capture.test_http_engine import (
    assert_checks,
    capture,
    chunked,
    document,
    engine,
    metadata,
    records,
    request_for,
    response_to,
)

pytestmark = pytest.mark.network

PATIENT = Limits(connect_s=5, read_s=5, resource_s=10, total_s=20)
UNASKED = "urn:evidencekit:unasked"
EVIL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"


def sheet_of(*names: str) -> bytes:
    """Return a style sheet of one import: what it names comes after it, one after the other."""
    rules = "".join(f"@import {name};" for name in names).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nContent-Length: %d\r\n\r\n%s" % (
        len(rules),
        rules,
    )


def kept(**answers: bytes | Answer) -> HostileServer:
    """Serve / as a page that names ``one``, and keep connections."""
    first = page(b"<link rel=stylesheet href=one>")
    named = {f"/{n}": says(a) if isinstance(a, bytes) else a for n, a in answers.items()}
    return HostileServer({"/": says(first), **named}, keeps=True)


def test_a_connection_serves_several_exchanges_and_each_record_holds_its_own_bytes(
    tmp_path: Path,
) -> None:
    packed = chunked(b"@import 'three';")
    two = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nTransfer-Encoding: chunked\r\n\r\n"
    empty = b"HTTP/1.1 204 No Content\r\n\r\n"
    with kept(one=sheet_of("'two'"), two=two + packed, three=empty) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == CaptureVerdict.COMPLETE
    assert [(talk.connection, talk.use) for talk in server.talks] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (1, 4),
    ]
    for talk in server.talks:
        assert response_to(tmp_path, server.url(talk.target))[1] == talk.sent
        assert request_for(tmp_path, server.url(talk.target)) == talk.request
    assert [one["connection"] for one in metadata(tmp_path)] == [
        {"number": 1, "use": use} for use in (1, 2, 3, 4)
    ]
    assert_checks(tmp_path)


def test_a_connection_whose_chunks_are_none_serves_nobody_any_more(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nTransfer-Encoding: chunked\r\n\r\n"
    sheet = b"@import 'two';"
    wire = b"%x\r\n%sXX0\r\n\r\n" % (len(sheet), sheet)
    with kept(one=head + wire, two=sheet_of()) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == CaptureVerdict.PARTIAL
    assert [(talk.target, talk.connection) for talk in server.talks] == [
        ("/", 1),
        ("/one", 1),
        ("/two", 2),
    ]
    assert [one["outcome"] for one in metadata(tmp_path)] == [
        "complete",
        "malformed-http",
        "complete",
    ]


def test_bytes_beyond_an_answer_are_kept_with_it_and_are_nobody_elses_answer(
    tmp_path: Path,
) -> None:
    with kept(one=sheet_of("'two'") + EVIL, two=sheet_of()) as server:
        result = capture(tmp_path, server.url())

    assert result.verdict == CaptureVerdict.COMPLETE
    assert response_to(tmp_path, server.url("/one"))[1] == sheet_of("'two'") + EVIL
    assert response_to(tmp_path, server.url("/two"))[1] == sheet_of()
    assert server.talk("/two").connection == 2
    assert metadata(tmp_path)[1]["beyond_bytes"] == len(EVIL)


def test_what_is_sent_unasked_is_recorded_and_is_no_answer(tmp_path: Path) -> None:
    are_both_asked, is_sent = threading.Event(), threading.Event()

    def afterthought(talk: Talk) -> None:
        are_both_asked.wait(10)
        talk.send(page(b""))
        talk.pause()
        talk.send(EVIL)
        is_sent.set()

    def last(talk: Talk) -> None:
        are_both_asked.set()
        is_sent.wait(10)
        talk.send(page(b""))

    html = page(b"<img src=one><img src=two>")
    answers = {"/": says(html), "/one": afterthought, "/two": last}
    with HostileServer(answers, keeps=True) as server:
        result = capture(tmp_path, server.url(), limits=PATIENT)

    assert result.verdict == CaptureVerdict.COMPLETE
    assert "answers-unasked 1" in result.notes
    assert not any(EVIL in block for _, block in records(tmp_path, "response"))
    ((head, block),) = records(tmp_path, "resource")
    assert block == EVIL
    (listed,) = document(tmp_path, UNASKED)
    assert listed["record"] == head["WARC-Target-URI"][0]
    assert listed["origin"] == server.url().removesuffix("/")
    assert listed["connection"]["uses"] == server.talk("/one").use
    assert_checks(tmp_path)


def test_a_cookie_that_was_sent_unasked_is_found(tmp_path: Path) -> None:
    cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=a-long-secret-value\r\n\r\n"
    unasked = Unasked(
        origin=Origin("http", "site.example", 80),
        peer=Peer(connection=1, ip="192.0.2.1", port=80),
        after=1,
        data=cookie,
    )
    path, ids = tmp_path / "x.warc.gz", iter(range(9))
    clock = partial(datetime.now, UTC)
    new_id = partial(next, map(str, ids))
    with WarcWriter(path, software="x", settings={}, clock=clock, new_id=new_id) as warc:
        write_unasked(warc, [unasked], at=clock())
    survey = Survey()
    with path.open("rb") as stream:
        survey.take(stream, tmp_path)
    assert survey.by_kind() == {"set-cookie": 1}


def test_a_connection_that_closes_under_a_request_is_asked_again_and_both_are_recorded(
    tmp_path: Path,
) -> None:
    def too_late(talk: Talk) -> None:
        if talk.use > 1:
            talk.close()
        else:
            talk.send(sheet_of())

    with kept(one=too_late) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (CaptureVerdict.COMPLETE, ())
    assert [talk.connection for talk in server.talks] == [1, 1, 2]
    outcomes = [one["outcome"] for one in metadata(tmp_path)]
    assert outcomes == ["complete", "closed-before-answer", "complete"]
    assert len(list(records(tmp_path, "request"))) == 3


def test_a_new_connection_that_closes_is_asked_once(tmp_path: Path) -> None:
    with HostileServer({"/": Talk.close}, keeps=True) as server:
        result = capture(tmp_path, server.url())

    assert (result.verdict, result.reasons) == (CaptureVerdict.FAILED, ("no-answer",))
    assert len(server.talks) == 1


def test_records_stand_in_the_order_in_which_they_were_named(tmp_path: Path) -> None:
    is_last = threading.Event()

    def first(talk: Talk) -> None:
        is_last.wait(10)
        talk.send(page(b""))

    def last(talk: Talk) -> None:
        talk.send(page(b""))
        is_last.set()

    names = [str(number) for number in range(5)]
    html = page("".join(f"<img src={name}>" for name in names).encode())
    answers: dict[str, Answer] = {f"/{name}": says(page(b"")) for name in names}
    with HostileServer({"/": says(html), **answers, "/0": first, "/4": last}) as server:
        result = capture(tmp_path, server.url(), limits=PATIENT)

    assert result.verdict == CaptureVerdict.COMPLETE
    urls = [head["WARC-Target-URI"][0] for head, _ in records(tmp_path, "response")]
    assert urls == [server.url(), *(server.url(f"/{name}") for name in names)]


def test_one_host_is_asked_for_no_more_than_six_things_at_once(tmp_path: Path) -> None:
    lock, now, most = threading.Lock(), [0], [0]
    are_six = threading.Event()

    def counted(talk: Talk) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == 6:
                are_six.set()
        are_six.wait(10)
        talk.pause()
        with lock:
            now[0] -= 1
        talk.send(page(b""))

    html = page(b"".join(b"<img src=%d>" % number for number in range(20)))
    answers = {f"/{number}": counted for number in range(20)}
    with HostileServer({"/": says(html), **answers}, keeps=True) as server:
        result = capture(tmp_path, server.url(), limits=PATIENT)

    assert result.verdict == CaptureVerdict.COMPLETE
    assert most == [6]
    assert max(talk.connection for talk in server.talks) == 6


def test_an_interrupted_capture_waits_for_no_server(tmp_path: Path) -> None:
    is_asked = threading.Event()

    def hangs(talk: Talk) -> None:
        is_asked.set()
        talk.hang()

    class Interrupts(Silent):
        def on(self, *args: Any) -> None:
            raise KeyboardInterrupt

    html = page(b"<img src=a>")
    with HostileServer({"/": says(html), "/a": hangs}) as server:
        with pytest.raises(KeyboardInterrupt):
            engine(limits=Limits()).capture(server.url(), tmp_path, Interrupts())
        assert not any(talk.is_over for talk in server.talks if talk.target == "/a")
