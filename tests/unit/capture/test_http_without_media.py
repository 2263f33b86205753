"""The http engine without media: one document, its head and its words."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evidencekit.capture.warc import warc_uri
from evidencekit.model.capture import CaptureVerdict, PageCapture
from tests.tools.hostile_server import HostileServer, Talk, page, says
from tests.tools.media_traps import B64, BYTES, PNG, REPLIES, UPLOADER, WORDS
from tests.tools.needles import needles_below, needles_in, watching
from tests.unit.capture.test_http_engine import capture, records

pytestmark = pytest.mark.network
BOARD = REPLIES["/board"].body
PICTURE = says(
    b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(PNG) + PNG
)


def never_ends(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nX-Picture: ")
    talk.send(BYTES.replace(b"\n", b""))
    talk.send(b"\r\nX-More: " + B64.encode())


def talks_no_http(talk: Talk) -> None:
    talk.send(PNG)


def lies(talk: Talk) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n"
    talk.send(head % len(PNG) + PNG)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer(
        {
            "/board": says(page(BOARD)),
            "/picture": PICTURE,
            "/moved": says(
                b"HTTP/1.1 302 Found\r\nLocation: /picture\r\nContent-Length: 0\r\n\r\n"
            ),
            "/moved-with-picture": says(
                b"HTTP/1.1 302 Found\r\nLocation: /picture\r\nContent-Length: %d\r\n\r\n" % len(PNG)
                + PNG
            ),
            "/leads-nowhere": says(
                b"HTTP/1.1 302 Found\r\nLocation: \r\nContent-Type: image/png\r\n"
                b"Content-Length: %d\r\n\r\n" % len(PNG) + PNG
            ),
            "/json": says(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
                + json.dumps({"photo": B64, "text": WORDS}, ensure_ascii=False).encode()
            ),
            "/never-ends": never_ends,
            "/no-http": talks_no_http,
            "/lies": lies,
        }
    ) as running:
        yield running


def look(server: HostileServer, path: str, folder: Path) -> PageCapture:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        with watching([folder]) as watcher:
            result = capture(folder / "out", server.url(path), is_without_media=True)
    assert watcher.found == {}
    assert needles_below([folder]) == {}
    told = json.dumps(result.detail, default=list) + str(result.context) + str(result.reasons)
    assert needles_in(told.encode("utf-8", "replace")) == set()
    return result


def test_only_the_document_is_asked_for_and_its_words_are_kept(
    server: HostileServer, tmp_path: Path
) -> None:
    result = look(server, "/board", tmp_path)
    assert (result.verdict, result.reasons[0]) == (CaptureVerdict.PARTIAL, "without-media")
    assert [find.role for find in result.finds] == ["warc", "document-without-media"]
    assert {talk.target for talk in server.talks} == {"/board"}
    text = (tmp_path / "out" / "document-without-media.html").read_text(encoding="utf-8")
    assert WORDS in text
    assert UPLOADER in text
    told: Any = result.detail["without_media"]
    assert server.url("/never/svg-image.png") in [one["url"] for one in told["listed"]]


def test_heads_are_recorded_and_no_body_is(server: HostileServer, tmp_path: Path) -> None:
    look(server, "/board", tmp_path)
    ((headers, block),) = records(tmp_path / "out", "response")
    assert block.endswith(b"\r\n\r\n")
    assert headers["WARC-Truncated"] == ["unspecified"]
    assert "WARC-Payload-Digest" not in headers
    ((_, info),) = records(tmp_path / "out", "warcinfo")
    assert b"withoutMedia: no bodies" in info


@pytest.mark.parametrize("path", ["/picture", "/moved", "/moved-with-picture"])
def test_a_picture_is_ended_at_its_head(server: HostileServer, tmp_path: Path, path: str) -> None:
    result = look(server, path, tmp_path)
    assert result.verdict is CaptureVerdict.PARTIAL
    assert result.reasons == ("without-media", "is-media image/png")
    assert [find.role for find in result.finds] == ["warc"]
    *_, (headers, block) = records(tmp_path / "out", "response")
    assert headers["WARC-Target-URI"] == [warc_uri(server.url("/picture"))]
    assert b"Content-Length: %d\r\n" % len(PNG) in block


def test_a_redirect_that_leads_nowhere_is_a_picture(server: HostileServer, tmp_path: Path) -> None:
    result = look(server, "/leads-nowhere", tmp_path)
    assert "is-media image/png" in result.reasons


def test_json_is_kept_without_what_is_a_picture_in_it(
    server: HostileServer, tmp_path: Path
) -> None:
    look(server, "/json", tmp_path)
    text = (tmp_path / "out" / "document-without-media.html").read_text(encoding="utf-8")
    assert WORDS in text


@pytest.mark.parametrize("path", ["/never-ends", "/no-http", "/lies"])
def test_a_server_that_sends_bytes_in_other_places_leaves_none(
    server: HostileServer, tmp_path: Path, path: str
) -> None:
    result = look(server, path, tmp_path)
    assert [find.role for find in result.finds] == ["warc"]
    assert result.verdict in {CaptureVerdict.PARTIAL, CaptureVerdict.FAILED}
