"""Presentations written part by part, with a mark in every place that they offer."""

from tests.tools.offices import MARK, document, relations
from tests.tools.sheets import CHART

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_OPEN = "http://schemas.openxmlformats.org"
_DRAWING = f"{_OPEN}/drawingml/2006"
_SPACES = (
    f'xmlns:p="{_OPEN}/presentationml/2006/main" xmlns:a="{_DRAWING}/main" '
    f'xmlns:r="{_OPEN}/officeDocument/2006/relationships"'
)
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_STYLE = "{11111111-2222-3333-4444-555555555555}"
FACTS = frozenset(
    {
        "title MARK-7f3a91", "creator MARK-7f3a91", "company MARK-7f3a91", "custom MARK-7f3a91",
        "2026-05-01T10:00:01Z", "author MARK-7f3a91", "comment MARK-7f3a91", "note MARK-7f3a91",
        "hidden slide MARK-7f3a91", "hidden shape MARK-7f3a91", "alt MARK-7f3a91",
        "MARK-7f3a91.jpg", "show MARK-7f3a91", "section MARK-7f3a91", "tag MARK-7f3a91",
        "mailto:MARK-7f3a91@example", "tip MARK-7f3a91", "=Data!$B$1:$B$2", "item MARK-7f3a91",
        "2026-05-01 10:00:02", "MARK-7f3a91 of the zip", "remark MARK-7f3a91",
    }
)  # fmt: skip


def shape(text: str, *, more: str = "", x: int = 0, placeholder: str = "", name: str = "n") -> str:
    """Return a shape with a text, at a place from the left in EMU."""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="4" name="{name}" {more}/><p:cNvSpPr/>'
        f"<p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x='{x}' y='0'/>"
        "<a:ext cx='900' cy='900'/></a:xfrm></p:spPr><p:txBody><a:bodyPr/><a:p><a:r>"
        f"<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def slide(shapes: str, *, kind: str = "sld", more: str = "", after: str = "") -> str:
    """Return a slide, layout or master around its shapes."""
    return (
        f'<p:{kind} {_SPACES} {more}><p:cSld name="{MARK}"><p:spTree><p:nvGrpSpPr>'
        '<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{shapes}</p:spTree></p:cSld>{after}</p:{kind}>"
    )


def simple(*slides: str) -> bytes:
    """Return a presentation of these slides with a plain design."""
    return document(_parts(*slides))


def _parts(*slides: str, more: str = "") -> dict[str, str | bytes]:
    known = [(f"s{number}", "slide", f"slides/{number}.xml") for number in range(len(slides))]
    ids = "".join(f'<p:sldId id="{300 + n}" r:id="s{n}"/>' for n in range(len(slides)))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations(("rId1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"""<p:presentation {_SPACES}><p:sldMasterIdLst>
<p:sldMasterId id="2147483648" r:id="m"/></p:sldMasterIdLst><p:sldIdLst>{ids}</p:sldIdLst>
<p:sldSz cx="9000" cy="9000"/><p:notesSz cx="900" cy="900"/>{more}</p:presentation>""",
        "ppt/_rels/presentation.xml.rels": relations(("m", "slideMaster", "m.xml"), *known,
            ("st", "tableStyles", "styles.xml")),
        "ppt/styles.xml": f"""<a:tblStyleLst xmlns:a="{_DRAWING}/main" def="{_STYLE}">
<a:tblStyle styleId="{_STYLE}" styleName="{MARK}"><a:wholeTbl/></a:tblStyle></a:tblStyleLst>""",
        "ppt/m.xml": slide(
            shape(f"hint {MARK}", placeholder='<p:ph type="title"/>') + shape("On every slide"),
            kind="sldMaster", after='<p:clrMap bg1="lt1" tx1="dk1"/><p:sldLayoutIdLst/>',
        ),
        "ppt/_rels/m.xml.rels": relations(
            ("l", "slideLayout", "l.xml"), ("u", "slideLayout", "slideLayouts/u.xml"),
            ("t", "theme", "theme.xml")
        ),
        "ppt/l.xml": slide("", kind="sldLayout", more='type="blank"'),
        "ppt/_rels/l.xml.rels": relations(("m", "slideMaster", "m.xml")),
        "ppt/slideLayouts/u.xml": slide(shape(MARK), kind="sldLayout"),
        "ppt/theme.xml": f"""<a:theme xmlns:a="{_DRAWING}/main" name="{MARK}"><a:themeElements/>
<a:objectDefaults><a:spDef/></a:objectDefaults></a:theme>""",
    }  # fmt: skip
    for number, one in enumerate(slides):
        parts[f"ppt/slides/{number}.xml"] = one
        parts[f"ppt/slides/_rels/{number}.xml.rels"] = relations(("l", "slideLayout", "../l.xml"))
    return parts


_DSP = "http://schemas.microsoft.com/office/drawing/2008/diagram"


def diagram() -> bytes:
    """Return a presentation with a diagram, whose second text stands beside its shape."""
    place = "<a:off x='{}' y='0'/><a:ext cx='90' cy='90'/>"
    body = "<d:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></d:txBody>"
    shapes = "".join(
        f"<d:sp><d:spPr><a:xfrm>{place.format(0)}</a:xfrm></d:spPr>{body.format(text)}<d:txXfrm>"
        f"{place.format(x)}</d:txXfrm></d:sp>"
        for text, x in (("In a diagram", 0), ("Beside its shape", 100))
    )
    ids = f'<g:relIds xmlns:g="{_DRAWING}/diagram" r:dm="data"/>'
    frame = _FRAME.format(uri=f"{_DRAWING}/diagram", inner=ids).replace(
        "<p:xfrm/>", f"<p:xfrm>{place.format(0)}</p:xfrm>"
    )
    parts = _parts(slide(frame))
    kind = "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing"
    parts["ppt/slides/_rels/0.xml.rels"] = relations(
        ("l", "slideLayout", "../l.xml"), ("data", "diagramData", "../diagrams/data.xml"),
        ("drawn", "DRAWN", "../diagrams/drawing.xml"),
    ).replace(f"{_OPEN}/officeDocument/2006/relationships/DRAWN", kind)  # fmt: skip
    parts["ppt/diagrams/data.xml"] = (
        f'<g:dataModel xmlns:g="{_DRAWING}/diagram" xmlns:d="{_DSP}"><g:t>only in the data</g:t>'
        '<d:dataModelExt relId="drawn"/></g:dataModel>'
    )
    parts["ppt/diagrams/drawing.xml"] = (
        f'<d:drawing xmlns:d="{_DSP}" xmlns:a="{_DRAWING}/main"><d:spTree>{shapes}</d:spTree>'
        "</d:drawing>"
    )
    return document(parts)


_PICTURE = f"""<p:pic><p:nvPicPr><p:cNvPr id="2" name="{MARK}.jpg" descr="alt {MARK}"/><p:cNvPicPr/>
<p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:embed="pic"/></p:blipFill><p:spPr/></p:pic>"""
_FRAME = """<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="5" name="x"/><p:cNvGraphicFramePr/>
<p:nvPr/></p:nvGraphicFramePr><p:xfrm/><a:graphic><a:graphicData uri="{uri}">{inner}
</a:graphicData></a:graphic></p:graphicFrame>"""
_TABLE = _FRAME.format(
    uri=f"{_DRAWING}/table",
    inner=f"""<a:tbl><a:tblPr><a:tableStyleId>{_STYLE}</a:tableStyleId></a:tblPr><a:tblGrid/>
<a:tr h="9"><a:tc><a:txBody><a:bodyPr/><a:p><a:r><a:t>In a table</a:t></a:r></a:p></a:txBody></a:tc>
</a:tr></a:tbl>""",
)
_CHART = _FRAME.format(
    uri=f"{_DRAWING}/chart",
    inner=f'<c:chart xmlns:c="{_DRAWING}/chart" r:id="chart"/>',
)
_LINK = f"""<p:sp><p:nvSpPr><p:cNvPr id="9" name="n">
<a:hlinkClick r:id="link" tooltip="tip {MARK}"/>
</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/></p:sp>"""
_DATE = shape("").replace(
    "<a:r><a:t></a:t></a:r>",
    f'<a:fld id="{_STYLE}" type="datetime1"><a:t>the day it was shown</a:t></a:fld>',
)
_SEEN = slide(
    f"<!-- remark {MARK} -->"
    + "".join(
        (
            shape("What is seen", name=MARK), shape(f"hidden shape {MARK}", more='hidden="1"'),
            shape(f"beside {MARK}", x=20_000), _PICTURE, _TABLE, _CHART, _LINK, _DATE,
        )
    ),
    after=f"<p:transition/><p:timing><p:tnLst><p:x>{MARK}</p:x></p:tnLst></p:timing>",
)  # fmt: skip
_MORE = f"""<p:custShowLst><p:custShow name="show {MARK}" id="0"/></p:custShowLst><p:extLst><p:ext>
<p14:sectionLst xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main">
<p14:section name="section {MARK}"/></p14:sectionLst></p:ext></p:extLst>"""


def planted_presentation(photograph: bytes) -> bytes:
    """Return a presentation with a photograph and a chart, and marks in and around them."""
    parts = _parts(_SEEN, slide(shape(f"hidden slide {MARK}"), more='show="0"'), more=_MORE)
    parts |= {
        "_rels/.rels": relations(
            ("rId1", "officeDocument", "ppt/presentation.xml"),
            ("rId2", "core-properties", "docProps/core.xml"),
        ),
        "ppt/slides/_rels/0.xml.rels": relations(
            ("l", "slideLayout", "../l.xml"), ("pic", "image", "../media/photo.jpg"),
            ("chart", "chart", "../charts/c.xml"), ("link", "hyperlink", f"mailto:{MARK}@example"),
            ("n", "notesSlide", "../notesSlides/n.xml"), ("c", "comments", "../comments/c.xml"),
            ("t", "tags", "../tags/t.xml"), outside=frozenset({"link"}),
        ),
        "ppt/notesSlides/n.xml": slide(shape(f"note {MARK}"), kind="notes"),
        "ppt/comments/c.xml": f"<c><text>comment {MARK}</text></c>",
        "ppt/commentAuthors.xml": f'<c><cmAuthor name="author {MARK}" initials="m"/></c>',
        "ppt/tags/t.xml": f'<t><tag name="x" val="tag {MARK}"/></t>',
        "ppt/charts/c.xml": CHART,
        "ppt/charts/_rels/c.xml.rels": relations(("book", "package", "../embeddings/b.xlsx")),
        "ppt/embeddings/b.xlsx": MARK.encode(),
        "ppt/fonts/f.fntdata": MARK.encode(),
        "ppt/media/photo.jpg": photograph,
        "ppt/media/sound.wav": MARK.encode(),
        "docProps/core.xml": f"""<p><title>title {MARK}</title><creator>creator {MARK}</creator>
<modified>2026-05-01T10:00:01Z</modified></p>""",
        "docProps/app.xml": f"<p><Company>company {MARK}</Company></p>",
        "docProps/custom.xml": f"<p><property name='q'><s>custom {MARK}</s></property></p>",
        "customXml/item1.xml": f"<item>item {MARK}</item>",
        "docProps/thumbnail.jpeg": photograph,
    }  # fmt: skip
    return document(parts, comment=f"{MARK} of the zip".encode())
