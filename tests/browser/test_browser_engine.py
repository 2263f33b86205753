"""A real Chromium against a real server: what the site sent is what the WARC holds.

One capture of the full page serves most tests. Nothing here depends on how fast the machine is.
"""

import ipaddress
import os
import signal
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.cli import main as warcio_main

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium import process as chromium_process
from evidencekit.capture.chromium.installed import Browser, find_browser
from evidencekit.capture.page.page import Page
from evidencekit.capture.page.visit import BrowserLimits
from evidencekit.errors import BrowserUnavailable
from evidencekit.model.capture import CaptureVerdict, PageCapture
from evidencekit.protocols import Silent
from tests.tools.browser_site import (
    BROTLIED,
    FIXED,
    GZIPPED,
    TALL_PX,
    UPLOAD,
    Site,
    png_size,
    replay,
    site,
)
from tests.tools.waczs import MEMBERS, warc_in

MAKE_FOLDER = tempfile.mkdtemp
SHORT = BrowserLimits(load_s=6, scroll_s=5, idle_s=2, view_s=6, total_s=60)


def _installed() -> Browser | None:
    try:
        return find_browser()
    except BrowserUnavailable:
        return None


pytestmark = [
    pytest.mark.browser,
    pytest.mark.network,
    pytest.mark.skipif(
        _installed() is None and not os.environ.get("CI"), reason="no Chromium, Chrome or Edge"
    ),
]


@dataclass(frozen=True)
class Record:
    kind: str
    url: str
    headers: dict[str, str]
    status: int
    http_headers: list[tuple[str, str]]
    start: str
    body: bytes


@dataclass(frozen=True)
class Captured:
    result: PageCapture
    folder: Path
    site: Site
    profiles: list[Path]

    def file(self, role: str) -> Path:
        if role in MEMBERS:
            return warc_in(self.folder, role)
        return next(self.folder / f.name for f in self.result.finds if f.role == role)

    def records(self, role: str = "warc", kind: str = "response") -> list[Record]:
        return [r for r in read_warc(self.file(role)) if r.kind == kind]

    def body(self, path: str) -> bytes:
        return next(r.body for r in self.records() if r.url == self.site.url(path))


def read_warc(path: Path) -> Iterator[Record]:
    with path.open("rb") as stream:
        for one in ArchiveIterator(stream):
            http = one.http_headers
            yield Record(
                kind=one.rec_type,
                url=one.rec_headers.get_header("WARC-Target-URI") or "",
                headers=dict(one.rec_headers.headers),
                status=int(http.get_statuscode()) if one.rec_type == "response" else 0,
                http_headers=list(http.headers) if http else [],
                start=http.statusline if http else "",
                body=one.raw_stream.read(),
            )


def capture(
    url: str, folder: Path, *, allow_private: bool = True, limits: BrowserLimits = SHORT
) -> PageCapture:
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=allow_private,
        limits=limits,
        is_replayed=False,
    )
    folder.mkdir(exist_ok=True)
    return engine.capture(url, folder, Silent())


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Captured:
    folder = tmp_path_factory.mktemp("full")
    profiles: list[Path] = []

    def remembered(*args: Any, **more: Any) -> str:
        profiles.append(Path(MAKE_FOLDER(*args, **more)))
        return str(profiles[-1])

    with pytest.MonkeyPatch.context() as patch, site() as running:
        patch.setattr(tempfile, "mkdtemp", remembered)
        result = capture(running.url(), folder, limits=BrowserLimits())
    return Captured(result, folder, running, profiles)


def test_page_with_one_missing_image_is_partial_and_says_how_many(full: Captured) -> None:
    assert full.result.verdict is CaptureVerdict.PARTIAL
    assert full.result.reasons == ("resources-bad-status 1",)
    assert full.result.title == "증거 page"
    assert full.result.detail["status"] == 200


def test_every_url_that_the_server_was_asked_for_is_in_the_warc(full: Captured) -> None:
    recorded = {r.url for role in ("warc", "warc-partial") for r in full.records(role)}
    assert {full.site.url(path) for path in full.site.paths()} == recorded


def test_bodies_are_the_bytes_that_the_server_sent(full: Captured) -> None:
    for path in ("/", "/style.css", "/here.png", "/target.txt", "/frame.html", "/in-frame.png"):
        assert full.body(path) == FIXED[path][2], path


def test_encoded_bodies_stay_encoded(full: Captured) -> None:
    assert full.body("/data.json") == GZIPPED
    assert full.body("/module.js") == BROTLIED


def test_lazy_image_below_the_fold_is_fetched(full: Captured) -> None:
    assert full.body("/lazy.png") == FIXED["/lazy.png"][2]


def test_header_beyond_ascii_comes_back_as_its_bytes(full: Captured) -> None:
    page = next(r for r in full.records() if r.url == full.site.url("/"))
    assert dict(page.http_headers)["X-Korean"] == "한글"


def test_request_bodies_are_the_bytes_that_the_server_received(full: Captured) -> None:
    requests = {r.url: r for r in full.records(kind="request")}
    assert requests[full.site.url("/upload")].body == UPLOAD
    assert requests[full.site.url("/beacon")].body == b"beacon-body"
    assert requests[full.site.url("/upload")].start == "/upload HTTP/1.1"


def test_answers_that_would_shadow_whole_ones_lie_apart(full: Captured) -> None:
    assert {r.status for r in full.records("warc-partial")} == {206, 304}
    assert not {r.status for r in full.records()} & {206, 304}


def test_each_answer_names_the_address_it_came_from(full: Captured) -> None:
    assert {r.headers.get("WARC-IP-Address") for r in full.records()} == {"127.0.0.1"}


@pytest.mark.parametrize("role", ["warc", "warc-partial"])
def test_warcio_accepts_the_file(
    full: Captured, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # warcio 1.8.1 cannot undo br with the brotli that we need; digests are over encoded bytes.
    monkeypatch.delitem(BufferedReader.DECOMPRESSORS, "br", raising=False)
    with pytest.raises(SystemExit) as ended:
        warcio_main(["check", str(full.file(role))])
    assert not ended.value.code


def test_nothing_of_the_machine_is_in_the_files(full: Captured) -> None:
    info = next(r for r in read_warc(full.file("warc")) if r.kind == "warcinfo").body
    assert b"HTTP/2 heads regrouped" in info
    for secret in (os.uname().nodename.encode(), str(full.folder).encode(), b"evidencekit-browser"):
        assert secret not in info


def test_browser_calls_home_are_left_out(full: Captured) -> None:
    urls = {r.url for r in full.records(kind="request")}
    assert all(url.startswith(full.site.url("/")) for url in urls)


def test_screenshot_shows_the_full_height(full: Captured) -> None:
    data = full.file("screenshot").read_bytes()
    width, height = png_size(data)
    assert data.startswith(b"\x89PNG")
    assert width >= 1000
    assert height > TALL_PX
    assert png_size(full.file("screenshot-viewport").read_bytes())[1] < TALL_PX


def test_pdf_and_dom_are_kept(full: Captured) -> None:
    dom = full.file("dom").read_text(encoding="utf-8")
    assert full.file("pdf").read_bytes().startswith(b"%PDF")
    for text in ("from-gzip-json", "from-brotli-module", f"got {len(UPLOAD)}", "redirect-target"):
        assert text in dom
    assert dom.startswith("<!DOCTYPE html>")


def test_profile_and_processes_are_gone(full: Captured) -> None:
    assert full.profiles
    assert not any(profile.exists() for profile in full.profiles)
    assert not [line for line in _commands() if str(full.profiles[0]) in line]


def test_recorded_answers_alone_render_the_same_page(full: Captured, tmp_path: Path) -> None:
    answers = {
        r.url.removeprefix(full.site.url("")): (r.status, r.http_headers, r.body)
        for r in full.records()
    }
    with replay(answers, full.site.port):
        again = capture(full.site.url(), tmp_path / "again")
    shown = Captured(again, tmp_path / "again", full.site, [])
    assert shown.file("dom").read_bytes() == full.file("dom").read_bytes()
    assert shown.file("screenshot").read_bytes() == full.file("screenshot").read_bytes()


def test_service_worker_traffic_is_recorded(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/worker"), tmp_path / "w")
        shown = Captured(result, tmp_path / "w", running, [])
    assert result.verdict is CaptureVerdict.COMPLETE, result.reasons
    assert {r.url for r in shown.records()} >= {
        running.url(path) for path in ("/worker", "/sw.js", "/through")
    }
    assert "from-origin" in shown.file("dom").read_text(encoding="utf-8")


def test_frame_of_another_site_is_recorded_with_what_it_loads(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/cross"), tmp_path / "x")
        shown = Captured(result, tmp_path / "x", running, [])
    assert result.verdict is CaptureVerdict.COMPLETE, result.reasons
    other = f"http://localhost:{running.port}"
    assert {f"{other}/frame.html", f"{other}/in-frame.png"} <= {r.url for r in shown.records()}


def test_complete_page_has_no_reasons(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/small"), tmp_path / "s")
    assert (result.verdict, result.reasons) == (CaptureVerdict.COMPLETE, ())


@pytest.mark.parametrize(
    ("path", "verdict", "reason"),
    [
        ("/gone", CaptureVerdict.PARTIAL, "http-status 404"),
        ("/challenge", CaptureVerdict.BLOCKED, "challenge-page 403"),
        ("/loop", CaptureVerdict.FAILED, "not-loaded net::ERR_TOO_MANY_REDIRECTS"),
        ("/hang", CaptureVerdict.FAILED, "timed-out"),
        ("/waits", CaptureVerdict.PARTIAL, "timed-out load"),
        ("/download", CaptureVerdict.PARTIAL, "is-download"),
    ],
)
def test_what_goes_wrong_is_the_verdict(
    path: str, verdict: CaptureVerdict, reason: str, tmp_path: Path
) -> None:
    with site() as running:
        result = capture(running.url(path), tmp_path / "x")
    assert (result.verdict, reason in result.reasons) == (verdict, True), result.reasons
    assert "wacz" in {f.role for f in result.finds}


def test_page_that_hangs_is_still_shown(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/spin"), tmp_path / "x")
    assert result.verdict is CaptureVerdict.PARTIAL
    assert "scripts-stopped" in result.reasons
    assert {"screenshot", "dom", "pdf"} <= {f.role for f in result.finds}, result.reasons


def test_dialog_is_dismissed_and_the_page_goes_on(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/alert"), tmp_path / "x")
        shown = Captured(result, tmp_path / "x", running, [])
    assert "dialogs-dismissed 1" in result.notes
    assert "after-alert" in shown.file("dom").read_text(encoding="utf-8")


def test_stream_without_end_is_kept_as_far_as_it_came(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/live"), tmp_path / "x")
        shown = Captured(result, tmp_path / "x", running, [])
    assert (result.verdict, result.notes) == (CaptureVerdict.COMPLETE, ("streams-cut 1",))
    assert shown.body("/events") == b"data: first\n\n"
    cut = next(r for r in shown.records() if r.url == running.url("/events"))
    assert cut.headers["WARC-Truncated"] == "time"


def test_page_that_crashes_is_partial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(page: Page, _url: str) -> None:
        page.tab.connection.post("Page.crash", session=page.watch.session)
        page.tab.wait(lambda: False, 5)

    monkeypatch.setattr(Page, "_behave", crash)
    with site() as running:
        result = capture(running.url("/small"), tmp_path / "x")
    assert result.verdict is CaptureVerdict.PARTIAL
    assert result.reasons[0] == "page-crashed"


def test_page_that_grows_without_end_is_stopped(tmp_path: Path) -> None:
    with site() as running:
        result = capture(
            running.url("/many"), tmp_path / "x", limits=BrowserLimits(log_bytes=300_000)
        )
    assert result.verdict is CaptureVerdict.PARTIAL
    assert "too-large-total 300000" in result.reasons


def test_popups_do_not_load(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/popup"), tmp_path / "x")
    assert result.verdict is CaptureVerdict.COMPLETE, result.reasons
    assert not running.paths() & {"/popped", "/popped-2"}


def test_bad_certificate_fails_and_its_chain_is_kept(tmp_path: Path) -> None:
    with site(_self_signed(tmp_path / "key.pem")) as running:
        result = capture(running.url("/small"), tmp_path / "x")
        shown = Captured(result, tmp_path / "x", running, [])
    assert result.verdict is CaptureVerdict.FAILED
    assert result.reasons == ("tls-failed net::ERR_CERT_AUTHORITY_INVALID",)
    assert not running.asked
    tls = next(r for r in shown.records(kind="metadata") if r.url == "urn:evidencekit:tls").body
    assert b"BEGIN CERTIFICATE" in tls
    assert b"AUTHORITY_INVALID" in tls


def test_private_address_is_refused_before_the_browser_starts(tmp_path: Path) -> None:
    with site() as running:
        result = capture(running.url("/small"), tmp_path / "x", allow_private=False)
    assert result.verdict is CaptureVerdict.FAILED
    assert result.reasons == ("address-refused loopback 127.0.0.1",)
    assert not running.asked


def test_browser_that_is_killed_leaves_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    launch = chromium_process._launch

    def remembered(*args: Any, **more: Any) -> Any:
        started.append(launch(*args, **more))
        return started[-1]

    def kill(page: Page, _url: str) -> None:
        os.kill(started[-1].pid, signal.SIGKILL)
        page.tab.evaluate("1", timeout_s=5)

    monkeypatch.setattr(chromium_process, "_launch", remembered)
    monkeypatch.setattr(Page, "_behave", kill)
    with site() as running:
        result = capture(running.url("/small"), tmp_path / "x")
        shown = Captured(result, tmp_path / "x", running, [])
    assert result.verdict is CaptureVerdict.PARTIAL
    assert "browser-died" in result.reasons
    assert shown.file("warc").stat().st_size
    profile = next(word for word in started[-1].args if "--user-data-dir=" in str(word))
    assert not [line for line in _commands() if profile in line]


def _commands() -> Iterator[str]:
    """Command lines of all processes that still run; a zombie has none."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


def _self_signed(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
