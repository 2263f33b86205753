"""What a file is follows from its bytes; the name only promises."""

import io
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidencekit.metadata.identify.by_content import HEAD_SIZE, identify, is_extension_mismatch
from evidencekit.metadata.identify.magic import Opinion, OpinionUnavailable, second_opinion
from evidencekit.metadata.identify.types import EXTENSIONS, extension_for
from tests.tools.media import Jpeg, Png, exif

SAMPLES = Path(__file__).parents[3] / "evidencekit/demo/samples"


def identify_all(data: bytes) -> str:
    return identify(data[:HEAD_SIZE], size=len(data)).media_type


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", 8 + len(body)) + b"ftyp" + body + b"\0\0\0\x08mdat"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            target.writestr(name, data, kind)
    return out.getvalue()


def office(main: str) -> bytes:
    types = f'<Types><Override PartName="/{main}" ContentType="x"/></Types>'.encode()
    return zipped(**{"[Content_Types].xml": types, "_rels/.rels": b"<r/>"})


OFFICE = "application/vnd.openxmlformats-officedocument"
KOREAN = "2026년 2월 9일 오전 9:03, 홍길동 : 안녕하세요\n"
MAIL = b"Received: by mx.example\r\nFrom: a@example\r\nSubject: x\r\n\r\nhello"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
FRAME = b"\xff\xfb\x90\x00" + bytes(413)

TABLE = [
    (Jpeg().encode(), "image/jpeg", "jpg"),
    (Png().encode(), "image/png", "png"),
    (b"GIF89a\1\0\1\0", "image/gif", "gif"),
    (b"RIFF\x20\0\0\0WEBPVP8X", "image/webp", "webp"),
    (b"RIFF\x20\0\0\0AVI LIST", "video/x-msvideo", "avi"),
    (b"RIFF\x20\0\0\0WAVEfmt ", "audio/wav", "wav"),
    (exif(), "image/tiff", "tif"),
    (exif(order=">"), "image/tiff", "tif"),
    (b"\xff\x0a\xfa\x7f", "image/jxl", "jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl", "jxl"),
    (ftyp(b"heic", b"mif1"), "image/heic", "heic"),
    (ftyp(b"mif1", b"mif1", b"heic"), "image/heic", "heic"),
    (ftyp(b"mif1", b"mif1", b"avif"), "image/avif", "avif"),
    (ftyp(b"avif", b"mif1"), "image/avif", "avif"),
    (ftyp(b"isom", b"mp41"), "video/mp4", "mp4"),
    (ftyp(b"qt  "), "video/quicktime", "mov"),
    (b"\0\0\0\x08wide\0\0\0\x08mdat", "video/quicktime", "mov"),
    (ftyp(b"3gp5"), "video/3gpp", "3gp"),
    (ftyp(b"M4A "), "audio/mp4", "m4a"),
    (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x84webm", "video/webm", "webm"),
    (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\x82\x88matroska", "video/x-matroska", "mkv"),
    (b"OggS\0\2" + bytes(22) + b"OpusHead", "audio/ogg", "ogg"),
    (b"OggS\0\2" + bytes(22) + b"\x80theora", "video/ogg", "ogv"),
    (b"fLaC\0\0\0\x22", "audio/flac", "flac"),
    (b"ID3\4\0\0\0\0\0\x10", "audio/mpeg", "mp3"),
    (FRAME * 2, "audio/mpeg", "mp3"),
    (b"%PDF-1.7\n", "application/pdf", "pdf"),
    (b"junk before\n%PDF-1.4\n", "application/pdf", "pdf"),
    (zipped(a=b"b"), "application/zip", "zip"),
    (zipped(), "application/zip", "zip"),
    (office("word/document.xml"), f"{OFFICE}.wordprocessingml.document", "docx"),
    (office("xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet", "xlsx"),
    (office("ppt/presentation.xml"), f"{OFFICE}.presentationml.presentation", "pptx"),
    (zipped(mimetype=b"application/hwp+zip", version=b"x"), "application/hwp+zip", "hwpx"),
    (zipped(mimetype=b"application/epub+zip", other=b"x"), "application/epub+zip", "epub"),
    (zipped(**{"archive/data.warc.gz": b"x"}), "application/wacz", "wacz"),
    (b"7z\xbc\xaf\x27\x1c\0\4", "application/x-7z-compressed", "7z"),
    (b"Rar!\x1a\x07\1\0", "application/vnd.rar", "rar"),
    (b"\x1f\x8b\x08\0\0\0\0\0\0\3\1\2", "application/gzip", "gz"),
    (b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", "application/warc", "warc"),
    (OLE + b"HWP Document File V5.00", "application/x-hwp", "hwp"),
    (OLE + "HwpSummaryInformation".encode("utf-16-le"), "application/x-hwp", "hwp"),
    (OLE + "WordDocument".encode("utf-16-le"), "application/msword", "doc"),
    (OLE, "application/x-ole-storage", "ole"),
    (b'<?xml version="1.0"?><svg xmlns="x"/>', "image/svg+xml", "svg"),
    (b"<svg xmlns='x'/>", "image/svg+xml", "svg"),
    (b"\n<!DOCTYPE html><html>", "text/html", "html"),
    (b"<!-- saved --><html lang=ko>", "text/html", "html"),
    (b"<?xml version='1.0'?><smses count='1'>", "application/xml", "xml"),
    (MAIL, "message/rfc822", "eml"),
    (b"From a@example Mon Feb  9 2026\n" + MAIL, "application/mbox", "mbox"),
    (b'{"messages": []}', "application/json", "json"),
    (b"[1, 2]", "application/json", "json"),
    ("[홍길동] [오전 9:03] 안녕\n".encode(), "text/plain", "txt"),
    (b"[12/27/20, 18:51:14] Name: text", "text/plain", "txt"),
    (b"From: Kim\nsee you tomorrow", "text/plain", "txt"),
    (KOREAN.encode(), "text/plain", "txt"),
    (KOREAN.encode("cp949") * 300, "text/plain", "txt"),
    (KOREAN.encode("utf-16"), "text/plain", "txt"),
    (KOREAN.encode("utf-8-sig"), "text/plain", "txt"),
    ("déjà vu, garçon".encode("latin-1"), "text/plain", "txt"),
    (b"", "inode/x-empty", "bin"),
    (b"\x00\x01\x02\x03", "application/octet-stream", "bin"),
    (zlib.compress(bytes(range(256)) * 9), "application/octet-stream", "bin"),
]


@pytest.mark.parametrize(("data", "media_type", "extension"), TABLE)
def test_a_file_is_known_by_its_first_bytes(data: bytes, media_type: str, extension: str) -> None:
    found = identify(data[:HEAD_SIZE], size=len(data))

    assert (found.media_type, found.extension) == (media_type, extension)


def test_a_compressed_warc_is_known_by_its_first_record() -> None:
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = engine.compress(b"WARC/1.1\r\nWARC-Type: warcinfo\r\n" * 50) + engine.flush()

    assert identify_all(data) == "application/warc+gzip"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("photo-turned.jpg", "image/jpeg"),
        ("photo-progressive.jpg", "image/jpeg"),
        ("screenshot.png", "image/png"),
        ("notice.pdf", "application/pdf"),
        ("clip.mp4", "video/mp4"),
        ("records-utf8.zip", "application/zip"),
        ("records-cp949.zip", "application/zip"),
        ("상담 기록 견본.txt", "text/plain"),
    ],
)
def test_libmagic_agrees_on_the_samples(name: str, media_type: str) -> None:
    data = (SAMPLES / name).read_bytes()
    opinion = second_opinion(data)
    if isinstance(opinion, OpinionUnavailable):
        pytest.skip(opinion.why)

    assert identify_all(data) == opinion.media_type == media_type


def test_a_second_opinion_names_its_version() -> None:
    opinion = second_opinion(b"%PDF-1.7\n")
    if isinstance(opinion, OpinionUnavailable):
        pytest.skip(opinion.why)

    assert opinion == Opinion(media_type="application/pdf", version=opinion.version)
    assert opinion.version.startswith("5.")


@given(st.binary(max_size=600))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    identify(data, size=len(data))


@given(st.sampled_from([data for data, _type, _ext in TABLE if data]), st.data())
def test_no_mutation_makes_it_raise(data: bytes, choose: st.DataObject) -> None:
    place = choose.draw(st.integers(0, len(data) - 1))
    flipped = data[:place] + choose.draw(st.binary(max_size=4)) + data[place + 1 :]

    identify(flipped[:HEAD_SIZE], size=len(flipped))


def test_every_extension_is_safe_in_a_path() -> None:
    for media_type in (*EXTENSIONS, "application/of-nobody", "../../etc"):
        extension = extension_for(media_type)

        plain = extension.removesuffix(".gz")  # one type has a name of two parts: warc.gz
        assert 1 <= len(plain) <= 8
        assert plain.isascii()
        assert plain.isalnum()
        assert plain == plain.lower()


@pytest.mark.parametrize(
    ("name", "media_type", "mismatch"),
    [
        ("IMG_1.JPG", "image/jpeg", False),
        ("IMG_1.jpeg", "image/jpeg", False),
        ("IMG_1.png", "image/jpeg", True),
        ("photo.jpg", "application/octet-stream", True),
        ("photo.jpg.exe", "image/jpeg", True),
        ("photo.jpg", "application/vnd.microsoft.portable-executable", True),
        ("photo.jpg. ", "image/png", True),
        ("photo", "image/jpeg", False),
        (".jpg", "image/png", False),
        ("photo.unheard", "image/jpeg", False),
        ("chat.csv", "text/plain", False),
        ("mail.eml", "text/plain", False),
        ("data.har", "application/json", False),
        ("empty.jpg", "inode/x-empty", False),
    ],
)
def test_a_name_that_promises_another_type_is_noticed(
    name: str, media_type: str, mismatch: bool
) -> None:
    assert is_extension_mismatch(name, media_type) is mismatch


def test_twenty_thousand_files_cost_less_than_a_second() -> None:
    heads = [data[:HEAD_SIZE] for data, _type, _ext in TABLE]
    started = time.perf_counter()
    for _ in range(20):
        for head in heads:
            identify(head, size=len(head))
    each = (time.perf_counter() - started) / 20 / len(heads)

    assert each < 200e-6  # 20 µs aimed at; ten times that on a busy machine
