"""The index of a WACZ: keys that replays look up, lines that other tools read."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evidencekit.errors import FormatUnreadable
from evidencekit.formats.cdxj import (
    IndexEntry,
    decode_index,
    encode_index,
    encode_line,
    searchable_url,
)
from evidencekit.formats.cdxj_body import MAX_TEXT, body_text

ENTRY = IndexEntry(
    url="https://example.org/index.html",
    at=datetime(2022, 1, 6, 15, 8, 49, 300_000, tzinfo=UTC),
    status=200,
    mime="text/html",
    digest="sha256:" + "ab" * 32,
    filename="capture.warc.gz",
    offset=283,
    length=2269,
)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.example.org/index.html", "org,example)/index.html"),
        ("https://WWW2.Example.ORG/A/b", "org,example)/a/b"),
        ("http://example.org", "org,example)/"),
        ("http://example.org:80/x", "org,example)/x"),
        ("http://example.org:8080/x", "org,example:8080)/x"),
        ("https://example.org/?b=2&a=1", "org,example)/?a=1&b=2"),
        ("http://[2001:db8::1]/x", "2001:db8::1)/x"),
        ("urn:evidencekit:tls", "urn:evidencekit:tls"),
        ("http://exam ple.org:port/", "http://exam%20ple.org:port/"),
    ],
)
def test_key_is_the_host_from_its_end(url: str, key: str) -> None:
    assert searchable_url(url) == key


def test_line_has_what_the_specification_asks_for() -> None:
    key, moment, text = encode_line(ENTRY).decode().split(" ", 2)
    assert (key, moment) == ("org,example)/index.html", "20220106150849")
    assert json.loads(text) == {
        "url": "https://example.org/index.html",
        "mime": "text/html",
        "status": 200,
        "digest": "sha256:" + "ab" * 32,
        "length": 2269,
        "offset": 283,
        "filename": "capture.warc.gz",
    }


def test_lines_are_sorted_by_their_bytes() -> None:
    urls = ["http://b.org/", "http://a.org/z", "http://a.org/Z?x", "http://a.org/%EA"]
    lines = encode_index(replace(ENTRY, url=url) for url in urls).splitlines()
    assert len(lines) == 4
    assert lines == sorted(lines)


def test_answer_to_a_form_has_another_key_than_the_page() -> None:
    posted = replace(ENTRY, method="POST", request_body="user=a b&x=한")
    key, *_rest = encode_line(posted).split(b" ")
    assert key == b"org,example)/index.html?__wb_method=post&user=a%20b&x=%ed%95%9c"


def test_index_reads_back() -> None:
    entries = (ENTRY, replace(ENTRY, url="https://example.org/x", method="PUT", request_body="q"))
    whole_seconds = tuple(replace(e, at=e.at.replace(microsecond=0)) for e in entries)
    assert set(decode_index(encode_index(entries))) == set(whole_seconds)


@pytest.mark.parametrize(
    "line",
    [b"x", b"a 2022 {}", b"a 20220106150849 []", b'a 20220106150849 {"url": 1', b"\xff \xff x"],
)
def test_line_of_another_shape_is_refused(line: bytes) -> None:
    with pytest.raises(FormatUnreadable):
        decode_index(line)


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (b"a=1&b=%ED%95%9C+x", "application/x-www-form-urlencoded; charset=utf-8", "a=1&b=한 x"),
        (b'{"a": {"b": [1, 2]}, "c": true}', "application/json", "b=1&b.2_=2&c=true"),
        (b"\xff\x00", "application/octet-stream", "__wb_post_data=/wA="),
        (b"\xff\x00", "application/x-www-form-urlencoded", "__wb_post_data=/wA="),
        (b"not json", "application/json", ""),
        (b"[" * 100_000, "application/json", ""),
        (b"", "text/plain", ""),
    ],
)
def test_body_becomes_text(body: bytes, kind: str, text: str) -> None:
    assert body_text(body, kind) == text


def test_text_of_a_large_body_is_cut() -> None:
    assert len(body_text(b"\xff" * 5_000_000, "video/mp4")) == MAX_TEXT
