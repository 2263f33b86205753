"""What may stand in a copy of a word-processing document (ECMA-376-1 §17, §20, §22.1).

Lists of names, not rules: an element of the text that is not among them is never guessed at.
"""

import re

from evidencekit.metadata.office.drawing import (
    DRAWING,
    DRAWING_ATTRIBUTES,
    DRAWING_FREE,
    MATH,
    SEEN_TEXT,
)
from evidencekit.metadata.office.names import PIC, PICTURE_NAMES, WP, WPS, W
from evidencekit.metadata.office.words.styles import STYLE_NAMES

_TEXT = """document body hdr ftr footnotes endnotes footnote endnote p r t tab br cr noBreakHyphen
softHyphen sym ptab pgNum dayShort dayLong monthShort monthLong yearShort yearLong footnoteRef
endnoteRef footnoteReference endnoteReference separator continuationSeparator ruby rubyPr rubyAlign
hps hpsRaise hpsBaseText lid rt rubyBase fldChar instrText drawing txbxContent background"""
_OF_RUNS = """rPr rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss
imprint noProof snapToGrid webHidden color spacing w kern position sz szCs highlight u effect bdr
shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath"""
_OF_PARAGRAPHS = """pPr pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr ilvl
numId suppressLineNumbers pBdr top left bottom right between bar start end tabs suppressAutoHyphens
kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd ind
contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap
outlineLvl cnfStyle"""
_OF_TABLES = """tbl tblPr tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize
tblStyleColBandSize tblW tblCellSpacing tblInd tblBorders insideH insideV tblLayout tblCellMar
tblLook tblGrid gridCol tr trPr tblPrEx gridBefore gridAfter wBefore wAfter cantSplit trHeight
tblHeader hidden tc tcPr tcW gridSpan hMerge vMerge tcBorders tl2br tr2bl noWrap tcMar tcFitText
vAlign hideMark"""
_OF_SECTIONS = """sectPr headerReference footerReference footnotePr endnotePr pos numFmt numStart
numRestart type pgSz pgMar paperSrc pgBorders lnNumType pgNumType cols col formProt noEndnote
titlePg rtlGutter docGrid"""
_OF_STYLES = """styles docDefaults rPrDefault pPrDefault style name basedOn next link uiPriority
semiHidden unhideWhenUsed qFormat tblStylePr"""
_OF_LISTS = """numbering abstractNum multiLevelType lvl lvlRestart isLgl suff lvlText lvlJc num
abstractNumId lvlOverride startOverride numStyleLink styleLink"""
_OF_FONTS = "fonts font altName panose1 charset family notTrueType pitch sig"
_OF_SETTINGS = """settings defaultTabStop autoHyphenation evenAndOddHeaders mirrorMargins
characterSpacingControl compat compatSetting balanceSingleByteDoubleByteWidth useFELayout
spaceForUL doNotLeaveBackslashAlone ulTrailSpace doNotExpandShiftReturn adjustLineHeightInTable
displayBackgroundShape noLineBreaksAfter noLineBreaksBefore clrSchemeMapping"""

_OF_PLACES = """inline anchor simplePos positionH positionV align posOffset extent effectExtent
wrapNone wrapSquare wrapTight wrapThrough wrapTopAndBottom wrapPolygon start lineTo docPr
cNvGraphicFramePr"""
_OF_PICTURES = "pic nvPicPr cNvPr cNvPicPr blipFill spPr"
_OF_SHAPES = "wsp cNvSpPr cNvCnPr spPr style txbx bodyPr"
ELEMENTS = frozenset(
    space + name
    for space, names in (
        (W, (_TEXT, _OF_RUNS, _OF_PARAGRAPHS, _OF_TABLES, _OF_SECTIONS)),
        (W, (_OF_STYLES, _OF_LISTS, _OF_FONTS, _OF_SETTINGS)),
        (WP, (_OF_PLACES,)), (PIC, (_OF_PICTURES,)), (WPS, (_OF_SHAPES,)),
    )
    for listed in names
    for name in listed.split()
) | DRAWING | MATH  # fmt: skip
_ATTRIBUTE_NAMES = """val type w h id ilvl left right top bottom start end
firstLine hanging firstLineChars hangingChars leftChars rightChars startChars endChars before after
beforeLines afterLines beforeAutospacing afterAutospacing line lineRule ascii hAnsi eastAsia cs
hint asciiTheme hAnsiTheme eastAsiaTheme cstheme color sz space fill themeColor themeFill
themeShade themeTint themeFillShade themeFillTint shadow frame clear bidi pos leader orient code
header footer gutter linePitch charSpace num equalWidth sep fmt chapStyle chapSep customStyle
default styleId abstractNumId numId name uri tentative csb0 csb1 usb0 usb1 usb2 usb3 fldCharType
firstRow lastRow firstColumn lastColumn noHBand noVBand oddHBand evenHBand oddVBand evenVBand
firstRowFirstColumn firstRowLastColumn lastRowFirstColumn lastRowLastColumn hRule hSpace vSpace
wrap hAnchor vAnchor x y xAlign yAlign dropCap lines leftFromText rightFromText topFromText
bottomFromText vertAnchor horzAnchor tblpX tblpY tblpXSpec tblpYSpec char font alignment relativeTo
combine combineBrackets vert vertCompress offsetFrom display zOrder countBy distance restart bg1 t1
bg2 t2 accent1 accent2 accent3 accent4 accent5 accent6 hyperlink followedHyperlink percent distT
distB distL distR simplePos relativeHeight behindDoc locked layoutInCell allowOverlap relativeFrom
cx cy l t r b wrapText noChangeAspect embed prst rot flipH flipV amt ang scaled rotWithShape algn
cap cmpd len idx lastClr script typeface panose pitchFamily charset fmla path dist dir blurRad rad
sx sy kx ky stA endA stPos endPos fadeDir bwMode fillMode stroke pin wrapSquare anchorCtr lIns tIns
rIns bIns numCol spcCol rtlCol fromWordArt forceAA compatLnSpc upright vertOverflow horzOverflow
spcFirstLastPara hR wR stAng swAng thresh bright contrast tx ty flip adj fontScale lnSpcReduction z
lat lon rev fov zoom prstMaterial contourW extrusionH"""
ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split()) | DRAWING_ATTRIBUTES
"""By local name; what they say are numbers, or words of the standard."""
FREE = DRAWING_FREE | {
    ("altName", "val"), ("font", "name"), ("rFonts", "ascii"), ("rFonts", "hAnsi"),
    ("rFonts", "eastAsia"), ("rFonts", "cs"), ("sym", "font"), ("lvlText", "val"),
}  # fmt: skip
"""Elements and attributes of free text: names of fonts, and signs that are drawn."""
_LENGTH = r"[-+]?\d*\.?\d*(?:%|pt|cm|mm|in|pc|pi)?"
_WORD = r"[0-9A-Fa-f]{1,20}|#[0-9A-Fa-f]{6}|[A-Za-z][A-Za-z0-9]{0,44}"
_LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){1,2}"
_SCHEMA = r"http://schemas\.(?:openxmlformats\.org|microsoft\.com/office)/[A-Za-z0-9/]{1,60}"
PLAIN = re.compile(f"{_LENGTH}|{_WORD}|{_LANGUAGE}|{_SCHEMA}")
"""What every other attribute must be: a number, a word of the standard, a language, a schema."""
TEXT_ELEMENTS = SEEN_TEXT | {W + "t"}
"""The text in them is what is seen on the page."""
OWN_WORDS = (
    *sorted(ELEMENTS | ATTRIBUTES | STYLE_NAMES),
    "NUMPAGES", "SECTIONPAGES", PICTURE_NAMES,
    "word/document.xml", "word/styles.xml", "word/settings.xml",
)  # fmt: skip
