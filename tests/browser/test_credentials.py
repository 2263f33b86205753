"""A real Chromium sends cookies and tokens; what may be handed over holds none of them."""

import gzip
import io
import os
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidencekit.capture.browser.engine import BrowserEngine
from evidencekit.capture.chromium.installed import find_browser
from evidencekit.capture.credentials.packing import packed
from evidencekit.errors import BrowserUnavailable
from evidencekit.model.artifact import Artifact
from evidencekit.model.find import Access
from evidencekit.protocols import Silent
from evidencekit.workflow.capture import Captured, capture
from tests.tools.browser_site import FIXED, site
from tests.tools.builders import Built, a_case
from tests.unit.capture.test_warc import warcio_check

TOKEN = "q8Zk2Lw9Xv4TbN7rYh3e"
PATH = f"/?access_token={TOKEN}"
PAGE = b"""<!doctype html><title>Login</title><p>hello<script>
fetch("/upload", {method: "POST", body: "user=kim&password=" + "hunter" + 2})
</script>"""


def _is_installed() -> bool:
    try:
        find_browser()
    except BrowserUnavailable:
        return False
    return True


pytestmark = [
    pytest.mark.browser,
    pytest.mark.network,
    pytest.mark.skipif(
        not _is_installed() and not os.environ.get("CI"), reason="no Chromium, Chrome or Edge"
    ),
]


def recorded(built: Built, artifact: Artifact) -> dict[str, bytes]:
    """Everything in a WACZ, unpacked."""
    with built.case.open_object(artifact.sha256) as stream:
        container = zipfile.ZipFile(io.BytesIO(stream.read()))
    return {
        name: gzip.decompress(container.read(name))
        if name.endswith(".gz")
        else container.read(name)
        for name in container.namelist()
    }


def test_a_browser_capture_is_restricted_and_its_copy_has_no_cookie_and_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Content-Type": "text/html", "Set-Cookie": "secret=token"}
    monkeypatch.setitem(FIXED, PATH, (200, headers, PAGE))
    built = a_case(tmp_path / "room").built()
    with site() as running:
        url = running.url(PATH)
        (done,) = [
            outcome
            for outcome in capture(
                built.case,
                [url],
                engine="browser",
                allow_private=True,
                is_covert=True,
                setting=built.setting,
            )
            if isinstance(outcome, Captured)
        ]
    by_role = {artifact.role: artifact for artifact in done.artifacts}
    original, copy = by_role["wacz"], by_role["wacz-redacted"]
    assert (original.access, copy.access) == (Access.RESTRICTED, Access.NORMAL)
    assert copy.derived_from == original.id
    before, after = recorded(built, original), recorded(built, copy)
    warc = before["archive/capture.warc.gz"]
    assert b"secret=token" in warc
    assert TOKEN.encode() in warc
    assert b"user=kim&password=hunter2" in warc
    for name, data in after.items():
        assert TOKEN.encode() not in data, name
        assert b"secret=token" not in data, name
        assert b"hunter2" not in data, name
    with built.case.open_object(copy.sha256) as stream:
        container = zipfile.ZipFile(io.BytesIO(stream.read()))
    for name in container.namelist():
        if name.endswith(".gz"):
            (tmp_path / "one.warc.gz").write_bytes(container.read(name))
            warcio_check(tmp_path / "one.warc.gz")
    body = list(built.case.events())[-1].body
    assert body is not None
    assert TOKEN not in str(body.detail)
    facts: Any = body.detail["facts"]
    assert facts["wacz"]["package_sha256"] is None  # by it a short password could be guessed


READING = b"""<!doctype html><title>waiting</title><script>
Promise.all(["gzip", "br", "zstd"].map(c => fetch("/" + c).then(r => r.text()).catch(() => c)))
  .then(texts => document.title = texts.join("|"))
</script>"""


def test_a_real_browser_unpacks_what_was_packed_anew_and_filled_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = {"Content-Type": "text/html"}
    monkeypatch.setitem(FIXED, "/reading", (200, html, READING))
    for coding in ("gzip", "br", "zstd"):
        content = f"{coding} XXXX XXXX".encode()
        body = packed(content, coding.encode(), 70_003)
        assert body is not None
        headers = {"Content-Type": "text/plain", "Content-Encoding": coding}
        monkeypatch.setitem(FIXED, f"/{coding}", (200, headers, body))
    engine = BrowserEngine(
        clock=lambda: datetime.now(UTC),
        new_id=lambda: str(uuid.uuid4()),
        allow_private=True,
        is_replayed=False,
    )
    with site() as running:
        done = engine.capture(running.url("/reading"), tmp_path, Silent())
    assert done.title == "|".join(f"{coding} XXXX XXXX" for coding in ("gzip", "br", "zstd"))
