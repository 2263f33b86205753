"""Everything that a server really sent, against what lies in the WARC: to the byte, or named.

The same page over HTTP/1.1, HTTP/1.1 with TLS and HTTP/2, by both recorders. The server remembers
what it received and what it sent; each exchange that it completed must be in the record. What the
recorder of the debugging protocol loses is named where it does.
"""

import io
import json
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium import process as chromium_process
from evidencekit.capture.chromium.installed import flags
from evidencekit.capture.decoding import decode_body
from evidencekit.capture.protocol_record.recorder import LOSES
from evidencekit.capture.recording.recorder import RecorderName
from evidencekit.capture.warc import EXCHANGE
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Silent
from tests.tools.fidelity_site import BIG, BROKEN_OFF, FILE, REPLIES, STEPS, UPLOAD, answer
from tests.tools.h2_site import H2Site, Headers, Reply, Sent, h2_site
from tests.tools.waczs import warcs_in

pytestmark = [pytest.mark.browser, pytest.mark.network]


MIXED = {"/parts", "/resumed"}
"""Of these the browser's cache has a part; the debugging protocol tells what the page is given."""


@dataclass(frozen=True)
class Message:
    """One side of an exchange in the WARC."""

    url: str
    start: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    warc: dict[str, str]
    protocols: tuple[str, ...]


@dataclass(frozen=True)
class Fidelity:
    protocol: str
    recorder: RecorderName
    result: PageCapture
    sent: list[Sent]
    requests: list[Message]
    responses: list[Message]
    infos: list[Message]
    notes: list[Message]
    dom: str

    @property
    def is_exact(self) -> bool:
        """Whether the network log recorded it."""
        return self.recorder == "netlog"

    @property
    def paths(self) -> set[str]:
        """All that was asked for, without what only a test of its own can compare."""
        found = {one.path for one in self.sent}
        return found if self.is_exact else found - MIXED

    def of(self, path: str) -> list[tuple[Sent, Message]]:
        """Pair what was sent for a path with what was recorded, in order of time."""
        sent = [one for one in self.sent if one.path == path]
        urls = {one.url for one in sent}
        recorded = [one for one in self.responses if one.url in urls]
        recorded.sort(key=lambda one: one.warc["WARC-Date"])
        if path == "/style.css" and not self.is_exact:
            sent = sent[-len(recorded) :]  # without that for early hints
        assert len(sent) == len(recorded), path
        return list(zip(sent, recorded, strict=True))


def read(path: Path) -> Iterator[tuple[str, Message]]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            kind = record.rec_type
            raw = record.raw_stream.read()
            head, _, body = (
                raw.partition(b"\r\n\r\n") if kind in {"request", "response"} else (b"", b"", raw)
            )
            start, *lines = head.split(b"\r\n")
            pairs = [line.partition(b":")[::2] for line in lines]
            yield (
                kind,
                Message(
                    url=record.rec_headers.get_header("WARC-Target-URI") or "",
                    start=start.decode(),
                    headers=[(name, value.strip()) for name, value in pairs],
                    body=body,
                    warc=dict(record.rec_headers.headers),
                    protocols=tuple(
                        value
                        for name, value in record.rec_headers.headers
                        if name == "WARC-Protocol"
                    ),
                ),
            )


@pytest.fixture(scope="module", params=["http/1.1", "http/1.1 tls", "h2"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["netlog", "protocol"])
def recorder(request: pytest.FixtureRequest) -> RecorderName:
    return "netlog" if request.param == "netlog" else "protocol"


@pytest.fixture(scope="module")
def fidelity(
    protocol: str, recorder: RecorderName, tmp_path_factory: pytest.TempPathFactory
) -> Fidelity:
    protocol, _, tls = protocol.partition(" ")
    folder = tmp_path_factory.mktemp("fidelity")
    is_tls = bool(tls) or protocol == "h2"
    allowed = ("h2", "http/1.1") if protocol == "h2" else ("http/1.1",)
    with h2_site(answer, folder, protocols=allowed, tls=is_tls) as site, trusting(site):
        engine = BrowserEngine(
            clock=lambda: datetime.now(UTC),
            new_id=lambda: str(uuid.uuid4()),
            allow_private=True,
            is_replayed=False,
            recorder=recorder,
        )
        out = folder / "out"
        out.mkdir()
        result = engine.capture(site.url(), out, Silent())
    records = [one for path in warcs_in(out) for one in read(path)]
    dom = next(out / find.name for find in result.finds if find.role == "dom")
    return Fidelity(
        protocol=protocol,
        recorder=recorder,
        result=result,
        sent=site.sent,
        requests=[one for kind, one in records if kind == "request"],
        responses=[one for kind, one in records if kind == "response"],
        infos=[one for kind, one in records if kind == "warcinfo"],
        notes=[one for kind, one in records if kind == "metadata" and one.url == EXCHANGE],
        dom=dom.read_text(encoding="utf-8"),
    )


@contextmanager
def trusting(site: H2Site) -> Iterator[None]:
    """Let the browser accept the key of the site's CA, by a flag that is none of the product's."""
    trust = f"--ignore-certificate-errors-spki-list={site.spki}"

    def more(**options: Any) -> tuple[str, ...]:
        return (*flags(**options), trust)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chromium_process, "flags", more)
        yield


def decoded(reply: Reply) -> bytes:
    """Return the body without its content coding."""
    codings = dict(reply.headers).get(b"Content-Encoding", b"").decode()
    return decode_body(io.BytesIO(reply.body), codings, limit=len(BIG)).content


def grouped(headers: Headers) -> Headers:
    """Put fields of one name where the first of them is; join the parts of a cookie."""
    names = list(dict.fromkeys(name for name, _ in headers))
    found = {name: [value for one, value in headers if one == name] for name in names}
    if b"cookie" in found:  # RFC 9113 §8.2.3
        found[b"cookie"] = [b"; ".join(found[b"cookie"])]
    return [(name, value) for name, values in found.items() for value in values]


def test_page_used_everything_and_what_went_wrong_is_named(fidelity: Fidelity) -> None:
    assert f'<p id="state">{" ".join(STEPS)} </p>' in fidelity.dom
    assert fidelity.result.verdict is CaptureVerdict.PARTIAL
    # A resource that is gone, and the download that the page broke off before it took it up again.
    assert fidelity.result.reasons == ("resources-bad-status 1", "truncated 1")
    assert {one.path for one in fidelity.sent} >= REPLIES.keys()


def test_the_event_names_the_server_its_address_and_its_certificate(fidelity: Fidelity) -> None:
    detail: Any = fidelity.result.detail
    first = detail["servers"][0]
    assert (first["host"], first["ip"], first["ip_is"]) == ("127.0.0.1", "127.0.0.1", "loopback")
    if fidelity.protocol == "http/1.1" and first["tls"] is None:
        assert fidelity.result.final_url.startswith("http:")
        return
    tls = first["tls"]
    assert (tls["version"], tls["alpn"], tls["error"]) == ("TLS 1.3", fidelity.protocol, None)
    assert tls["cipher"].startswith("TLS_" if fidelity.is_exact else "AES_")
    assert tls["certificate"]["sha256"] == tls["chain"][0]
    assert "CN=" in tls["certificate"]["issuer"]
    assert tls["verdict"] is None  # by the flag that lets the browser in, nobody judged it


def test_every_exchange_of_the_server_is_recorded_once_and_nothing_else(fidelity: Fidelity) -> None:
    served = Counter((one.method, one.url, one.reply.status) for one in fidelity.sent)
    methods = {
        one.warc.get("WARC-Concurrent-To"): one.start.split(" ")[0] for one in fidelity.requests
    }
    recorded = Counter(
        (methods[one.warc["WARC-Record-ID"]], one.url, int(one.start.split(" ")[1]))
        for one in fidelity.responses
    )
    if fidelity.protocol == "h2" and not fidelity.is_exact:
        # What early hints name is asked for by the browser itself, and not told of.
        hinted = next(one.url for one in fidelity.sent if one.path == "/style.css")
        served.subtract({("GET", hinted, 200): 1})
    for found in (served, recorded):
        for key in [key for key in found if urlsplit(key[1]).path not in fidelity.paths]:
            del found[key]
    assert recorded == served


def test_every_body_is_what_the_server_sent(fidelity: Fidelity) -> None:
    unread = set() if fidelity.is_exact else {"/moved-with-body"}  # of a redirect: no page sees it
    for path in fidelity.paths - unread:
        for sent, recorded in fidelity.of(path):
            is_bodiless = sent.method == "HEAD" or sent.reply.status in {101, 204, 304}
            whole = sent.reply.body if fidelity.is_exact else decoded(sent.reply)
            assert recorded.body == (b"" if is_bodiless else whole), path
            assert recorded.warc.get("WARC-Truncated") == why_cut(sent), path
    (big,) = [one for one in fidelity.responses if one.url.endswith("/big")]
    assert big.body == BIG


def why_cut(sent: Sent) -> str | None:
    if not sent.reply.hang:
        return None
    return "unspecified" if sent.path == "/resumed" else "time"


def test_each_part_of_a_file_is_what_was_sent_for_it_whatever_the_cache_had(
    fidelity: Fidelity,
) -> None:
    asked = [one.reply.headers[-1][1] for one in fidelity.sent if one.path == "/parts"]
    wanted = ("0-99999", "100000-149999", "250000-299999", "150000-249999")
    if not fidelity.is_exact:
        require_parts_as_told(fidelity)
        return
    assert asked == [b"bytes %s/300000" % one.encode() for one in wanted]
    begun, *parts = fidelity.of("/resumed")
    assert begun[1].body == FILE[:BROKEN_OFF]
    # It asks with one byte whether the file is still the same, and then for the rest.
    assert [len(one.reply.body) for one, _ in parts] == [1, len(FILE) - BROKEN_OFF]
    for sent, recorded in [*fidelity.of("/parts"), *parts]:
        assert recorded.start.split(" ")[1] == "206"
        assert recorded.body == sent.reply.body
        first = dict(recorded.headers)[span_name(fidelity)].split(b" ")[1].partition(b"-")[0]
        assert recorded.body == FILE[int(first) :][: len(recorded.body)]


def require_parts_as_told(fidelity: Fidelity) -> None:
    """Require what the page was given, marked, and apart from it what is told of the server's."""
    given = {one.warc["WARC-Concurrent-To"] for one in fidelity.notes if b"from_cache" in one.body}
    answers = [one for one in fidelity.responses if urlsplit(one.url).path in MIXED]
    for one in answers:
        first = dict(lower(one.headers)).get(b"content-range", b"bytes 0-").split(b" ")[1]
        at = int(first.partition(b"-")[0])
        assert one.body == FILE[at : at + len(one.body)]
    whole = [len(one.body) for one in answers if one.warc["WARC-Record-ID"] in given]
    assert sorted(whole) == [100_000, 300_000, 300_000]  # two of /parts, and /resumed
    told = [len(one.body) for one in answers if one.warc["WARC-Record-ID"] not in given]
    assert sorted(told) == [1, 50_000, 100_000, BROKEN_OFF]
    asked = {dict(lower(one.headers)).get(b"range") for one in fidelity.requests}
    assert {b"bytes=100000-149999", b"bytes=150000-249999"} <= asked


def span_name(fidelity: Fidelity) -> bytes:
    return b"content-range" if fidelity.protocol == "h2" else b"Content-Range"


def test_body_of_a_redirect_is_recorded_or_said_to_be_missing(fidelity: Fidelity) -> None:
    ((_sent, recorded),) = fidelity.of("/moved-with-body")
    cut = recorded.warc.get("WARC-Truncated")
    assert (recorded.body, cut) == (
        (b"moved away", None) if fidelity.is_exact else (b"", "unspecified")
    )


def test_heads_of_answers_are_what_the_server_sent(fidelity: Fidelity) -> None:
    is_as_sent = is_answer_as_logged if fidelity.is_exact else is_answer_as_told
    for path in fidelity.paths:
        for sent, recorded in fidelity.of(path):
            assert is_as_sent(sent, recorded), (path, recorded.headers)


def is_answer_as_logged(sent: Sent, recorded: Message) -> bool:
    if sent.protocol == "h2":
        wanted, more = grouped(lower(sent.reply.headers)), {b"content-length"}
    else:
        wanted, more = sent.reply.headers, {b"Content-Length", b"X-Crawler-Transfer-Encoding"}
    head, rest = recorded.headers[: len(wanted)], recorded.headers[len(wanted) :]
    return head == wanted and {name for name, _ in rest} <= more


def is_answer_as_told(sent: Sent, recorded: Message) -> bool:
    """Compare with what the protocol tells; what no longer describes the body is renamed."""
    names = {name.lower() for name, _ in recorded.headers}
    is_encoded = b"Content-Encoding" in dict(sent.reply.headers)
    if b"content-encoding" in names or (b"x-crawler-content-encoding" in names) != is_encoded:
        return False
    headers = [(name.removeprefix(b"X-Crawler-"), value) for name, value in recorded.headers]
    if sent.protocol != "h2":
        return headers[: len(sent.reply.headers)] == sent.reply.headers
    wanted = sorted(grouped(lower(sent.reply.headers)), key=lambda one: one[0] == b"set-cookie")
    got = [one for one in lower(headers) if one[0] != b"content-length"]
    # Where the page is given a head out of the cache, no other list is told than a sorted one.
    is_sorted = sent.path in {"/etag", "/resumed", "/parts"}
    return got == wanted or (is_sorted and sorted(got) == sorted(wanted))


def lower(headers: Headers) -> Headers:
    return [(name.lower(), value) for name, value in headers]


def test_heads_of_requests_are_what_the_server_received(fidelity: Fidelity) -> None:
    untold = set() if fidelity.is_exact else {"/sw.js"}  # the script of a service worker
    for path in fidelity.paths - untold:
        for sent, request in requests(fidelity, path):
            assert request.start == f"{sent.method} {path} HTTP/1.1"
            wanted = sent.request_headers
            if sent.protocol == "h2":
                wanted = [(b"host", sent.host.encode()), *grouped(wanted)]
            if fidelity.is_exact:
                assert request.headers == wanted, path
            else:
                assert sorted(request.headers) == sorted(wanted), path  # told without their order


def test_head_that_is_not_told_is_marked_and_has_no_cookie(fidelity: Fidelity) -> None:
    told = {one.warc["WARC-Concurrent-To"] for one in fidelity.notes if b"request_head" in one.body}
    marked = {
        urlsplit(one.url).path for one in fidelity.responses if one.warc["WARC-Record-ID"] in told
    }
    assert marked == (set() if fidelity.is_exact else {"/sw.js", *MIXED})
    for _sent, request in requests(fidelity, "/sw.js"):
        has_cookie = b"cookie" in {name.lower() for name, _ in request.headers}
        assert has_cookie == fidelity.is_exact


def test_bodies_of_requests_are_what_the_server_received(fidelity: Fidelity) -> None:
    for path in fidelity.paths:
        for sent, request in requests(fidelity, path):
            assert request.body == sent.request_body, path
    (post,) = requests(fidelity, "/post")
    assert post[1].body == UPLOAD


def requests(fidelity: Fidelity, path: str) -> list[tuple[Sent, Message]]:
    by_answer = {one.warc.get("WARC-Concurrent-To"): one for one in fidelity.requests}
    return [(sent, by_answer[got.warc["WARC-Record-ID"]]) for sent, got in fidelity.of(path)]


def test_each_answer_names_its_protocol(fidelity: Fidelity) -> None:
    for path in fidelity.paths:
        for sent, recorded in fidelity.of(path):
            tls = ("tls/1.3",) if sent.scheme == "https" else ()
            if path == "/ws" and not fidelity.is_exact:
                tls = ()  # not told of a WebSocket
            assert recorded.protocols == (sent.protocol, *tls), path


def test_early_hints_and_trailers_are_noted(fidelity: Fidelity) -> None:
    paths = {one.warc["WARC-Record-ID"]: one.url for one in fidelity.responses}
    noted = {
        paths[one.warc["WARC-Concurrent-To"]].rpartition("/")[2]: json.loads(one.body)
        for one in fidelity.notes
        if one.warc["WARC-Concurrent-To"] in paths
    }
    trailer = "X-Trailer: after the body"
    if fidelity.protocol == "h2":  # a browser takes no hints over HTTP/1.1
        assert noted["hints"] == {"early_hints": [["link: </style.css>; rel=preload; as=style"]]}
        trailer = trailer.replace("X-T", "x-t")
    if fidelity.is_exact:
        assert noted["trailers"] == {"trailers": [trailer]}
    else:
        assert "trailers" not in noted


def test_what_is_changed_and_what_is_lost_is_said_in_the_file(fidelity: Fidelity) -> None:
    words = (b"regrouped",) if fidelity.is_exact else (b"bodies-as-encoded", b"decoded")
    for info in fidelity.infos:
        for word in (b"transfer-encoding renamed", b"trailers", b"from the cache", *words):
            assert word in info.body


def test_capture_says_what_its_recorder_loses(fidelity: Fidelity) -> None:
    facts = fidelity.result.detail
    assert facts["recorder"] == fidelity.recorder
    assert ("recorded-by-protocol" in fidelity.result.notes) == (not fidelity.is_exact)
    assert facts["not_recorded"] == ([] if fidelity.is_exact else list(LOSES))
