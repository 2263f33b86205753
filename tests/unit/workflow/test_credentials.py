"""What a capture does with the credentials in it, from the wire to what a recipient gets."""

import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidencekit.capture.credentials.copies import WACZ, WARC
from evidencekit.capture.wacz.signature import sign_once
from evidencekit.capture.wacz.writing import write_wacz
from evidencekit.export.profiles import HeldBack, Insisting
from evidencekit.files.opening import HeldBytes, RegularFile
from evidencekit.formats.wacz import WaczPage
from evidencekit.model.find import Access, Find
from evidencekit.model.report import Report, Verdict
from evidencekit.workflow.capture import Captured, capture
from evidencekit.workflow.credentials import Guarded, guarded, unguarded
from evidencekit.workflow.export import export, plan_export
from evidencekit.workflow.verify import verify
from tests.tools.builders import Built, a_case, certificate_of
from tests.tools.bundles import pem_of
from tests.tools.hostile_server import HostileServer, page, says
from tests.unit.capture.test_credentials_cleared import SECRET, asking, posting, warc
from tests.unit.capture.test_warc import exchange, warcio_check

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOKEN = SECRET.decode()
MARK = "X" * len(TOKEN)
URL = f"http://example.org/v?token={TOKEN}"


def a_find(path: Path, media_type: str = WARC, role: str = "warc") -> Find:
    return Find(
        name=path.name,
        content=RegularFile(path),
        origin="capture",
        acquired_at=AT,
        role=role,
        source={"kind": "url", "url": URL, "final_url": URL},
        media_type=media_type,
    )


@pytest.fixture
def built(tmp_path: Path) -> Built:
    return a_case(tmp_path / "room").built()


def content_of(find: Find) -> bytes:
    with find.content.open() as stream:
        return stream.read()


def test_traffic_without_credentials_is_not_restricted(tmp_path: Path, built: Built) -> None:
    find = a_find(warc(tmp_path / "capture.warc.gz", exchange()))
    safe = guarded([find], tmp_path, built.setting)
    assert [(one.name, one.access) for one in safe.finds] == [("capture.warc.gz", Access.NORMAL)]
    assert (safe.credentials["found"], safe.credentials["unchecked"]) == ({}, 0)


def test_traffic_with_credentials_is_restricted_and_a_copy_stands_beside_it(
    tmp_path: Path, built: Built
) -> None:
    find = a_find(warc(tmp_path / "capture.warc.gz", asking(b"Cookie: sid=" + SECRET)))
    original, copy, listed = guarded([find], tmp_path, built.setting).finds
    assert (original.access, copy.access, listed.access) == (
        Access.RESTRICTED,
        Access.NORMAL,
        Access.NORMAL,
    )
    assert (copy.name, copy.role, copy.copy_of) == (
        "capture.redacted.warc.gz",
        "warc-redacted",
        "capture.warc.gz",
    )
    assert copy.derivation["replaced"] == {"cookie": 1}
    assert SECRET in gzip.decompress(content_of(original))
    assert SECRET not in gzip.decompress(content_of(copy))
    assert SECRET not in content_of(listed)


@pytest.mark.parametrize(
    ("role", "text", "access"),
    [
        ("dom", b"<p>nothing</p>", Access.NORMAL),
        ("dom", b"<p>" + SECRET + b"</p>", Access.RESTRICTED),
        ("dom", b'<script>{"accessToken":"pQ9Lk2Lw9Xv4TbN7rYh3e"}</script>', Access.RESTRICTED),
        ("mhtml", b"=3Dencoded", Access.RESTRICTED),
        ("screenshot-stamped", b"shows the address", Access.RESTRICTED),
        ("pdf", b"%PDF", Access.NORMAL),
    ],
)
def test_a_view_that_repeats_a_credential_is_restricted_too(
    tmp_path: Path, built: Built, role: str, text: bytes, access: Access
) -> None:
    traffic = a_find(warc(tmp_path / "capture.warc.gz", asking(b"Cookie: sid=" + SECRET)))
    (tmp_path / "view").write_bytes(text)
    view = a_find(tmp_path / "view", "text/html", role)
    finds = guarded([traffic, view], tmp_path, built.setting).finds
    assert next(one.access for one in finds if one.role == role) is access


def test_a_secret_of_one_file_is_gone_from_the_other_one_too(tmp_path: Path, built: Built) -> None:
    one = warc(tmp_path / "capture.warc.gz", exchange(body=b"id " + SECRET))
    other = warc(tmp_path / "partial.warc.gz", asking(b"Cookie: sid=" + SECRET))
    safe = guarded([a_find(one), a_find(other, role="warc-partial")], tmp_path, built.setting)
    copies = [find for find in safe.finds if find.role is not None and "redacted" in find.role]
    assert len(copies) == 2
    assert not any(SECRET in gzip.decompress(content_of(copy)) for copy in copies)


def test_a_wacz_is_restricted_for_what_is_in_it_and_its_copy_is_a_wacz(
    tmp_path: Path, built: Built
) -> None:
    main = warc(tmp_path / "capture.warc.gz", asking(b"Cookie: sid=" + SECRET, url=URL))
    beside = warc(tmp_path / "partial.warc.gz", posting(b"pw=" + SECRET, b"text/plain"))
    path = tmp_path / "capture.wacz"
    write_wacz(
        path,
        warc=main,
        beside=(beside,),
        page=WaczPage(id="p", url=URL, at=AT, title="t " + TOKEN),
        created=AT,
        software="test",
        sign=sign_once,
    )
    original, copy, _listed = guarded([a_find(path, WACZ, "wacz")], tmp_path, built.setting).finds
    assert (original.access, copy.name) == (Access.RESTRICTED, "capture.redacted.wacz")
    with zipfile.ZipFile(io.BytesIO(content_of(copy))) as container:
        for name in container.namelist():
            data = container.read(name)
            (tmp_path / "one").write_bytes(data)
            assert SECRET not in (gzip.decompress(data) if name.endswith(".gz") else data), name
            if name.endswith(".gz"):
                warcio_check(tmp_path / "one")
        assert {"archive/capture.warc.gz", "evidence/partial.warc.gz"} <= set(container.namelist())


def test_what_cannot_be_looked_through_is_restricted_and_has_no_copy(
    tmp_path: Path, built: Built
) -> None:
    path = warc(tmp_path / "capture.warc.gz", exchange())
    path.write_bytes(path.read_bytes()[:-20])
    safe = guarded([a_find(path)], tmp_path, built.setting)
    assert [find.access for find in safe.finds] == [Access.RESTRICTED]
    assert safe.credentials["unchecked"] == 1


def test_a_packed_body_with_a_credential_does_not_keep_the_copy_back(
    tmp_path: Path, built: Built
) -> None:
    upload = posting(gzip.compress(b"password=hunter2"), b"text/plain", b"Content-Encoding: gzip")
    safe = guarded([a_find(warc(tmp_path / "capture.warc.gz", upload))], tmp_path, built.setting)
    assert [find.access for find in safe.finds] == [
        Access.RESTRICTED,
        Access.NORMAL,
        Access.NORMAL,
    ]
    assert safe.finds[1].derivation["packed"] == {"repacked": 1}
    assert safe.finds[1].derivation["left"] == {}
    assert safe.credentials["found"] == {"posted-password": 1}


def test_what_could_not_be_unpacked_restricts_the_original_and_is_covered_in_the_copy(
    tmp_path: Path, built: Built
) -> None:
    upload = posting(b"\x1f\x8b\x08 damaged", b"text/plain", b"Content-Encoding: gzip")
    safe = guarded([a_find(warc(tmp_path / "capture.warc.gz", upload))], tmp_path, built.setting)
    assert [find.access for find in safe.finds][:2] == [Access.RESTRICTED, Access.NORMAL]
    assert safe.finds[1].derivation["packed"] == {"unread": 1}
    assert safe.credentials["unchecked"] == 1


def test_what_was_stopped_halfway_is_restricted_unseen(tmp_path: Path) -> None:
    finds = [a_find(warc(tmp_path / "capture.warc.gz", exchange())), _picture()]
    safe = unguarded(finds)
    assert [find.access for find in safe.finds] == [Access.RESTRICTED, Access.NORMAL]
    assert safe.credentials["unchecked"] == 1
    assert not any(TOKEN in str(find.source) for find in safe.finds)


@pytest.mark.parametrize("role", ["dom", "mhtml", "screenshot-stamped"])
def test_a_view_that_may_repeat_what_nobody_looked_through_is_restricted(
    tmp_path: Path, built: Built, role: str
) -> None:
    torn = warc(tmp_path / "capture.warc.gz", exchange())
    torn.write_bytes(torn.read_bytes()[:-20])
    (tmp_path / "view").write_bytes(b"<p>")
    finds = [a_find(torn), a_find(tmp_path / "view", "text/html", role), _picture()]
    expected = [Access.RESTRICTED, Access.RESTRICTED, Access.NORMAL]
    for safe in (guarded(finds, tmp_path, built.setting), unguarded(finds)):
        assert [find.access for find in safe.finds] == expected


def _picture() -> Find:
    return Find(
        name="screenshot.png",
        content=HeldBytes(b"png"),
        origin="capture",
        acquired_at=AT,
        media_type="image/png",
    )


def test_an_event_names_addresses_without_their_tokens(tmp_path: Path, built: Built) -> None:
    find = a_find(warc(tmp_path / "capture.warc.gz", exchange(url=URL)))
    safe: Guarded = guarded([find, _picture()], tmp_path, built.setting)
    told: dict[str, Any] = {"url": URL, "reasons": [f"requisite http-status 404 {URL}"], "n": 1}
    detail: Any = safe.detail(told)
    assert detail["url"] == f"http://example.org/v?token={MARK}"
    assert TOKEN not in str(detail)
    assert detail["credentials"]["found"] == {"url-token": 2}
    assert not any(TOKEN in str(find.source) for find in safe.finds)


def test_values_do_not_show_in_a_traceback(tmp_path: Path, built: Built) -> None:
    find = a_find(warc(tmp_path / "capture.warc.gz", asking(b"Cookie: sid=" + SECRET)))
    assert TOKEN not in repr(guarded([find], tmp_path, built.setting))


PATH = "/page?access_token=" + TOKEN


@pytest.fixture
def server() -> Iterator[HostileServer]:
    cookie = b"Set-Cookie: sid=" + SECRET + b"; Path=/"
    shown = says(page(b"<title>t</title><p>hello", cookie))
    with HostileServer({"/": shown, PATH: shown}) as running:
        yield running


def verified(path: Path, built: Built) -> Report:
    trust = path.parent / "ca.pem"
    trust.write_bytes(pem_of(certificate_of(built.signer)))
    return verify(path, trust=[trust], tsa_trust=[], setting=built.setting)


def captured(built: Built, url: str) -> Captured:
    outcomes = list(
        capture(built.case, [url], engine="http", allow_private=True, setting=built.setting)
    )
    found = [one for one in outcomes if isinstance(one, Captured)]
    assert len(found) == 1
    return found[0]


@pytest.mark.network
def test_a_recipient_gets_the_copy_and_never_the_cookie(
    tmp_path: Path, built: Built, server: HostileServer
) -> None:
    done = captured(built, server.url(PATH))
    original, copy, listed = done.artifacts
    assert (original.access, copy.access) == (Access.RESTRICTED, Access.NORMAL)
    assert copy.derived_from == original.id == listed.derived_from
    built.seal()
    out = tmp_path / "out"
    handed = export(
        built.case,
        profile="police",
        out=out,
        form="bag",
        signer=built.signer,
        language="en",
        setting=built.setting,
    )
    assert handed.held_back == (HeldBack(id=original.id, why="restricted"),)
    assert any("restricted" in warning for warning in handed.warnings)
    for path in out.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert SECRET not in (gzip.decompress(data) if path.suffix == ".gz" else data), path
            assert original.sha256.encode() not in data, path
    report = verified(out, built)
    assert report.verdict is Verdict.VALID, report.checks


@pytest.mark.network
def test_the_original_goes_out_where_somebody_says_so(
    tmp_path: Path, built: Built, server: HostileServer
) -> None:
    original = captured(built, server.url("/")).artifacts[0]
    built.seal()
    plan = plan_export(built.case, profile="police", insisting=Insisting(restricted=True))
    assert (original.id in plan.shown, plan.held_back) == (True, ())
    export(
        built.case,
        profile="police",
        out=tmp_path / "out",
        form="bag",
        signer=built.signer,
        insisting=Insisting(restricted=True),
        language="en",
        setting=built.setting,
    )
    held = list((tmp_path / "out" / "data").glob(f"{original.id}.*"))
    assert SECRET in gzip.decompress(held[0].read_bytes())
    assert verified(tmp_path / "out", built).verdict is Verdict.VALID
