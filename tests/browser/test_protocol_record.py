"""What the recorder of the debugging protocol gets where it is not easy, and what it says it lost.

``test_fidelity`` holds everything else against the same server.
"""

import errno
import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium.installed import identify
from evidencekit.capture.protocol_record import bodies
from evidencekit.capture.recording.recorder import RecorderName
from evidencekit.capture.warc import EXCHANGE, WarcWriter
from evidencekit.errors import BrowserUnavailable, PolicyForbids
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Silent
from tests.browser.test_fidelity import Message, read, trusting
from tests.cli.transcripts import Done
from tests.tools.browser_site import site
from tests.tools.doctored_browser import browser_with_renamed_event
from tests.tools.h2_site import Answer, Headers, Reply, Sent, h2_site
from tests.tools.visiting import visit
from tests.tools.waczs import warcs_in

pytestmark = [pytest.mark.browser, pytest.mark.network]

Case = Callable[..., Done]
HTML: Headers = [(b"Content-Type", b"text/html; charset=euc-kr")]
TEXT: Headers = [(b"Content-Type", b"text/plain")]
SCRIPT: Headers = [(b"Content-Type", b"text/javascript")]
PAGE = """<!doctype html><title>t</title><p id="state"></p><iframe src="/korean"></iframe><script>
const say = text => document.getElementById("state").textContent += text + " ";
const once = (target, name) => new Promise(done => target.addEventListener(name, done));
const other = location.origin.replace("127.0.0.1", "localhost");
(async () => {
  const now = new XMLHttpRequest();
  now.open("GET", "/sync", false);
  now.send();
  say(now.responseText);
  await once(new Worker("/worker.js"), "message");
  await fetch(other + "/refused").catch(() => say("refused"));
  await fetch(other + "/opaque", {mode: "no-cors"});
  await fetch("/blob", {method: "POST", body: new Blob(["of a blob"])});
  const form = new FormData();
  form.append("file", new File(["of a file"], "f.txt"));
  await fetch("/file", {method: "POST", body: form});
  await fetch("/octets").then(answer => answer.text());
  say("done");
})();
</script>"""
REPLIES = {
    "/": Reply(headers=HTML, body=PAGE.encode()),
    "/korean": Reply(headers=HTML, body="<p>가나다".encode("euc-kr"), is_chunked=True),
    "/sync": Reply(headers=TEXT, body=b"waited-for", is_chunked=True),
    "/worker.js": Reply(headers=SCRIPT, body=b"importScripts('/imported.js'); postMessage(found)"),
    "/imported.js": Reply(headers=SCRIPT, body=b"var found = 1"),
    "/refused": Reply(headers=TEXT, body=b"not for others"),
    "/opaque": Reply(headers=TEXT, body=b"never shown"),
    "/blob": Reply(headers=TEXT, body=b"ok"),
    "/file": Reply(headers=TEXT, body=b"ok"),
    "/octets": Reply(headers=[*TEXT, (b"X-Raw", b"\xb0\xa1\xff\x81 raw")], body=b"ok"),
    "/favicon.ico": Reply(headers=TEXT, body=b"none"),
}


@dataclass(frozen=True)
class Told:
    result: PageCapture
    sent: list[Sent]
    records: list[tuple[str, Message]]

    def one(self, kind: str, path: str) -> Message:
        (found,) = (
            one for what, one in self.records if what == kind and urlsplit(one.url).path == path
        )
        return found

    def note(self, path: str) -> dict[str, Any]:
        """Return what is said of the answer for that path."""
        about = self.one("response", path).warc["WARC-Record-ID"]
        found = (m for _kind, m in self.records if m.warc.get("WARC-Concurrent-To") == about)
        said: dict[str, Any] = next(json.loads(m.body) for m in found if m.url == EXCHANGE)
        return said

    def received(self, path: str) -> Sent:
        return next(one for one in self.sent if one.path == path)


def capture(
    answer: Answer, folder: Path, *, protocol: str = "http/1.1", recorder: RecorderName = "protocol"
) -> Told:
    out = folder / "out"
    out.mkdir()
    with h2_site(answer, folder, protocols=(protocol,), tls=protocol == "h2") as site:
        with trusting(site):
            result = engine(recorder).capture(site.url(), out, Silent())
        records = [one for path in warcs_in(out) for one in read(path)]
        return Told(result, list(site.sent), records)


def engine(recorder: RecorderName, browser: Path | None = None, **more: Any) -> BrowserEngine:
    return BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        is_replayed=False,
        recorder=recorder,
        browser=identify(browser) if browser is not None else None,
        **more,
    )


def of_table(replies: dict[str, Reply]) -> Answer:
    def answer(method: str, path: str, _body: bytes, _headers: Headers) -> Reply:
        return Reply(status=204) if method == "OPTIONS" else replies.get(path, Reply(status=404))

    return answer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return capture(of_table(REPLIES), tmp_path_factory.mktemp("told"))


@pytest.mark.parametrize("path", sorted(REPLIES.keys() - {"/refused"}))
def test_body_is_what_the_server_sent_whoever_waits_for_it(told: Told, path: str) -> None:
    recorded = told.one("response", path)
    assert (recorded.body, recorded.warc.get("WARC-Truncated")) == (REPLIES[path].body, None)


@pytest.mark.parametrize("path", ["/blob", "/file"])
def test_upload_of_a_file_is_what_the_server_received(told: Told, path: str) -> None:
    assert told.one("request", path).body == told.received(path).request_body != b""


def test_octets_of_a_header_that_are_no_text_are_those_that_were_sent(told: Told) -> None:
    assert (b"X-Raw", b"\xb0\xa1\xff\x81 raw") in told.one("response", "/octets").headers


def test_answer_that_the_browser_keeps_from_the_page_is_a_head_that_says_so(told: Told) -> None:
    refused = told.one("response", "/refused")
    assert (refused.start, refused.body) == ("HTTP/1.1 200 Said", b"")
    assert refused.warc["WARC-Truncated"] == "disconnect"
    assert (told.result.verdict, told.result.reasons) == (CaptureVerdict.PARTIAL, ("truncated 1",))


def test_address_is_that_of_the_only_server_there_is(told: Told) -> None:
    assert told.one("response", "/korean").warc["WARC-IP-Address"] == "127.0.0.1"


def test_certificates_are_said_to_be_the_browsers_word(tmp_path: Path) -> None:
    told = capture(of_table({"/": Reply(headers=HTML, body=b"<p>x")}), tmp_path, protocol="h2")
    (document,) = (json.loads(m.body) for _kind, m in told.records if m.url.endswith(":tls"))
    (connection,) = document["connections"]
    assert document["source"].startswith("as the browser states it")
    assert (connection["version"], connection["subject"]) == ("TLS 1.3", "site.test")
    assert len(connection["chain"]) == 2
    assert set(connection["chain"]) == document["certificates"].keys()


def test_host_whose_certificate_was_accepted_unverified_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with h2_site(of_table({"/": Reply(headers=HTML, body=b"<p>x")}), tmp_path) as site:
        accepting = engine("protocol", accepts_invalid_tls=True)
        result = accepting.capture(site.url(), out, Silent())
    assert "tls-not-verified 127.0.0.1 not-told" in result.notes


def test_recorder_that_reads_bodies_is_refused_without_media() -> None:
    with pytest.raises(PolicyForbids):
        engine("protocol", is_without_media=True)


def test_document_that_never_ends_is_given_up_and_the_page_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "WHOLE_S", 1.0)
    page = b"<p>x</p><iframe src='/endless'></iframe><img src='/after'>"
    table = {
        "/": Reply(headers=HTML, body=page),
        "/endless": Reply(headers=HTML, body=b"<p>so far", hang=True),
        "/after": Reply(headers=TEXT, body=b"no picture"),
    }
    told = capture(of_table(table), tmp_path)
    endless = told.one("response", "/endless")
    assert (endless.body, endless.warc["WARC-Truncated"]) == (b"", "length")
    assert told.result.reasons == ("resources-failed 1",)
    assert told.one("response", "/after").body == b"no picture"


def test_document_larger_than_we_hold_is_shown_and_its_body_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MAX_WHOLE_BYTES", 1000)
    page = b"<p>large</p>" * 100
    told = capture(of_table({"/": Reply(headers=HTML, body=page)}), tmp_path)
    assert told.one("response", "/").body == b""
    assert told.result.reasons == ("truncated 1",)
    dom = next(find for find in told.result.finds if find.role == "dom")
    assert dom.content is not None


def test_what_the_cache_has_from_early_hints_is_kept_and_marked(tmp_path: Path) -> None:
    kept = [(b"Content-Type", b"text/css"), (b"Cache-Control", b"max-age=600")]
    page = b"<link rel='stylesheet' href='/hinted.css'><p>x"
    table = {
        "/": Reply(
            headers=HTML, body=page, hints=[(b"Link", b"</hinted.css>; rel=preload; as=style")]
        ),
        "/hinted.css": Reply(headers=kept, body=b"p { color: red }"),
    }
    told = capture(of_table(table), tmp_path, protocol="h2")
    assert len([one for one in told.sent if one.path == "/hinted.css"]) == 1
    assert told.one("response", "/hinted.css").body == b"p { color: red }"
    assert told.note("/hinted.css")["from_cache"] is True
    assert "WARC-IP-Address" not in told.one("response", "/hinted.css").warc


def test_clicks_are_held_while_answers_are(tmp_path: Path) -> None:
    with site() as running:
        got = visit(running, "/more-leads-away", tmp_path, recorder="protocol")
        assert not running.paths() & {"/small", "/upload", "/popped"}
    assert {"navigations-refused 2", "popups-closed 1"} <= set(got.result.notes)
    assert "still here" in got.dom


def test_full_disk_ends_the_capture_with_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = WarcWriter.write_exchange
    written: list[object] = []

    def full(self: WarcWriter, exchange: object) -> str:
        if written:
            raise OSError(errno.ENOSPC, "no space")
        written.append(exchange)
        return write(self, exchange)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(WarcWriter, "write_exchange", full)
    with site() as running:
        result = engine("protocol").capture(running.url("/many"), tmp_path, Silent())
    assert "recording-stopped no-space" in result.reasons, result.reasons
    assert result.detail["exchanges"] == 1


def test_log_without_an_event_ends_before_the_site_is_asked(tmp_path: Path) -> None:
    with browser_with_renamed_event("CERT_VERIFIER_JOB", "CERT_JOB") as browser, site() as running:
        with pytest.raises(BrowserUnavailable, match="lacks CERT_VERIFIER_JOB") as raised:
            engine("netlog", browser).capture(running.url("/small"), tmp_path, Silent())
        assert "--recorder protocol" in str(raised.value.hint)
        assert running.paths() == set()
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
        result = engine("protocol", browser).capture(running.url("/small"), tmp_path, Silent())
    assert result.verdict is CaptureVerdict.COMPLETE
