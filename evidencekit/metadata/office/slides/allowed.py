"""What may stand on a slide, a layout and a master (ECMA-376-1 §19.3)."""

from collections.abc import Mapping

from evidencekit.metadata.office.drawing import (
    DRAWING,
    DRAWING_ATTRIBUTES,
    DRAWING_FREE,
    LINKS,
    MATH,
    SEEN_TEXT,
)
from evidencekit.metadata.office.names import PICTURE_NAMES, A, C, P
from evidencekit.metadata.office.values import WORDS
from evidencekit.metadata.office.writing import Rules

_SLIDE = """sld sldLayout sldMaster cSld bg bgPr bgRef spTree nvGrpSpPr cNvPr cNvGrpSpPr nvPr ph
grpSpPr sp nvSpPr cNvSpPr spPr style txBody pic nvPicPr cNvPicPr blipFill cxnSp nvCxnSpPr
cNvCxnSpPr graphicFrame nvGraphicFramePr cNvGraphicFramePr xfrm grpSp clrMapOvr clrMap txStyles
titleStyle bodyStyle otherStyle hf presentation sldSz notesSz defaultTextStyle"""
_ATTRIBUTES = """orient sz idx showMasterSp sldNum hdr ftr dt firstSlideNum shadeToTitle
showSpecialPlsOnTitleSld"""
_DROPPED: Mapping[str, str] = {
    "transition": "transitions", "timing": "animation", "custDataLst": "tags",
    "extLst": "extensions", "embeddedFontLst": "embedded-fonts", "custShowLst": "custom-shows",
    "photoAlbum": "settings", "kinsoku": "settings", "modifyVerifier": "protection",
    "smartTags": "content-controls", "notesMasterIdLst": "notes", "handoutMasterIdLst": "notes",
    "sldSyncPr": "settings",
}  # fmt: skip
RULES = Rules(
    elements=frozenset(P + name for name in _SLIDE.split()) | DRAWING | MATH | {C + "chart"},
    attributes=DRAWING_ATTRIBUTES | set(_ATTRIBUTES.split()),
    texts=SEEN_TEXT,
    values=frozenset({A + "tableStyleId"}),
    free=DRAWING_FREE,
    named=frozenset({P + "cNvPr"}),
    dropped={
        **{P + name: word for name, word in _DROPPED.items()},
        **dict.fromkeys(LINKS, "links"),
    },
)
OWN_WORDS = (
    *sorted(WORDS), PICTURE_NAMES, *sorted(RULES.attributes),
    *sorted(one.rpartition("}")[2] for one in RULES.elements),
    "ppt/presentation.xml", "ppt/slides/slide1.xml", "ppt/slideLayouts/slideLayout1.xml",
    "ppt/slideMasters/slideMaster1.xml", "ppt/theme/theme1.xml", "ppt/tableStyles.xml",
)  # fmt: skip
