"""A real Chromium sends cookies and tokens; what may be handed over holds none of them."""

import gzip
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evidencekit.capture.chromium.installed import find_browser
from evidencekit.errors import BrowserUnavailable
from evidencekit.model.artifact import Artifact
from evidencekit.model.find import Access
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
