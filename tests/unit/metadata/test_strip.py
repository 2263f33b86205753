"""A stripped copy shows the same picture, says nothing else, or does not exist."""

import base64
import hashlib
import io
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidencekit.errors import BadInput, EvidencekitError
from evidencekit.metadata import searching
from evidencekit.metadata.exif.kept import Kept, make_exif, read_kept
from evidencekit.metadata.facts import Fact
from evidencekit.metadata.jpeg import rebuild as jpeg_rebuild
from evidencekit.metadata.jpeg import segments as jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.needles import needles_of
from evidencekit.metadata.png import chunks as png
from evidencekit.metadata.png import rebuild as png_rebuild
from evidencekit.metadata.rebuilt import Purpose, Rebuilt, Wish
from evidencekit.metadata.searching import find
from evidencekit.metadata.workshop import Workshop, open_workshop
from evidencekit.model.json import Json
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import Worker
from tests.tools import media
from tests.tools.copies import stripped

SAMPLES = Path(__file__).parents[3] / "evidencekit/demo/samples"
JPEG, PNG = "image/jpeg", "image/png"
CANARY = b"CANARY-7f3a"
FORMS = (
    CANARY,
    CANARY.decode().encode("utf-16-le"),
    CANARY.decode().encode("utf-16-be"),
    CANARY[::-1],
)


def refusal(data: bytes, media_type: str, workshop: Workshop) -> str:
    with pytest.raises(BadInput) as caught:
        stripped(data, media_type, workshop)
    return caught.value.message


def scans(data: bytes) -> list[bytes]:
    return [s.entropy for s in jpeg.walk(data) if s.marker == jpeg.SOS]


def pixels(data: bytes) -> bytes:
    return b"".join(c.data for c in png.walk(data) if c.kind == b"IDAT")


def assert_no_canary(data: bytes) -> None:
    for form in FORMS:
        assert form not in data
    for place in range(len(data)):
        if data[place : place + 1] == b"\x78":  # every zlib header there could be
            engine = zlib.decompressobj()
            try:
                assert CANARY not in engine.decompress(data[place:], 2**20)
            except zlib.error:
                continue


def loaded_exif(*, orientation: int = 1, order: str = "<") -> bytes:
    inner = media.Jpeg(before=media.segment(0xFE, CANARY)).encode()
    return media.exif(
        {
            media.MAKE: CANARY.decode(),
            media.ORIENTATION: orientation,
            media.XP_AUTHOR: CANARY.decode().encode("utf-16-le"),
            0xC4A5: b"private " + CANARY,
        },
        photo={media.BODY_SERIAL: CANARY.decode(), media.USER_COMMENT: b"ASCII\0\0\0" + CANARY},
        gps=media.SEOUL,
        thumbnail=inner,
        order=order,
    )


WIDE_PROFILE = media.icc(media.P3_PRIMARIES, words=CANARY.decode())
ICC_PARTS = b"".join(
    media.segment(0xE2, b"ICC_PROFILE\0" + bytes((number, 2)) + part)
    for number, part in enumerate((WIDE_PROFILE[:200], WIDE_PROFILE[200:]), start=1)
)
JPEG_HIDEOUTS = {
    "exif": media.exif_segment(loaded_exif()),
    "two exif": media.exif_segment(loaded_exif()) + media.exif_segment(loaded_exif(order=">")),
    "xmp": media.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x a:b='" + CANARY + b"'/>"),
    "more xmp": media.segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + CANARY),
    "iptc": media.segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0b" + CANARY),
    "comment": media.segment(0xFE, CANARY),
    "reversed comment": media.segment(0xFE, CANARY[::-1]),
    "jfif thumbnail": media.segment(0xE0, b"JFXX\0\x10" + CANARY),
    "mpf": media.segment(0xE2, b"MPF\0" + CANARY),
    "icc": ICC_PARTS,
    "adobe": media.segment(0xEE, b"Adobe\0\x65" + b"\xc0\0\0\0\0" + CANARY),
    "compressed": media.segment(0xEB, zlib.compress(CANARY * 5)),
    "fill bytes": b"\xff" * 50,
    **{f"app{number}": media.segment(0xE0 + number, b"maker\0" + CANARY) for number in range(16)},
}


@pytest.mark.parametrize("kind", ["baseline", "progressive", "restarts"])
@pytest.mark.parametrize("hideout", JPEG_HIDEOUTS)
def test_a_canary_in_a_jpeg_segment_is_gone_and_the_picture_is_not(
    hideout: str, kind: str, workshop: Workshop
) -> None:
    picture = media.Jpeg(
        before=media.JFIF + JPEG_HIDEOUTS[hideout],
        between=JPEG_HIDEOUTS["comment"],
        trailer=CANARY,
        progressive=kind == "progressive",
        restarts=kind == "restarts",
    )
    copy, done = stripped(picture.encode(), JPEG, workshop)

    assert_no_canary(copy)
    assert scans(copy) == list(picture.picture)
    assert not done.changed
    assert "comment" in done.removed
    assert "bytes-after-end" in done.removed


def compressed(data: bytes) -> bytes:
    return zlib.compress(data, 9)


PNG_HIDEOUTS = {
    "tEXt": media.chunk(b"tEXt", b"Author\0" + CANARY),
    "zTXt": media.chunk(b"zTXt", b"Author\0\0" + compressed(CANARY)),
    "iTXt": media.chunk(b"iTXt", b"Author\0\0\0ko\0\0" + CANARY),
    "packed iTXt": media.chunk(b"iTXt", b"Author\0\1\0ko\0\0" + compressed(CANARY)),
    "xmp": media.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x a:b='" + CANARY + b"'/>"),
    "raw profile": media.chunk(
        b"zTXt", b"Raw profile type exif\0\0" + compressed(b"\nexif\n 11\n" + CANARY.hex().encode())
    ),
    "eXIf": media.chunk(b"eXIf", loaded_exif()),
    "tIME": media.chunk(b"tIME", CANARY[:7]),
    "iCCP": media.chunk(
        b"iCCP",
        CANARY + b"\0\0" + compressed(media.icc(media.P3_PRIMARIES, words=CANARY.decode())),
    ),
    "sRGB iCCP": media.chunk(
        b"iCCP",
        CANARY + b"\0\0" + compressed(media.icc(media.SRGB_PRIMARIES, words=CANARY.decode())),
    ),
    "sPLT": media.chunk(b"sPLT", CANARY + b"\0\x08"),
    "hIST": media.chunk(b"hIST", CANARY),
    "bKGD": media.chunk(b"bKGD", CANARY[:6]),
    "sBIT": media.chunk(b"sBIT", CANARY[:3]),
    "pHYs": media.chunk(b"pHYs", CANARY[:9]),
    "private": media.chunk(b"prVt", CANARY),
    "public unknown": media.chunk(b"unKn", compressed(CANARY)),
}


@pytest.mark.parametrize("hideout", PNG_HIDEOUTS)
def test_a_canary_in_a_png_chunk_is_gone_and_the_pixels_are_not(
    hideout: str, workshop: Workshop
) -> None:
    picture = media.Png(
        before=PNG_HIDEOUTS[hideout],
        after=PNG_HIDEOUTS["tEXt"],
        trailer=CANARY,
        behind_pixels=CANARY,
    )
    copy, done = stripped(picture.encode(), PNG, workshop)

    assert_no_canary(copy)
    assert pixels(copy) == picture.picture
    assert {"text", "bytes-after-end", "bytes-after-picture-data"} <= set(done.removed)


@pytest.mark.parametrize("name", ["photo-turned.jpg", "photo-progressive.jpg", "screenshot.png"])
def test_the_samples_come_out_clean_with_the_same_picture(name: str, workshop: Workshop) -> None:
    data = (SAMPLES / name).read_bytes()
    media_type = PNG if name.endswith("png") else JPEG
    picture = pixels if media_type == PNG else scans
    copy, done = stripped(data, media_type, workshop)

    assert picture(copy) == picture(data)
    for word in (b"SAMPLE", b"Sample", b"Gyeonbon", b"2026", b"Exif\0\0II", "견본".encode()):
        assert word not in copy
    assert len(done.absent) > 5


def test_a_copy_of_a_copy_is_the_copy(workshop: Workshop) -> None:
    for name, media_type in (("photo-turned.jpg", JPEG), ("screenshot.png", PNG)):
        copy, _ = stripped((SAMPLES / name).read_bytes(), media_type, workshop)
        again, done = stripped(copy, media_type, workshop)

        assert again == copy
        assert done.removed == ()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stays_the_right_way_up(
    orientation: int, order: str, workshop: Workshop
) -> None:
    block = loaded_exif(orientation=orientation, order=order)
    turned, in_jpeg = stripped(
        media.Jpeg(before=media.exif_segment(block)).encode(), JPEG, workshop
    )
    flat, in_png = stripped(media.Png(before=media.chunk(b"eXIf", block)).encode(), PNG, workshop)

    minimal = make_exif(Kept(orientation=orientation)) or loaded_exif()
    assert (minimal in turned) is (minimal in flat) is (orientation != 1)
    assert (f"orientation {orientation}" in in_jpeg.kept) is (orientation != 1)
    assert (f"orientation {orientation}" in in_png.kept) is (orientation != 1)


def test_a_minimal_exif_says_its_orientation_and_nothing_else() -> None:
    minimal = make_exif(Kept(orientation=6))
    assert read_kept(minimal, Wish(keeps_time=True)) == Kept(orientation=6)
    assert len(minimal) == 26


@pytest.mark.parametrize("order", ["<", ">"])
def test_only_a_court_is_told_when_it_was_taken(order: str, workshop: Workshop) -> None:
    photo = {media.DATE_ORIGINAL: "2026:05:01 10:00:01", media.OFFSET_ORIGINAL: "+09:00"}
    block = media.exif({media.MAKE: CANARY.decode()}, photo=photo, gps=media.SEOUL, order=order)
    as_jpeg = media.Jpeg(before=media.exif_segment(block)).encode()
    as_png = media.Png(before=media.chunk(b"eXIf", block)).encode()

    for data, media_type in ((as_jpeg, JPEG), (as_png, PNG)):
        for purpose in Purpose:
            copy, done = stripped(data, media_type, workshop, purpose)
            is_told = purpose is Purpose.COURT
            assert_no_canary(copy)
            assert (b"2026:05:01 10:00:01\0" in copy) is (b"+09:00\0" in copy) is is_told
            assert ("time-taken" in done.kept) is is_told


def test_two_exif_blocks_that_disagree_are_refused(workshop: Workshop) -> None:
    blocks = [media.exif_segment(loaded_exif(orientation=side)) for side in (1, 6)]
    data = media.Jpeg(before=b"".join(blocks)).encode()

    assert "turn the picture differently" in refusal(data, JPEG, workshop)


def test_an_orientation_that_only_xmp_says_is_reported(workshop: Workshop) -> None:
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation='6'/>"
    _, done = stripped(media.Jpeg(before=media.segment(0xE1, xmp)).encode(), JPEG, workshop)

    assert "turned-elsewhere" in done.removed


def test_a_wide_gamut_profile_keeps_its_numbers_and_loses_its_words(workshop: Workshop) -> None:
    profile = media.icc(media.P3_PRIMARIES, words=CANARY.decode())
    data = media.Png(before=media.chunk(b"iCCP", b"x\0\0" + compressed(profile))).encode()
    copy, done = stripped(data, PNG, workshop)
    (chunk,) = [c for c in png.walk(copy) if c.kind == b"iCCP"]
    written = zlib.decompress(chunk.data.partition(b"\0")[2][1:])

    assert done.kept == ("colour-profile numbers",)
    assert all(struct.pack(">i", round(x * 65536)) in written for x in media.P3_PRIMARIES[0])
    assert written[24:36] == bytes(12)  # when it was made


def test_an_srgb_profile_is_not_needed(workshop: Workshop) -> None:
    profile = media.icc(media.SRGB_PRIMARIES, words=CANARY.decode())
    as_png = media.Png(before=media.chunk(b"iCCP", b"x\0\0" + compressed(profile))).encode()
    as_jpeg = media.Jpeg(before=media.segment(0xE2, b"ICC_PROFILE\0\1\1" + profile)).encode()

    assert stripped(as_png, PNG, workshop)[1].kept == ("srgb",)
    assert stripped(as_jpeg, JPEG, workshop)[1].kept == ()


@pytest.mark.parametrize("field", [(16, b"CMYK"), (20, b"Lab "), (36, b"none")])
def test_a_profile_that_is_not_understood_is_refused(
    field: tuple[int, bytes], workshop: Workshop
) -> None:
    profile = bytearray(media.icc(media.P3_PRIMARIES, words="x"))
    profile[field[0] : field[0] + 4] = field[1]
    part = media.segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(profile))

    assert "not understood" in refusal(media.Jpeg(before=part).encode(), JPEG, workshop)


def test_the_adobe_transform_decides_colours_and_is_kept(workshop: Workshop) -> None:
    part = media.segment(0xEE, b"Adobe\0\x64\0\0\0\0\x02")
    copy, done = stripped(media.Jpeg(before=part).encode(), JPEG, workshop)

    assert "adobe-transform 2" in done.kept
    assert b"Adobe\0\x64\0\0\0\0\x02" in copy


def test_pixels_that_are_not_square_stay_so(workshop: Workshop) -> None:
    density = media.chunk(b"pHYs", struct.pack(">IIB", 2000, 4000, 1))
    copy, done = stripped(media.Png(before=density).encode(), PNG, workshop)

    assert "pixel-ratio" in done.kept
    assert struct.pack(">IIB", 1, 2, 0) in copy


def test_an_animation_stays_one(workshop: Workshop) -> None:
    frame = struct.pack(">IIIIIHHBB", 0, 4, 3, 0, 0, 1, 10, 0, 0)
    picture = media.Png(
        before=media.chunk(b"acTL", struct.pack(">II", 1, 0)),
        after=media.chunk(b"fcTL", frame)
        + media.chunk(b"fdAT", struct.pack(">I", 1) + media.Png().picture),
    )
    copy, done = stripped(picture.encode(), PNG, workshop)

    assert "animation" in done.kept
    assert [c.name for c in png.walk(copy)] == ["IHDR", "acTL", "IDAT", "fcTL", "fdAT", "IEND"]


BASELINE = media.Jpeg().encode()
BROKEN_JPEGS = {
    "no end": BASELINE[:-2],
    "empty": b"",
    "only a start": b"\xff\xd8",
    "no picture": b"\xff\xd8" + media.JFIF + b"\xff\xd9",
    "bytes between segments": BASELINE[:20] + b"hidden" + BASELINE[20:],
    "slack in a table": media.Jpeg(between=media.segment(0xC4, b"\0" * 17 + b"x")).encode(),
    "slack in a restart": media.Jpeg(between=media.segment(0xDD, b"\0\0hidden")).encode(),
    "hierarchical": media.Jpeg(between=media.segment(0xDE, b"\0\0\0")).encode(),
    "reserved marker": media.Jpeg(between=media.segment(0xF0, CANARY)).encode(),
    "two frames": media.Jpeg(
        between=media.segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\x00")
    ).encode(),
    "exif cut off": media.Jpeg(before=media.exif_segment(b"II*\0\x08\0\0\0\x05\0")).encode(),
    "icc incomplete": media.Jpeg(before=media.segment(0xE2, b"ICC_PROFILE\0\1\2x")).encode(),
}
BROKEN_PNGS = {
    "cut off": media.Png().encode()[:-8],
    "empty": b"",
    "wrong crc": media.Png().encode().replace(b"IEND\xae", b"IEND\xaf"),
    "pixels below the last row": media.Png(extra_pixels=bytes(13)).encode(),
    "no pixels": b"\x89PNG\r\n\x1a\n" + media.chunk(b"IHDR", bytes(13)) + media.chunk(b"IEND", b""),
    "unknown critical chunk": media.Png(before=media.chunk(b"HIDE", CANARY)).encode(),
    "gamma with slack": media.Png(before=media.chunk(b"gAMA", CANARY)).encode(),
    "palette with slack": media.Png(before=media.chunk(b"PLTE", b"1234")).encode(),
    "words in the end": media.Png().encode()[:-12] + media.chunk(b"IEND", CANARY),
    "header twice": media.Png(before=media.chunk(b"IHDR", bytes(13))).encode(),
    "gamma after pixels": media.Png(after=media.chunk(b"gAMA", bytes(4))).encode(),
    "profile that bombs": media.Png(
        before=media.chunk(b"iCCP", b"x\0\0" + compressed(bytes(2**23)))
    ).encode(),
}


@pytest.mark.parametrize("what", BROKEN_JPEGS)
def test_a_malformed_jpeg_is_refused_and_nothing_is_written(what: str, workshop: Workshop) -> None:
    assert refusal(BROKEN_JPEGS[what], JPEG, workshop)


@pytest.mark.parametrize("what", BROKEN_PNGS)
def test_a_malformed_png_is_refused_and_nothing_is_written(what: str, workshop: Workshop) -> None:
    assert refusal(BROKEN_PNGS[what], PNG, workshop)


def test_a_type_without_stripper_is_refused(workshop: Workshop) -> None:
    assert "application/x-hwp" in refusal(b"%PDF-1.4", "application/x-hwp", workshop)


def test_what_could_not_be_read_is_not_stripped() -> None:
    with open_workshop() as shop, Worker(Limits(wall_s=0.0001)) as impatient:
        assert "timeout" in refusal(BASELINE, JPEG, replace(shop, judge=impatient))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp949"])
@pytest.mark.parametrize("value", ["SERIAL-0001", "상담센터 홍길동"])
def test_a_value_left_in_the_bytes_is_found_in_any_encoding(value: str, encoding: str) -> None:
    fact = Fact(group="EXIF", tag="x", raw=value, readable=value, source="here")

    needles = list(needles_of([fact]))

    assert find([b"\x01\x02" + value.encode(encoding) + b"\x03"], needles) == [0]
    assert find([b"\x01\x02\x03"], needles) == []


@pytest.mark.parametrize("before", ["", "=", "x=", "ab:"])
def test_a_value_left_in_base64_is_found_wherever_it_begins(before: str) -> None:
    packed = base64.b64encode(before.encode() + b"SERIAL-0001 of a telephone")

    assert find([b"\0\1 " + packed[:20] + b"\r\n" + packed[20:] + b"\0"], ["SERIAL-0001"]) == [0]


def test_a_value_across_two_pieces_of_a_large_file_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "BLOCK", 10)
    stream = io.BytesIO(b"\0" * 7 + b"SERIAL-0001" + b"\0" * 30)
    asked: Json = {"media_type": JPEG, "needles": ["another one", "SERIAL-0001"]}

    assert searching.search(stream, asked) == {"found": [1]}


def test_a_copy_that_still_says_something_is_not_written(workshop: Workshop) -> None:
    # The value hides where it cannot be removed without changing the picture: in a scan.
    picture = media.Jpeg(before=media.segment(0xFE, CANARY)).encode()
    place = picture.rindex(b"\xff\xd9")

    message = refusal(picture[:place] + CANARY + picture[place:], JPEG, workshop)

    assert "JPEG Comment" in message
    assert CANARY.decode() not in message


def test_the_digest_is_of_the_compressed_picture(workshop: Workshop) -> None:
    _, done = stripped(media.Png().encode(), PNG, workshop)

    assert done.content_sha256 == hashlib.sha256(media.Png().picture).hexdigest()


SEEDS = (
    (media.Jpeg(before=b"".join(JPEG_HIDEOUTS.values()), progressive=True).encode(), JPEG),
    (media.Jpeg(before=media.JFIF + JPEG_HIDEOUTS["exif"], restarts=True).encode(), JPEG),
    (media.Png(before=b"".join(PNG_HIDEOUTS[k] for k in ("iCCP", "eXIf", "zTXt"))).encode(), PNG),
)


def mutate(data: bytes, choose: st.DataObject) -> bytes:
    """Flip, cut, or insert; PNG checksums are mended half of the time, to get past them."""
    place = choose.draw(st.integers(0, len(data) - 1))
    match choose.draw(st.sampled_from(["flip", "cut", "insert"])):
        case "flip":
            return data[:place] + bytes((data[place] ^ (1 << place % 8),)) + data[place + 1 :]
        case "cut":
            return data[:place]
        case _:
            return data[:place] + choose.draw(st.binary(min_size=1, max_size=6)) + data[place:]


def mend(data: bytes) -> bytes:
    mended, position = bytearray(data), 8
    while position + 12 <= len(mended):
        end = position + 8 + int.from_bytes(mended[position : position + 4], "big")
        if end + 4 > len(mended):
            break
        mended[end : end + 4] = struct.pack(">I", zlib.crc32(mended[position + 4 : end]))
        position = end + 4
    return bytes(mended)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.sampled_from(SEEDS), st.data())
def test_no_mutation_breaks_out_or_leaves_half_a_copy(
    workshop: Workshop, seed: tuple[bytes, str], choose: st.DataObject
) -> None:
    data, media_type = mutate(seed[0], choose), seed[1]
    if media_type == PNG and choose.draw(st.booleans()):
        data = mend(data)
    try:
        copy, _ = stripped(data, media_type, workshop)
    except EvidencekitError:
        return
    assert CANARY not in copy


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(SEEDS), st.data())
def test_rebuilding_twice_changes_nothing(seed: tuple[bytes, str], choose: st.DataObject) -> None:
    rebuild = jpeg_rebuild.rebuild if seed[1] == JPEG else png_rebuild.rebuild
    data = mutate(seed[0], choose)
    once, again = io.BytesIO(), io.BytesIO()
    try:
        rebuild(io.BytesIO(mend(data) if seed[1] == PNG else data), once, Wish())
    except MalformedError:
        return
    once.seek(0)
    account: Rebuilt = rebuild(once, again, Wish())

    assert again.getvalue() == once.getvalue()
    assert account.removed == ()
