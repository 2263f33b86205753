"""The judge of ``script/fidelity``: what it would say of a recorder that is not faithful."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.fidelity import Body, Findings, Head, judge
from tests.tools.h2_site import Headers, Reply, Sent
from tests.tools.recordings import Recorded, Recording, Side, read_warcs

TEXT = b"delivered " * 40
PACKED = gzip.compress(TEXT, mtime=0)
ASKED: Headers = [(b"Host", b"a.test"), (b"Cookie", b"a=1"), (b"X-Two", b"1"), (b"X-Two", b"2")]
ANSWERED: Headers = [(b"Content-Encoding", b"gzip"), (b"X-Two", b"1"), (b"X-Two", b"2")]
LENGTH = (b"Content-Length", b"%d" % len(PACKED))
SENT = Sent(
    protocol="http/1.1",
    scheme="http",
    method="POST",
    host="a.test",
    path="/x",
    request_headers=ASKED,
    request_body=b"posted",
    reply=Reply(headers=ANSWERED, body=PACKED),
    is_whole=True,
)
FAITHFUL = Recorded(
    url="http://a.test/x",
    status=200,
    method="POST",
    request=Side(start=b"POST /x HTTP/1.1", headers=ASKED, body=b"posted"),
    response=Side(start=b"HTTP/1.1 200 Said", headers=[*ANSWERED, LENGTH], body=PACKED),
    ip="127.0.0.1",
)


def found(*recorded: Recorded, sent: Sent = SENT, messages: tuple[bytes, ...] = ()) -> Findings:
    return judge([sent], Recording(exchanges=[*recorded], messages=[*messages]), ())


def answering(body: bytes | None = PACKED, headers: Headers | None = None) -> Recorded:
    shown = [*ANSWERED, LENGTH] if headers is None else headers
    return replace(FAITHFUL, response=Side(start=b"", headers=shown, body=body))


def test_faithful_record_is_called_so() -> None:
    (pair,) = found(FAITHFUL).pairs
    assert (pair.body, pair.upload) == (Body.SAME, Body.SAME)
    assert (pair.response, pair.request) == (Head.EXACT, Head.EXACT)
    assert found(FAITHFUL).addresses == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TEXT, Body.DECODED),
        (PACKED[:-1], Body.DIFFERENT),
        (PACKED + b" ", Body.DIFFERENT),
        (b"", Body.DIFFERENT),
        (None, Body.MISSING),
    ],
)
def test_body_that_is_not_what_was_delivered_is_told_apart(body: bytes, kind: Body) -> None:
    assert found(answering(body)).bodies(kind) == ("POST /x 200",)


def test_short_body_passes_only_where_the_record_says_that_it_is_cut() -> None:
    cut = replace(answering(PACKED[:9]), is_cut=True)
    assert found(cut).bodies(Body.CUT)
    assert found(replace(cut, response=answering(b"other").response)).bodies(Body.DIFFERENT)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ([LENGTH, *ANSWERED], Head.REGROUPED),
        ([(name.lower(), value) for name, value in [*ANSWERED, LENGTH]], Head.REGROUPED),
        ([ANSWERED[0], (b"X-Two", b"1, 2"), LENGTH], Head.LOSSY),
        ([*ANSWERED[:-1], LENGTH], Head.LOSSY),
        ([*ANSWERED, LENGTH, (b"X-Added", b"1")], Head.LOSSY),
    ],
)
def test_head_that_is_not_what_was_sent_is_told_apart(headers: Headers, kind: Head) -> None:
    (pair,) = found(answering(headers=headers)).pairs
    assert pair.response is kind


def test_missing_exchange_is_counted_and_one_that_never_was_is_named() -> None:
    other = replace(FAITHFUL, url="http://a.test/y")
    findings = found(other)
    assert findings.bodies(Body.MISSING) == ("POST /x 200",)
    assert findings.uploads() == (0, 1)
    assert findings.invented == ("POST http://a.test/y 200",)


def test_one_record_does_not_stand_for_two_exchanges() -> None:
    findings = judge([SENT, SENT], Recording(exchanges=[FAITHFUL]), ())
    assert len(findings.bodies(Body.MISSING)) == 1


def test_exchange_that_the_server_did_not_complete_is_not_asked_for() -> None:
    findings = found(FAITHFUL, sent=replace(SENT, is_whole=False))
    assert (findings.pairs, findings.invented) == ((), ())


def test_stream_and_socket_are_judged_by_what_came_through_them() -> None:
    stream = replace(SENT, reply=replace(SENT.reply, hang=True))
    assert found(FAITHFUL, sent=stream).stream == "body"
    assert found(answering(b""), sent=stream).stream == "head"
    assert found(sent=stream).stream == "none"
    socket = replace(SENT, reply=Reply(status=101))
    opened = replace(FAITHFUL, status=101)
    assert found(opened, sent=socket, messages=(b"echo",)).socket == "messages"
    assert found(opened, sent=socket).socket == "head"
    assert found(sent=socket).socket == "none"


def test_certificate_counts_where_its_bytes_lie_in_the_files() -> None:
    recording = Recording(beside=[b'{"pem": "AAEC\\nAwQF"}'])
    assert judge([], recording, [bytes(range(6)), b"another"]).certificates == 1


def test_chunks_in_a_warc_file_are_framing_and_no_other_body(tmp_path: Path) -> None:
    block = (
        b"HTTP/1.1 200 Said\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"
    )
    head = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.test/x\r\n"
    file = tmp_path / "x.warc"
    file.write_bytes(head + b"Content-Length: %d\r\n\r\n" % len(block) + block + b"\r\n\r\n")
    (one,) = read_warcs([file]).exchanges
    assert one.response is not None
    assert (one.status, one.response.body) == (200, b"hello!")
