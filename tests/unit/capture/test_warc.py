"""What is handed to the writer comes back from the file, byte for byte, and checks."""

import gzip
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from evidencekit.capture.warc import Block, Exchange, WarcWriter, warc_uri
from evidencekit.errors import BadInput, SourceChanged

AT = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)
REQUEST = b"GET /a HTTP/1.1\r\nHost: example.org\r\nX-Odd:  two  spaces\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nServer: x\r\nX-Dup: 1\r\nServer: y\r\nx-dup: \xff\r\n\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.warc.gz"


def writer(path: Path) -> WarcWriter:
    numbers = count(1)
    return WarcWriter(
        path,
        software="evidencekit-test",
        settings={"engine": "http"},
        clock=lambda: AT,
        new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012d}",
    )


def block(head: bytes, body: bytes = b"") -> Block:
    return Block(head=head, body=io.BytesIO(body) if body else None, body_size=len(body))


def exchange(head: bytes = HEAD, body: bytes = b"hello", **more: Any) -> Exchange:
    fields: dict[str, Any] = {
        "url": "http://example.org/a",
        "at": AT,
        "request": block(REQUEST),
        "response": block(head, body),
        "ip": "192.0.2.7",
        "protocols": ("http/1.1", "tls/1.3"),
        "truncated": None,
    }
    return Exchange(**(fields | more))


def records(path: Path, kind: str) -> Iterator[tuple[dict[str, list[str]], bytes]]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            if record.rec_type == kind:
                headers: dict[str, list[str]] = {}
                for name, value in record.rec_headers.headers:
                    headers.setdefault(name, []).append(value)
                yield headers, record.raw_stream.read()


def warcio_check(path: Path) -> str:
    command = [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write(path: Path, *exchanges: Exchange) -> list[str]:
    with writer(path) as warc:
        return [warc.write_exchange(one) for one in exchanges]


def test_blocks_come_back_byte_for_byte(path: Path) -> None:
    write(path, exchange())

    ((_, response),) = records(path, "response")
    ((_, request),) = records(path, "request")
    assert response == HEAD + b"hello"
    assert request == REQUEST


def test_body_is_taken_from_where_it_stands_to_its_size(path: Path) -> None:
    body = io.BytesIO(b"skipped" + b"taken" + b"left")
    body.seek(7)

    write(path, exchange(response=Block(head=HEAD, body=body, body_size=5)))

    ((_, response),) = records(path, "response")
    assert response == HEAD + b"taken"


def test_request_points_at_its_response_and_shares_its_date(path: Path) -> None:
    (response_id,) = write(path, exchange())

    ((request, _),) = records(path, "request")
    ((response, _),) = records(path, "response")
    assert response["WARC-Record-ID"] == [response_id] == request["WARC-Concurrent-To"]
    assert response["WARC-Date"] == request["WARC-Date"] == ["2026-11-21T09:30:00.123456Z"]


def test_peer_protocols_page_and_truncation_are_in_the_header(path: Path) -> None:
    write(path, exchange(truncated="length", page_id="p1"))

    ((response, _),) = records(path, "response")
    assert response["WARC-IP-Address"] == ["192.0.2.7"]
    assert response["WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    assert response["WARC-Truncated"] == ["length"]
    assert response["WARC-Page-ID"] == ["p1"]
    assert response["Content-Type"] == ["application/http; msgtype=response"]


def test_digests_are_sha256_of_block_and_body(path: Path) -> None:
    write(path, exchange(body=b""), exchange(body=b"abc"))

    empty, full = (headers for headers, _ in records(path, "response"))
    assert "WARC-Payload-Digest" not in empty
    assert full["WARC-Payload-Digest"] == [
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    ]
    assert full["WARC-Block-Digest"][0].startswith("sha256:")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (HEAD, b"x" * 200_000),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n0\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nab"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"abc", mtime=0)),
        (b"HTTP/1.1 200 OK\r\nA: " + b"y" * 300_000 + b"\r\n\r\n", b"z"),
        (b"HTTP/1.1 200 OK\nA: bare line feeds\n\n", b"z"),
        (b"HTTP/1.1 200 OK\r\nnever ends", b""),
        (b"HTTP/1.1 200 OK\r\n\r\nA: odd\r\n\r\n", b"z"),
        (b"\r\n\r\n", b"z"),
        (b"", b"garbage that is not HTTP"),
        (b"WARC/1.1\r\nContent-Length: 3\r\n\r\n", b"a record in a record"),
    ],
)
def test_warcio_check_accepts_whatever_a_server_said(path: Path, head: bytes, body: bytes) -> None:
    write(path, exchange(head, body), exchange())

    assert warcio_check(path).count("digest pass") == 5  # warcinfo and two pairs
    assert next(records(path, "response"))[1] == head + body


def test_http_readers_find_status_headers_and_decoded_body(path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    packed = gzip.compress(b"decoded")
    write(path, exchange(head, b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)))

    with path.open("rb") as stream:
        for record in ArchiveIterator(stream):
            if record.rec_type == "response":
                assert record.http_headers.get_statuscode() == "200"
                assert record.content_stream().read() == b"decoded"
            if record.rec_type == "request":
                assert record.http_headers.protocol == "GET"


def test_an_exchange_without_any_answer_has_a_request_and_no_response(path: Path) -> None:
    (main,) = write(path, exchange(b"", b"", metadata={"error": "reset"}))

    assert list(records(path, "response")) == []
    ((request, _),) = records(path, "request")
    ((metadata, _),) = records(path, "metadata")
    assert [main] == request["WARC-Record-ID"] == metadata["WARC-Concurrent-To"]


def test_metadata_is_json_beside_the_response_and_survives_lone_surrogates(path: Path) -> None:
    (main,) = write(path, exchange(metadata={"tls": ["TLSv1.3"], "odd": "\udc80\x1b"}))

    ((headers, content),) = records(path, "metadata")
    assert headers["WARC-Concurrent-To"] == [main]
    assert headers["WARC-Target-URI"] == ["urn:evidencekit:exchange"]  # pywb lists it, as that
    assert headers["Content-Type"] == ["application/json"]
    assert json.loads(content) == {"tls": ["TLSv1.3"], "odd": "\udc80\x1b"}


def test_resources_and_free_metadata_check_too(path: Path) -> None:
    with writer(path) as warc:
        warc.write_resource("urn:evidencekit:screenshot", "image/png", io.BytesIO(b"abc"), 3, at=AT)
        warc.write_metadata("urn:evidencekit:dns", [], at=AT)

    assert warcio_check(path).count("digest pass") == 3
    ((headers, content),) = records(path, "resource")
    assert (headers["Content-Type"], content) == (["image/png"], b"abc")


def test_every_record_is_a_gzip_member_of_its_own(path: Path) -> None:
    write(path, exchange())

    assert path.read_bytes().count(b"\x1f\x8b\x08") == 3
    with gzip.open(path) as stream:
        assert stream.read().startswith(b"WARC/1.1\r\n")


def test_warcinfo_says_software_and_settings_and_nothing_about_us(path: Path) -> None:
    write(path)

    ((headers, content),) = records(path, "warcinfo")
    assert b"software: evidencekit-test\r\n" in content
    assert b"engine: http\r\n" in content
    assert not {name.lower() for name in headers} & {"warc-filename", "hostname", "operator"}


def test_foreign_urls_are_percent_encoded() -> None:
    assert warc_uri("http://h/한 \x1b\x7f?q=%20\udc80") == (
        "http://h/%ED%95%9C%20%1B%7F?q=%20%EF%BF%BD"
    )


@pytest.mark.parametrize("url", ["http://h/\r\nWARC-Type: forged", "http://h/\n", ""])
def test_a_line_break_in_a_url_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        warc_uri(url)


@pytest.mark.parametrize("field", ["ip", "page_id"])
def test_a_line_break_in_another_field_is_refused(path: Path, field: str) -> None:
    forged: dict[str, Any] = {field: "a\r\nWARC-Type: forged"}
    with pytest.raises(BadInput):
        write(path, exchange(**forged))


def test_a_body_shorter_than_said_is_not_written(path: Path) -> None:
    with pytest.raises(SourceChanged):
        write(path, exchange(response=Block(head=HEAD, body=io.BytesIO(b"ab"), body_size=3)))

    assert list(records(path, "response")) == []


def test_an_existing_file_is_never_overwritten(path: Path) -> None:
    path.write_bytes(b"kept")

    with pytest.raises(FileExistsError):
        writer(path)
    assert path.read_bytes() == b"kept"


def test_record_that_does_not_fit_leaves_the_ones_before_it_readable(path: Path) -> None:
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with writer(path) as warc:
        warc.write_exchange(exchange())
        resource.setrlimit(resource.RLIMIT_FSIZE, (warc.size_bytes + 100_000, hard))
        try:
            with pytest.raises(OSError, match="too large"):
                warc.write_exchange(exchange(body=os.urandom(300_000)))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    warcio_check(path)
    assert len(list(records(path, "response"))) == 1


def test_what_does_not_shrink_is_stored_and_what_does_is_packed(path: Path) -> None:
    noise, text = os.urandom(500_000), b"the same again " * 30_000
    write(path, exchange(body=noise))
    size = path.stat().st_size
    path.unlink()
    write(path, exchange(body=text))
    assert len(noise) < size < len(noise) * 1.01
    assert path.stat().st_size < len(text) / 20
