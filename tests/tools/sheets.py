"""Workbooks written part by part, with a mark in every place that they offer."""

from collections.abc import Mapping

from tests.tools.offices import MARK, document, relations

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN = "http://schemas.openxmlformats.org"
_X = f'xmlns="{_OPEN}/spreadsheetml/2006/main"'
_R = f'xmlns:r="{_OPEN}/officeDocument/2006/relationships"'
_DRAWING = f"{_OPEN}/drawingml/2006"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
FACTS = frozenset(
    {
        "title MARK-7f3a91", "creator MARK-7f3a91", "company MARK-7f3a91", "custom MARK-7f3a91",
        "C:/MARK-7f3a91/", "sheet of MARK-7f3a91", "name of MARK-7f3a91", "MARK-7f3a91!$A$1",
        '="of "&"MARK-7f3a91"', "hidden text MARK-7f3a91", "covered text MARK-7f3a91",
        "author MARK-7f3a91 comment MARK-7f3a91", "person MARK-7f3a91", "user MARK-7f3a91",
        "connection MARK-7f3a91", "prompt MARK-7f3a91", '="MARK-7f3a91"', "tip MARK-7f3a91",
        "mailto:MARK-7f3a91@example", "file:///C:/MARK-7f3a91.xlsx", "alt MARK-7f3a91",
        "MARK-7f3a91.jpg", "text of a hidden shape MARK-7f3a91", "=Data!$B$1:$B$2",
        "item MARK-7f3a91", "refreshed by MARK-7f3a91", "view of MARK-7f3a91",
        "2026-05-01 10:00:02", "2026-05-01T10:00:01Z", "MARK-7f3a91 of the zip",
        "remark MARK-7f3a91",
    }
)  # fmt: skip


def sheet(data: str, *, before: str = "", after: str = "") -> str:
    """Return a sheet around its rows."""
    return f"<worksheet {_X} {_R}>{before}<sheetData>{data}</sheetData>{after}</worksheet>"


def book(*names: str, states: Mapping[str, str] | None = None, more: str = "") -> str:
    """Return a workbook of sheets, which are the relations ``s1``, ``s2`` …"""
    hidden = states or {}
    inner = "".join(
        f'<sheet name="{name}" sheetId="{number + 6}" r:id="s{number}" '
        f'state="{hidden.get(name, "visible")}"/>'
        for number, name in enumerate(names, 1)
    )
    return f"<workbook {_X} {_R}><sheets>{inner}</sheets>{more}</workbook>"


def simple(data: str, *, before: str = "", after: str = "", styles: str = "") -> bytes:
    """Return a workbook of one sheet."""
    found = [("s1", "worksheet", "worksheets/a.xml")]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book("One"),
        "xl/worksheets/a.xml": sheet(data, before=before, after=after),
    }
    if styles:
        found.append(("st", "styles", "styles.xml"))
        parts["xl/styles.xml"] = f"<styleSheet {_X}>{styles}</styleSheet>"
    parts["xl/_rels/workbook.xml.rels"] = relations(*found)
    return document(parts)


def words(column: str, row: int, text: str, more: str = "") -> str:
    """Return a cell with its text inside."""
    return f'<c r="{column}{row}" t="inlineStr" {more}><is><t>{text}</t></is></c>'


_BOOK_MORE = f"""<definedNames><definedName name="name of {MARK}">{MARK}!$A$1</definedName>
</definedNames><customWorkbookViews><customWorkbookView name="view of {MARK}" guid="x"/>
</customWorkbookViews>"""
_STYLES = f"""<styleSheet {_X}><numFmts><numFmt numFmtId="170" formatCode="0.0&quot; kg&quot;"/>
<numFmt numFmtId="171" formatCode="0&quot; {MARK}&quot;"/></numFmts>
<fonts><font><sz val="11"/><name val="Calibri"/></font><font><b/><name val="{MARK}"/></font></fonts>
<cellStyleXfs><xf numFmtId="0" fontId="0"/></cellStyleXfs>
<cellXfs><xf fontId="0" xfId="0"/><xf numFmtId="170" fontId="0" xfId="0"/>
<xf numFmtId="171" fontId="1" xfId="0"/></cellXfs>
<cellStyles><cellStyle name="style {MARK}" xfId="0"/></cellStyles></styleSheet>"""
_STRINGS = f"""<sst {_X}><si><t>Seen</t><rPh sb="0" eb="4"><t>spoken {MARK}</t></rPh></si>
<si><r><rPr><b/></rPr><t>of two </t></r><r><t>looks</t></r></si>
<si><t>hidden text {MARK}</t></si><si><t>left over {MARK}</t></si></sst>"""
_ROWS = f"""<row r="1" spans="1:3"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>1.5</v></c>
<c r="C1" t="str"><f>"of "&amp;"{MARK}"</f><v>of a formula</v></c></row>
<!-- remark {MARK} -->
<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>45413</v></c></row>
<row r="3" hidden="1"><c r="A3" t="s"><v>2</v></c></row>
<row r="4"><c r="A4" t="inlineStr"><is><t>Wide</t></is></c>
<c r="B4" t="inlineStr"><is><t>covered text {MARK}</t></is></c></row>"""
_BEFORE = f"""<sheetPr codeName="{MARK}"/><dimension ref="A1:XFD9"/><sheetViews>
<sheetView tabSelected="1" workbookViewId="0"><selection activeCell="C9"/></sheetView></sheetViews>
<cols><col min="9" max="9" width="3" hidden="1"/></cols>"""
_AFTER = f"""<autoFilter ref="A1:B4"><filterColumn colId="0">
<filters><filter val="{MARK}"/></filters>
</filterColumn></autoFilter><mergeCells><mergeCell ref="A4:B4"/></mergeCells>
<conditionalFormatting sqref="A1"><cfRule type="expression" dxfId="0" priority="1">
<formula>"{MARK}"</formula></cfRule></conditionalFormatting>
<dataValidations><dataValidation prompt="prompt {MARK}" sqref="A1"><formula1>"{MARK}"</formula1>
</dataValidation></dataValidations>
<hyperlinks><hyperlink ref="A1" r:id="link" tooltip="tip {MARK}"/></hyperlinks>
<pageSetup orientation="landscape" r:id="print"/>
<headerFooter><oddHeader>&amp;LPrinted &amp;F&amp;Z</oddHeader></headerFooter>
<drawing r:id="draw"/><legacyDrawing r:id="vml"/>"""
_ANCHOR = '<xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5'\
    '</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>4</xdr:col><xdr:colOff>0'\
    '</xdr:colOff><xdr:row>9</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>{}<xdr:clientData/>'\
    '</xdr:twoCellAnchor>'  # fmt: skip
_PICTURE = f"""<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="{MARK}.jpg" descr="alt {MARK}"/>
<xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="pic"/></xdr:blipFill><xdr:spPr/>
</xdr:pic>"""
_SHAPE = """<xdr:sp textlink="{link}"><xdr:nvSpPr><xdr:cNvPr id="3" name="x" hidden="{hidden}"/>
<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr/><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p>
</xdr:txBody></xdr:sp>"""
_CHART_FRAME = f"""<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>
<xdr:cNvPr id="4" name="chart {MARK}"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm/>
<a:graphic><a:graphicData uri="{_DRAWING}/chart"><c:chart xmlns:c="{_DRAWING}/chart" r:id="chart"/>
</a:graphicData></a:graphic></xdr:graphicFrame>"""
_DRAWN = (
    f'<xdr:wsDr xmlns:xdr="{_DRAWING}/spreadsheetDrawing" xmlns:a="{_DRAWING}/main" {_R}>'
    + _ANCHOR.format(_PICTURE)
    + _ANCHOR.format(_SHAPE.format(link=f"{MARK}!A1", hidden="0", text="on a shape"))
    + _ANCHOR.format(_SHAPE.format(link="", hidden="1", text=f"text of a hidden shape {MARK}"))
    + _ANCHOR.format(_CHART_FRAME)
    + "</xdr:wsDr>"
)
CHART = f"""<c:chartSpace xmlns:c="{_DRAWING}/chart" xmlns:a="{_DRAWING}/main" {_R}>
<c:chart><c:plotArea><c:barChart><c:barDir val="col"/><c:ser><c:idx val="0"/><c:order val="0"/>
<c:tx><c:strRef><c:f>Data!$A$1</c:f><c:strCache>
<c:pt idx="0"><c:v>A series</c:v></c:pt></c:strCache>
</c:strRef></c:tx><c:val><c:numRef><c:f>Data!$B$1:$B$2</c:f><c:numCache><c:ptCount val="2"/>
<c:pt idx="0"><c:v>3</c:v></c:pt><c:pt idx="1"><c:v>4.5</c:v></c:pt></c:numCache></c:numRef></c:val>
</c:ser><c:axId val="2111633208"/><c:axId val="2"/></c:barChart><c:catAx><c:axId val="2111633208"/>
<c:scaling/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling/>
<c:axPos val="l"/><c:crossAx val="2111633208"/></c:valAx></c:plotArea></c:chart>
<c:externalData r:id="book"/></c:chartSpace>"""


def planted_workbook(photograph: bytes) -> bytes:
    """Return a workbook with a photograph and a chart, and marks in and around them."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relations(
            ("rId1", "officeDocument", "xl/workbook.xml"),
            ("rId2", "core-properties", "docProps/core.xml"),
        ),
        "xl/workbook.xml": book(
            "Seen", f"sheet of {MARK}", states={f"sheet of {MARK}": "veryHidden"},
            more=f'<absPath url="C:/{MARK}/"/>{_BOOK_MORE}',
        ),
        "xl/_rels/workbook.xml.rels": relations(
            ("s1", "worksheet", "worksheets/a.xml"), ("s2", "worksheet", "worksheets/b.xml"),
            ("st", "styles", "styles.xml"), ("ss", "sharedStrings", "sharedStrings.xml"),
            ("co", "connections", "connections.xml"), ("ex", "externalLink", "externalLinks/e.xml"),
            ("pe", "person", "persons/person.xml"),
            ("pi", "pivotCacheDefinition", "pivotCache/p.xml"),
        ),
        "xl/worksheets/a.xml": sheet(_ROWS, before=_BEFORE, after=_AFTER),
        "xl/worksheets/_rels/a.xml.rels": relations(
            ("link", "hyperlink", f"mailto:{MARK}@example"),
            ("draw", "drawing", "../drawings/d.xml"),
            ("vml", "vmlDrawing", "../drawings/v.vml"), ("cm", "comments", "../comments1.xml"),
            ("print", "printerSettings", "../printerSettings/p.bin"), outside=frozenset({"link"}),
        ),
        "xl/worksheets/b.xml": sheet(f'<row><c t="str"><v>{MARK}</v></c></row>'),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": _STRINGS,
        "xl/comments1.xml": f"""<comments {_X}><authors><author>author {MARK}</author></authors>
<commentList><comment ref="A1"><text><t>comment {MARK}</t></text></comment></commentList>
</comments>""",
        "xl/persons/person.xml": f"""<p><person displayName="person {MARK}"
userId="user {MARK}"/></p>""",
        "xl/connections.xml": f'<c><connection id="1" name="connection {MARK}"/></c>',
        "xl/externalLinks/e.xml": f"<e>{MARK}</e>",
        "xl/externalLinks/_rels/e.xml.rels": relations(
            ("r", "externalLinkPath", f"file:///C:/{MARK}.xlsx"), outside=frozenset({"r"})
        ),
        "xl/pivotCache/p.xml": f'<pivotCacheDefinition {_X} refreshedBy="refreshed by {MARK}"/>',
        "xl/printerSettings/p.bin": f"printer {MARK}".encode("utf-16-le"),
        "xl/drawings/d.xml": _DRAWN,
        "xl/drawings/_rels/d.xml.rels": relations(
            ("pic", "image", "../media/photo.jpg"), ("chart", "chart", "../charts/c.xml"),
        ),
        "xl/drawings/v.vml": f'<xml><x:ClientData ObjectType="Note">{MARK}</x:ClientData></xml>',
        "xl/charts/c.xml": CHART,
        "xl/charts/_rels/c.xml.rels": relations(("book", "package", "../embeddings/b.xlsx")),
        "xl/embeddings/b.xlsx": MARK.encode(),
        "xl/vbaProject.bin": MARK.encode(),
        "xl/media/photo.jpg": photograph,
        "docProps/core.xml": f"""<p><title>title {MARK}</title><creator>creator {MARK}</creator>
<modified>2026-05-01T10:00:01Z</modified></p>""",
        "docProps/app.xml": f"<p><Company>company {MARK}</Company></p>",
        "docProps/custom.xml": f"<p><property name='q'><s>custom {MARK}</s></property></p>",
        "customXml/item1.xml": f"<item>item {MARK}</item>",
        "docProps/thumbnail.jpeg": photograph,
    }  # fmt: skip
    return document(parts, comment=f"{MARK} of the zip".encode())
