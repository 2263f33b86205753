"""What may stand in a drawing, whatever document it is in (ECMA-376-1 §20, §22.1)."""

from evidencekit.metadata.office.names import A, M

_DRAWING = """
accent1 accent2 accent3 accent4 accent5 accent6 ahLst ahPolar ahXY alpha alphaBiLevel alphaCeiling
alphaFloor alphaInv alphaMod alphaModFix alphaOff alphaOutset alphaRepl anchor arcTo avLst backdrop
band1H band1V band2H band2V bevel bevelB bevelT bgClr bgFillStyleLst biLevel blend blip blipFill
blue blueMod blueOff blur bodyPr bottom br buAutoNum buBlip buChar buClr buClrTx buFont buFontTx
buNone buSzPct buSzPts buSzTx camera chExt chOff close clrChange clrFrom clrMap clrRepl clrScheme
clrTo comp contourClr cs cubicBezTo custDash custGeom cxn cxnLst cxnSpLocks defPPr defRPr dk1 dk2
ds duotone ea effectLst effectRef effectStyle effectStyleLst end endParaRPr ext extrusionClr fgClr
fill fillOverlay fillRect fillRef fillStyleLst fillToRect firstCol firstRow flatTx fld fmtScheme
folHlink font fontRef fontScheme gamma gd gdLst glow gradFill graphic graphicData graphicFrameLocks
gray grayscl green greenMod greenOff gridCol grpFill grpSpLocks grpSpPr gs gsLst headEnd highlight
hlink hsl hslClr hue hueMod hueOff innerShdw insideH insideV inv invGamma lastCol lastRow latin
left lightRig lin ln lnB lnBlToTr lnL lnR lnRef lnSpc lnStyleLst lnT lnTlToBr lnTo lstStyle lt1 lt2
lum lumMod lumOff lvl1pPr lvl2pPr lvl3pPr lvl4pPr lvl5pPr lvl6pPr lvl7pPr lvl8pPr lvl9pPr majorFont
masterClrMapping minorFont miter moveTo neCell noAutofit noFill norm normAutofit nwCell off
outerShdw overrideClrMapping p pPr path pathLst pattFill picLocks pos prstClr prstDash prstGeom
prstShdw prstTxWarp pt quadBezTo r rPr rect red redMod redOff reflection relOff right rot round rtl
sat satMod satOff scene3d schemeClr scrgbClr seCell shade softEdge solidFill sp3d spAutoFit spLocks
spPr spcAft spcBef spcPct spcPts srcRect srgbClr st stretch style swCell sx sy sym sysClr t tab
tabLst tableStyle tableStyleId tailEnd tbl tblBg tblGrid tblPr tblStyle tblStyleLst tc tcBdr tcPr
tcStyle tcTxStyle theme themeElements themeOverride tile tileRect tint tl2br top tr tr2bl txBody
uFill uFillTx uLn uLnTx up wholeTbl xfrm"""
_OF_MATH = """oMath oMathPara oMathParaPr jc r t rPr sty scr lit nor brk aln ctrlPr argPr argSz acc
accPr chr bar barPr pos box boxPr borderBox borderBoxPr d dPr begChr endChr sepChr grow shp e eqArr
eqArrPr f fPr type num den func funcPr fName groupChr groupChrPr vertJc limLow limLowPr lim limUpp
limUppPr m mPr mcs mc mcPr count mcJc mr nary naryPr limLoc subHide supHide sub sup phant phantPr
rad radPr degHide deg sPre sPrePr sSub sSubPr sSubSup sSubSupPr sSup sSupPr baseJc maxDist objDist
rSp rSpRule cGp cGpRule diff noBreak opEmu plcHide show transp zeroAsc zeroDesc zeroWid strikeBLTR
strikeTLBR strikeH strikeV hideTop hideBot hideLeft hideRight"""
DRAWING = frozenset(A + name for name in _DRAWING.split())
MATH = frozenset(M + name for name in _OF_MATH.split())
_ATTRIBUTE_NAMES = """
a accent1 accent2 accent3 accent4 accent5 accent6 algn amt anchor anchorCtr ang b bIns bandCol
bandRow baseline bg1 bg2 blend blurRad bright bwMode cap char charset cmpd compatLnSpc contourW
contrast cx cy d def defTabSz dir dist dx dy dz eaLnBrk endA endPos extrusionH extrusionOk fadeDir
fill firstCol firstRow flip flipH flipV fmla folHlink fontAlgn fontScale forceAA fov fromWordArt g
gdRefAng gdRefR gdRefX gdRefY gridSpan grow h hMerge hR hangingPunct hlink horzOverflow hue i idx
indent kern kumimoji kx ky l lIns lang lastClr lastCol lastRow lat latinLnBrk len lim lnSpcReduction
lon lum lvl marB marL marR marT maxAng maxR maxX maxY minAng minR minX minY n noChangeAspect noProof
normalizeH numCol panose path pitchFamily pos prst prstMaterial r rIns rad rig rot rotWithShape
rowSpan rtl rtlCol sat scaled script sp spc spcCol spcFirstLastPara stA stAng stPos startAt strike
stroke styleId swAng sx sy sz t tIns thresh time tx tx1 tx2 txBox ty type typeface u upright uri
useA vMerge val vert vertOverflow w wR wrap x y z zoom"""
DRAWING_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split()) | {"embed", "rev"}
"""By local name."""
DRAWING_FREE = frozenset(
    {
        ("font", "typeface"), ("latin", "typeface"), ("ea", "typeface"), ("cs", "typeface"),
        ("sym", "typeface"), ("buFont", "typeface"), ("buChar", "char"), ("gd", "fmla"),
        ("chr", "val"), ("begChr", "val"), ("endChr", "val"), ("sepChr", "val"),
    }
)  # fmt: skip
"""Elements and attributes of free text: names of fonts, and signs that are drawn."""
SEEN_TEXT = frozenset({A + "t", M + "t"})
LINKS = frozenset(A + name for name in ("hlinkClick", "hlinkHover", "hlinkMouseOver"))
"""Where a text or shape leads; what is seen stays."""
THEME_NAMES = frozenset(A + name for name in ("theme", "clrScheme", "fontScheme", "fmtScheme"))
"""Elements whose name is somebody's own."""
GUIDES = frozenset(("gd", "pt", "path", "ahXY", "ahPolar", "cxn", "pos", "rect", "arcTo"))
"""Elements whose attributes may be the names of guides of a shape."""
