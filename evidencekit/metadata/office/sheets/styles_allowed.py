"""What may stand in the look of a cell (ECMA-376-1 §18.8)."""

from collections.abc import Mapping

from evidencekit.metadata.office.names import S
from evidencekit.metadata.office.writing import Rules

_LOOKS = """xf alignment font b i strike condense extend outline shadow u vertAlign sz color name
family charset scheme fill patternFill fgColor bgColor gradientFill stop border left right top
bottom start end diagonal vertical horizontal dxf numFmt indexedColors rgbColor"""
_ATTRIBUTES = """val rgb theme indexed tint auto numFmtId fontId fillId borderId xfId quotePrefix
applyNumberFormat applyFont applyFill applyBorder applyAlignment horizontal vertical textRotation
wrapText indent relativeIndent justifyLastLine shrinkToFit readingOrder patternType type degree
left right top bottom position style diagonalUp diagonalDown outline formatCode"""
LOOKS = frozenset(S + name for name in _LOOKS.split())
LOOK_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
RULES = Rules(
    elements=LOOKS,
    attributes=LOOK_ATTRIBUTES,
    texts=(),
    free=frozenset({("name", "val"), ("numFmt", "formatCode")}),
    dropped={S + "protection": "protection"},
)
_ACCENTS = {
    str(29 + 4 * (number - 1) + step): f"{share}Accent{number}"
    for number in range(1, 7)
    for step, share in enumerate(("", "20% - ", "40% - ", "60% - "))
}
NAMED: Mapping[str, str] = {
    "0": "Normal", "3": "Comma", "4": "Currency", "5": "Percent", "6": "Comma [0]",
    "7": "Currency [0]", "8": "Hyperlink", "9": "Followed Hyperlink", "10": "Note",
    "11": "Warning Text", "15": "Title", "16": "Heading 1", "17": "Heading 2", "18": "Heading 3",
    "19": "Heading 4", "20": "Input", "21": "Output", "22": "Calculation", "23": "Check Cell",
    "24": "Linked Cell", "25": "Total", "26": "Good", "27": "Bad", "28": "Neutral",
    "53": "Explanatory Text", **_ACCENTS,
}  # fmt: skip
"""Styles that every program has, by the numbers of theirs (§18.8.7)."""
