"""What may stand in a chart (ECMA-376-1 §21.2)."""

from collections.abc import Mapping

from evidencekit.metadata.office.drawing import (
    DRAWING,
    DRAWING_ATTRIBUTES,
    DRAWING_FREE,
    LINKS,
    SEEN_TEXT,
)
from evidencekit.metadata.office.names import C
from evidencekit.metadata.office.writing import Rules

_CHART = """
applyToEnd applyToFront applyToSides area3DChart areaChart auto autoTitleDeleted axId axPos
backWall backward bandFmt bandFmts bar3DChart barChart barDir baseTimeUnit bubble3D bubbleChart
bubbleScale bubbleSize builtInUnit cat catAx chart chartSpace clrMapOvr crossAx crossBetween
crosses crossesAt custSplit custUnit dLbl dLblPos dLbls dPt dTable date1904 dateAx delete
depthPercent dispBlanksAs dispEq dispRSqr dispUnits dispUnitsLbl doughnutChart downBars dropLines
errBarType errBars errDir errValType explosion firstSliceAng floor formatCode forward gapDepth
gapWidth grouping h hMode hPercent hiLowLines holeSize idx intercept invertIfNegative layout
layoutTarget lblAlgn lblOffset leaderLines legend legendEntry legendPos line3DChart lineChart
logBase majorGridlines majorTickMark majorTimeUnit majorUnit manualLayout marker max min
minorGridlines minorTickMark minorTimeUnit minorUnit minus name noEndCap noMultiLvlLbl numFmt
numLit ofPieChart ofPieType order orientation overlap overlay period perspective pictureFormat
pictureOptions pictureStackUnit pie3DChart pieChart plotArea plotVisOnly plus pt ptCount rAngAx
radarChart radarStyle rich rotX rotY roundedCorners scaling scatterChart scatterStyle secondPiePt
secondPieSize separator ser serAx serLines shape showBubbleSize showCatName showDLblsOverMax
showHorzBorder showKeys showLeaderLines showLegendKey showNegBubbles showOutline showPercent
showSerName showVal showVertBorder sideWall size sizeRepresents smooth spPr splitPos splitType
stockChart strLit style surface3DChart surfaceChart symbol thickness tickLblPos tickLblSkip
tickMarkSkip title trendline trendlineLbl trendlineType tx txPr upBars upDownBars v val valAx
varyColors view3D w wMode wireframe x xMode xVal y yMode yVal"""
_SOURCES = "numRef strRef multiLvlStrRef numCache strCache multiLvlStrCache lvl f"
_DROPPED: Mapping[str, str] = {
    "externalData": "attachments", "printSettings": "printer", "pivotSource": "pivot-tables",
    "pivotFmts": "pivot-tables", "protection": "protection", "lang": "settings",
    "extLst": "extensions",
}  # fmt: skip
SEEN = SEEN_TEXT | {C + "v"}
"""Elements whose text is drawn; numbers are, as lengths."""
RULES = Rules(
    elements=frozenset(C + name for name in f"{_CHART} {_SOURCES}".split()) | DRAWING,
    attributes=DRAWING_ATTRIBUTES | {"idx", "formatCode", "sourceLinked"},
    texts=SEEN | {C + "formatCode", C + "separator", C + "name", C + "f"},
    free=DRAWING_FREE | {("numFmt", "formatCode"), ("pt", "formatCode")},
    dropped={
        **{C + name: word for name, word in _DROPPED.items()},
        **dict.fromkeys(LINKS, "links"),
    },
)
