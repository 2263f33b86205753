"""A WACZ from WARC files: what is in it, where, and that it says the truth about itself."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from evidencekit.capture.wacz import reading as wacz_reading
from evidencekit.capture.wacz.index import index_warc
from evidencekit.capture.wacz.reading import open_wacz
from evidencekit.capture.wacz.signature import sign_once
from evidencekit.capture.wacz.writing import write_wacz
from evidencekit.capture.warc import Block, Exchange, WarcWriter
from evidencekit.errors import FormatUnreadable
from evidencekit.formats.wacz import WaczPage, WaczSignature

AT = datetime(2026, 11, 21, 9, 30, 1, 250_000, tzinfo=UTC)
PAGE = WaczPage(id="p1", url="http://a.example/", at=AT, title='증거 "page"\ud800')
FIXED = WaczSignature(public_key="cHVibGlj", signature="c2ln")


def message(head: str, body: bytes = b"") -> Block:
    return Block(head=head.encode(), body=io.BytesIO(body) if body else None, body_size=len(body))


def exchange(
    url: str, content: bytes, *, asked: str = "GET", form: bytes = b"", codings: str = ""
) -> Exchange:
    kind = f"Content-Type: text/html;charset=utf-8\r\n{codings}"
    sent = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
    return Exchange(
        url=url,
        at=AT,
        request=message(f"{asked} / HTTP/1.1\r\nHost: a\r\n{sent if form else ''}\r\n", form),
        response=message(f"HTTP/1.1 200 OK\r\n{kind}\r\n", content),
        ip="192.0.2.1",
        protocols=("http/1.1",),
        truncated=None,
        metadata={"frame": "x"},
    )


def write(path: Path, *exchanges: Exchange) -> Path:
    numbers = count()
    with WarcWriter(
        path,
        software="evidencekit/test",
        settings={},
        clock=lambda: AT,
        new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}",
    ) as out:
        for one in exchanges:
            out.write_exchange(one)
        out.write_metadata("http://a.example/", {"about": "the page"}, at=AT)
    return path


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    return write(
        tmp_path / "capture.warc.gz",
        exchange("http://a.example/", b"<h1>page</h1>"),
        exchange("http://a.example/", b"<h1>sent</h1>", asked="POST", form=b"user=x"),
        exchange("http://a.example/other", b"o"),
    )


def pack(tmp_path: Path, warc: Path, name: str = "capture.wacz", **more: object) -> Path:
    partial = tmp_path / "partial.warc.gz"
    if not partial.exists():
        write(partial, exchange("http://a.example/", b"<h1>pa"))
    options: dict[str, object] = {"page": PAGE, "created": AT, "sign": lambda _text: FIXED, **more}
    write_wacz(
        tmp_path / name,
        warc=warc,
        beside=(partial,),
        software="evidencekit/0.1",
        **options,  # type: ignore[arg-type]  # of the types above
    )
    return tmp_path / name


def opened(path: Path) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(path) as container:
        for info in container.infolist():
            yield info, container.read(info)


def test_same_input_gives_the_same_bytes(tmp_path: Path, warc: Path) -> None:
    first, second = pack(tmp_path, warc, "a.wacz"), pack(tmp_path, warc, "b.wacz")
    assert first.read_bytes() == second.read_bytes()


def test_warc_inside_is_the_warc_byte_for_byte_and_not_packed(tmp_path: Path, warc: Path) -> None:
    found = {info.filename: (info, data) for info, data in opened(pack(tmp_path, warc))}
    assert found["archive/capture.warc.gz"][1] == warc.read_bytes()
    assert {info.compress_type for info, _data in found.values()} == {zipfile.ZIP_STORED}


def test_partial_answers_lie_beside_the_archive_and_not_in_the_index(
    tmp_path: Path, warc: Path
) -> None:
    found = {info.filename: data for info, data in opened(pack(tmp_path, warc))}
    assert set(found) == {
        "archive/capture.warc.gz",
        "evidence/partial.warc.gz",
        "indexes/index.cdxj",
        "pages/pages.jsonl",
        "datapackage.json",
        "datapackage-digest.json",
    }
    assert b"partial" not in found["indexes/index.cdxj"]


def test_index_lists_answers_and_no_metadata_record(warc: Path) -> None:
    entries = index_warc(warc, filename="capture.warc.gz")
    assert [(e.method, e.url, e.mime, e.request_body) for e in entries] == [
        ("GET", "http://a.example/", "text/html", ""),
        ("POST", "http://a.example/", "text/html", "user=x"),
        ("GET", "http://a.example/other", "text/html", ""),
    ]


def test_every_file_is_vouched_for(tmp_path: Path, warc: Path) -> None:
    found = {info.filename: data for info, data in opened(pack(tmp_path, warc))}
    package = json.loads(found["datapackage.json"])
    said = {r["path"]: (r["hash"], r["bytes"]) for r in package["resources"]}
    assert said == {
        name: (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
        for name, data in found.items()
        if "datapackage" not in name
    }
    digest = json.loads(found["datapackage-digest.json"])
    assert digest["hash"] == f"sha256:{hashlib.sha256(found['datapackage.json']).hexdigest()}"
    assert digest["signedData"]["created"] == package["created"] == "2026-11-21T09:30:01Z"


def test_signature_verifies_as_browsers_verify_and_not_for_another_text(
    tmp_path: Path, warc: Path
) -> None:
    found = {i.filename: data for i, data in opened(pack(tmp_path, warc, sign=sign_once))}
    signed = json.loads(found["datapackage-digest.json"])["signedData"]
    key = serialization.load_der_public_key(base64.b64decode(signed["publicKey"]))
    plain = base64.b64decode(signed["signature"])
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert (key.curve.name, len(plain)) == ("secp384r1", 96)
    pair = encode_dss_signature(int.from_bytes(plain[:48]), int.from_bytes(plain[48:]))
    key.verify(pair, signed["hash"].encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(pair, signed["hash"].encode() + b" ", ec.ECDSA(hashes.SHA256()))


def test_two_captures_have_two_keys() -> None:
    assert sign_once("sha256:00").public_key != sign_once("sha256:00").public_key


def test_unsigned_one_has_no_signed_data(tmp_path: Path, warc: Path) -> None:
    found = {i.filename: data for i, data in opened(pack(tmp_path, warc, sign=None))}
    assert "signedData" not in json.loads(found["datapackage-digest.json"])


def test_title_of_a_page_is_data_and_nothing_else(tmp_path: Path, warc: Path) -> None:
    found = {info.filename: data for info, data in opened(pack(tmp_path, warc))}
    header, page = map(json.loads, found["pages/pages.jsonl"].splitlines())
    assert header["format"] == "json-pages-1.0"
    assert page == {
        "id": "p1",
        "url": "http://a.example/",
        "ts": "2026-11-21T09:30:01Z",
        "title": '증거 "page"\ufffd',
    }


def test_nothing_tells_when_or_where_it_was_packed(tmp_path: Path, warc: Path) -> None:
    for info, _data in opened(pack(tmp_path, warc)):
        assert (info.date_time, info.extra, info.comment) == ((1980, 1, 1, 0, 0, 0), b"", b"")


def test_answers_are_read_back_by_the_index(tmp_path: Path, warc: Path) -> None:
    with open_wacz(pack(tmp_path, warc)) as reader:
        bodies = [reader.read(entry).body for entry in reader.entries]
    assert bodies == [b"<h1>page</h1>", b"<h1>sent</h1>", b"o"]


def test_bomb_is_read_back_no_further_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import brotli

    monkeypatch.setattr(wacz_reading, "MAX_BODY_BYTES", 1000)
    bomb = brotli.compress(bytes(10_000_000))
    path = write(
        tmp_path / "capture.warc.gz",
        exchange("http://a.example/", bomb, codings="Content-Encoding: br\r\n"),
    )
    with open_wacz(pack(tmp_path, path)) as reader:
        answer = reader.read(reader.entries[0])
    assert (len(answer.body), answer.is_cut) == (1000, True)


@pytest.mark.parametrize("cut", [10, 500])
def test_torn_one_is_refused(tmp_path: Path, warc: Path, cut: int) -> None:
    path = pack(tmp_path, warc)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(FormatUnreadable), open_wacz(path):
        pass


def test_existing_file_is_never_overwritten(tmp_path: Path, warc: Path) -> None:
    path = pack(tmp_path, warc)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        pack(tmp_path, warc)
    assert path.read_bytes() == before
