"""Drawings: what programs and people left beside the lines is on record."""

import io
from base64 import b64encode

import pytest

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.record import record
from evidencekit.metadata.svg.read import read
from evidencekit.sandbox.runner import Worker
from tests.tools import media

PHOTO = media.Jpeg(before=media.exif_segment(media.exif({media.MAKE: "Maker-7f3a91"}))).encode()
DRAWING = f"""<?xml version="1.0"?>
<!-- Generator: Draw 7f3a91 -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:i="http://www.inkscape.org/namespaces/inkscape" xmlns:dc="http://purl.org/dc/elements/1.1/"
 i:version="1.3" viewBox="0 0 9 9"><title>제목</title>
 <i:namedview window="홍길동"/>
 <metadata><dc:creator>김상담</dc:creator><dc:date>2026-05-01</dc:date></metadata>
 <g i:export-filename="/home/kim/x.png"><text>drawn</text></g>
 <image xlink:href="data:image/jpeg;base64,{b64encode(PHOTO).decode()}"/>
 <image href="file:///home/kim/y.jpg"/><use href="#a"/></svg>""".encode()


def test_a_drawing_says_who_drew_it_with_what() -> None:
    assert identify(DRAWING, size=len(DRAWING)).media_type == "image/svg+xml"
    with Worker() as worker:
        found = record(io.BytesIO(DRAWING), media_type="image/svg+xml", worker=worker)
    assert found.problems == ()
    assert {(one.group, one.tag, one.readable) for one in found.facts} == {
        ("XML", "Comment", "Generator: Draw 7f3a91"), ("SVG", "svg version", "1.3"),
        ("SVG", "title", "제목"), ("SVG", "creator", "김상담"), ("SVG", "date", "2026-05-01"),
        ("SVG", "g export-filename", "/home/kim/x.png"), ("SVG", "namedview window", "홍길동"),
        ("Image", "Make", "Maker-7f3a91"), ("Link", "image", "file:///home/kim/y.jpg"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', b"<svg>", b"",
    ],
)  # fmt: skip
def test_entities_and_damage_are_said_and_nothing_is_fetched(data: bytes) -> None:
    facts = FactList()
    read(facts, io.BytesIO(data))
    assert facts.facts == []
    assert facts.problems[0].startswith("drawing: XML that cannot be read")


@pytest.mark.parametrize("href", ["data:image/png,%zz", "data:image/jpeg;base64,a", "data:,x"])
def test_pictures_that_are_none_end_nothing(href: str) -> None:
    facts = FactList()
    read(facts, io.BytesIO(f'<svg><image href="{href}"/><title>t</title></svg>'.encode()))
    assert [(one.tag, one.readable) for one in facts.facts] == [("title", "t")]
