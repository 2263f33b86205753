"""Files with a mark in every place that their format offers, and what a reader must find in them.

For each kind one file at least, made byte by byte by code that has no part in what it tests.
"""

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PIL import Image

from tests.tools import (
    avis,
    drawings,
    films,
    hangul,
    matroska,
    media,
    offices,
    papers,
    sheets,
    slides,
    sounds,
    tiffs,
)
from tests.tools.picture_files import planted_picture

MARK = b"MARK-7f3a91"


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One file."""

    name: str
    media_type: str
    data: Callable[[], bytes]
    facts: frozenset[str]
    """Values that the record must hold, as people read them."""
    marks: tuple[bytes, ...]
    """Bytes that no copy may hold, packed or not."""
    dates: frozenset[bytes] = frozenset()
    """Those of the marks that are the time when it was taken: a court is told."""


def _exif() -> bytes:
    photo: Mapping[int, media.Value] = {
        media.DATE_ORIGINAL: "2026:05:01 10:00:01",
        media.OFFSET_ORIGINAL: "+09:00",
        media.BODY_SERIAL: "SERIAL-0001-" + MARK.decode(),
        media.USER_COMMENT: b"ASCII\0\0\0comment " + MARK,
    }
    image: Mapping[int, media.Value] = {
        media.MAKE: "Maker " + MARK.decode(),
        media.MODEL: "Model " + MARK.decode(),
        media.ORIENTATION: 6,
        media.SOFTWARE: "Software " + MARK.decode(),
        media.ARTIST: "Artist " + MARK.decode(),
    }
    inner = media.Jpeg(before=media.segment(0xFE, MARK)).encode()
    return media.exif(image, photo=photo, gps=media.SEOUL, thumbnail=inner)


_OF_EXIF = frozenset(
    {
        "37.5658000", "126.9780000", "2026:05:01 10:00:01", "+09:00", "SERIAL-0001-MARK-7f3a91",
        "comment MARK-7f3a91", "Maker MARK-7f3a91", "Model MARK-7f3a91", "Software MARK-7f3a91",
        "Artist MARK-7f3a91",
    }
)  # fmt: skip
_XMP = b"<x:xmpmeta><a xmpMM:DocumentID='id " + MARK + b"' dc:creator='by " + MARK + b"'/>"
_OF_XMP = frozenset({"id MARK-7f3a91", "by MARK-7f3a91"})


def _jpeg() -> bytes:
    parts = (
        media.JFIF,
        media.exif_segment(_exif()),
        media.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _XMP),
        media.segment(
            0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x78\0\x0b" + MARK
        ),
        media.segment(0xE2, b"MPF\0" + MARK),
        media.segment(0xEB, zlib.compress(MARK * 5)),
    )
    comment = media.segment(0xFE, b"comment of a JPEG " + MARK)
    return media.Jpeg(before=b"".join(parts), between=comment, trailer=MARK[::-1] + MARK).encode()


def _png() -> bytes:
    packed = zlib.compress(b"packed " + MARK, 9)
    parts = (
        media.chunk(b"eXIf", _exif()),
        media.chunk(b"tEXt", b"Author\0text " + MARK),
        media.chunk(b"zTXt", b"Comment\0\0" + packed),
        media.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _XMP),
        media.chunk(b"prVt", MARK),
    )
    return media.Png(before=b"".join(parts), trailer=MARK, behind_pixels=MARK).encode()


def _webp() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 90, 10)).save(picture, "WEBP", lossless=True)
    coded = picture.getvalue()[12:]
    parts = (
        _riff(b"VP8X", bytes((0x08 | 0x04, 0, 0, 0, 39, 0, 0, 29, 0, 0))),
        coded,
        _riff(b"EXIF", b"Exif\0\0" + _exif()),
        _riff(b"XMP ", _XMP),
        _riff(b"junk", MARK),
    )
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body + MARK[::-1]


def _riff(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def _moving_webp() -> bytes:
    frames = [Image.new("RGB", (40, 30), (number * 60, 90, 10)) for number in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=80, loop=2)
    data = out.getvalue()
    at = data.index(b"ANMF")
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    hidden = _riff(b"hide", MARK)
    frame = _riff(b"ANMF", data[at + 8 : at + 8 + size] + hidden)
    body = data[8:at] + frame + data[at + 8 + size :] + _riff(b"XMP\0", _XMP)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _gif() -> bytes:
    frames = [Image.new("P", (40, 30), number) for number in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=2)
    data = out.getvalue()
    at = data.index(b"!\xff\x0bNETSCAPE")
    packet = _XMP + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    pieces = (
        b"!\xfe" + _blocks(b"comment of a GIF " + MARK),
        b"!\xff\x0bXMP DataXMP" + packet,
        b"!\xff\x0bOWN  DATA12" + _blocks(b"own " + MARK),
        b"!\x01\x0c" + bytes(12) + _blocks(b"plain " + MARK),
        b"!\xab" + _blocks(MARK[::-1]),
    )
    end = data.rindex(b"\0;")  # behind the pixels of the last image
    data = data[:end] + _blocks(b"behind " + MARK) + b";"
    return data[:at] + b"".join(pieces) + data[at:] + MARK


def _blocks(data: bytes) -> bytes:
    return bytes((len(data),)) + data + b"\0"


def _picture_file(name: str, media_type: str, kind: str) -> Planted:
    def data() -> bytes:
        made = planted_picture(kind, _exif(), _XMP)
        if media_type != "image/heif":
            return made
        return made[:40].replace(b"heic", b"mif1") + made[40:]

    return Planted(
        name=name,
        media_type=media_type,
        data=data,
        facts=_OF_EXIF | _OF_XMP | {"name MARK-7f3a91"},
        marks=(MARK, MARK[::-1], b"SERIAL-0001", b"2026:05:01"),
        dates=frozenset({b"2026:05:01"}),
    )


def _photograph() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((48, 32)).convert("RGB").save(
        out, "JPEG", exif=b"Exif\0\0" + _exif()
    )
    return out.getvalue()


def _paper() -> bytes:
    return papers.planted_paper(_photograph(), width=48, height=32)


def _sound(name: str, media_type: str, data: Callable[[], bytes], facts: frozenset[str]) -> Planted:
    return Planted(name=name, media_type=media_type, data=data, facts=facts, marks=(MARK,))


def _film(name: str, media_type: str, kind: str) -> Planted:
    is_seen = kind != films.SOUND_ONLY
    return Planted(
        name=name,
        media_type=media_type,
        data=lambda: films.planted_film(kind),
        facts=films.FACTS | ({films.UNREGISTERED} if is_seen else set()),
        marks=(MARK, MARK[::-1], b"SERIAL-0001", films.MADE.to_bytes(4, "big")),
        dates=frozenset({films.MADE.to_bytes(4, "big")}),
    )


PLANTED: Mapping[str, Planted] = MappingProxyType(
    {
        one.name: one
        for one in (
            Planted(
                name="planted.jpg",
                media_type="image/jpeg",
                data=_jpeg,
                facts=_OF_EXIF | _OF_XMP | {"comment of a JPEG MARK-7f3a91", "MARK-7f3a91"},
                marks=(MARK, MARK[::-1], b"SERIAL-0001", b"2026:05:01"),
                dates=frozenset({b"2026:05:01"}),
            ),
            Planted(
                name="planted.png",
                media_type="image/png",
                data=_png,
                facts=_OF_EXIF | _OF_XMP | {"text MARK-7f3a91", "packed MARK-7f3a91"},
                marks=(MARK, b"SERIAL-0001", b"2026:05:01"),
                dates=frozenset({b"2026:05:01"}),
            ),
            Planted(
                name="planted.webp",
                media_type="image/webp",
                data=_webp,
                facts=_OF_EXIF | _OF_XMP,
                marks=(MARK, MARK[::-1], b"SERIAL-0001", b"2026:05:01"),
                dates=frozenset({b"2026:05:01"}),
            ),
            Planted(
                name="moving.webp",
                media_type="image/webp",
                data=_moving_webp,
                facts=_OF_XMP,
                marks=(MARK,),
            ),
            Planted(
                name="planted.gif",
                media_type="image/gif",
                data=_gif,
                facts=_OF_XMP
                | {"comment of a GIF MARK-7f3a91", "own MARK-7f3a91", "plain MARK-7f3a91"},
                marks=(MARK, MARK[::-1], b"behind MARK"),
            ),
            Planted(
                name="planted.tif",
                media_type="image/tiff",
                data=tiffs.planted_tiff,
                facts=tiffs.FACTS,
                marks=(MARK, MARK[::-1], b"SERIAL-0001", b"2026:05:01"),
                dates=frozenset({b"2026:05:01"}),
            ),
            Planted(
                name="planted.pdf",
                media_type="application/pdf",
                data=_paper,
                facts=papers.FACTS | _OF_EXIF,
                marks=(MARK, MARK[::-1], b"SERIAL-0001", b"2026:05:01", b"20260501"),
            ),
            Planted(
                name="planted.docx",
                media_type=offices.DOCX,
                data=lambda: offices.planted_document(_photograph()),
                facts=offices.FACTS | _OF_EXIF,
                marks=(MARK, b"SERIAL-0001", b"2026:05:01", b"2026-05-01", b"00AB12CD"),
            ),
            Planted(
                name="planted.avi",
                media_type="video/x-msvideo",
                data=avis.planted_avi,
                facts=avis.FACTS,
                marks=(MARK, MARK[::-1], b"Fri May 01"),
            ),
            Planted(
                name="planted.hwpx",
                media_type=hangul.HWPX,
                data=lambda: hangul.planted_hangul(_photograph()),
                facts=hangul.FACTS | _OF_EXIF,
                marks=(MARK, b"SERIAL-0001", b"2026:05:01", b"2026-05-01"),
            ),
            Planted(
                name="planted.svg",
                media_type=drawings.SVG,
                data=lambda: drawings.planted_drawing(_photograph()),
                facts=drawings.FACTS | _OF_EXIF,
                marks=(MARK, b"SERIAL-0001", b"2026:05:01", b"2026-05-01"),
            ),
            Planted(
                name="planted.xlsx",
                media_type=sheets.XLSX,
                data=lambda: sheets.planted_workbook(_photograph()),
                facts=sheets.FACTS | _OF_EXIF,
                marks=(
                    MARK,
                    b"SERIAL-0001",
                    b"2026:05:01",
                    b"2026-05-01",
                    b"Data!",
                    b"2111633208",
                ),
            ),
            Planted(
                name="planted.pptx",
                media_type=slides.PPTX,
                data=lambda: slides.planted_presentation(_photograph()),
                facts=slides.FACTS | _OF_EXIF,
                marks=(
                    MARK,
                    b"SERIAL-0001",
                    b"2026:05:01",
                    b"2026-05-01",
                    b"Data!",
                    b"11111111-2222",
                ),
            ),
            Planted(
                name="planted.mkv",
                media_type="video/x-matroska",
                data=matroska.planted_recording,
                facts=matroska.FACTS | {films.UNREGISTERED},
                marks=(MARK, MARK[::-1]),
            ),
            Planted(
                name="planted.webm",
                media_type="video/webm",
                data=lambda: matroska.planted_recording("webm"),
                facts=matroska.FACTS,
                marks=(MARK, MARK[::-1]),
            ),
            _sound("planted.mp3", "audio/mpeg", sounds.planted_mp3, sounds.MP3_FACTS),
            _sound("planted.flac", "audio/flac", sounds.planted_flac, sounds.FLAC_FACTS),
            _sound("planted.opus", "audio/ogg", sounds.planted_ogg, sounds.COMMENT_FACTS),
            _sound("planted.wav", "audio/wav", sounds.planted_wav, sounds.WAV_FACTS),
            _sound("planted.amr", "audio/amr", sounds.planted_amr, frozenset()),
            _picture_file("planted.heic", "image/heic", "HEIF"),
            _picture_file("planted.avif", "image/avif", "AVIF"),
            _picture_file("planted.heif", "image/heif", "HEIF"),
            _film("planted.mp4", "video/mp4", "mp4"),
            Planted(
                name="fragments.mp4",
                media_type="video/mp4",
                data=films.planted_fragments,
                facts=films.FACTS | {films.UNREGISTERED},
                marks=(MARK, MARK[::-1], b"SERIAL-0001", films.MADE.to_bytes(4, "big")),
                dates=frozenset({films.MADE.to_bytes(4, "big")}),
            ),
            _film("planted.mov", "video/quicktime", "mov"),
            _film("planted.3gp", "video/3gpp", "3gp"),
            _film("planted.m4a", "audio/mp4", films.SOUND_ONLY),
        )
    }
)
