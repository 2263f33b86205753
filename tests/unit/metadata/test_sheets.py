"""Workbooks: what cells show stays; formulas, hidden cells and what is behind them go."""

import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from evidencekit.errors import BadInput
from evidencekit.metadata.office.sheets.number_formats import hides, shows
from evidencekit.metadata.workshop import Workshop
from tests.tools.copies import stripped
from tests.tools.offices import document
from tests.tools.planted import PLANTED
from tests.tools.sheets import XLSX, simple, words

_SHEET = "xl/worksheets/sheet1.xml"


def _parts_of(copy: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(copy)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _cells_of(data: bytes) -> dict[str, dict[str, object]]:
    """Return values by sheet and place, as openpyxl reads them."""
    book = load_workbook(BytesIO(data), data_only=True)
    return {
        sheet.title: {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for sheet in book.worksheets
    }


def test_a_copy_has_the_seen_cells_the_picture_the_chart_and_no_other_part(
    workshop: Workshop,
) -> None:
    copy, account = stripped(PLANTED["planted.xlsx"].data(), XLSX, workshop)

    assert _cells_of(copy) == {
        "Seen": {
            "A1": "Seen", "B1": 1.5, "C1": "of a formula", "A2": "of two looks", "B2": 45413,
            "A4": "Wide",
        }
    }  # fmt: skip
    assert list(_parts_of(copy)) == [
        "[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/charts/chart1.xml",
        "xl/drawings/_rels/drawing1.xml.rels", "xl/drawings/drawing1.xml", "xl/media/image1.jpeg",
        "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
        "xl/worksheets/_rels/sheet1.xml.rels", _SHEET,
    ]  # fmt: skip
    assert {
        "formulas", "hidden-cells", "hidden-sheets", "hidden-shapes", "comments", "names", "links",
        "filters", "input-rules", "conditional-formats", "outer-sources", "spoken-forms",
        "unused-texts", "people", "pivot-tables", "macros", "printer", "attachments", "properties",
    } <= set(account.removed)  # fmt: skip


def test_cells_of_another_maker_are_read_alike_in_original_and_copy(workshop: Workshop) -> None:
    book, out = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["이름", 12.5, True, "여러\n줄"])
    sheet.append(["a", -3, None, "#N/A"])
    sheet["B1"].number_format = '#,##0.0 "kg"'
    sheet["A1"].font = Font(bold=True, name="Batang", size=14)
    sheet["A2"].comment = Comment("to be gone", "somebody")
    sheet.merge_cells("A3:C4")
    sheet["A3"] = "merged"
    book.create_sheet("Second")["B7"] = "more"
    book.save(out)
    copy, _account = stripped(out.getvalue(), XLSX, workshop)

    assert _cells_of(copy) == _cells_of(out.getvalue())
    first = load_workbook(BytesIO(copy))["Sheet"]
    assert first["B1"].number_format == '#,##0.0 "kg"'
    assert (first["A1"].font.name, first["A1"].font.b, first["A1"].font.sz) == ("Batang", True, 14)
    assert [str(one) for one in first.merged_cells.ranges] == ["A3:C4"]
    assert first["A2"].comment is None


@pytest.mark.parametrize(
    ("row", "more"),
    [
        ('<row r="1" hidden="1">{}</row>', {}),
        ('<row r="1" ht="0" customHeight="1">{}</row>', {}),
        ('<row r="1">{}</row>', {"before": '<cols><col min="1" max="3" hidden="1"/></cols>'}),
        ('<row r="1">{}</row>', {"before": '<cols><col min="1" max="9" width="0"/></cols>'}),
        ('<row r="1">{}</row>', {"before": '<sheetFormatPr defaultColWidth="0"/>'}),
        ('<row r="1">{}</row>', {"after": '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'}),
    ],
)  # fmt: skip
def test_what_no_cell_shows_is_not_in_a_copy(
    row: str, more: dict[str, str], workshop: Workshop
) -> None:
    data = row.format(words("B", 1, "not to be seen")) + f'<row r="2">{words("Z", 2, "seen")}</row>'
    copy, account = stripped(
        simple(data, before=more.get("before", ""), after=more.get("after", "")), XLSX, workshop
    )
    assert b"not to be" not in b"".join(_parts_of(copy).values())
    assert "hidden-cells" in account.removed


def test_a_value_that_its_number_format_hides_is_not_in_a_copy(workshop: Workshop) -> None:
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode=";;;"/></numFmts><cellXfs><xf/>'
        '<xf numFmtId="170"/></cellXfs>'
    )
    row = f'<row r="1">{words("A", 1, "unseen", "s=" + chr(34) + "1" + chr(34))}'
    copy, _account = stripped(
        simple(f'{row}<c r="B1" s="1"><v>815</v></c><c r="C1"><v>7</v></c></row>', styles=styles),
        XLSX, workshop,
    )  # fmt: skip
    assert _cells_of(copy) == {"One": {"C1": 7}}


def test_a_merged_cell_is_seen_though_its_first_row_is_hidden(workshop: Workshop) -> None:
    data = f'<row r="1" hidden="1">{words("A", 1, "seen below")}</row><row r="2"/>'
    copy, _account = stripped(
        simple(data, after='<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'), XLSX, workshop
    )
    assert _cells_of(copy) == {"One": {"A1": "seen below"}}


def test_of_formulas_the_results_stay(workshop: Workshop) -> None:
    data = (
        '<row r="1"><c r="A1"><f>SECRET!A1</f><v>4</v></c><c r="B1" t="b"><f>A1=4</f><v>1</v></c>'
        '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    copy, _account = stripped(simple(data), XLSX, workshop)

    assert _cells_of(copy) == {"One": {"A1": 4, "B1": True, "C1": "#DIV/0!"}}
    assert b"SECRET" not in _parts_of(copy)[_SHEET]


def test_spoken_forms_stay_where_a_cell_shows_them(workshop: Workshop) -> None:
    text = '<t>課長</t><rPh sb="0" eb="2"><t>かちょう</t></rPh>'
    data = (
        f'<row r="1"><c r="A1" t="inlineStr" ph="1"><is>{text}</is></c>'
        f'<c r="B1" t="inlineStr"><is>{text.replace("かちょう", "unheard")}</is></c></row>'
    )
    copy, _account = stripped(simple(data), XLSX, workshop)
    strings = _parts_of(copy)["xl/sharedStrings.xml"].decode()

    assert "かちょう" in strings
    assert "unheard" not in strings


def test_parts_are_found_whatever_the_case_of_their_names(workshop: Workshop) -> None:
    data = simple(f'<row r="1">{words("A", 1, "seen")}</row>')
    parts = {
        name.replace("worksheets/a", "Worksheets/A"): one for name, one in _parts_of(data).items()
    }
    copy, _account = stripped(document(parts), XLSX, workshop)

    assert _cells_of(copy) == {"One": {"A1": "seen"}}


def test_names_of_files_are_not_printed_above_a_copy(workshop: Workshop) -> None:
    printed = (
        "<headerFooter><oddHeader>&amp;C&amp;Z&amp;F &amp;P of &amp;N</oddHeader></headerFooter>"
    )
    copy, _account = stripped(simple("", after=printed), XLSX, workshop)

    assert b">&amp;C &amp;P of &amp;N<" in _parts_of(copy)[_SHEET]


def test_a_chart_has_its_values_and_no_cells(workshop: Workshop) -> None:
    copy, _account = stripped(PLANTED["planted.xlsx"].data(), XLSX, workshop)
    chart = _parts_of(copy)["xl/charts/chart1.xml"]

    assert b"<c:v>A series</c:v>" in chart
    assert b"<c:v>4.5</c:v>" in chart
    assert b"<c:f>" not in chart


_FORMULAS = '<sheetViews><sheetView showFormulas="1"/></sheetViews>'
_RULE = '<conditionalFormatting sqref="A1"><cfRule type="{}" dxfId="0" priority="1">{}</cfRule>'\
    "</conditionalFormatting>"  # fmt: skip
_BARE = '<dataBar showValue="0"><cfvo type="num" val="SECRET"/></dataBar>'
_RED = "<dxfs><dxf><font><color rgb='FFFF0000'/></font></dxf></dxfs>"
_HIDING = "<dxfs><dxf><numFmt numFmtId='171' formatCode=';;;'/></dxf></dxfs>"


def test_a_look_that_depends_on_a_number_stays(workshop: Workshop) -> None:
    rule = _RULE.format("cellIs' operator='greaterThan", "<formula>5</formula>").replace("'", '"')
    copy, account = stripped(simple("", after=rule, styles=_RED), XLSX, workshop)

    assert b"<formula>5</formula>" in _parts_of(copy)[_SHEET].replace(b"x:", b"")
    assert "conditional-formats" not in account.removed


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"data": '<row r="1"><c r="A1"><f>1+1</f></c></row>'}, "result"),
        ({"data": '<row r="1"><c r="A1"><f>1+1</f><v></v></c></row>'}, "result"),
        ({"data": '<row r="1"><c r="A1" t="b"><f>A2=1</f><v/></c></row>'}, "result"),
        ({"data": '<row r="1"><c r="A1" vm="1" t="e"><v>#VALUE!</v></c></row>'}, "another part"),
        ({"data": '<row r="2"/><row r="1"/>'}, "order"),
        ({"data": '<row r="1"><c r="A1"><v>x</v></c></row>'}, "type"),
        ({"data": '<row r="1"><c r="A1" t="s"><v>8</v></c></row>'}, "missing"),
        ({"data": "", "before": _FORMULAS}, "formulas"),
        ({"data": "", "after": "<controls/>"}, "controls"),
        ({"data": "", "after": "<oleObjects/>"}, "oleObjects"),
        ({"data": "", "after": "<extLst><ext><sparklineGroups/></ext></extLst>"}, "small charts"),
        ({"data": "", "after": _RULE.format("top10", ""), "styles": _HIDING}, "hides"),
        ({"data": "", "after": _RULE.format("dataBar", _BARE), "styles": _RED}, "hides"),
        ({"data": "", "after": '<drawing r:id="nowhere"/>'}, "in no part"),
    ],
)  # fmt: skip
def test_what_is_seen_and_not_understood_is_refused(
    body: dict[str, str], why: str, workshop: Workshop
) -> None:
    with pytest.raises(BadInput, match=why):
        stripped(simple(**body), XLSX, workshop)


@pytest.mark.parametrize(
    ("code", "value", "is_shown"),
    [
        ("0.00", 5, True), (";;;", 5, False), (";;;", None, False), ("0;;", -5, False),
        ("0;-0", 0, True), ("0;-0;", 0, False), ("0;-0;;@", None, True), ('0;-0;"none"', 0, True),
        ("[<1]\"\";General", 0, False), ("[<1]\"\";General", 7, True), ("", 3, True),
        ("[Red];[Blue]0", -4, True), ("[Red];[Blue]0", 4, False), ("yyyy\\-mm", 45000, True),
    ],
)  # fmt: skip
def test_a_number_format_shows_or_hides(code: str, value: float | None, *, is_shown: bool) -> None:
    assert shows(code, value) is is_shown


@pytest.mark.parametrize(("code", "is_hiding"), [("0;;", True), ("0.0", False), ('"-"', False)])
def test_a_format_that_may_hide_is_told(code: str, *, is_hiding: bool) -> None:
    assert hides(code) is is_hiding


def test_words_in_place_of_a_number_are_refused(workshop: Workshop) -> None:
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="&quot;other&quot;"/></numFmts><cellXfs><xf/>'
        '<xf numFmtId="170"/></cellXfs>'
    )
    data = simple('<row r="1"><c r="A1" s="1"><v>815</v></c></row>', styles=styles)
    with pytest.raises(BadInput, match="other words"):
        stripped(data, XLSX, workshop)
