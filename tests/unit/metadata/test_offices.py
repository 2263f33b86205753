"""Word-processing documents: what is seen stays, what was only meant for the writers goes."""

import zipfile
from io import BytesIO

import pytest
from defusedxml import ElementTree

from evidencekit.errors import BadInput
from evidencekit.metadata.identify.by_content import identify
from evidencekit.metadata.identify.types import extension_for
from evidencekit.metadata.record import record
from evidencekit.metadata.workshop import Workshop
from evidencekit.sandbox.runner import Worker
from tests.tools.copies import stripped
from tests.tools.offices import DOCX, document, simple
from tests.tools.planted import PLANTED


def _run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def _text_of(copy: bytes, part: str = "word/document.xml") -> str:
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        return "".join(ElementTree.fromstring(archive.read(part)).itertext())


def _parts_of(copy: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_a_copy_has_the_text_the_picture_and_no_other_part(workshop: Workshop) -> None:
    copy, account = stripped(PLANTED["planted.docx"].data(), DOCX, workshop)

    assert "What is seen and was added" in _text_of(copy)
    assert "its result" in _text_of(copy)
    assert {"tracked-changes", "comments", "hidden-text", "links", "properties"} <= set(
        account.removed
    )
    assert _parts_of(copy) == [
        "[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels", "word/document.xml",
        "word/media/image1.jpeg", "word/settings.xml", "word/styles.xml",
    ]  # fmt: skip


def test_a_moved_text_is_where_it_was_moved_to(workshop: Workshop) -> None:
    moved = f"<w:p><w:moveTo w:id='1' w:author='x'>{_run('here')}</w:moveTo></w:p>"
    left = f"<w:p><w:moveFrom w:id='1' w:author='x'>{_run('there')}</w:moveFrom></w:p>"
    copy, _account = stripped(simple(moved + left), DOCX, workshop)

    assert _text_of(copy) == "here"


def test_rows_that_were_deleted_or_hidden_are_not_in_a_copy(workshop: Workshop) -> None:
    rows = "".join(
        f"<w:tr><w:trPr>{mark}</w:trPr><w:tc><w:p>{_run(text)}</w:p></w:tc></w:tr>"
        for mark, text in (("<w:del/>", "deleted"), ("<w:hidden/>", "hidden"), ("", "seen"))
    )
    copy, _account = stripped(simple(f"<w:tbl>{rows}</w:tbl>"), DOCX, workshop)

    assert _text_of(copy) == "seen"


@pytest.mark.parametrize(
    "hidden",
    [
        "<w:jc w:val='of MARK 7f3a91'/>", "<w:rFonts w:hint='of MARK 7f3a91'/>",
        "<w:color w:val='of MARK 7f3a91' w:themeColor='of/MARK'/>", "<w:lang w:val='MARK of'/>",
    ],
)  # fmt: skip
def test_no_attribute_holds_words_of_somebody(hidden: str, workshop: Workshop) -> None:
    copy, account = stripped(simple(f"<w:p>{_run('x', hidden)}</w:p>"), DOCX, workshop)
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        assert b"MARK" not in archive.read("word/document.xml")
    assert "settings" in account.removed


def test_guides_of_a_shape_keep_their_names(workshop: Workshop) -> None:
    a, wp = (f"http://schemas.openxmlformats.org/drawingml/2006/{x}" for x in ("main", "x"))
    shape = (
        f"<w:drawing><a:graphic xmlns:a='{a}'><a:graphicData uri='{wp}'><a:prstGeom prst='rect'>"
        "<a:avLst><a:gd name='adj1' fmla='val 50000'/></a:avLst></a:prstGeom></a:graphicData>"
        "</a:graphic></w:drawing>"
    )
    copy, _account = stripped(simple(f"<w:p><w:r>{shape}</w:r></w:p>"), DOCX, workshop)
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        assert b'name="adj1" fmla="val 50000"' in archive.read("word/document.xml")


def test_numbers_of_pages_are_still_counted(workshop: Workshop) -> None:
    field = (
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> NUMPAGES \\* x"
        "</w:instrText></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
    )
    copy, _account = stripped(simple(field), DOCX, workshop)

    assert _text_of(copy) == " NUMPAGES "


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<w:p><w:r><w:object/></w:r></w:p>", "object"),
        ("<w:altChunk r:id='x'/>", "altChunk"),
        ("<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r></w:p>", "does not end"),
        ("<w:p>loose text</w:p>", "text in p"),
        ("<w:p>" * 250 + "</w:p>" * 250, "deep"),
    ],
)
def test_what_is_not_understood_is_refused(body: str, why: str, workshop: Workshop) -> None:
    with pytest.raises(BadInput, match=why):
        stripped(simple(body), DOCX, workshop)


_ELSEWHERE = {
    "xlsx": (
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": "<w><absPath url='C:/김/'/><sheet name='몰래' state='hidden'/></w>",
            "xl/comments1.xml": "<c><author>김상담</author><text>메모 내용</text></c>",
            "xl/persons/person.xml": "<p><person displayName='박조사' userId='S::park'/></p>",
        },
        {"C:/김/", "몰래", "김상담 메모 내용", "박조사", "S::park"},
    ),
    "pptx": (
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": "<p/>",
            "ppt/commentAuthors.xml": "<c><cmAuthor name='김상담' initials='ㄱ'/></c>",
            "ppt/notesSlides/notesSlide1.xml": "<n><t>발표자 노트</t></n>",
            "docProps/core.xml": "<c><lastModifiedBy>박조사</lastModifiedBy></c>",
        },
        {"김상담", "발표자 노트", "박조사"},
    ),
    "hwpx": (
        {
            "mimetype": "application/hwp+zip",
            "Contents/content.hpf": "<p><title>진술서</title><meta name='creator' content='text'>"
            "김상담</meta></p>",
            "Contents/header.xml": "<h><trackChangeAuthor name='박조사'/></h>",
            "Preview/PrvText.txt": "앞부분 글자",
        },
        {"진술서", "김상담", "박조사", "앞부분 글자"},
    ),
    "odt": (
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "meta.xml": "<m><initial-creator>김상담</initial-creator></m>",
            "content.xml": "<c><annotation><creator>박조사</creator><p>메모 내용</p></annotation>"
            "<deletion><p>지운 글</p></deletion></c>",
        },
        {"김상담", "박조사", "박조사 메모 내용", "지운 글"},
    ),
}


@pytest.mark.parametrize("kind", _ELSEWHERE)
def test_people_comments_and_hidden_things_are_on_record(kind: str, worker: Worker) -> None:
    parts, wanted = _ELSEWHERE[kind]
    data = document(parts)
    media_type = identify(data, size=len(data)).media_type
    assert extension_for(media_type) == kind
    found = record(BytesIO(data), media_type=media_type, worker=worker)

    assert wanted <= {fact.readable for fact in found.facts}
    assert found.problems == ()


def test_a_locked_or_damaged_document_is_said_to_be_one(worker: Worker) -> None:
    data = bytearray(simple("<w:p/>"))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of a locked member
    found = record(BytesIO(data), media_type=DOCX, worker=worker)
    cut = record(BytesIO(data[:200]), media_type=DOCX, worker=worker)

    assert any("cannot be read" in problem for problem in found.problems)
    assert any("no readable zip" in problem for problem in cut.problems)


def test_entities_are_never_expanded(workshop: Workshop) -> None:
    data = BytesIO(simple(f"<w:p>{_run('x')}</w:p>"))
    out = BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            declared = b"<!DOCTYPE d [<!ENTITY e 'x'>]>" if name == "word/document.xml" else b""
            new.writestr(name, declared + old.read(name))

    with pytest.raises(BadInput, match="XML that cannot be read"):
        stripped(out.getvalue(), DOCX, workshop)
