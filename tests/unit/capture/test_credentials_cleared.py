"""A cleared copy differs from the original in what was found, and in nothing else."""

import base64
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidencekit.capture.credentials import everywhere
from evidencekit.capture.credentials.clearing import Cleared, Clearing
from evidencekit.capture.credentials.everywhere import spellings
from evidencekit.capture.credentials.found import RULES
from evidencekit.capture.credentials.packing import packed
from evidencekit.capture.credentials.records import Unreadable, read_records
from evidencekit.capture.credentials.survey import Survey
from evidencekit.capture.credentials.tally import URN, listing
from evidencekit.capture.warc import Exchange
from evidencekit.formats.canonical import decode
from tests.unit.capture.test_warc import block, exchange, warcio_check, writer

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SECRET = b"q8Zk2Lw9Xv4TbN7rYh3e"


def get(*lines: bytes, target: bytes = b"/a") -> bytes:
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", b"Host: example.org", *lines, b"", b""])


def answer(*lines: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""])


def asking(*lines: bytes, **more: Any) -> Exchange:
    return exchange(request=block(get(*lines)), **more)


def posting(upload: bytes, content_type: bytes, *lines: bytes, **more: Any) -> Exchange:
    head = b"\r\n".join(
        [
            b"POST /login HTTP/1.1",
            b"Content-Type: " + content_type,
            b"Content-Length: %d" % len(upload),
            *lines,
            b"",
            b"",
        ]
    )
    return exchange(request=block(head, upload), **more)


def warc(path: Path, *exchanges: Exchange) -> Path:
    with writer(path) as out:
        for one in exchanges:
            out.write_exchange(one)
    return path


def surveyed(path: Path, folder: Path) -> Survey:
    survey = Survey()
    with path.open("rb") as stream:
        survey.take(stream, folder)
    return survey


def cleared(path: Path, folder: Path, *, name: str = "cleared.warc.gz") -> Cleared:
    survey = surveyed(path, folder)
    numbers = count(1)
    clearing = Clearing(
        spellings(survey.values),
        folder,
        software="evidencekit-test",
        clock=lambda: AT,
        new_id=lambda: f"11111111-0000-4000-8000-{next(numbers):012d}",
    )
    with path.open("rb") as stream:
        return clearing.clear(stream, folder / name)


def members(path: Path, folder: Path) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Header and block of each record as they are inflated, and the member as it lies."""
    raw = path.read_bytes()
    with path.open("rb") as stream:
        for record in read_records(stream, folder):
            stored = raw[record.offset : record.offset + record.stored_size]
            yield bytes(record.data[: record.block]), bytes(record.data[record.block :]), stored


def copied(result: Cleared, folder: Path) -> list[tuple[bytes, bytes, bytes]]:
    return list(members(result.path, folder))[2:]


def inflated(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def listed(result: Cleared) -> list[dict[str, Any]]:
    document: Any = decode(listing([result.document]), what="list")
    return list(document["files"][0]["replaced"])


def without_digests(header: bytes) -> bytes:
    lines = header.split(b"\r\n")
    return b"\r\n".join(line for line in lines if b"-Digest: " not in line)


def test_a_cookie_is_gone_from_heads_and_from_the_page_that_repeats_it(tmp_path: Path) -> None:
    path = warc(
        tmp_path / "a.warc.gz",
        asking(
            b"Cookie: sid=" + SECRET + b"; lang=ko",
            response=block(
                answer(b"Set-Cookie: sid=" + SECRET + b"; Path=/", b"Content-Type: text/html"),
                b"<p lang=ko>ko<script>id='" + SECRET + b"'</script>",
            ),
        ),
    )
    result = cleared(path, tmp_path)
    after = inflated(result.path)
    assert SECRET not in after
    assert b"Cookie: sid=XXXXXXXXXXXXXXXXXXXX; lang=XX\r\n" in after
    assert b"Set-Cookie: sid=XXXXXXXXXXXXXXXXXXXX; Path=/\r\n" in after
    assert b"<p lang=ko>ko<script>id='XXXXXXXXXXXXXXXXXXXX'</script>" in after
    assert result.replaced == {"cookie": 2, "set-cookie": 1, "repeated": 1}
    warcio_check(result.path)


def test_the_token_of_an_address_is_gone_from_every_place_that_names_it(tmp_path: Path) -> None:
    url = "http://example.org/v?token=" + SECRET.decode() + "&page=2"
    head = get(b"Referer: " + url.encode(), target=url.encode().partition(b".org")[2])
    path = warc(
        tmp_path / "a.warc.gz",
        exchange(
            url=url,
            request=block(head),
            response=block(answer(b"Location: " + url.encode())),
            metadata={"redirected": [url]},
        ),
    )
    result = cleared(path, tmp_path)
    after = inflated(result.path)
    assert SECRET not in after
    assert after.count(b"token=XXXXXXXXXXXXXXXXXXXX&page=2") == 6
    assert b"WARC-Target-URI: http://example.org/v?token=XXXXXXXXXXXXXXXXXXXX&page=2\r\n" in after
    warcio_check(result.path)


def test_a_posted_password_is_gone_and_its_form_is_still_one(tmp_path: Path) -> None:
    body = b"user=kim&password=p%40ss&go=1"
    path = warc(tmp_path / "a.warc.gz", posting(body, b"application/x-www-form-urlencoded"))
    result = cleared(path, tmp_path)
    assert b"user=kim&password=XXXXXX&go=1" in inflated(result.path)
    warcio_check(result.path)


def test_records_without_a_find_are_copied_as_they_lie(tmp_path: Path) -> None:
    path = warc(
        tmp_path / "a.warc.gz", exchange(), asking(b"Cookie: a=b"), exchange(body=b"x" * 3_000_000)
    )
    before = [stored for _header, _block, stored in members(path, tmp_path)]
    after = [stored for _header, _block, stored in copied(cleared(path, tmp_path), tmp_path)]
    changed = [
        number for number, pair in enumerate(zip(before, after, strict=True)) if len(set(pair)) > 1
    ]
    assert changed == [4]  # warcinfo, response, request, response, REQUEST, response, request


def test_the_copy_says_of_what_it_is_one_and_by_which_rules(tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: sid=" + SECRET))
    result = cleared(path, tmp_path)
    first, second, *_rest = members(result.path, tmp_path)
    of = next(members(path, tmp_path))[0].partition(b"WARC-Record-ID: ")[2].partition(b"\r\n")[0]
    assert b"derivedFrom: " + of in first[1]
    assert f"redactionRules: {RULES}".encode() in first[1]
    assert f"WARC-Target-URI: {URN}\r\n".encode() in second[0]
    assert json.loads(second[1]) == decode(listing([result.document]), what="list")
    assert SECRET not in second[1]


def test_the_list_leads_to_every_byte_that_differs(tmp_path: Path) -> None:
    path = warc(
        tmp_path / "a.warc.gz",
        asking(b"Cookie: a=1; b=22", b"Authorization: Bearer " + SECRET),
        posting(b'{"pw":"x"}', b"application/json", b"X-Api-Key: k"),
    )
    result = cleared(path, tmp_path)
    covered: dict[bytes, set[int]] = {}
    for item in listed(result):
        places = range(item["at"], item["at"] + item["length"])
        covered.setdefault(item["record"].encode(), set()).update(places)
    for before, after in zip(members(path, tmp_path), copied(result, tmp_path), strict=True):
        name = before[0].partition(b"WARC-Record-ID: ")[2].partition(b"\r\n")[0]
        assert without_digests(before[0]) == without_digests(after[0])
        for at, (old, new) in enumerate(zip(before[1], after[1], strict=True), len(before[0])):
            assert old == new or at in covered[name]


def test_messages_of_websockets_are_read_through_their_base64(tmp_path: Path) -> None:
    message = b'{"op":"login","accessToken":"' + SECRET + b'","n":1}'
    echo = b"hello " + SECRET
    content = b"".join(
        b'{"socket": 1, "payload": "' + base64.b64encode(one) + b'"}\n' for one in (message, echo)
    )
    path = tmp_path / "a.warc.gz"
    with writer(path) as out:
        out.write_resource(
            "urn:evidencekit:websocket",
            "application/jsonl",
            io.BytesIO(content),
            len(content),
            at=AT,
        )
    result = cleared(path, tmp_path)
    lines = copied(result, tmp_path)[-1][1].split(b"\n")
    mark = b"X" * len(SECRET)
    kept = [
        base64.b64decode(json.loads(line)["payload"]) for line in lines if line.startswith(b"{")
    ]
    assert kept == [message.replace(SECRET, mark), echo.replace(SECRET, mark)]
    warcio_check(result.path)


def test_a_value_is_found_again_however_it_is_spelled(tmp_path: Path) -> None:
    value = b"aB3+dE6/gH9=jK2mN5"
    spelled = [value, b"aB3%2BdE6%2FgH9%3DjK2mN5", rb"aB3+dE6\/gH9=jK2mN5"]
    body = b"<script>" + b" ".join(spelled) + b"</script>"
    result = cleared(
        warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + value, body=body)), tmp_path
    )
    assert b"<script>" + b" ".join(b"X" * len(one) for one in spelled) in inflated(result.path)


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(content)


def body_in(result: Cleared, folder: Path) -> bytes:
    """Return the body of the answer in a copy, as it is on the wire."""
    (found,) = [
        content[:-4].partition(b"\r\n\r\n")[2]
        for header, content, _stored in copied(result, folder)
        if b"WARC-Type: response" in header
    ]
    return found


PAGE = b"<p>one two three four</p>" * 40 + b"<script>token = '" + SECRET + b"'</script>"


@pytest.mark.parametrize(
    ("coding", "pack", "unpack"),
    [
        (b"gzip", gzip.compress, gzip.decompress),
        (b"br", brotli.compress, brotli.decompress),
        (b"zstd", zstd, lambda data: zstandard.ZstdDecompressor().decompress(data)),
    ],
)
def test_a_packed_body_is_packed_anew_with_marks_in_the_same_length(
    tmp_path: Path, coding: bytes, pack: Any, unpack: Any
) -> None:
    body = pack(PAGE)
    head = answer(b"Content-Encoding: " + coding, b"Content-Type: text/html")
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, response=block(head, body)))
    result = cleared(path, tmp_path)
    anew = body_in(result, tmp_path)
    assert len(anew) == len(body)
    assert unpack(anew) == PAGE.replace(SECRET, b"X" * len(SECRET))
    assert (result.packed, result.left) == ({"repacked": 1}, {})
    document: Any = result.document
    assert [(one["how"], one["held"]) for one in document["packed"]] == [
        ("repacked", {"repeated": 1})
    ]
    (inside,) = [one for one in document["replaced"] if one.get("unpacked")]
    assert PAGE[inside["at"] :][: inside["length"]] == SECRET
    require_digests(result.path, tmp_path)  # `warcio check` stumbles over brotli's own module


@pytest.mark.parametrize(("pack", "unpack"), list(zip(
    (gzip.compress, brotli.compress, zstd),
    (gzip.decompress, brotli.decompress, zstandard.ZstdDecompressor().decompress), strict=True,
)))  # fmt: skip
@pytest.mark.parametrize("spare", [*range(6, 12), 1000, 100_001])
def test_packed_bytes_are_filled_up_to_any_length(pack: Any, unpack: Any, spare: int) -> None:
    coding = {gzip.compress: b"gzip", brotli.compress: b"br"}.get(pack, b"zstd")
    shortest = next(size for size in range(2000) if packed(PAGE, coding, size) is not None)
    anew = packed(PAGE, coding, shortest + spare)
    assert anew is not None
    assert (len(anew), unpack(anew)) == (shortest + spare, PAGE)
    assert packed(PAGE, coding, shortest - 1) is None


def test_a_body_that_does_not_fit_any_more_is_covered_as_a_whole(tmp_path: Path) -> None:
    body = zlib.compress(b"token: " + SECRET)  # "deflate", which has no room to fill up
    head = answer(b"Content-Encoding: deflate", b"Content-Type: text/html")
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, response=block(head, body)))
    result = cleared(path, tmp_path)
    assert body_in(result, tmp_path) == b"X" * len(body)
    assert (result.packed, result.left) == ({"covered": 1}, {})
    warcio_check(result.path)


def test_a_body_that_nobody_can_unpack_is_covered_as_a_whole(tmp_path: Path) -> None:
    body = b"\x00\x01\x02" + SECRET
    head = answer(b"Content-Encoding: x-mine")
    path = warc(tmp_path / "a.warc.gz", exchange(response=block(head, body)))
    survey = surveyed(path, tmp_path)
    assert (survey.unread, survey.counts) == (1, {})
    result = cleared(path, tmp_path)
    assert body_in(result, tmp_path) == b"X" * len(body)
    assert result.packed == {"unread": 1}


def test_a_coding_that_is_a_mistake_is_read_as_browsers_do(tmp_path: Path) -> None:
    head = answer(b"Content-Encoding: utf-8")
    body = b"<script>" + SECRET
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, response=block(head, body)))
    result = cleared(path, tmp_path)
    assert body_in(result, tmp_path) == b"<script>" + b"X" * len(SECRET)
    assert result.packed == {}


def test_a_password_in_a_packed_upload_is_covered_and_the_form_is_still_one(
    tmp_path: Path,
) -> None:
    content = b"user=kim&password=hunter2&text=" + b"a quiet day " * 20
    body = gzip.compress(content)
    form = b"application/x-www-form-urlencoded"
    path = warc(tmp_path / "a.warc.gz", posting(body, form, b"Content-Encoding: gzip"))
    result = cleared(path, tmp_path)
    upload = copied(result, tmp_path)[-1][1][:-4].partition(b"\r\n\r\n")[2]
    assert gzip.decompress(upload) == content.replace(b"hunter2", b"XXXXXXX")
    assert len(upload) == len(body)


def test_the_token_of_a_log_in_is_gone_from_the_packed_answer_and_from_where_it_is_used(
    tmp_path: Path,
) -> None:
    content = b'{"data": {"access_token": "' + SECRET + b'", "name": "kim kim kim kim kim kim"}}'
    head = answer(b"Content-Encoding: br", b"Content-Type: application/json")
    path = warc(
        tmp_path / "a.warc.gz",
        exchange(response=block(head, brotli.compress(content))),
        exchange(body=b"<p>window.session = '" + SECRET + b"'</p>"),
    )
    result = cleared(path, tmp_path)
    assert SECRET not in inflated(result.path)
    first = next(c for h, c, _ in copied(result, tmp_path) if b"WARC-Type: response" in h)
    unpacked = brotli.decompress(first[:-4].partition(b"\r\n\r\n")[2])
    assert json.loads(unpacked) == {
        "data": {"access_token": "X" * len(SECRET), "name": "kim kim kim kim kim kim"}
    }


def test_credentials_in_early_hints_and_trailers_are_covered(tmp_path: Path) -> None:
    hints = ["Set-Cookie: sid=tiny; Path=/", "Link: </a.js?token=" + SECRET.decode() + ">"]
    quoted = 'X-Auth-Token: a\\b"c'
    path = warc(
        tmp_path / "a.warc.gz",
        exchange(metadata={"early_hints": [hints], "trailers": [quoted, "Server-Timing: a"]}),
    )
    result = cleared(path, tmp_path)
    (told,) = [
        json.loads(content) for header, content, _ in copied(result, tmp_path)
        if b"WARC-Type: metadata" in header
    ]  # fmt: skip
    assert told == {
        "early_hints": [["Set-Cookie: sid=XXXX; Path=/", f"Link: </a.js?token={'X' * 20}>"]],
        "trailers": ["X-Auth-Token: XXXXXXX", "Server-Timing: a"],
    }
    warcio_check(result.path)


def test_a_chunked_body_is_searched_across_its_chunks_and_so_are_its_trailers(
    tmp_path: Path,
) -> None:
    first, second = b"id " + SECRET[:9], SECRET[9:] + b" end"
    body = (
        b"%x\r\n%s\r\n" % (len(first), first)
        + b"%x;ext=1\r\n%s\r\n" % (len(second), second)
        + b"0\r\nSet-Cookie: sid=tiny\r\n\r\n"
    )
    head = answer(b"Transfer-Encoding: chunked")
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, response=block(head, body)))
    result = cleared(path, tmp_path)
    expected = body.replace(SECRET[:9], b"X" * 9).replace(SECRET[9:], b"X" * 11)
    assert body_in(result, tmp_path) == expected.replace(b"tiny", b"XXXX")
    warcio_check(result.path)


def test_a_packed_body_in_chunks_is_packed_anew_into_the_same_chunks(tmp_path: Path) -> None:
    wire = gzip.compress(PAGE)
    body = b"".join(
        b"%x\r\n%s\r\n" % (len(one), one) for one in (wire[:7], wire[7:])
    ) + b"0\r\n\r\n"  # fmt: skip
    head = answer(b"Transfer-Encoding: chunked", b"Content-Encoding: gzip")
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, response=block(head, body)))
    result = cleared(path, tmp_path)
    after = body_in(result, tmp_path)
    size = len(wire) - 7
    chunks = after[3:10] + after[12 + len(b"%x\r\n" % size) :][:size]
    assert gzip.decompress(chunks) == PAGE.replace(SECRET, b"X" * len(SECRET))
    assert len(after) == len(body)


def test_what_stands_in_the_packed_bytes_themselves_is_gone_too(tmp_path: Path) -> None:
    packed_page = gzip.compress(PAGE.replace(SECRET, b""))
    named = packed_page[:3] + b"\x08" + packed_page[4:10] + SECRET + b"\0" + packed_page[10:]
    skipped = b"\x50\x2a\x4d\x18" + len(SECRET).to_bytes(4, "little") + SECRET
    for coding, body, how in (
        (b"gzip", named, "repacked"),
        (b"zstd", skipped + zstd(PAGE.replace(SECRET, b"")), "repacked"),
        (b"gzip", packed_page + SECRET, "unread"),
        (b"deflate", zlib.compress(PAGE.replace(SECRET, b"")) + SECRET, "unread"),
    ):
        folder = tmp_path / f"{coding.decode()}-{len(body)}-{how}"
        folder.mkdir()
        head = answer(b"Content-Encoding: " + coding, b"Content-Type: text/html")
        one = asking(b"Cookie: s=" + SECRET, response=block(head, body))
        result = cleared(warc(folder / "a.warc.gz", one), folder)
        assert SECRET not in inflated(result.path)
        assert result.packed == {how: 1}
        assert len(body_in(result, folder)) == len(body)
        warcio_check(result.path)


@pytest.mark.parametrize("coding", [b"identity", b"gzip"])
def test_what_frames_chunks_is_searched_too(tmp_path: Path, coding: bytes) -> None:
    wire = gzip.compress(b"hello") if coding == b"gzip" else b"hello"
    body = b"%x;%s\r\n%s\r\n0;%s\r\n\r\n" % (len(wire), SECRET, wire, SECRET)
    head = answer(b"Transfer-Encoding: chunked", b"Content-Encoding: " + coding)
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, response=block(head, body)))
    result = cleared(path, tmp_path)
    assert body_in(result, tmp_path) == body.replace(SECRET, b"X" * len(SECRET))
    assert (result.replaced["repeated"], result.packed) == (2, {})


def test_a_digest_by_which_a_covered_body_could_be_guessed_is_covered_too(tmp_path: Path) -> None:
    form = b"application/x-www-form-urlencoded"
    upload = posting(b"pin=1234", form, b"Content-MD5: abc=", b"Digest: SHA-256=x")
    plain = posting(b"note=1234", form, b"Content-MD5: def=")
    after = inflated(cleared(warc(tmp_path / "a.warc.gz", upload, plain), tmp_path).path)
    assert b"Content-MD5: XXXX\r\n" in after
    assert b"Digest: XXXXXXXXX\r\n" in after
    assert b"Content-MD5: def=\r\n" in after


def test_many_values_in_a_long_text_are_all_found(tmp_path: Path) -> None:
    cookies = [b"c%d=k%dQ7w" % (n, n) + SECRET[:14] for n in range(400)]
    body = b"".join(b"lorem%d(%s)" % (n, one.partition(b"=")[2]) for n, one in enumerate(cookies))
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: " + b"; ".join(cookies), body=body))
    assert SECRET[:14] not in inflated(cleared(path, tmp_path).path)


def test_a_file_that_costs_too_much_to_search_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everywhere, "MAX_WORK", 100)
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, body=b"y" * 1000))
    result = cleared(path, tmp_path)
    assert result.left["unsearched-body"] > 0
    assert b"Cookie: s=XXXXXXXXXXXXXXXXXXXX\r\n" in inflated(result.path)


def test_a_body_of_megabytes_is_cleared_on_disk_and_not_in_memory(tmp_path: Path) -> None:
    body = b"z" * 5_000_000 + SECRET + b"z" * 5_000_000
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + SECRET, body=body))
    result = cleared(path, tmp_path)
    assert SECRET not in inflated(result.path)
    assert body.replace(SECRET, b"X" * len(SECRET)) in inflated(result.path)
    warcio_check(result.path)


def test_a_cookie_of_a_megabyte_is_marked(tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=" + b"aB3" * 2**19))
    result = cleared(path, tmp_path)
    assert b"aB3" not in inflated(result.path)
    warcio_check(result.path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-10],
        lambda data: data + b"more",
        lambda data: data + gzip.compress(b"no record"),
        lambda data: gzip.compress(gzip.decompress(data)),
        gzip.decompress,
        lambda data: data[:40] + bytes([data[40] ^ 0xFF]) + data[41:],
    ],
)
def test_a_file_that_cannot_be_told_record_from_record_is_refused(
    tmp_path: Path, spoil: Any
) -> None:
    path = warc(tmp_path / "a.warc.gz", asking(b"Cookie: s=1"))
    path.write_bytes(spoil(path.read_bytes()))
    with path.open("rb") as stream, pytest.raises(Unreadable):
        Survey().take(stream, tmp_path)


TEXT = st.binary(max_size=40).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b""))
TOKEN = st.from_regex(rb"[A-Za-z0-9]{0,24}", fullmatch=True)
LINES = st.one_of(
    st.builds(lambda a, b: b"Cookie: a=" + a + b"; b=" + b, TOKEN, TEXT),
    st.builds(lambda a: b"Authorization: Bearer " + a, TOKEN),
    st.builds(lambda a, b: b"Cookie: a=" + a + b";\r\n b=" + b, TOKEN, TOKEN),
    st.builds(lambda a, b: b"Referer: /?token=" + a + b"&x=" + b, TOKEN, TEXT),
    st.builds(lambda a: b"X-Any: " + a, TEXT),
)
BODIES = st.one_of(
    st.builds(lambda a, b: b"password=" + a + b"&x=" + b, TOKEN, TOKEN),
    st.builds(lambda a: b'{"token": "' + a + b'"}', TOKEN),
    st.binary(max_size=60),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    heads=st.lists(st.lists(LINES, max_size=3), min_size=1, max_size=3),
    upload=BODIES,
    body=BODIES,
    data=st.data(),
)
def test_whatever_is_recorded_only_marks_and_digests_differ_and_no_length_does(
    tmp_path: Path, heads: Sequence[list[bytes]], upload: bytes, body: bytes, data: st.DataObject
) -> None:
    names = data.draw(st.sampled_from([b"text/plain", b"application/x-www-form-urlencoded"]))
    for left_over in tmp_path.iterdir():
        left_over.unlink()
    path = warc(
        tmp_path / "a.warc.gz",
        *(posting(upload, names, *lines, body=body) for lines in heads),
    )
    survey = Survey()
    with path.open("rb") as stream:
        survey.take(stream, tmp_path)
    result = cleared(path, tmp_path)
    changed = 0
    for before, after in zip(members(path, tmp_path), copied(result, tmp_path), strict=True):
        assert len(before[0]) == len(after[0])
        assert len(before[1]) == len(after[1])
        assert without_digests(before[0]) == without_digests(after[0])
        differ = [new for old, new in zip(before[1], after[1], strict=True) if old != new]
        assert set(differ) <= {ord("X")}
        assert differ or before[2] == after[2] or before[1] == after[1]
        changed += bool(differ)
    after_all = b"".join(header + content for header, content, _ in copied(result, tmp_path))
    assert not any(value in after_all for value in survey.values if set(value) != {ord("X")})
    assert bool(changed) <= bool(sum(result.replaced.values()))
    require_digests(result.path, tmp_path)


def require_digests(path: Path, folder: Path) -> None:
    """As `warcio check` does it, without a process for each example."""
    for header, content, _stored in members(path, folder):
        said = header.partition(b"WARC-Block-Digest: sha256:")[2].partition(b"\r\n")[0]
        assert said.decode() == hashlib.sha256(content[:-4]).hexdigest()


@pytest.mark.parametrize("size", [2**16, 2**20 - 1, 2**20, 2**20 + 1])
def test_records_around_the_limit_of_memory_are_read_whole(tmp_path: Path, size: int) -> None:
    path = warc(tmp_path / "a.warc.gz", exchange(body=bytes(size)))
    read = b"".join(header + content for header, content, _ in members(path, tmp_path))
    assert read == inflated(path)
