"""The browser engine against servers that lie, hang, break off and lead on without end.

Each ends soon, with a verdict that names what happened, and with whatever could be had.
"""

import os
import resource
import signal
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium.profile import UNPRIVILEGED_ID
from evidencekit.capture.full_disk import SPARE_BYTES
from evidencekit.capture.page.facts import FINAL_URL, MAX_URL
from evidencekit.capture.page.page import Page
from evidencekit.capture.page.steps import MAX_STEPS
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Observer, Silent
from tests.tools.hostile_server import Answer, HostileServer, Talk, page, says
from tests.tools.waczs import warc_in

pytestmark = [pytest.mark.browser, pytest.mark.network]

COMPLETE, PARTIAL, BLOCKED, FAILED = (
    CaptureVerdict.COMPLETE,
    CaptureVerdict.PARTIAL,
    CaptureVerdict.BLOCKED,
    CaptureVerdict.FAILED,
)
SHORT = BrowserLimits(
    load_s=2,
    scroll_s=4,
    click_s=4,
    idle_s=2,
    quiet_s=0.4,
    poll_s=0.5,
    view_s=5,
    total_s=25,
    log_bytes=20_000_000,
)
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
LONG = "x" * (MAX_URL + 1000)
PICTURES = {"screenshot", "screenshot-viewport", "dom"}


def hang_midway(talk: Talk) -> None:
    talk.send(HTML + b"Content-Length: 9000\r\n\r\n<p>evidence</p>")
    talk.hang()


def head_without_end(talk: Talk) -> None:
    talk.send(HTML)
    talk.send_forever(b"X: " + b"y" * 1000 + b"\r\n")


def body_without_end(talk: Talk) -> None:
    talk.send(HTML + b"\r\n<p>evidence</p>")
    talk.send_forever(b"<!--" + b"x" * 65_000 + b"-->")


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(b"<p>evidence</p>" + b" " * size) + packer.flush()


def leads_on(step: bytes) -> Answer:
    """Answer with a page that goes to another address of the same answer."""
    return lambda talk: talk.send(page(step % (b"/%s?%d" % (_name(talk), _number(talk) + 1))))


def _name(talk: Talk) -> bytes:
    return talk.target.lstrip("/").partition("?")[0].encode()


def _number(talk: Talk) -> int:
    return int(talk.target.partition("?")[2] or 0)


BY_SCRIPT = leads_on(b"<p>evidence</p><script>location.replace('%s')</script>")
BY_REFRESH = leads_on(b"<p>evidence</p><meta http-equiv=refresh content='0;url=%s'>")


def by_server(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 302 Found\r\nLocation: /by-server?%d\r\n" % (_number(talk) + 1))
    talk.send(b"Content-Length: 0\r\n\r\n")


NO_ENTRY = b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"
CASES: dict[str, tuple[bytes | Answer, CaptureVerdict, str]] = {
    "hang": (Talk.hang, FAILED, "timed-out"),
    "reset": (Talk.reset, FAILED, "not-loaded net::ERR_CONNECTION_RESET"),
    "rubbish": (b"\0\xffno http\r\n\r\n", FAILED, "not-loaded net::ERR_INVALID_HTTP_RESPONSE"),
    "big-head": (head_without_end, FAILED, "not-loaded net::ERR_RESPONSE_HEADERS_TOO_BIG"),
    "by-server": (by_server, FAILED, "not-loaded net::ERR_TOO_MANY_REDIRECTS"),
    "no-entry": (NO_ENTRY, BLOCKED, "auth-required 401"),
    "nothing": (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", PARTIAL, "http-status 404"),
    "cut-chunk": (HTML + b"Transfer-Encoding: chunked\r\n\r\n9\r\n<p>", PARTIAL, "page-empty"),
    "short": (HTML + b"Content-Length: 900\r\n\r\n<p>evidence</p>", PARTIAL, "truncated 1"),
    "hang-midway": (hang_midway, PARTIAL, "timed-out load"),
    "without-end": (body_without_end, PARTIAL, f"too-large-total {SHORT.log_bytes}"),
    "by-script": (BY_SCRIPT, PARTIAL, f"endless-redirect {MAX_STEPS}"),
    "by-refresh": (BY_REFRESH, PARTIAL, f"endless-redirect {MAX_STEPS}"),
    "asks-within": (
        page(b"<p>evidence</p><img src=/no-entry><iframe src=/no-entry></iframe>"),
        PARTIAL,
        "resources-bad-status 2",
    ),
    "prints-again": (
        page(b"<p>evidence</p><script>onafterprint = print; setTimeout(print, 9)</script>"),
        COMPLETE,
        "",
    ),
    "bomb": (
        page(bomb(100 << 20), b"Content-Encoding: gzip"),
        PARTIAL,
        f"too-large-total {SHORT.log_bytes}",
    ),
}
SEEN = {"short", "hang-midway", "by-script", "by-refresh", "asks-within", "prints-again", "bomb"}
"""Where there was something to see, it was seen."""


class At:
    """An observer that does something once, when a step of the capture begins."""

    def __init__(self, step: int, act: Callable[[], None]) -> None:
        self._step = step
        self._act = act

    def on(self, step: str, done: int, total: int | None) -> None:
        del step, total
        if done == self._step:
            self._act()


VIEWS = 5


def served(answers: Mapping[str, bytes | Answer]) -> HostileServer:
    """Serve each answer at its name."""
    return HostileServer(
        {f"/{name}": says(a) if isinstance(a, bytes) else a for name, a in answers.items()}
    )


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with served({name: case[0] for name, case in CASES.items()}) as running:
        yield running


def capture(url: str, folder: Path, observer: Observer | None = None) -> PageCapture:
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid4()),
        allow_private=True,
        limits=SHORT,
        is_replayed=False,
        observe=None,
    )
    return engine.capture(url, folder, observer or Silent())


def roles(result: PageCapture) -> set[str]:
    return {find.role or "" for find in result.finds}


@pytest.mark.parametrize("name", CASES)
def test_hostile_server_gets_a_verdict_and_what_came_is_kept(
    server: HostileServer, tmp_path: Path, name: str
) -> None:
    _answer, verdict, reason = CASES[name]
    result = capture(server.url(f"/{name}"), tmp_path)
    assert (result.verdict, reason in (*result.reasons, "")) == (verdict, True), result.reasons
    assert roles(result) & {"wacz", "warc"}
    if name in SEEN:
        assert roles(result) >= PICTURES, result.reasons
        assert "evidence" in (tmp_path / "dom.html").read_text(encoding="utf-8")
    if name == "prints-again":
        assert "pdf" in roles(result)
    if name == "asks-within":
        whys = [one["why"] for one in result.detail["resources"]]  # type: ignore[index,union-attr,call-overload]
        assert whys == ["http-status 401"] * 2


def test_crash_of_a_frame_makes_the_page_partial_and_the_frame_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = Page._idle

    def crash(got: Page) -> None:
        (frame,) = got.watch._others
        got.tab.connection.post("Page.crash", session=frame)
        got.tab.wait(lambda: got.visit.seen.crashed > 0, 10)
        idle(got)

    monkeypatch.setattr(Page, "_idle", crash)
    with served({"inner": page(b"<p>inner</p>")}) as other:
        inner = other.url("/inner", host="localhost")
        with served(
            {"outer": page(b"<p>outer</p><iframe src='%s'></iframe>" % inner.encode())}
        ) as s:
            result = capture(s.url("/outer"), tmp_path)
    assert (result.verdict, result.reasons) == (PARTIAL, ("frames-crashed 1",))
    assert result.detail["resources"] == [{"url": inner, "why": "crashed", "kind": "iframe"}]


def test_browser_that_dies_while_the_server_is_silent_is_not_the_fault_of_the_server(
    tmp_path: Path,
) -> None:
    users: set[int] = set()

    def kill(talk: Talk) -> None:
        for pid in _browser():
            users.update(_users(pid))
            os.kill(pid, signal.SIGKILL)
        talk.hang()

    with served({"page": kill}) as running:
        result = capture(running.url("/page"), tmp_path)
    assert (result.verdict, result.reasons) == (FAILED, ("browser-died",))
    assert users == {UNPRIVILEGED_ID if os.geteuid() == 0 else os.geteuid()}


def test_full_disk_costs_the_picture_that_does_not_fit_and_nothing_else(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = (
        b"<canvas id=c width=600 height=600></canvas><script>const x = c.getContext('2d'),"
        b"d = x.createImageData(600, 600); d.data.forEach((_, i) => d.data[i] = i % 4 == 3 ? 255"
        b": Math.random() * 256); x.putImageData(d, 0, 0)</script>"
    )
    fill = At(VIEWS, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard)))
    try:
        with served({"page": page(noise)}) as running:
            result = capture(running.url("/page"), tmp_path, fill)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.verdict is PARTIAL
    assert set(result.reasons) >= {"no-viewport no-space", "no-screenshot no-space"}
    assert roles(result) >= {"wacz", "dom"}
    assert not list(tmp_path.glob("*.png"))
    assert not [path for path in tmp_path.iterdir() if path.stat().st_size == SPARE_BYTES]


def test_address_too_long_for_an_event_is_said_to_be_cut_and_stands_in_the_record(
    tmp_path: Path,
) -> None:
    pushes = b"<p>x</p><script>history.pushState(0, '', '/page?' + 'x'.repeat(%d))</script>"
    with served({"page": page(pushes % len(LONG))}) as running:
        result = capture(running.url("/page"), tmp_path)
        whole = running.url(f"/page?{LONG}")
    assert result.verdict is COMPLETE, result.reasons
    assert result.final_url == whole[:MAX_URL]
    assert f"final-url-cut {len(whole)}" in result.notes
    assert whole.encode() in record(tmp_path, FINAL_URL)


def record(folder: Path, target: str) -> bytes:
    with warc_in(folder, "warc").open("rb") as stream:
        found = [
            bytes(one.raw_stream.read())
            for one in ArchiveIterator(stream)
            if one.rec_headers.get_header("WARC-Target-URI") == target
        ]
    assert len(found) == 1
    return found[0]


def _browser() -> Iterator[int]:
    """Yield the browser that this process started: its main process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
            parent = _stat(path.parent)[1]
        except OSError:
            continue
        if b"--remote-debugging-pipe" in words and int(parent) == os.getpid():
            yield int(path.parent.name)


def _stat(folder: Path) -> list[str]:
    return (folder / "stat").read_text("latin-1").rpartition(") ")[2].split()


def _users(pid: int) -> set[int]:
    """Return whom a process is as: real, effective, saved, and for files."""
    status = Path(f"/proc/{pid}/status").read_text("latin-1")
    line = next(one for one in status.splitlines() if one.startswith("Uid:"))
    return {int(number) for number in line.split()[1:]}
