"""A capture replayed without network in a real Chromium: what the record alone shows."""

import io
import json
import os
import signal
import struct
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium import process as chromium_process
from evidencekit.capture.chromium.installed import Browser, find_browser
from evidencekit.capture.chromium.process import running
from evidencekit.capture.page.view import View
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.capture.recording.recorder import RecorderName
from evidencekit.capture.replay import check as replay
from evidencekit.capture.replay.answering import MAX_PIECE
from evidencekit.capture.replay.check import check_replay, replay_detail
from evidencekit.capture.replay.likeness import compare_pictures
from evidencekit.capture.wacz.reading import open_wacz
from evidencekit.capture.wacz.writing import write_wacz
from evidencekit.capture.warc import Block, Exchange, WarcWriter
from evidencekit.formats.cdxj_body import body_text
from evidencekit.formats.wacz import WaczPage
from evidencekit.model.capture import CaptureVerdict
from evidencekit.model.replay import ReplayCheck
from evidencekit.protocols import Silent
from tests.tools.replay_site import ReplaySite, replay_site

pytestmark = [pytest.mark.browser, pytest.mark.network]
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SHORT = BrowserLimits(load_s=8, scroll_s=8, idle_s=4, view_s=8, total_s=40)


@dataclass(frozen=True)
class Recorded:
    url: str
    folder: Path
    site: ReplaySite

    @property
    def wacz(self) -> Path:
        return self.folder / "capture.wacz"

    @property
    def views(self) -> list[View]:
        roles = {
            "screenshot-viewport": "viewport.png",
            "screenshot": "screenshot.png",
            "dom": "dom.html",
        }
        return [
            View(role=role, path=self.folder / name, media_type="image/png")
            for role, name in roles.items()
        ]

    def check(self, browser: Browser | None = None) -> ReplayCheck:
        return check_replay(
            browser or find_browser(),
            self.wacz,
            self.url,
            self.views,
            self.folder,
            limits=SHORT,
        )


def engine(*, is_replayed: bool, recorder: RecorderName = "netlog") -> BrowserEngine:
    return BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        limits=SHORT,
        is_replayed=is_replayed,
        recorder=recorder,
    )


def record(site: ReplaySite, path: str, folder: Path) -> Recorded:
    folder.mkdir(exist_ok=True)
    engine(is_replayed=False).capture(site.url(path), folder, Silent())
    return Recorded(site.url(path), folder, site)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    with replay_site() as site:
        yield record(site, "/", tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def checked(full: Recorded) -> tuple[ReplayCheck, list[str]]:
    before = list(full.site.asked)
    check = full.check()
    return check, full.site.asked[len(before) :]


def test_replayed_page_looks_as_the_captured_one(checked: tuple[ReplayCheck, list[str]]) -> None:
    check, _asked = checked
    alike = check.viewport_alike_permille, check.page_alike_permille, check.words_alike_permille
    assert (check.why_not, alike) == (None, (1000, 1000, 1000))


def test_every_request_is_answered_from_the_wacz(checked: tuple[ReplayCheck, list[str]]) -> None:
    check, _asked = checked
    assert check.missing == ()
    assert check.asked == check.answered > 10


def test_server_is_not_asked_though_it_still_runs(checked: tuple[ReplayCheck, list[str]]) -> None:
    _check, asked = checked
    assert asked == []


def test_frames_and_video_are_shown(checked: tuple[ReplayCheck, list[str]]) -> None:
    check, _asked = checked
    assert (check.frames, check.frames_answered) == (2, 2)
    assert (check.videos, check.videos_ready) == (2, 2)


def test_record_by_the_debugging_protocol_is_shown_the_same(tmp_path: Path) -> None:
    with replay_site() as site:
        by_protocol = engine(is_replayed=True, recorder="protocol")
        result = by_protocol.capture(site.url(), tmp_path, Silent())
    shown = result.detail["replay"]
    assert isinstance(shown, dict)
    assert (result.verdict, result.reasons) == (CaptureVerdict.COMPLETE, ())
    alike = [shown[f"{what}_alike_permille"] for what in ("viewport", "page", "words")]
    assert (shown["why_not"], alike) == (None, [1000, 1000, 1000])
    assert (shown["missing"], shown["videos_ready"], shown["frames_answered"]) == ([], 2, 2)


def test_address_that_changes_at_every_visit_is_counted_as_a_guess(
    checked: tuple[ReplayCheck, list[str]],
) -> None:
    check, _asked = checked
    assert check.guessed == 1


def test_answers_are_told_apart_by_body_and_by_turn(full: Recorded) -> None:
    with open_wacz(full.wacz) as reader:
        said = {
            (entry.url.removeprefix(full.site.url("")), entry.request_body): reader.read(entry).body
            for entry in reader.entries
            if entry.method == "POST"
        }
        turns = [reader.read(e).body for e in reader.entries if e.url.endswith("/turn")]
    assert said == {
        ("/ask", body_text(b'{"number": 1}', "application/json")): b"answer to 1",
        ("/ask", body_text(b'{"number": 2}', "application/json")): b"answer to 2",
    }
    assert turns == [b"turn 1", b"turn 2"]


def test_request_that_was_never_recorded_is_missing_and_stays_here(tmp_path: Path) -> None:
    with replay_site() as site:
        recorded = record(site, "/new-each-time", tmp_path / "r")
        assert "/socket" in site.asked
        before = len(site.asked)
        check = recorded.check()
        assert site.asked[before:] == []
    assert len(check.missing) == 1
    assert check.missing[0].startswith(site.url("/n/"))
    assert check.asked - check.answered == 1


def test_worker_is_answered_too(tmp_path: Path) -> None:
    with replay_site() as site:
        recorded = record(site, "/worker", tmp_path / "r")
    check = recorded.check()
    assert (check.missing, check.page_alike_permille) == ((), 1000)


def test_page_that_draws_another_picture_each_time_has_the_same_words(tmp_path: Path) -> None:
    with replay_site() as site:
        result = engine(is_replayed=True).capture(site.url("/animated"), tmp_path, Silent())
    shown = result.detail["replay"]
    assert isinstance(shown, dict)
    assert shown["words_alike_permille"] == 1000
    assert shown["page_alike_permille"] < 950
    assert f"replay-differs {shown['page_alike_permille']}‰" in result.notes
    assert not [note for note in result.notes if note.startswith("replay-words")]


def test_other_words_in_the_record_show_in_the_words(tmp_path: Path) -> None:
    url, head = "https://gone.example/", b"<!doctype html><meta charset=utf-8>"
    replay_of(tmp_path, {url: head + b"<p>I never said it.</p><p>Not once."})
    dom = tmp_path / "dom.html"
    dom.write_bytes(head + b"<p>I always said it.</p><p>Not once.")
    view = View(role="dom", path=dom, media_type="text/html")
    check = check_replay(find_browser(), tmp_path / "capture.wacz", url, [view], tmp_path)
    alike = check.words_alike_permille, check.page_alike_permille
    assert (check.why_not, alike) == (None, (833, None))


def test_missing_record_shows_in_both_measures(full: Recorded, tmp_path: Path) -> None:
    for name in ("viewport.png", "screenshot.png", "dom.html"):
        (tmp_path / name).write_bytes((full.folder / name).read_bytes())
    with (
        zipfile.ZipFile(full.wacz) as whole,
        zipfile.ZipFile(tmp_path / "capture.wacz", "w") as cut,
    ):
        for name in whole.namelist():
            lines = whole.read(name).splitlines(keepends=True)
            is_index = name.endswith(".cdxj")
            cut.writestr(name, b"".join(n for n in lines if not is_index or b"big.png" not in n))
    check = Recorded(full.url, tmp_path, full.site).check()
    assert check.missing == (full.site.url("/big.png"),)
    assert check.viewport_alike_permille is not None
    assert check.viewport_alike_permille < 900
    assert check.words_alike_permille == 1000  # a picture has no words


def test_page_that_never_returns_ends_the_check_in_time(tmp_path: Path) -> None:
    with replay_site() as site:
        recorded = record(site, "/hangs", tmp_path / "r")
    assert recorded.check().why_not in {"timed-out load", "scripts-stopped"}


def test_browser_that_does_not_start_is_a_reason_and_no_error(full: Recorded) -> None:
    gone = Browser(path=Path("/nonexistent/browser"), name="Chromium", version="156.0.0.0")
    assert full.check(gone) == ReplayCheck(why_not="no-browser")


def test_browser_that_is_killed_is_a_reason_and_no_error(
    full: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = chromium_process._launch

    def killed(*args: object, **more: object) -> object:
        process = launch(*args, **more)  # type: ignore[arg-type]  # passed on as it came
        os.kill(process.pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(chromium_process, "_launch", killed)
    assert full.check().why_not == "no-browser"


def test_damaged_wacz_is_a_reason_and_no_error(full: Recorded, tmp_path: Path) -> None:
    (tmp_path / "capture.wacz").write_bytes(full.wacz.read_bytes()[:-100])
    assert Recorded(full.url, tmp_path, full.site).check() == ReplayCheck(why_not="not-replayed")


def test_pictures_of_different_pages_are_not_alike(full: Recorded, tmp_path: Path) -> None:
    with replay_site() as site:
        other = record(site, "/worker", tmp_path / "r")
    with running(find_browser(), is_recorded=False) as process:
        pictures = full.folder / "viewport.png", other.folder / "viewport.png"
        likeness = compare_pictures(process.connection, *pictures)
    assert likeness.permille < 300


def test_capture_keeps_the_wacz_and_says_how_its_replay_went(tmp_path: Path) -> None:
    with replay_site() as site:
        result = engine(is_replayed=True).capture(site.url("/worker"), tmp_path, Silent())
    assert [find.name for find in result.finds if find.role in {"wacz", "warc"}] == ["capture.wacz"]
    wacz, shown = result.detail["wacz"], result.detail["replay"]
    assert isinstance(wacz, dict)
    assert isinstance(shown, dict)
    with zipfile.ZipFile(tmp_path / "capture.wacz") as container:
        signed = json.loads(container.read("datapackage-digest.json"))["signedData"]
    assert f"sha256:{wacz['package_sha256']}" == signed["hash"]
    assert wacz["public_key"] == signed["publicKey"]
    assert (shown["why_not"], shown["page_alike_permille"], shown["missing"]) == (None, 1000, [])
    assert not [note for note in result.notes if note.startswith("replay")]


def test_capture_says_what_its_record_has_no_answer_for(tmp_path: Path) -> None:
    with replay_site() as site:
        result = engine(is_replayed=True).capture(site.url("/new-each-time"), tmp_path, Silent())
    assert "replay-missing 1" in result.notes


def test_interrupted_check_does_not_lose_the_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(replay, "open_wacz", interrupted)
    with replay_site() as site:
        result = engine(is_replayed=True).capture(site.url("/worker"), tmp_path, Silent())
    assert "replay-unfinished interrupted" in result.notes
    assert "wacz" in {find.role for find in result.finds}


def test_capture_without_replay_has_no_result_of_one(tmp_path: Path) -> None:
    with replay_site() as site:
        result = engine(is_replayed=False).capture(site.url("/worker"), tmp_path, Silent())
    assert result.detail["replay"] is None


def test_capture_whose_wacz_cannot_be_written_keeps_its_warc(tmp_path: Path) -> None:
    (tmp_path / "capture.wacz").mkdir()  # in the way
    with replay_site() as site:
        result = engine(is_replayed=True).capture(site.url("/worker"), tmp_path, Silent())
    assert "no-wacz" in result.notes
    assert "capture.warc.gz" in {find.name for find in result.finds if find.role == "warc"}


def test_page_of_a_site_that_is_gone_is_shown_over_https(tmp_path: Path) -> None:
    check = replay_of(
        tmp_path,
        {
            "https://gone.example/": b"<!doctype html><iframe src='https://other.example/f'>"
            b"</iframe><script>location.protocol === 'https:' && fetch('/secure')</script>",
            "https://other.example/f": b"<p>frame</p>",
            "https://gone.example/secure": b"only over TLS",
        },
    )
    assert (check.why_not, check.asked, check.answered) == (None, 3, 3)
    assert (check.frames_answered, check.page_alike_permille) == (1, None)


def test_film_is_given_in_ranges_from_the_whole_answer(tmp_path: Path) -> None:
    samples = bytes(2 * MAX_PIECE + 1000)
    sound = struct.pack(
        "<4sI8sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVEfmt ", 16, 1, 1, 8000, 8000, 1, 8,
        b"data", len(samples),
    )  # fmt: skip
    check = replay_of(
        tmp_path,
        {
            "https://gone.example/": b"<!doctype html><video src='/film.wav' preload='auto' "
            b"onloadedmetadata='currentTime = duration - 1' "
            b"onseeked='fetch(`/seeked`)'></video>",
            "https://gone.example/film.wav": sound + samples,
            "https://gone.example/seeked": b"to the end",
        },
    )
    assert (check.why_not, check.missing, check.videos_ready) == (None, (), 1)
    assert check.answered > 3  # page, at least two ranges, and what is asked for at the end


def test_answer_that_no_browser_takes_is_missing_and_holds_nothing_up(tmp_path: Path) -> None:
    check = replay_of(
        tmp_path,
        {
            "https://gone.example/": b"<!doctype html><p>x</p><script>fetch('/odd');"
            b"fetch('/odd-header')</script>",
            "https://gone.example/odd": b"no status",
            "https://gone.example/odd-header": b"a header without a name",
        },
    )
    assert (check.why_not, check.missing) == (None, ("https://gone.example/odd",))
    assert (check.asked, check.answered) == (3, 2)


@pytest.mark.parametrize("tag", ["<iframe src='{}'></iframe>", "<object data='{}'></object>"])
def test_what_the_page_shows_is_missing_also_where_it_is_called_like_an_icon(
    tag: str, tmp_path: Path
) -> None:
    page = b"<!doctype html><body>" + tag.format("/favicon.ico").encode()
    check = replay_of(tmp_path, {"https://gone.example/": page})
    assert check.missing == ("https://gone.example/favicon.ico",)  # once: not the tab's own


def replay_of(folder: Path, answers: dict[str, bytes]) -> ReplayCheck:
    """Replay the first of ``answers`` from a WACZ of all of them."""
    numbers = count()
    with WarcWriter(
        folder / "capture.warc.gz",
        software="test",
        settings={},
        clock=lambda: AT,
        new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}",
    ) as out:
        for url, body in answers.items():
            out.write_exchange(_exchange(url, body))
    first = next(iter(answers))
    write_wacz(
        folder / "capture.wacz",
        warc=folder / "capture.warc.gz",
        page=WaczPage(id="p", url=first, at=AT, title=None),
        created=AT,
        software="test",
        sign=None,
    )
    return check_replay(find_browser(), folder / "capture.wacz", first, [], folder)


def _exchange(url: str, body: bytes) -> Exchange:
    return Exchange(
        url=url,
        at=AT,
        request=Block(head=b"GET / HTTP/1.1\r\n\r\n", body=None, body_size=0),
        response=Block(
            head=_HEADS.get(urlsplit(url).path, _HEAD % _kind(url).encode()),
            body=io.BytesIO(body),
            body_size=len(body),
        ),
        ip=None,
        protocols=(),
        truncated=None,
    )


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n"
_HEADS = {
    "/odd": b"HTTP/1.1 odd\r\n\r\n",
    "/odd-header": b"HTTP/1.1 200 OK\r\n: x\r\nbad name: x\r\nX-\xff: \xff\r\n\r\n",
}


def _kind(url: str) -> str:
    return "audio/wav" if url.endswith(".wav") else "text/html"


def test_nothing_is_left_beside_the_capture(full: Recorded) -> None:
    full.check()
    assert not list(full.folder.glob("replay-*"))


def test_detail_holds_nothing_but_json(checked: tuple[ReplayCheck, list[str]]) -> None:
    detail = replay_detail(checked[0])
    assert detail["missing"] == []
    assert set(detail) == set(ReplayCheck.__slots__)
