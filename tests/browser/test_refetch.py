"""A long recording of which the player takes only the beginning is in the WARC as a whole."""

import json
import struct
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.warc import EXCHANGE
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Silent
from tests.tools.h2_site import H2Site, Headers, Reply, h2_site

pytestmark = [pytest.mark.browser, pytest.mark.network]

SOUND_BYTES = 60 << 20
PAGE = b"<!doctype html><title>t</title><audio preload=auto src=%s></audio>"
COOKIE = (b"Set-Cookie", b"seen=1; SameSite=Lax")


def sound() -> bytes:
    """Return minutes of silence, uncompressed (WAVE, PCM 16 bit)."""
    head = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        36 + SOUND_BYTES,
        b"WAVE",
        b"fmt ",
        16,
        1,
        2,
        44100,
        176400,
        4,
        16,
    )
    return head + struct.pack("<4sI", b"data", SOUND_BYTES) + bytes(SOUND_BYTES)


SOUND = sound()


def answer(method: str, path: str, body: bytes, headers: Headers) -> Reply:
    del method, body
    asked = {name.lower(): value for name, value in headers}
    kind = [(b"Content-Type", b"audio/wav"), (b"Accept-Ranges", b"bytes")]
    match path:
        case "/" | "/broken":
            source = b"/sound.wav" if path == "/" else b"/error.wav"
            return Reply(headers=[(b"Content-Type", b"text/html"), COOKIE], body=PAGE % source)
        case "/sound.wav" if b"range" in asked:
            first = int(asked[b"range"].removeprefix(b"bytes=").partition(b"-")[0])
            span = b"bytes %d-%d/%d" % (first, len(SOUND) - 1, len(SOUND))
            return Reply(status=206, headers=[*kind, (b"Content-Range", span)], body=SOUND[first:])
        case "/sound.wav":
            return Reply(headers=kind, body=SOUND)
        case _:
            return Reply(status=500, headers=kind, body=b"broken")


def capture(site: H2Site, path: str, folder: Path, *, is_passive: bool = False) -> PageCapture:
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        is_passive=is_passive,
        is_replayed=False,
    )
    folder.mkdir()
    return engine.capture(site.url(path), folder, Silent())


def records(path: Path, kind: str) -> dict[str, tuple[Any, bytes]]:
    """Return record headers and content by URL."""
    with path.open("rb") as stream:
        return {
            str(one.rec_headers.get_header("WARC-Target-URI")): (
                one.rec_headers,
                one.raw_stream.read(),
            )
            for one in ArchiveIterator(stream)
            if one.rec_type == kind
        }


def test_media_that_came_in_part_is_fetched_again_whole_and_marked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with h2_site(answer, tmp_path, tls=False) as site:
        result = capture(site, "/", out)
    asked = [one for one in site.sent if one.path == "/sound.wav"]
    assert [one for one in asked if not one.is_whole], "the player took it all"
    url = asked[0].url
    headers, body = records(out / "capture.warc.gz", "response")[url]
    assert body == SOUND
    about, note = records(out / "capture.warc.gz", "metadata")[EXCHANGE]
    assert json.loads(note) == {"refetch": True}
    assert about.get_header("WARC-Concurrent-To") == headers.get_header("WARC-Record-ID")
    assert "media-refetched 1" in result.notes
    assert result.verdict is CaptureVerdict.COMPLETE, result.reasons
    cookies = [value for name, value in asked[-1].request_headers if name.lower() == b"cookie"]
    assert cookies == [b"seen=1"]


def test_what_the_page_itself_took_stays_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with h2_site(answer, tmp_path, tls=False) as site:
        capture(site, "/", out)
    url = next(one.url for one in site.sent if one.path == "/sound.wav")
    headers, body = records(out / "partial.warc.gz", "response")[url]
    assert len(body) < len(SOUND)
    assert headers.get_header("WARC-Truncated")
    assert EXCHANGE not in records(out / "partial.warc.gz", "metadata")


def test_media_that_answered_with_an_error_is_not_asked_for_again(tmp_path: Path) -> None:
    with h2_site(answer, tmp_path, tls=False) as site:
        result = capture(site, "/broken", tmp_path / "out")
    assert len([one for one in site.sent if one.path == "/error.wav"]) == 1
    assert not any(one.startswith("media-") for one in (*result.notes, *result.reasons))


def test_passive_capture_asks_for_nothing_more(tmp_path: Path) -> None:
    with h2_site(answer, tmp_path, tls=False) as site:
        result = capture(site, "/", tmp_path / "out", is_passive=True)
    asked = [one for one in site.sent if one.path == "/sound.wav"]
    assert all(b"range" in {name.lower() for name, _ in one.request_headers} for one in asked)
    assert (result.verdict, result.reasons) == (CaptureVerdict.PARTIAL, ("media-incomplete 1",))
