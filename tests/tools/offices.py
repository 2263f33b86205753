"""Word-processing documents written part by part, with a mark in every place that they offer."""

import io
import zipfile
from collections.abc import Mapping

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MARK = "MARK-7f3a91"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = f'xmlns:r="{_OFFICE}"'
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_WHO = f'w:author="by {MARK}" w:date="2026-05-01T10:00:01Z"'
FACTS = frozenset(
    {
        "title MARK-7f3a91", "creator MARK-7f3a91", "company MARK-7f3a91", "custom MARK-7f3a91",
        "by MARK-7f3a91", "2026-05-01T10:00:01Z", "deleted MARK-7f3a91", "comment MARK-7f3a91",
        "hidden MARK-7f3a91", "alt MARK-7f3a91", "item MARK-7f3a91", "mailto:MARK-7f3a91@example",
        "file:///C:/MARK-7f3a91/t.dotx", "tag MARK-7f3a91", "00AB12CD", "remark MARK-7f3a91",
        'INCLUDETEXT "MARK-7f3a91"', "2026-05-01 10:00:02", "MARK-7f3a91 of the zip",
        "variable MARK-7f3a91",
    }
)  # fmt: skip


def relations(*found: tuple[str, str, str], outside: frozenset[str] = frozenset()) -> str:
    """Encode relations: name, kind, target; those ``outside`` lead out of the document."""
    inner = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if name in outside else ''}/>"
        for name, kind, target in found
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{inner}</Relationships>'


def document(parts: Mapping[str, str | bytes], *, comment: bytes = b"") -> bytes:
    """Put parts together, each of a time of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 5, 1, 10, 0, 2))
            is_plain = name == "mimetype"
            entry.compress_type = zipfile.ZIP_STORED if is_plain else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def text(body: str) -> str:
    """Return the main part around a body."""
    return f"<w:document {_W} {_R}><w:body>{body}</w:body></w:document>"


def simple(body: str) -> bytes:
    """Return a document of one part."""
    return document(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": relations(("rId1", "officeDocument", "word/document.xml")),
            "word/document.xml": text(body),
        }
    )


_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_PICTURE = f"""<w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing">
<wp:extent cx="9525" cy="9525"/><wp:docPr id="7" name="n {MARK}" descr="alt {MARK}"/>
<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">
<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="7" name="{MARK}.jpg"/>
<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="pic7"/></pic:blipFill><pic:spPr/>
</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"""
_BODY = f"""<!-- remark {MARK} -->
<w:p w:rsidR="00AB12CD"><w:pPr><w:pStyle w:val="{MARK}"/></w:pPr>
<w:bookmarkStart w:id="1" w:name="{MARK}"/><w:r><w:t>What is seen</w:t></w:r>
<w:bookmarkEnd w:id="1"/>
<w:ins w:id="2" {_WHO}><w:r><w:t xml:space="preserve"> and was added</w:t></w:r></w:ins>
<w:del w:id="3" {_WHO}><w:r><w:delText>deleted {MARK}</w:delText></w:r></w:del>
<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden {MARK}</w:t></w:r>
<w:commentRangeStart w:id="4"/><w:hyperlink r:id="link"><w:r><w:t>a link</w:t></w:r></w:hyperlink>
<w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r></w:p>
<w:sdt><w:sdtPr><w:alias w:val="a {MARK}"/><w:tag w:val="tag {MARK}"/></w:sdtPr><w:sdtContent>
<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>
<w:instrText>INCLUDETEXT "{MARK}"</w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>its result</w:t></w:r>
<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:sdtContent></w:sdt>
<w:p><w:r>{_PICTURE}</w:r></w:p><w:sectPr/>"""


def planted_document(photograph: bytes) -> bytes:
    """Return a text with a photograph, and marks in and around them."""
    core = f"<p><title>title {MARK}</title><creator>creator {MARK}</creator></p>"
    styles = f"""<w:styles {_W}><w:style w:type="paragraph" w:styleId="{MARK}">
<w:name w:val="style of {MARK}"/><w:rPr><w:b/></w:rPr></w:style></w:styles>"""
    settings = f"""<w:settings {_W}><w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids><w:docVars>
<w:docVar w:name="variable {MARK}" w:val="{MARK}"/></w:docVars><w:evenAndOddHeaders/>
</w:settings>"""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations(
            ("rId1", "officeDocument", "word/document.xml"),
            ("rId2", "core-properties", "docProps/core.xml"),
        ),
        "word/document.xml": text(_BODY),
        "word/_rels/document.xml.rels": relations(
            ("link", "hyperlink", f"mailto:{MARK}@example"), ("pic7", "image", "media/photo.jpg"),
            ("s", "styles", "styles.xml"), ("t", "settings", "settings.xml"),
            ("c", "comments", "comments.xml"), ("x", "customXml", "../customXml/item1.xml"),
            outside=frozenset({"link"}),
        ),
        "word/styles.xml": styles,
        "word/settings.xml": settings,
        "word/_rels/settings.xml.rels": relations(
            ("a", "attachedTemplate", f"file:///C:/{MARK}/t.dotx"), outside=frozenset({"a"})
        ),
        "word/comments.xml": f"""<w:comments {_W}><w:comment w:id="4" {_WHO} w:initials="m">
<w:p><w:r><w:t>comment {MARK}</w:t></w:r></w:p></w:comment></w:comments>""",
        "docProps/core.xml": core,
        "docProps/app.xml": f"<p><Company>company {MARK}</Company></p>",
        "docProps/custom.xml": f"<p><property name='q'><s>custom {MARK}</s></property></p>",
        "customXml/item1.xml": f"<item>item {MARK}</item>",
        "word/media/photo.jpg": photograph,
        "docProps/thumbnail.jpeg": photograph,
    }  # fmt: skip
    return document(parts, comment=f"{MARK} of the zip".encode())
