"""NetLogs written by hand: what comes out is what Chromium said happened."""

import base64
import io
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from evidencekit.capture.guard.passages import TCP, PassageLog
from evidencekit.capture.netlog import exchanges as netlog_exchanges
from evidencekit.capture.netlog import facts as netlog_facts
from evidencekit.capture.netlog.exchanges import Exchanges
from evidencekit.capture.netlog.facts import Facts
from evidencekit.capture.netlog.heads import request_head, response_head
from evidencekit.capture.netlog.log import NetLog
from evidencekit.capture.netlog.owners import MAX_DOUBTFUL
from evidencekit.capture.netlog.sockets import Sockets
from evidencekit.capture.netlog.to_warc import record
from evidencekit.capture.recording.documents import FAILURES, TLS
from evidencekit.capture.recording.recorded import Recorded
from evidencekit.capture.warc import WarcWriter
from evidencekit.errors import BrowserUnavailable

NEEDED = netlog_exchanges.NEEDED | netlog_facts.NEEDED
EPOCH_MS = 1_795_000_000_000
START = datetime.fromtimestamp(EPOCH_MS / 1000, UTC)
LATER = START + timedelta(hours=1)
TYPES = {name: number for number, name in enumerate(sorted(NEEDED), start=10)}
PEM = (
    "-----BEGIN CERTIFICATE-----\n"
    + base64.b64encode(b"not really DER").decode()
    + "\n-----END CERTIFICATE-----\n"
)


class Log:
    """Builds a log as Chromium lays it out; times are milliseconds after the start."""

    def __init__(self, types: dict[str, int] = TYPES) -> None:
        self._lines: list[str] = []
        self._types = types
        self._sockets: dict[int, int] = {}
        self._time = 0

    def add(self, name: str, source: int, phase: int = 0, **params: Any) -> "Log":
        self._time += 1
        params = {key.rstrip("_"): value for key, value in params.items()}
        event = {
            **({"params": params} if params else {}),
            "phase": phase,
            "source": {"id": source, "start_time": "0", "type": 1},
            "time": str(self._time),
            "type": self._types[name],
        }
        self._lines.append(json.dumps(event, separators=(",", ":")))
        return self

    def tie(self, name: str, source: int, other: int, **more: Any) -> "Log":
        return self.add(name, source, source_dependency={"id": other, "type": 1}, **more)

    def socket(self, number: int, peer: str = "192.0.2.7:80") -> "Log":
        self.add("TCP_CONNECT", number, 1, address_list=[peer])
        return self.add("TCP_CONNECT", number, 2, remote_address=peer, local_address="10.0.0.5:4")

    def ask(self, source: int, url: str, **more: Any) -> "Log":
        fields = {"initiator": "http://a.test", "method": "GET", "request_type": "other"}
        return self.add("URL_REQUEST_START_JOB", source, 1, url=url, **(fields | more))

    def over(self, source: int, socket: int, job: int = 0) -> "Log":
        job = job or source + 1000
        self._sockets[source] = socket
        self.tie("SOCKET_POOL_BOUND_TO_SOCKET", job, socket)
        return self.tie("HTTP_STREAM_REQUEST_BOUND_TO_JOB", source, job)

    def send(self, source: int, line: str, *headers: str) -> "Log":
        if source not in self._sockets:
            self.socket(source + 500).over(source, source + 500)
        return self.add(
            "HTTP_TRANSACTION_SEND_REQUEST_HEADERS", source, line=line + "\r\n", headers=headers
        )

    def answer(self, source: int, *headers: str) -> "Log":
        """The head of an answer, on the socket and as the browser read it."""
        self.body(source, "\r\n".join([*headers, "", ""]).encode())
        return self.read(source, *headers)

    def read(self, source: int, *headers: str) -> "Log":
        return self.add("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", source, headers=headers)

    def body(self, source: int, data: bytes) -> "Log":
        return self.received(self._sockets[source], data)

    def received(self, socket: int, data: bytes, name: str = "SOCKET_BYTES_RECEIVED") -> "Log":
        return self.add(name, socket, bytes_=_b64(data), byte_count=len(data))

    def closed(self, source: int) -> "Log":
        """The connection of a request ends."""
        return self.add("SOCKET_ALIVE", self._sockets[source], 2)

    def sent(self, socket: int, data: bytes, name: str = "SOCKET_BYTES_SENT") -> "Log":
        return self.add(name, socket, bytes_=_b64(data), byte_count=len(data))

    def end(self, source: int, **params: Any) -> "Log":
        return self.add("REQUEST_ALIVE", source, 2, **params)

    def write(self) -> bytes:
        constants = {
            "logEventTypes": self._types,
            "logEventPhase": {"PHASE_BEGIN": 1, "PHASE_END": 2, "PHASE_NONE": 0},
            "netError": {"ERR_FAILED": -2, "ERR_CERT_DATE_INVALID": -201},
            "certStatusFlag": {"DATE_INVALID": 2, "AUTHORITY_INVALID": 4},
            "timeTickOffset": str(EPOCH_MS),
        }
        head = '{"constants":' + json.dumps(constants) + ',\n"events": [\n'
        return (head + ",\n".join(self._lines) + '],\n"polledData": [{}]}\n').encode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def read(
    log: bytes, *, seen: Callable[[str], bool] = lambda _url: False
) -> tuple[list[Recorded], Exchanges, NetLog]:
    netlog = NetLog(io.BytesIO(log), NEEDED)
    exchanges = Exchanges(
        netlog,
        was_seen=seen,
        error_name=netlog.error_name,
        spool=io.BytesIO,
        closing_at=lambda: LATER,
        sockets=Sockets(),
    )
    return list(exchanges), exchanges, netlog


def one(log: Log) -> Recorded:
    found, _, _ = read(log.write())
    assert len(found) == 1
    return found[0]


def content(body: BinaryIO | None) -> bytes:
    return body.read() if body is not None else b""


def plain(source: int = 1, *, status: str = "200 OK", body: bytes = b"hello") -> Log:
    return (
        Log()
        .socket(5)
        .ask(source, "http://a.test/x#frag")
        .over(source, 5)
        .send(source, "GET /x HTTP/1.1", "Host: a.test")
        .answer(source, f"HTTP/1.1 {status}", "Content-Length: 5")
        .body(source, body)
        .end(source)
    )


def test_request_and_answer_become_one_exchange() -> None:
    got = one(plain())
    assert got.exchange.url == "http://a.test/x"
    assert got.exchange.request.head == b"GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n"
    assert got.exchange.response.head == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    assert content(got.exchange.response.body) == b"hello"
    assert got.exchange.ip == "192.0.2.7"
    assert got.exchange.protocols == ("http/1.1",)
    assert got.exchange.truncated is None
    assert START < got.exchange.at < START + timedelta(seconds=1)


def test_each_hop_of_a_redirect_is_an_exchange() -> None:
    log = Log().ask(1, "http://a.test/1").send(1, "GET /1 HTTP/1.1")
    log.answer(1, "HTTP/1.1 302 Found", "Location: /2", "Content-Length: 9")
    log.add("URL_REQUEST_REDIRECTED", 1, location="http://a.test/2")
    log.ask(1, "http://a.test/2").send(1, "GET /2 HTTP/1.1")
    log.answer(1, "HTTP/1.1 200 OK").body(1, b"x").end(1)
    found, _, _ = read(log.write())
    assert [(r.exchange.url, r.status) for r in found] == [
        ("http://a.test/1", 302),
        ("http://a.test/2", 200),
    ]
    assert found[0].exchange.truncated == "unspecified"  # its body was never read


def test_http2_head_is_regrouped() -> None:
    log = Log().socket(5, "[2001:db8::1]:443").ask(1, "https://a.test/p")
    log.add("SSL_CONNECT", 5, 1)
    log.add("SSL_CONNECT", 5, 2, version="TLS 1.3", cipher_suite=4865, next_proto="h2")
    log.tie("HTTP2_SESSION_INITIALIZED", 7, 5)
    log.tie("HTTP2_SESSION_POOL_FOUND_EXISTING_SESSION", 1001, 7)
    log.tie("HTTP_STREAM_REQUEST_BOUND_TO_JOB", 1, 1001)
    pseudo = (":method: POST", ":authority: a.test", ":scheme: https", ":path: /p")
    log.add(
        "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS", 1, headers=[*pseudo, "content-length: 4"]
    )
    log.tie("HTTP2_SESSION_SEND_HEADERS", 7, 1001, stream_id=3)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    frame = (4).to_bytes(3, "big") + b"\0\1" + (3).to_bytes(4, "big") + b"body"
    settings = (0).to_bytes(3, "big") + b"\4\0" + bytes(4)
    wire = preface + settings + frame
    for part in (wire[:30], wire[30:40], wire[40:]):
        log.sent(5, part, "SSL_SOCKET_BYTES_SENT")
    log.read(1, "HTTP/1.1 200", "x-dup: 1", "x-dup: 2").end(1)
    got = one(log)
    assert got.exchange.request.head == (
        b"POST /p HTTP/1.1\r\nhost: a.test\r\ncontent-length: 4\r\n\r\n"
    )
    assert content(got.exchange.request.body) == b"body"
    assert got.is_whole_upload
    assert got.exchange.response.head == b"HTTP/1.1 200 \r\nx-dup: 1\r\nx-dup: 2\r\n\r\n"
    assert got.exchange.ip == "2001:db8::1"
    assert got.exchange.protocols == ("h2", "tls/1.3")


def test_request_body_is_what_follows_the_head_on_the_socket() -> None:
    log = Log().socket(5).ask(1, "http://a.test/", method="POST").over(1, 5)
    log.send(1, "POST / HTTP/1.1", "Content-Length: 6")
    log.sent(5, b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r").sent(5, b"\nabc").sent(5, b"def")
    log.answer(1, "HTTP/1.1 204 No Content").end(1)
    got = one(log)
    assert content(got.exchange.request.body) == b"abcdef"
    assert got.is_whole_upload


def test_request_body_that_the_log_lacks_is_noticed() -> None:
    log = Log().ask(1, "http://a.test/").send(1, "POST / HTTP/1.1", "Content-Length: 6")
    assert not one(log.answer(1, "HTTP/1.1 204 No Content").end(1)).is_whole_upload


@pytest.mark.parametrize(
    ("line", "octets"),
    [
        ("X: plain %41", b"X: plain %41"),
        ("%ESCAPED:\u200b X: %ED%95%9C%25", b"X: \xed\x95\x9c%"),
        ("%ESCAPED:\u200b X: a%0D%0AForged: 1", b"X: aForged: 1"),
        ("X: %ESCAPED: no", b"X: %ESCAPED: no"),
    ],
)
def test_header_line_is_its_bytes(line: str, octets: bytes) -> None:
    head = response_head(["HTTP/1.1 200 OK", line])
    assert head.raw == b"HTTP/1.1 200 OK\r\n" + octets + b"\r\n\r\n"


def test_transfer_encoding_is_renamed_since_chunks_are_gone() -> None:
    head = response_head(["HTTP/1.1 200 OK", "transfer-encoding: chunked"])
    assert b"X-Crawler-transfer-encoding: chunked" in head.raw
    assert head.is_chunked


@pytest.mark.parametrize("line", ["", "nonsense", "HTTP/1.1 99999 x", "HTTP/1.1 ２００ x"])
def test_malformed_status_line_is_no_status(line: str) -> None:
    assert response_head([line]).status == 0
    assert request_head("GET / HTTP/1.1", []).length is None


@pytest.mark.parametrize(
    ("status", "is_partial"), [("200 OK", False), ("206 Partial", True), ("404 No", False)]
)
def test_partial_answers_are_told_apart(status: str, is_partial: bool) -> None:
    assert one(plain(status=status)).is_partial is is_partial


@pytest.mark.parametrize(
    ("span", "is_partial"),
    [
        ("bytes 0-4/5", False),
        ("bytes 0-4/9", True),
        ("bytes 1-5/6", True),
        ("bytes 0-8/9", True),  # more than came
        ("bytes 0-4/*", True),
    ],
)
def test_range_that_is_all_of_the_file_is_a_whole_answer(span: str, is_partial: bool) -> None:
    log = Log().socket(5).ask(1, "http://a.test/x").over(1, 5).send(1, "GET /x HTTP/1.1")
    log.answer(1, "HTTP/1.1 206 Partial Content", f"Content-Range: {span}").body(1, b"hello")
    assert one(log.end(1)).is_partial is is_partial


def test_copy_from_the_cache_is_not_the_body_of_a_304() -> None:
    assert content(one(plain(status="304 Not Modified")).exchange.response.body) == b""


def test_short_body_is_flagged() -> None:
    assert one(plain(body=b"hel")).exchange.truncated == "unspecified"


def test_body_that_was_still_coming_is_flagged() -> None:
    log = Log().ask(1, "http://a.test/").send(1, "GET / HTTP/1.1")
    log.answer(1, "HTTP/1.1 200 OK").body(1, b"half")
    assert one(log).exchange.truncated == "time"


def test_request_without_answer_is_a_failure() -> None:
    log = Log().ask(1, "http://a.test/").end(1, net_error=-2)
    found, exchanges, _ = read(log.write())
    assert not found
    assert [(f.url, f.error) for f in exchanges.failures] == [("http://a.test/", "net::ERR_FAILED")]


def test_calls_of_the_browser_itself_are_left_out_unless_the_page_made_them() -> None:
    log = Log().socket(5, "198.51.100.1:443")
    log.ask(1, "https://update.test/", initiator="not an origin").over(1, 5)
    log.send(1, "GET / HTTP/1.1").answer(1, "HTTP/1.1 200 OK").end(1)
    found, exchanges, _ = read(log.write())
    assert (found, exchanges.owners.own_requests) == ([], 1)
    assert exchanges.page_connections() == ()
    found, exchanges, _ = read(log.write(), seen=lambda url: url == "https://update.test/")
    assert (len(found), exchanges.owners.own_requests) == (1, 0)


def doubtful(log: Log, source: int, url: str) -> Log:
    log.ask(source, url, initiator="not an origin").over(source, 5)
    return log.send(source, "GET / HTTP/1.1").answer(source, "HTTP/1.1 200 OK").end(source)


def test_request_that_the_page_is_seen_making_only_later_is_kept() -> None:
    seen: set[str] = set()
    netlog = NetLog(io.BytesIO(doubtful(plain(), 7, "https://late.test/").write()), NEEDED)

    def told() -> Any:
        yield from netlog
        seen.add("https://late.test/")

    exchanges = Exchanges(
        told(),
        was_seen=seen.__contains__,
        error_name=netlog.error_name,
        spool=io.BytesIO,
        closing_at=lambda: None,
        sockets=Sockets(),
    )
    assert [r.exchange.url for r in exchanges] == ["http://a.test/x", "https://late.test/"]
    assert exchanges.owners.own_requests == 0
    assert not exchanges.is_own_host("late.test")
    assert [s.number for s in exchanges.page_connections()] == [5]


def test_what_is_held_back_is_limited() -> None:
    log = Log().socket(5)
    for source in range(10, 10 + MAX_DOUBTFUL + 1):
        doubtful(log, source, f"https://home.test/{source}")
    netlog = NetLog(io.BytesIO(log.write()), NEEDED)
    decided: list[int] = []

    def told() -> Any:
        for event in netlog:
            yield event
            decided.append(exchanges.owners.own_requests)

    exchanges = Exchanges(
        told(),
        was_seen=lambda _url: False,
        error_name=netlog.error_name,
        spool=io.BytesIO,
        closing_at=lambda: None,
        sockets=Sockets(),
    )
    assert not list(exchanges)
    assert decided[-1] == 1
    assert exchanges.owners.own_requests == MAX_DOUBTFUL + 1


def test_navigation_has_no_initiator_and_is_kept() -> None:
    log = Log().ask(1, "http://a.test/", initiator="not an origin", request_type="main frame")
    assert one(log.send(1, "GET / HTTP/1.1").answer(1, "HTTP/1.1 200 OK").end(1)).status == 200


@pytest.mark.parametrize("name", ["SSL_CONNECT", "SSL_SOCKET_BYTES_RECEIVED"])
def test_log_that_lacks_an_event_is_refused_by_name(name: str) -> None:
    types = {key: number for key, number in TYPES.items() if key != name}
    with pytest.raises(BrowserUnavailable, match=name):
        NetLog(io.BytesIO(Log(types).write()), NEEDED)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]\n", b'{"constants":7,\n', b'{"constants":{'])
def test_what_is_no_log_is_refused(data: bytes) -> None:
    with pytest.raises(BrowserUnavailable):
        NetLog(io.BytesIO(data), NEEDED)


def test_torn_log_still_yields_what_is_there() -> None:
    whole = plain().write()
    for length in range(whole.index(b'"events"') + 12, len(whole) - 30, 7):
        found, _, log = read(whole[:length])
        assert log.is_torn or len(found) == 1
        assert len(found) <= 1
    found, _, log = read(whole)
    assert (len(found), log.is_torn) == (1, False)


def through_a_pipe(log: bytes) -> bytes:
    """Chromium cannot take back the last comma of the events where it cannot seek."""
    return log.replace(b'],\n"polledData"', b',\n],\n"polledData"')


def test_event_that_cannot_be_read_is_not_passed_over() -> None:
    lines = plain().write().split(b"\n")
    lines[4] = lines[4].replace(b'{"params"', b'{"params', 1)
    assert read(b"\n".join(lines))[2].is_torn


def test_page_cannot_make_a_log_begin_anew() -> None:
    log = plain().ask(9, 'http://a.test/{"constants":{')
    found, _, netlog = read(log.write())
    assert (len(found), netlog.is_torn) == (1, False)


def test_log_from_a_pipe_ends_like_one_from_a_file() -> None:
    found, _, log = read(through_a_pipe(plain().write()))
    assert (len(found), log.is_torn) == (1, False)


@pytest.mark.parametrize("left_over", [b",\n", b',\n{"params":{"bytes":"AAA'])
def test_log_that_begins_anew_continues_the_first_and_is_torn(left_over: bytes) -> None:
    torn = plain().write().partition(b'],\n"polledData"')[0] + left_over
    other = Log().ask(1, "http://b.test/").over(1, 5).send(1, "GET /b HTTP/1.1")
    other.answer(1, "HTTP/1.1 200 OK").body(1, b"b").end(1)
    found, _, log = read(torn + other.write())
    assert [r.exchange.url for r in found] == ["http://a.test/x", "http://b.test/"]
    assert [r.exchange.ip for r in found] == ["192.0.2.7", None]  # its socket 5 is another one
    assert log.is_torn


def guarded(host: str, ip: str) -> PassageLog:
    """What the guard did of the one connection that :meth:`Log.socket` writes."""
    passages = PassageLog(clock=lambda: START)
    passages.door = f"{ip}:443"
    passage = passages.open(client_port=4)
    passage.host, passage.port, passage.ip = host, 443, ip
    return passages


def facts_of(log: Log, sockets: Sockets) -> tuple[Facts, Exchanges]:
    netlog = NetLog(io.BytesIO(log.write()), NEEDED)
    facts = Facts(netlog)

    def told() -> Any:
        for event in netlog:
            facts.take(event)
            yield event

    exchanges = Exchanges(
        told(),
        was_seen=lambda _url: True,
        error_name=netlog.error_name,
        spool=io.BytesIO,
        closing_at=lambda: LATER,
        sockets=sockets,
    )
    return facts, exchanges


def test_certificates_and_verdicts_are_documented() -> None:
    log = Log().add("SOCKET_POOL_CONNECT_JOB_CREATED", 6, group_id="https://a.test <null>")
    log.tie("SOCKET_ALIVE", 5, 6, phase=1)
    log.socket(5, "192.0.2.7:443").ask(1, "https://a.test/").over(1, 5)
    log.add("SSL_CONNECT", 5, 1).add("SSL_CERTIFICATES_RECEIVED", 5, certificates=[PEM])
    log.add("CERT_VERIFIER_JOB", 4, 1, host="a.test", certificates=[PEM])
    log.add(
        "CERT_VERIFIER_JOB",
        4,
        2,
        net_error=-201,
        cert_status=2,
        verified_cert={"certificates": [PEM]},
        scts={"scts": [1.5]},
    )
    log.add("SSL_CONNECT", 5, 2, net_error=-201).end(1, net_error=-201)
    facts, exchanges = facts_of(log, Sockets(guarded("a.test", "192.0.2.7")))
    assert not list(exchanges)
    documents: Any = facts.documents(exchanges)
    (verdict,) = documents[TLS]["verdicts"]
    (connection,) = documents[TLS]["connections"]
    assert (verdict["error"], verdict["flags"]) == (
        "net::ERR_CERT_DATE_INVALID",
        ("DATE_INVALID",),
    )
    assert connection["chain"] == verdict["chain"] == tuple(documents[TLS]["certificates"])
    assert documents[TCP][0]["peer"] == "192.0.2.7:443"
    (server,) = facts.servers(exchanges)
    tls: Any = server.tls
    assert (server.host, server.ip) == ("a.test", "192.0.2.7")
    assert tls["error"] == tls["verdict"]["error"] == "net::ERR_CERT_DATE_INVALID"
    assert tls["verdict"]["flags"] == ("DATE_INVALID",)
    assert (tls["certificate"]["sha256"],) == tls["chain"] == connection["chain"]
    assert documents[FAILURES][0]["error"] == "net::ERR_CERT_DATE_INVALID"


def test_verdict_belongs_to_the_certificate_and_not_to_all_ports_of_its_host() -> None:
    bad, good, unjudged = (
        ssl.DER_cert_to_PEM_cert(one) for one in (b"bad leaf", b"good leaf", b"another leaf")
    )
    log, passages = Log(), PassageLog(clock=lambda: START)
    passages.door = "192.0.2.7:443"
    for number, (port, pem, error) in enumerate(
        ((8443, bad, -201), (443, good, 0), (9443, unjudged, None)), 1
    ):
        job, socket, local, verifier = (base + number for base in (10, 20, 30, 40))
        place = f"https://a.test:{port}"
        log.add("SOCKET_POOL_CONNECT_JOB_CREATED", job, group_id=f"{place} <null>")
        log.tie("SOCKET_ALIVE", socket, job, phase=1).add("TCP_CONNECT", socket, 1)
        ends = {"remote_address": passages.door, "local_address": f"10.0.0.5:{local}"}
        log.add("TCP_CONNECT", socket, 2, **ends)
        log.ask(number, f"{place}/").over(number, socket)
        log.add("SSL_CONNECT", socket, 1)
        log.add("SSL_CERTIFICATES_RECEIVED", socket, certificates=[pem])
        if error is not None:
            failed = {"net_error": error, "cert_status": 2} if error else {}
            log.add("CERT_VERIFIER_JOB", verifier, 1, host="a.test", certificates=[pem])
            log.add("CERT_VERIFIER_JOB", verifier, 2, verified_cert={}, **failed)
        log.add("SSL_CONNECT", socket, 2, version="TLS 1.3")
        log.send(number, "GET / HTTP/1.1")
        log.answer(number, "HTTP/1.1 200 OK", "Content-Length: 0").end(number)
        passage = passages.open(client_port=local)
        passage.host, passage.port, passage.ip = "a.test", port, "192.0.2.7"
    facts, exchanges = facts_of(log, Sockets(passages))
    assert len(list(exchanges)) == 3
    seen: Any = {one.port: one.tls and one.tls["verdict"] for one in facts.servers(exchanges)}
    assert seen[8443]["error"] == "net::ERR_CERT_DATE_INVALID"
    assert seen[443]["error"] is None
    assert seen[9443] is None


def test_hostile_values_of_a_wrong_kind_do_not_stop_the_reading(tmp_path: Path) -> None:
    log = Log().ask(1, "http://a.test/").send(1, "GET / HTTP/1.1")
    log.add("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 1, headers=[7, None, "HTTP/1.1 200 OK"])
    log.add("SOCKET_BYTES_RECEIVED", 501, bytes_="not base64!")
    log.add("TCP_CONNECT", 9, 2, remote_address=["x"]).add("SSL_CONNECT", 9, 2, version=[])
    log.add("SSL_CERTIFICATES_RECEIVED", 9, certificates=["junk"])
    log.add("CERT_VERIFIER_JOB", 8, 2, verified_cert=[], cert_status="x").end(1)
    ids = iter(range(1000))
    result = record(
        io.BytesIO(log.write()),
        tmp_path,
        was_seen=lambda _url: True,
        writer=lambda path: WarcWriter(
            path,
            software="test",
            settings={},
            clock=lambda: START,
            new_id=lambda: f"00000000-0000-4000-8000-{next(ids):012d}",
        ),
        clock=lambda: LATER,
        closing_at=lambda: LATER,
    )
    assert (result.exchanges, result.truncated, result.partial) == (1, 1, None)
