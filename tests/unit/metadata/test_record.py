"""What a picture says about itself is recorded, whatever it is, and never believed."""

import io
import json
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidencekit.formats.canonical import decode_object
from evidencekit.metadata.exif import read as exif_module
from evidencekit.metadata.facts import MAX_FACTS, MAX_VALUE, Fact, FactList, fact_from_json
from evidencekit.metadata.reading import read
from evidencekit.metadata.record import FORMAT, Record, encode_record, record
from evidencekit.metadata.summary import summary
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import Worker
from tests.tools import media

SAMPLES = Path(__file__).parents[3] / "evidencekit/demo/samples"
JPEG, PNG = "image/jpeg", "image/png"
THUMBNAIL = media.Jpeg().encode()
PHOTO = {media.DATE_ORIGINAL: "2026:10:03 14:00:00", media.OFFSET_ORIGINAL: "+09:00"}


def jpeg_with(block: bytes, *more: bytes) -> bytes:
    return media.Jpeg(before=media.JFIF + media.exif_segment(block) + b"".join(more)).encode()


def all_facts(data: bytes, media_type: str) -> list[Fact]:
    found = read(io.BytesIO(data), media_type)["facts"]
    assert isinstance(found, list)
    return [fact_from_json(fact) for fact in found]


def facts_of(data: bytes, media_type: str) -> dict[tuple[str, str], str]:
    return {(fact.group, fact.tag): fact.readable for fact in all_facts(data, media_type)}


def problems_of(data: bytes, media_type: str) -> list[str]:
    found = read(io.BytesIO(data), media_type)["problems"]
    assert isinstance(found, list)
    return [str(problem) for problem in found]


def test_a_photo_says_when_where_and_with_what(worker: Worker) -> None:
    with (SAMPLES / "photo-turned.jpg").open("rb") as stream:
        found = record(stream, media_type=JPEG, worker=worker)
    told = summary(found.facts)

    assert told.when == "2026-10-03 14:00:00 +09:00"
    assert told.where == "37.5658000, 126.9780000"
    assert told.device == "Gyeonbon Optics Sample One"
    assert told.serial == "SAMPLE-0001"
    assert told.software == "Sample Camera 1.0"
    assert told.has_thumbnail
    assert found.problems == ()


def test_a_screenshot_says_what_its_chunks_say(worker: Worker) -> None:
    with (SAMPLES / "screenshot.png").open("rb") as stream:
        found = record(stream, media_type=PNG, worker=worker)
    told = {(fact.group, fact.tag): fact.readable for fact in found.facts}

    assert told["tEXt", "Software"] == "Sample Screenshot 3.1"
    assert told["zTXt", "Comment"] == "Made for the demonstration of evidencekit"
    assert told["iTXt", "Description"] == "견본 화면입니다"
    assert told["tIME", "LastModified"] == "2026-10-03 05:10:00 UTC"
    assert told["pHYs", "PixelDensity"] == "5669 × 5669 per metre"
    assert told["Image", "Make"] == "Gyeonbon Optics"


def test_the_record_is_a_canonical_document_that_names_itself(worker: Worker) -> None:
    found = record(io.BytesIO(jpeg_with(media.exif(photo=PHOTO))), media_type=JPEG, worker=worker)
    document = decode_object(encode_record(found), what="record", form=FORMAT)

    assert set(document) == {
        "format",
        "media_type",
        "reader",
        "facts",
        "problems",
        "second_opinion",
    }
    assert document["reader"] == {"evidencekit": "0.1.0", "exifread": exif_module.VERSION}


@pytest.mark.parametrize(
    ("north", "east", "latitude", "longitude"),
    [
        ("N", "E", "37.5658000", "126.9780000"),
        ("S", "E", "-37.5658000", "126.9780000"),
        ("N", "W", "37.5658000", "-126.9780000"),
        ("S", "W", "-37.5658000", "-126.9780000"),
    ],
)
def test_a_position_carries_its_hemisphere_as_sign(
    north: str, east: str, latitude: str, longitude: str
) -> None:
    gps = {**media.SEOUL, media.LATITUDE_REF: north, media.LONGITUDE_REF: east}
    told = facts_of(jpeg_with(media.exif(gps=gps)), JPEG)

    assert told["GPS", "Latitude"] == latitude
    assert told["GPS", "Longitude"] == longitude


def test_a_position_without_hemisphere_is_no_position() -> None:
    gps = {media.LATITUDE: media.SEOUL[media.LATITUDE]}
    data = jpeg_with(media.exif(gps=gps))

    assert ("GPS", "Latitude") not in facts_of(data, JPEG)
    assert any("GPSLatitude" in problem for problem in problems_of(data, JPEG))


@pytest.mark.parametrize("parts", [((37, 0),), ((91, 1),), ((0, 0), (0, 0), (0, 0))])
def test_a_position_that_cannot_be_is_a_problem(parts: tuple[tuple[int, int], ...]) -> None:
    gps: dict[int, media.Value] = {media.LATITUDE_REF: "N", media.LATITUDE: parts}
    data = jpeg_with(media.exif(gps=gps))

    assert ("GPS", "Latitude") not in facts_of(data, JPEG)
    assert problems_of(data, JPEG)


def test_fractions_are_recorded_as_stored() -> None:
    data = jpeg_with(media.exif(gps=media.SEOUL))
    raw = {fact.tag: fact.raw for fact in all_facts(data, JPEG)}

    assert raw["GPSLatitude"] == "37/1 33/1 5688/100"


@pytest.mark.parametrize("order", ["<", ">"])
def test_korean_is_read_in_the_encodings_of_exif(order: str) -> None:
    unicode_order = "utf-16-le" if order == "<" else "utf-16-be"
    block = media.exif(
        {media.XP_AUTHOR: "홍길동".encode("utf-16-le"), media.ARTIST: "견본"},
        photo={media.USER_COMMENT: b"UNICODE\0" + "안녕하세요".encode(unicode_order)},
        order=order,
    )
    told = facts_of(jpeg_with(block), JPEG)

    assert told["Image", "XPAuthor"] == "홍길동"
    assert told["Image", "Artist"] == "견본"
    assert told["EXIF", "UserComment"] == "안녕하세요"


def test_korean_of_windows_in_a_comment_is_read() -> None:
    data = media.Jpeg(before=media.segment(0xFE, "견본 사진".encode("cp949"))).encode()

    assert facts_of(data, JPEG)["JPEG", "Comment"] == "견본 사진"


def test_a_thumbnail_is_named_with_its_size_and_not_copied(worker: Worker) -> None:
    data = jpeg_with(media.exif(thumbnail=THUMBNAIL))
    found = record(io.BytesIO(data), media_type=JPEG, worker=worker)
    document = encode_record(found)

    assert ("structure", "Thumbnail", f"{len(THUMBNAIL)} bytes") in {
        (fact.group, fact.tag, fact.readable) for fact in found.facts
    }
    assert THUMBNAIL.hex() not in document.decode()
    assert THUMBNAIL[:40] not in document


def test_properties_of_xmp_are_found_without_an_xml_parser() -> None:
    packet = (
        b"http://ns.adobe.com/xap/1.0/\0<!DOCTYPE x [<!ENTITY e 'boom'>]><x:xmpmeta><rdf:RDF>"
        b"<rdf:Description aux:SerialNumber='XMP-0001'><dc:creator><rdf:Seq><rdf:li>Kim &amp; Lee"
        b"</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    told = facts_of(media.Jpeg(before=media.segment(0xE1, packet)).encode(), JPEG)

    assert told["XMP", "aux:SerialNumber"] == "XMP-0001"
    assert told["XMP", "dc:creator"] == "Kim & Lee"


def test_iptc_is_read_from_a_photoshop_segment() -> None:
    dataset = b"\x1c\x02\x50" + struct.pack(">H", 6) + "홍길".encode()
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(dataset)) + dataset + b"\0"
    data = media.Jpeg(before=media.segment(0xED, b"Photoshop 3.0\0" + block)).encode()

    assert facts_of(data, JPEG)["IPTC", "By-line"] == "홍길"


def test_bytes_after_the_end_are_noticed() -> None:
    told = facts_of(media.Jpeg(trailer=b"something").encode(), JPEG)

    assert told["structure", "BytesAfterEnd"] == "9 bytes"


def test_unknown_chunks_are_listed_with_their_size() -> None:
    told = facts_of(media.Png(before=media.chunk(b"prVt", b"private")).encode(), PNG)

    assert told["structure", "prVt"] == "1 × 7 bytes"


def test_a_text_that_inflates_without_end_is_a_problem() -> None:
    bomb = media.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50 * 2**20)))

    assert any(
        "inflates" in problem for problem in problems_of(media.Png(before=bomb).encode(), PNG)
    )


def test_a_long_value_is_cut_and_says_so() -> None:
    data = media.Jpeg(before=media.segment(0xFE, b"x" * 60_000)).encode()
    comment = facts_of(data, JPEG)["JPEG", "Comment"]

    assert len(comment) < MAX_VALUE + 100
    assert comment.endswith("[cut, 60000 characters in all]")


def test_too_many_facts_become_a_problem() -> None:
    facts = FactList()
    for number in range(MAX_FACTS + 10):
        facts.add("tEXt", str(number), "value", raw=None, source="here")

    assert len(facts.facts) == MAX_FACTS
    assert facts.problems == ["more facts than are recorded"]


def test_a_file_that_breaks_off_keeps_what_was_read_before() -> None:
    data = jpeg_with(media.exif({media.MAKE: "Gyeonbon"}))[:-4]

    assert facts_of(data, JPEG)["Image", "Make"] == "Gyeonbon"
    assert problems_of(data, JPEG)


@pytest.mark.parametrize(
    "error", [EOFError(), AssertionError("x"), UnicodeDecodeError("utf-8", b"", 0, 1, "x")]
)
def test_whatever_exifread_raises_is_a_problem(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr("exifread.process_file", broken)

    assert any("exifread gave up" in problem for problem in problems_of(jpeg_with(b"II*\0"), JPEG))


def test_a_type_without_reader_says_so(worker: Worker) -> None:
    found = record(io.BytesIO(b"%PDF-1.4"), media_type="application/epub+zip", worker=worker)

    assert found.facts == ()
    assert found.problems == ("no reader for application/epub+zip in this release",)


def test_a_reader_that_is_ended_leaves_an_empty_record_with_the_reason() -> None:
    with Worker(Limits(wall_s=0.0001)) as impatient:
        found = record(io.BytesIO(THUMBNAIL), media_type=JPEG, worker=impatient)

    assert isinstance(found, Record)
    assert found.failed is not None
    assert found.failed.why == "timeout"
    assert found.problems[0].startswith("not read: timeout")
    assert json.loads(encode_record(found))["facts"] == []


SEEDS = (
    jpeg_with(media.exif({media.MAKE: "Canon"}, photo=PHOTO, gps=media.SEOUL, thumbnail=THUMBNAIL)),
    media.Png(before=media.chunk(b"eXIf", media.exif(photo=PHOTO, order=">"))).encode(),
    media.exif({media.MAKE: "SONY"}, photo=PHOTO, gps=media.SEOUL),
)
TYPES = (JPEG, PNG, "image/tiff")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
@given(st.sampled_from(list(zip(SEEDS, TYPES, strict=True))), st.data())
def test_no_mutation_makes_reading_raise(seed: tuple[bytes, str], choose: st.DataObject) -> None:
    data, media_type = bytearray(seed[0]), seed[1]
    for _ in range(choose.draw(st.integers(1, 4))):
        data[choose.draw(st.integers(0, len(data) - 1))] = choose.draw(st.integers(0, 255))

    read(io.BytesIO(bytes(data)), media_type)


def test_the_blocks_of_a_webp_are_read() -> None:
    block = media.exif({media.MAKE: "Gyeonbon"})
    parts = b"EXIF" + struct.pack("<I", len(block)) + block + bytes(len(block) % 2)
    parts += b"XMP " + struct.pack("<I", 23) + b"<x aux:SerialNumber='1'" + b"\0"
    data = b"RIFF" + struct.pack("<I", 4 + len(parts)) + b"WEBP" + parts
    told = facts_of(data, "image/webp")

    assert told["Image", "Make"] == "Gyeonbon"
    assert told["XMP", "aux:SerialNumber"] == "1"
    assert problems_of(data, "image/webp") == []


def test_a_tiff_is_read_as_a_whole() -> None:
    told = facts_of(media.exif({media.MAKE: "Gyeonbon"}, gps=media.SEOUL), "image/tiff")

    assert told["Image", "Make"] == "Gyeonbon"
    assert told["GPS", "Latitude"] == "37.5658000"


def test_exif_in_a_raw_profile_of_a_png_is_read() -> None:
    block = b"Exif\0\0" + media.exif({media.MAKE: "Gyeonbon"})
    text = b"\nexif\n%8d\n" % len(block) + block.hex().encode()
    data = media.Png(before=media.chunk(b"tEXt", b"Raw profile type exif\0" + text)).encode()

    assert facts_of(data, PNG)["Image", "Make"] == "Gyeonbon"


@pytest.mark.parametrize(
    ("facts", "when"),
    [
        ({media.DATE_ORIGINAL: "0000:00:00 00:00:00"}, None),
        ({media.DATE_ORIGINAL: "2026:10:03 14:00:00"}, "2026-10-03 14:00:00"),
    ],
)
def test_a_clock_that_nobody_set_says_nothing(
    facts: dict[int, media.Value], when: str | None, worker: Worker
) -> None:
    data = jpeg_with(media.exif(photo=facts))

    assert summary(record(io.BytesIO(data), media_type=JPEG, worker=worker).facts).when == when
