"""What may stand on a sheet besides its cells, and what becomes of the rest (ECMA-376-1 §18.3)."""

from collections.abc import Mapping

from evidencekit.metadata.office.drawing import (
    DRAWING,
    DRAWING_ATTRIBUTES,
    DRAWING_FREE,
    LINKS,
    MATH,
    SEEN_TEXT,
)
from evidencekit.metadata.office.names import PICTURE_NAMES, XDR, C, S
from evidencekit.metadata.office.sheets.places import are_areas
from evidencekit.metadata.office.values import WORDS, is_plain
from evidencekit.metadata.office.writing import Rules

_SETTINGS = """sheetPr tabColor outlinePr pageSetUpPr sheetViews sheetView pane sheetFormatPr cols
col row mergeCells mergeCell printOptions pageMargins pageSetup headerFooter oddHeader oddFooter
evenHeader evenFooter firstHeader firstFooter rowBreaks colBreaks brk drawing picture
conditionalFormatting cfRule colorScale dataBar iconSet cfvo color formula tablePart"""
_ATTRIBUTES = """rgb theme indexed tint auto applyStyles summaryBelow summaryRight
showOutlineSymbols autoPageBreaks fitToPage showGridLines showRowColHeaders showZeros rightToLeft
defaultGridColor showWhiteSpace colorId workbookViewId xSplit ySplit activePane state baseColWidth
defaultColWidth defaultRowHeight customHeight zeroHeight thickTop thickBottom outlineLevelRow
outlineLevelCol min max width style hidden bestFit customWidth phonetic outlineLevel collapsed r ht
thickBot ph customFormat ref horizontalCentered verticalCentered headings gridLines gridLinesSet
left right top bottom header footer paperSize paperHeight paperWidth scale firstPageNumber
fitToWidth fitToHeight pageOrder orientation blackAndWhite draft useFirstPageNumber errors
differentOddEven differentFirst scaleWithDoc alignWithMargins count manualBreakCount id man sqref
type dxfId priority stopIfTrue aboveAverage percent operator rank stdDev equalAverage minLength
maxLength showValue iconSet reverse gte val zoomToFit"""
_DROPPED: Mapping[str, str] = {
    "dimension": "settings", "sheetCalcPr": "settings", "sheetProtection": "protection",
    "protectedRanges": "protection", "scenarios": "scenarios", "autoFilter": "filters",
    "sortState": "filters", "dataConsolidate": "outer-sources", "customSheetViews": "views",
    "phoneticPr": "settings", "dataValidations": "input-rules", "hyperlinks": "links",
    "customProperties": "properties", "cellWatches": "settings", "ignoredErrors": "settings",
    "smartTags": "content-controls", "legacyDrawingHF": "printed-pictures",
    "drawingHF": "printed-pictures", "webPublishItems": "settings", "selection": "views",
    "pivotSelection": "views",
}  # fmt: skip
SETTINGS = Rules(
    elements=frozenset(S + name for name in _SETTINGS.split()),
    attributes=frozenset(_ATTRIBUTES.split()),
    texts=frozenset(
        S + side + place for side in ("odd", "even", "first") for place in ("Header", "Footer")
    ),
    values=frozenset({S + "formula"}),
    dropped={S + name: word for name, word in _DROPPED.items()},
    is_plain=lambda value: is_plain(value) or are_areas(value),
)
_ANCHORS = """wsDr twoCellAnchor oneCellAnchor absoluteAnchor from to col colOff row rowOff pos ext
clientData sp nvSpPr cNvPr cNvSpPr spPr style txBody pic nvPicPr cNvPicPr blipFill cxnSp nvCxnSpPr
cNvCxnSpPr grpSp nvGrpSpPr cNvGrpSpPr grpSpPr graphicFrame nvGraphicFramePr cNvGraphicFramePr
xfrm"""
_PLACES = ("col", "colOff", "row", "rowOff")
DRAWN = Rules(
    elements=frozenset(XDR + name for name in _ANCHORS.split()) | DRAWING | MATH | {C + "chart"},
    attributes=DRAWING_ATTRIBUTES | {"editAs", "fLocksWithSheet", "fPrintsWithSheet", "fLocksText"},
    texts=SEEN_TEXT,
    values=frozenset(XDR + name for name in _PLACES),
    free=DRAWING_FREE,
    named=frozenset({XDR + "cNvPr"}),
    dropped=dict.fromkeys(LINKS, "links"),
)
TABLES = " ".join(f"Table{number}" for number in range(1, 1_000))
"""What tables are called in a copy, as in most files."""
OWN_WORDS = (
    *sorted(WORDS), PICTURE_NAMES,
    *sorted(one.rpartition("}")[2] for one in SETTINGS.elements),
    *sorted(set(SETTINGS.attributes) | set(DRAWN.attributes)),
    *sorted(one.rpartition("}")[2] for one in DRAWN.elements),
    "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", TABLES,
)  # fmt: skip
