"""Documents of Hangul: what is on a page stays, what was only meant for the writers goes."""

import io
import zipfile
from pathlib import Path

import pytest
from hwpx.tools.text_extractor import TextExtractor
from hwpx.tools.validator import validate_document
from PIL import Image

from evidencekit.errors import BadInput
from evidencekit.metadata.workshop import Workshop
from tests.tools.copies import stripped
from tests.tools.hangul import HWPX, field, paragraph, simple
from tests.tools.offices import document
from tests.tools.planted import PLANTED


def _shown(copy: bytes, tmp_path: Path) -> list[str]:
    """Return the paragraphs as another reader finds them."""
    path = tmp_path / "copy.hwpx"
    path.write_bytes(copy)
    with TextExtractor(path) as found:
        return [one.text().strip() for one in found.iter_document_paragraphs()]


def _part(copy: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        return archive.read(name).decode()


def test_a_copy_has_the_text_the_picture_and_no_other_part(
    workshop: Workshop, tmp_path: Path
) -> None:
    copy, account = stripped(PLANTED["planted.hwpx"].data(), HWPX, workshop)
    text = " ".join(_shown(copy, tmp_path))

    assert "What is seen and was added" in text
    assert all(word in text for word in ("noted", "a link", "in a cell"))
    assert {
        "tracked-changes",
        "comments",
        "links",
        "bookmarks",
        "alt-text",
        "people",
        "preview-text",
    } <= set(account.removed)
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "mimetype", "version.xml", "Contents/header.xml", "Contents/section0.xml",
            "Contents/masterpage0.xml", "BinData/image1.jpg", "settings.xml",
            "Contents/content.hpf", "META-INF/container.xml", "META-INF/manifest.xml",
        ]  # fmt: skip
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED


def test_a_copy_keeps_to_the_schema(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "copy.hwpx"
    seen = paragraph("<hp:t>x<hp:tab width='4000'/>y</hp:t>")
    path.write_bytes(stripped(simple(seen), HWPX, workshop)[0])

    assert validate_document(path).errors == ()


def test_a_deletion_over_paragraphs_is_accepted(workshop: Workshop, tmp_path: Path) -> None:
    begun = paragraph("<hp:t>kept <hp:deleteBegin Id='1'/>gone</hp:t>")
    ended = paragraph("<hp:t>gone<hp:deleteEnd Id='1'/> as well</hp:t>")
    copy, _account = stripped(simple(begun + ended), HWPX, workshop)

    assert _shown(copy, tmp_path) == ["kept", "as well"]


def test_a_deleted_picture_is_in_no_part(workshop: Workshop) -> None:
    picture = '<hp:pic id="1"><hc:img binaryItemIDRef="photo"/></hp:pic>'
    deleted = f"<hp:t><hp:deleteBegin Id='1'/></hp:t>{picture}<hp:t><hp:deleteEnd Id='1'/></hp:t>"
    data = simple(paragraph(deleted), {"BinData/MARK-7f3a91.jpg": b"whatever"})
    copy, _account = stripped(data, HWPX, workshop)

    assert b"BinData" not in copy
    assert "<hp:pic" not in _part(copy, "Contents/section0.xml")


def test_a_bitmap_is_written_anew(workshop: Workshop) -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((33, 20)).convert("RGB").save(out, "BMP", dpi=(96, 96))
    picture = paragraph('<hp:pic id="1"><hc:img binaryItemIDRef="photo"/></hp:pic>')
    data = simple(picture, {"BinData/MARK-7f3a91.jpg": out.getvalue() + b"behind"})
    copy, account = stripped(data, HWPX, workshop)

    with zipfile.ZipFile(io.BytesIO(copy)) as archive, archive.open("BinData/image1.bmp") as made:
        assert Image.open(made).tobytes() == Image.open(out).tobytes()
    assert {"picture bytes-after-end", "picture density"} <= set(account.removed)


def test_ids_of_objects_are_numbered_and_those_of_paragraphs_are_nought(workshop: Workshop) -> None:
    line = '<hp:connectLine id="{0}" instid="{0}"><hc:startPt subjectIDRef="{1}"/></hp:connectLine>'
    copy, _ = stripped(
        simple(paragraph(line.format(1137126797, 182026313) + line.format(182026313, 0))),
        HWPX,
        workshop,
    )
    text = _part(copy, "Contents/section0.xml")

    assert '<hp:p id="0"' in text
    assert '<hp:connectLine id="1" instid="1"><hc:startPt subjectIDRef="2"' in text
    assert '<hp:connectLine id="2" instid="2"><hc:startPt subjectIDRef="0"' in text


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (paragraph("<hp:ole id='1'/>"), "ole"),
        (paragraph("<hp:video id='1'/>"), "video"),
        (paragraph("<hp:chart/>"), "chart"),
        (paragraph("loose"), "text in run"),
        (paragraph("<hp:t>x<hp:deleteBegin Id='1'/>y</hp:t>"), "does not end"),
        (paragraph("<hp:t>x<hp:deleteEnd Id='1'/>y</hp:t>"), "does not begin"),
        (paragraph("<x:own xmlns:x='https://example.com/x'>y</x:own>"), "own"),
        (paragraph("<hp:pic><hc:img binaryItemIDRef='none'/></hp:pic>"), "cannot be read"),
        ("<hp:p>" * 250 + "</hp:p>" * 250, "deep"),
    ],
)
def test_what_is_not_understood_is_refused(inner: str, why: str, workshop: Workshop) -> None:
    with pytest.raises(BadInput, match=why):
        stripped(simple(inner), HWPX, workshop)


def test_a_document_under_a_password_is_refused(workshop: Workshop) -> None:
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    locked = f'<m:manifest xmlns:m="{space}"><m:encryption-data/></m:manifest>'
    with pytest.raises(BadInput, match="password"):
        stripped(simple(paragraph(""), {"META-INF/manifest.xml": locked}), HWPX, workshop)


def test_a_document_without_a_list_of_parts_is_refused(workshop: Workshop) -> None:
    with pytest.raises(BadInput, match="guess"):
        stripped(document({"mimetype": HWPX}), HWPX, workshop)


@pytest.mark.parametrize(
    "hidden",
    ["<hp:tbl textWrap='MARK'/>", "<hp:tbl id='MARK'/>", "<hp:tbl zOrder='of MARK'/>",
     "<hp:tbl own='MARK'/>", "<hp:tbl href='MARK'/>", "<hp:edit name='MARK'/>"],
)  # fmt: skip
def test_no_attribute_holds_words_of_somebody(hidden: str, workshop: Workshop) -> None:
    copy, _account = stripped(simple(paragraph(hidden)), HWPX, workshop)

    assert "MARK" not in _part(copy, "Contents/section0.xml")


def test_what_a_field_shows_stays(workshop: Workshop, tmp_path: Path) -> None:
    shown = paragraph(field("CLICK_HERE", "<hp:t>filled in</hp:t>", name="of somebody"))
    copy, account = stripped(simple(shown), HWPX, workshop)

    assert _shown(copy, tmp_path) == ["filled in"]
    assert "fields" in account.removed
