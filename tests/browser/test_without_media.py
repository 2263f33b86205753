"""No picture, film, sound or font is asked for, received or kept where media are not wanted.

What is served consists of a mark that is looked for in everything that lies on a disk, while the
visit lasts and after it, in every encoding that a page can make (:mod:`tests.tools.needles`).
"""

import json
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium import installed
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Silent
from evidencekit.workflow.capture import detail_of
from tests.browser.test_fidelity import trusting
from tests.tools.h2_site import H2Site, Sent, h2_site
from tests.tools.machine_room import open_folder
from tests.tools.media_traps import PNG, UPLOADER, WORDS, answer
from tests.tools.needles import NEEDLES, Watcher, needles_below, needles_in, watching

pytestmark = [pytest.mark.browser, pytest.mark.network]
LIMITS = BrowserLimits(load_s=15, scroll_s=3, click_s=3, idle_s=6, poll_s=1, view_s=15, total_s=90)
KEPT = {"warc", "warc-partial", "document-without-media"}
STORES = {"local", "session", "cookie", "caches", "database", "file", "large-blob"}


@dataclass(frozen=True)
class Visited:
    result: PageCapture
    folder: Path
    site: H2Site
    sent: list[Sent]
    watcher: Watcher

    def file(self, role: str) -> bytes:
        (name,) = (find.name for find in self.result.finds if find.role == role)
        return (self.folder / name).read_bytes()

    @property
    def document(self) -> str:
        return self.file("document-without-media").decode("utf-8")

    @property
    def paths(self) -> set[str]:
        return {one.path.partition("?")[0] for one in self.sent}

    @property
    def told(self) -> dict[str, Any]:
        return self.result.detail["without_media"]  # type: ignore[return-value]

    def blocked(self, path: str) -> dict[str, Any]:
        (found,) = (one for one in self.told["listed"] if one["url"].endswith(path))
        return found  # type: ignore[no-any-return]

    def records(self) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
        for role in ("warc", "warc-partial"):
            for find in self.result.finds:
                if find.role == role:
                    yield from records_in(self.folder / find.name)


def records_in(path: Path) -> Iterator[tuple[str, str, dict[str, str], bytes]]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            headers = dict(record.rec_headers.headers)
            yield record.rec_type, url, headers, record.raw_stream.read()


def visit(
    site: H2Site, path: str, folder: Path, temporary: Path, *, is_without_media: bool = True
) -> Visited:
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        limits=LIMITS,
        is_without_media=is_without_media,
        is_replayed=False,
        observe=None,
    )
    out = folder / f"out-{uuid.uuid4()}"
    out.mkdir()
    before = len(site.sent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        with watching([out, temporary]) as watcher:
            result = engine.capture(site.url(path), out, Silent())
    return Visited(result, out, site, site.sent[before:], watcher)


@pytest.fixture(scope="module")
def temporary() -> Iterator[Path]:
    with open_folder() as folder:
        folder.chmod(0o1777)
        yield folder


@pytest.fixture(scope="module")
def plain_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[H2Site]:
    folder = tmp_path_factory.mktemp("site")
    with h2_site(answer, folder, protocols=("http/1.1",), tls=False) as site:
        yield site


@pytest.fixture(scope="module", params=["http", "https"])
def trapped(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, temporary: Path
) -> Iterator[Visited]:
    folder = tmp_path_factory.mktemp("trapped")
    with h2_site(answer, folder, tls=request.param == "https") as site, trusting(site):
        yield visit(site, "/", folder, temporary)


@pytest.fixture
def look(plain_site: H2Site, tmp_path: Path, temporary: Path) -> Any:
    return lambda path: visit(plain_site, path, tmp_path, temporary)


def test_what_is_media_was_never_asked_for(trapped: Visited) -> None:
    assert [path for path in trapped.paths if path.startswith("/never/")] == []
    assert {"/", "/traps.css", "/traps.js", "/json-base64", "/inner", "/cross"} <= trapped.paths


def test_the_page_did_try_and_did_store_what_it_got(trapped: Visited) -> None:
    _, _, rest = trapped.document.partition('<p id="steps">')
    done = set(rest.partition("</p>")[0].split(", "))
    assert {"json", "canvas", "popup", "events", "fetch.png-refused", "lie-text"} <= done
    assert "popup-by-a-click" in done
    assert {f"json-{store}" for store in STORES} <= done


def test_nothing_of_it_was_on_a_disk_at_any_time(trapped: Visited) -> None:
    assert trapped.watcher.found == {}
    assert needles_below([trapped.folder]) == {}


def test_the_same_looking_finds_what_an_ordinary_capture_keeps(
    plain_site: H2Site, tmp_path: Path, temporary: Path
) -> None:
    ordinary = visit(plain_site, "/inner", tmp_path, temporary, is_without_media=False)
    forms = {form for forms in ordinary.watcher.found.values() for form in forms}
    assert {"raw", "base64-0", "base64-1", "base64-2"} <= forms
    assert forms <= NEEDLES.keys()


def test_a_browser_that_logs_bodies_all_the_same_has_none_of_them_kept(
    plain_site: H2Site, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "BODILESS_MODE", "Everything")
    seen = visit(plain_site, "/board", tmp_path, temporary)
    assert WORDS in seen.document
    assert seen.watcher.found == {}


def test_what_an_event_would_say_holds_nothing_of_it(trapped: Visited) -> None:
    detail = json.dumps(detail_of(trapped.result), ensure_ascii=False, default=list)
    assert needles_in(detail.encode("utf-8", "replace")) == set()
    assert trapped.result.title == "제목 [1997 characters]"
    assert len(trapped.result.final_url) < 100


def test_each_refused_request_is_listed_with_time_kind_and_declared_size(trapped: Visited) -> None:
    picture = trapped.blocked("/never/img.png")
    assert (picture["kind"], picture["stage"]) == ("Image", "not-sent")
    assert picture["declared"] == {"width": "640", "height": "480"}
    assert picture["at"].endswith("Z")
    assert trapped.blocked("/never/video.mp4")["kind"] == "Media"
    assert trapped.blocked("/never/font.woff2")["kind"] == "Font"
    assert trapped.blocked("/never/prefetch.png")["stage"] == "not-sent"
    fetched = trapped.blocked("/headed/fetch.png")
    assert fetched["stage"] == "ended-at-head"
    assert fetched["declared"] == {"type": "image/png", "length": str(len(PNG))}
    assert trapped.told["blocked"] == sum(trapped.told["by_kind"].values())
    assert "digest" not in json.dumps(trapped.told)


def test_what_is_not_text_is_ended_at_its_head_whoever_asks(trapped: Visited) -> None:
    ended = {
        one["url"].rpartition("/")[2]
        for one in trapped.told["listed"]
        if one["stage"] == "ended-at-head"
    }
    asked = {path.rpartition("/")[2] for path in trapped.paths if path.startswith("/headed/")}
    assert asked - {"form", "saved.png"} <= ended
    assert {"import.png", "frame.png", "object", "mjpeg", "range", "attachment"} <= ended


def test_it_is_never_complete_and_says_why(trapped: Visited) -> None:
    assert trapped.result.verdict is CaptureVerdict.PARTIAL
    assert trapped.result.reasons[0] == "without-media"
    assert not [one for one in trapped.result.reasons if one.startswith("media-guard")]


def test_only_heads_and_the_cleaned_document_are_kept(trapped: Visited) -> None:
    assert {find.role for find in trapped.result.finds} == KEPT
    assert {path.name for path in trapped.folder.iterdir() if path.is_file()} == {
        *(find.name for find in trapped.result.finds),
        "websocket.jsonl",
    }
    for kind, url, headers, block in trapped.records():
        if kind in {"request", "response"}:
            assert block.endswith(b"\r\n\r\n"), url
            assert block.count(b"\r\n\r\n") == 1, url
            assert "WARC-Payload-Digest" not in headers
        if kind == "response" and url.endswith("/lies/text"):
            assert headers["WARC-Truncated"] == "unspecified"
            assert b"\r\nContent-Type: text/plain\r\n" in block
            assert b"\r\nContent-Length: %d\r\n" % len(PNG) in block
        if kind == "warcinfo":
            assert b"withoutMedia: no bodies" in block
            assert b"capture mode IncludeSensitive" in block


def test_every_exchange_of_the_server_has_its_head_in_the_record(trapped: Visited) -> None:
    recorded = [url for kind, url, _headers, _block in trapped.records() if kind == "response"]
    for path in ("/", "/traps.css", "/headed/fetch.png", "/lies/json", "/moved-to-png"):
        assert trapped.site.url(path) in recorded


def test_messages_of_websockets_are_lengths_only(trapped: Visited) -> None:
    lines = next(
        block.splitlines() for _k, url, _h, block in trapped.records() if url.endswith(":websocket")
    )
    messages = [one for one in map(json.loads, lines) if one["event"] in {"sent", "received"}]
    assert {"length", "opcode"} <= messages[0].keys()
    assert "payload" not in messages[0]
    assert len(PNG) in {one["length"] for one in messages}


def test_what_the_page_says_is_kept(trapped: Visited) -> None:
    text = trapped.document
    assert f'<p id="words">{WORDS}</p>' in text
    assert f'<a id="who" href="/user/1234?tab=posts">{UPLOADER}</a>' in text
    assert '<img src="/never/img.png" width="640" height="480">' in text
    assert '"name": "영상 이름"' in text
    assert trapped.result.context is not None
    statements = {(one.about, one.value) for one in trapped.result.context.statements}
    assert {("title", WORDS), ("author", UPLOADER)} <= statements
    assert trapped.told["cleaned"]["data-urls"] > 10


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/picture", "is-media image/png"),
        ("/film", "is-media video/mp4"),
        ("/to-picture", "is-media image/png"),
        ("/file", "is-download attachment"),
    ],
)
def test_an_address_that_is_no_text_is_ended_at_its_head(look: Any, path: str, reason: str) -> None:
    seen = look(path)
    assert seen.result.verdict is CaptureVerdict.PARTIAL
    assert seen.result.reasons == ("without-media", reason)
    assert {find.role for find in seen.result.finds} <= {"warc", "warc-partial"}
    assert seen.watcher.found == {}


def test_a_text_that_the_browser_takes_for_a_picture_is_called_one(look: Any) -> None:
    seen = look("/sniffed")
    assert seen.result.reasons == ("without-media", "is-media image/png")
    assert seen.watcher.found == {}


def test_a_document_that_is_bytes_is_not_kept(look: Any) -> None:
    seen = look("/binary")
    assert seen.result.reasons == ("without-media", "no-document")
    assert {find.role for find in seen.result.finds} == {"warc"}
    assert seen.told["cleaned"] is None
    assert seen.watcher.found == {}


def test_a_step_to_a_picture_leaves_the_page_that_stands(look: Any) -> None:
    seen = look("/then-picture")
    assert WORDS in seen.document
    assert seen.blocked("/picture")["kind"] == "Document"


def test_what_scripts_save_is_not_even_begun_to_be_written(look: Any) -> None:
    seen = look("/saves")
    assert WORDS in seen.document
    assert "downloads-denied 10" in seen.result.notes
    assert seen.watcher.found == {}


@pytest.mark.parametrize("path", ["/json", "/utf-16"])
def test_words_are_kept_in_other_forms_of_text(look: Any, path: str) -> None:
    seen = look(path)
    assert WORDS in seen.document
    assert seen.watcher.found == {}
