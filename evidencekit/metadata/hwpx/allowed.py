"""What may stand in a copy of a document of Hangul (KS X 6101, OWPML; namespaces of 2011).

Lists of names, not rules: an element of the text that is not among them is never guessed at.
"""

import re

_HANCOM = "http://www.hancom.co.kr/hwpml"
HP, HH, HC, HS, HM = (
    f"{{{_HANCOM}/2011/{name}}}" for name in ("paragraph", "head", "core", "section", "master-page")
)
PREFIXES = {"hp": HP, "hh": HH, "hc": HC, "hs": HS, "hm": HM}
"""Of namespaces in a copy."""

_OF_HEADER = """adjustBaselineInFixedLinespacing adjustBaselineOfObjectToBottom
adjustLineheightToFont adjustParaBorderOffsetWithBorder adjustParaBorderfillToSpacing
adjustVertPosOfLine align applyAtLeastToPercent100Pct applyCharSpacingToCharGrid
applyExtendHeaderFooterEachSection applyFontWeightToBold applyFontspaceToLatin
applyMinColumnWidthTo1mm applyNextspacingOfLastPara applyParaBorderToOutside
applyPrevspacingBeneathObject applyTabPosBasedOnSegment autoSpacing backSlash
baseCharUnitOfIndentOnFirstChar baseCharUnitOnEAsian baseLineSpacingOnLineGrid beginNum bold
border borderFill borderFills bottomBorder breakSetting breakTabOverLine bullet bullets case
charPr charProperties color compatibleDocument connectParaBorderfillOfEqualBorder default
diagonal doNotAdjustEmptyAnchorLine doNotAdjustWordInJustify doNotAlignLastForbidden
doNotAlignLastPeriod doNotAlignWhitespaceOnRight doNotApplyAutoSpaceEAsianEng
doNotApplyAutoSpaceEAsianNum doNotApplyColSeparatorAtNoGap doNotApplyDiacSymMarkOfNoneAndSix
doNotApplyExtensionCharCompose doNotApplyGridInHeaderFooter doNotApplyHeaderFooterAtNoSpace
doNotApplyImageEffect doNotApplyLinegridAtNoLinespacing doNotApplyShapeComment
doNotApplyStrikeoutWithUnderline doNotApplyVertOffsetOfForward doNotApplyWhiteSpaceHeight
doNotFormattingAtBeneathAnchor doNotHoldAnchorOfTable docOption emboss engrave
extendLineheightToOffset extendLineheightToParaBorderOffset extendVertLimitToPageMargins
fillBrush fixedUnderlineWidth font fontRef fontface fontfaces gradation head heading img
imgBrush intent italic layoutCompatibility left leftBorder lineSpacing linkinfo margin next
numbering numberings offset outline overlapBothAllowOverlap paraHead paraPr paraProperties prev
ratio refList relSz right rightBorder shadow slash spacing strikeout style styles subscript
substFont supscript switch tabItem tabPr tabProperties topBorder treatQuotationAsLatin typeInfo
underline useInnerUnderline useLowercaseStrikeout winBrush"""
_OF_TEXT = """Point0 Point1 Point2 Point3 alpha arc autoNum autoNumFormat ax1 ax2 btn caption
case cellAddr cellMargin cellSpan cellSz cellzone cellzoneList center charPr checkBtn cmyk
colLine colPr colSz color comboBox compose connectLine container controlPoints ctrl curSz curve
dash default drawText dutmal edit effect effects effectsColor ellipse end1 end2 endNote
endNotePr endPt equation fillBrush flip footNote footNotePr footer formCharPr fwSpace glow
gradation grid header hyphen img imgBrush imgClip imgDim imgRect inMargin line lineBreak
lineNumberShape lineShape listBox mainText margin markpenBegin markpenEnd masterPage nbSpace
newNum noteLine noteSpacing numbering offset orgSz outMargin outline p pageBorderFill pageHiding
pageNum pageNumCtrl pagePr pic placement point polygon pos pt pt0 pt1 pt2 pt3 radioBtn rect
reflection renderingInfo rgb rotMatrix rotationInfo run scaMatrix scale scheme script scrollBar
sec secPr seg shadow skew softEdge start1 start2 startNum startPt subList subText switch system
sz t tab tbl tc text textMargin textart textartPr tr transMatrix visibility winBrush"""
_ATTRIBUTES = """Crooked aboveLine activeColor affectLSpacing align alignStyle alignText
allowOverlap alpha angle applyPageType applyto arcType armStyle autoIndent autoSz autoTabLeft
autoTabRight autoshow b backColor backStyle base baseLine baseUnit beginIDRef belowLine
beneathText betweenNotes border borderFillIDRef borderTypeIDRef bottom boxlength boxmarginhor
boxmarginver boxwidth breakCellSeparateLine breakLatinWord breakNonLatinWord bright c caption
cellSpacing centerLine centerX centerY char charGrid charPrCnt charPrIDRef charShapeID
charSpacing charStyleIDRef charSz checkable checked checkedChar circleType cnt colAddr colCnt
colCount colSpan color colorNum columnBreak composeText composeType condense connect contrast
count countBy delay dimheight dimwidth direction dirty distance drawFrame dropcapstyle e1 e2 e3
e4 e5 e6 eAsianEng eAsianNum editEnable editable effect enabled end endCap endColAddr endRowAddr
endnote equation face faceColor fadeDirection familyType fill fillArea fillColor flag flags
flowWithText followContext font fontCnt fontLineHeight fontName fontStyle fontType footer
footerInside footnote footnoteInherit foreColor formatType fullSz g gap groupLevel gutter
gutterType h hangul hanja hasArcPr hasMargin hasNumRef hasTextRef hatchColor hatchStyle
headStyle headSz header headerInside headfill height heightRelTo hideBorder hideFill
hideFirstEmptyLine hideFirstFooter hideFirstHeader hideFirstMasterPage hideFirstPageNum
hideFooter hideHeader hideMasterPage hidePageNum holdAnchorAndSO horizontal horzAlign horzOffset
horzRelTo idRef ignore ignoreMargin intervalDirty invertText isCounter isEmbedded isReverseHV
itemCnt itemHeight japanese k keepLines keepWithNext l labelcols labelrows landscape lang langID
largeChange lastWidth latin layout leader left leftmargin length letterform level lineColor
lineGrid lineMode lineSpacing lineType lineWidth lineWrap linkListIDRef linkListNextIDRef
listBoxRows listBoxWidth lock lockForm m masterPageCnt max maxLength memoType merged midline min
mode multiLine newNum nextStyleIDRef noAdjust num numFormat numOnly numType numberingType
offsetBottom offsetLeft offsetRight offsetTop offsetX offsetY option other outlineShapeIDRef
outlineStyle page pageBreak pageBreakBefore pageDuplicate pageFront
pageNumber pageInherit pageStartsOn pageheight pagewidth paraPrIDRef
paraShapeID passwordChar pic place pos posType prIDRef prefixChar presetIdx
printable proportion protect r radius ratio readOnly repeatHeader restartType reverse right
rotateimage rotationStyle rowAddr rowCnt rowSpan s sameGap sameSz schemeIdx scrollBars secCnt
selectedValue serifStyle shadeColor shadow shape showLineNumber showtime side sideChar
smallChange snapToGrid space spaceColumns start startColAddr startNumber startRowAddr step
stepCenter strokeVariation style styleIDRef subjectIdx suffixChar suppressLineNumbers supscript
symMark symbol systemIdx szRatio tabKeyBehavior tabOrder tabPrIDRef tabStop tabStopUnit
tabStopVal tailStyle tailSz tailfill targetProgram tbl text textBorder textColor textDirection
textFlow textHeight textOffset textOffsetType textShape textVerticalWidthHead textWidth textWrap
threeD top topIdx topmargin treatAsChar triState type unit useFontSpace useImage useInstWidth
useKerning user userChar value version vertAlign vertOffset vertRelTo vertical weight
widowOrphan width widthAdjust widthRelTo wonggojiFormat wordWrap x x1 x2 xHeight y y1 y2 zOrder"""
_WORDS = """3D ABSOLUTE ACUTE_ACCENT AFTER ALL ALPHA ARCH_DOWN ARCH_UP ARC_BOTH ARC_NOARROW
ARC_ONEWAY ARROW AT_LEAST BACK_SLASH BALANCED_NEWSPAPER BASELINE BEFORE BEHIND_TEXT
BETWEEN_LINES BLACK_WHITE BOOKMARK BORDER BOTH BOTH_SIDES BOTTOM BOTTOM_CENTER BOTTOM_LEFT
BOTTOM_RIBBON_RECTANGLE BOTTOM_RIGHT BOTTOM_WIDE_CYLINDER BOW_TIE BREAK BREAK_WORD BULLET CARON
CELL CENTER CENTER_ABOVE CENTER_BELOW CENTER_BOTTOM CENTER_TOP CHAR CHECKED CHEVRON CHEVRON_DOWN
CHORD CIRCLE CIRCLED_DIGIT CIRCLED_HANGUL_JAMO CIRCLED_HANGUL_SYLLABLE CIRCLED_IDEOGRAPH
CIRCLED_LATIN_CAPITAL CIRCLED_LATIN_SMALL CIRCUMFLEX CLICK_HERE CMYK COLON COLUMN COMP
CONCAVE_ARROW CONICAL CONTENT CONTINUE CONTINUOUS CROSS CROSSREF CROSS_DIAGONAL CUBE CURVE
CURVE_DOWN CYLINDER CharShape Circle DASH DASH_DOT DASH_DOT_DOT DATE DECAGON_CIRCLE
DECAGON_CIRCLE_HANJA DECIMAL DEFLATE DEFLATE_BOTTOM DEFLATE_TOP DIGIT DISTRIBUTE
DISTRIBUTE_SPACE DOC_DATE DOC_PRINT DOT DOT_ABOVE DOT_BELOW DOUBLE DOUBLEWAVE DOUBLE_LINE_CIRCLE
DOUBLE_SLIM DOWNWARD_CASCADE DROP Dash DashDot DashDotDot Delete Dot DoubleLine DoubleSlim
EACH_COLUMN EMBEDDED EMPTY_BOX EMPTY_CIRCLE EMPTY_DIAMOND ENDNOTE END_OF_DOCUMENT END_OF_SECTION
EQUATION EVEN FCAT_BRUSHSCRIPT FCAT_DECORATIVE FCAT_GOTHIC FCAT_MYUNGJO FCAT_NONRECTGT
FCAT_NONRECTMJ FCAT_SSERIF FCAT_UNKNOWN FILLED_BOX FILLED_CIRCLE FILLED_DIAMOND FINGERNAIL FIXED
FLAT FOOTNOTE FORMULA FULL GAMMA GINKO_LEAF1 GINKO_LEAF2 GRAVE_ACCENT GRAY GRAY_SCALE HANGUL
HANGUL_JAMO HANGUL_PHONETIC HANGUL_SYLLABLE HANJA HEXAGON HFT HIDE HIDE_FIRST HOOK_ABOVE
HORIZONTAL HTF HWP200X HWP201X HWPUNIT HYPERLINK HYPHENATION ICON IDEOGRAPH INDETERMINATE
INFLATE INFLATE_BOTTOM INFLATE_BOTTOM_CONVEX INFLATE_LEFT INFLATE_RIGHT INFLATE_TOP
INFLATE_UP_CONVEX INNER INSERT_TAB INSIDE INSIDE_BOTTOM INSIDE_TOP INV INVERSED_FINGERNAIL
INVERTED_DOWNWARD_CASCADE INVERTED_ISOSCELES_TRAPEZOID INVERTED_PARALLELOGRAM
INVERTED_UPWARD_CASCADE INV_GAMMA IN_FRONT_OF_TEXT ISOSCELES_TRAPEZOID Insert JAPANESE JUSTIFY
KEEP KEEP_WORD LARGEST_ONLY LARGE_LARGE LARGE_MEDIUM LARGE_SMALL LATIN LATIN_CAPITAL LATIN_SMALL
LEFT LEFT_CENTER LEFT_CYLINDER LEFT_ONLY LEFT_RIGHT LEFT_TILT_CYLINDER LINE LINEAR LINK
LONG_DASH LTR LUM_MOD LUM_OFF Local LongDash MACRON MAILMERGE MEDIUM_LARGE MEDIUM_MEDIUM
MEDIUM_SMALL MEMO MERGED_COLUMN METATAG MIRROR MM MS_WORD Margin NARROWLY NEWSPAPER NEXT
NEXT_OBJECT NOMAL NONE NORMAL NUMBER NewSection None ODD ON_PAGE ON_SECTION OPAQUE OTHER OUTER
OUTLINE OUTSIDE OUTSIDE_BOTTOM OUTSIDE_TOP OVERLAP PAGE PAPER PARA PARALLEL PARALLELOGRAM
PARALLEL_LEFTBOTTOM PARALLEL_LEFTTOP PARALLEL_RIGHTBOTTOM PARALLEL_RIGHTTOP PARELLEL_LEFTBOTTOM
PARELLEL_LEFTTOP PARELLEL_RIGHTBOTTOM PARELLEL_RIGHTTOP PATH PERCENT PERS_LEFTBOTTOM
PERS_LEFTTOP PERS_RIGHTBOTTOM PERS_RIGHTTOP PICTURE PIE PREV PRIVATE_INFO PROOFREADING_MARKS
ParaShape RADIAL REAL_PIC RECTANGLE REDUCE_LEFT REDUCE_RIGHT REP RESTART RGB RIGHT RIGHT_BOTTOM
RIGHT_CYLINDER RIGHT_MOST_COLUMN RIGHT_ONLY RIGHT_TILT_CYLINDER RING_ABOVE ROMAN_CAPITAL
ROMAN_SMALL ROUND RTL SAT_MOD SCALE_ENLARGE SCALE_NARROW SCHEME SHAPE_CIRCLE
SHAPE_EMPTY_CIRCULATE_TRIANGLE SHAPE_LIGHT SHAPE_RECTANGLE SHAPE_REVERSAL_CIRCLE
SHAPE_REVERSAL_RECTANGLE SHAPE_REVERSAL_RHOMBUS SHAPE_REVERSAL_TIRANGLE SHAPE_RHOMBUS
SHAPE_ROUNDED_RECTANGLE SHAPE_THICK_CIRCULATE_TRIANGLE SHAPE_THIN_CIRCULATE_TRIANGLE
SHAPE_TRIANGLE SHEAR_LEFTBOTTOM SHEAR_LEFTTOP SHEAR_RIGHTBOTTOM SHEAR_RIGHTTOP SHOW SHOW_ALL
SHOW_FIRST SIDE SINGLE_LINE_CIRCLE1 SINGLE_LINE_CIRCLE2 SLASH SLIM_THICK SLIM_THICK_SLIM
SMALL_LARGE SMALL_MEDIUM SMALL_SMALL SOLID SPEAR SPREAD SQUARE SQUEEZE STATIC STRAIGHT_BOTH
STRAIGHT_NOARROW STRAIGHT_ONEWAY STROKE_BOTH STROKE_NOARROW STROKE_ONEWAY SUMMERY SUPERSCRIPT
SYMBOL SYSTEM SlimThick SlimThickSlim Solid TABLE THICK THICK_SLIM THIN_CURVE_DOWN1
THIN_CURVE_DOWN2 THIN_CURVE_UP1 THIN_CURVE_UP2 THREE_D THROUGH THUMB_NAIL TIGHT TILDE TILE
TILE_HORZ_BOTTOM TILE_HORZ_TOP TILE_VERT_LEFT TILE_VERT_RIGHT TOP TOP_AND_BOTTOM TOP_BOTTOM
TOP_CENTER TOP_DOWN TOP_LEFT TOP_RIBBON_RECTANGLE TOP_RIGHT TOP_WIDE_CYLINDER TOTAL TOTAL_PAGE
TRANSPARENT TRIPLE TRIPLE_LINE_CIRCLE1 TRIPLE_LINE_CIRCLE2 TTF ThickSlim TripleLine UNCHECKED
UNKNOWN UPWARD_CASCADE USER USER_CHAR USER_DELETE USER_INFO USER_INSERT USER_UPDATE UnKown
VERTICAL VERTICALALL WAVE WAVE1 WAVE2 WAVE3 WAVE4 WIDELY Web WholeDoc ZOOM blindLeft blindRight
default false none overDown overLeft overRight overUp preserve rectIn rectOut true"""
OF_HEADER = frozenset(_OF_HEADER.split())
"""Elements of the tables to which a text refers: fonts, shapes of letters and paragraphs …"""
OF_TEXT = frozenset(_OF_TEXT.split())
"""Elements of sections and master pages."""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
FREE = frozenset(
    {
        ("font", "face"), ("substFont", "face"), ("bullet", "char"), ("bullet", "checkedChar"),
        ("autoNumFormat", "userChar"), ("autoNumFormat", "prefixChar"),
        ("autoNumFormat", "suffixChar"), ("pageNum", "sideChar"), ("compose", "composeText"),
        ("textart", "text"), ("textartPr", "fontName"), ("textartPr", "fontStyle"),
        ("equation", "font"), ("btn", "caption"), ("checkBtn", "caption"),
        ("radioBtn", "caption"), ("comboBox", "selectedValue"), ("edit", "passwordChar"),
    }
)  # fmt: skip
"""Elements and attributes of free text: names of fonts, and what is drawn."""
TEXT_ELEMENTS = frozenset({"t", "script", "mainText", "subText", "text", "paraHead"})
"""The text in them is what is seen on the page."""
WORDS = frozenset(_WORDS.split())
_NUMBER = r"[-+]?\d{0,12}(?:\.\d{1,12})?(?:E[-+]?\d{1,3})?"
_SCHEMA = rf"{re.escape(_HANCOM)}/20\d\d/[A-Za-z]{{1,20}}"
PLAIN = re.compile(
    rf"{_NUMBER}|{_NUMBER} ?mm|#[0-9A-Fa-f]{{6,8}}|{_SCHEMA}|Equation Version \d{{1,3}}"
)
"""What every other attribute must be, if it is none of the words."""
_COUNTED = ("개요", "Outline", "차례", "TOC", "toc", "목록", "List")
STYLE_NAMES = frozenset(
    {
        "바탕글", "Normal", "본문", "Body", "쪽 번호", "Page Number", "머리말", "Header", "각주",
        "Footnote", "미주", "Endnote", "메모", "Memo", "차례 제목", "TOC Heading", "캡션",
        "Caption", "꼬리말", "Footer",
    }
) | {f"{name} {number}" for name in _COUNTED for number in range(1, 11)}  # fmt: skip
"""Names of styles that every Hangul has; any other name is somebody's own."""
WORDS_OF_LISTS = (
    *sorted(OF_HEADER | OF_TEXT | ATTRIBUTES | WORDS | STYLE_NAMES),
    f"{_HANCOM}/2016/HwpUnitChar", f"{_HANCOM}/2016/paragraph",
)  # fmt: skip
"""What a copy may hold of words that are not somebody's own."""
