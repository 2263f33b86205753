"""Documents of Hangul (HWPX) written part by part, with a mark in every place that they offer."""

from collections.abc import Mapping

from tests.tools.offices import document

HWPX = "application/hwp+zip"
MARK = "MARK-7f3a91"
_HANCOM = "http://www.hancom.co.kr/hwpml/2011"
SPACES = f"""xmlns:hp="{_HANCOM}/paragraph" xmlns:hh="{_HANCOM}/head" xmlns:hc="{_HANCOM}/core"
 xmlns:hs="{_HANCOM}/section" xmlns:hm="{_HANCOM}/master-page" xmlns:hhs="{_HANCOM}/history"
 xmlns:ha="{_HANCOM}/app" xmlns:hv="{_HANCOM}/version" xmlns:opf="http://www.idpf.org/2007/opf/\""""
FACTS = frozenset(
    {
        "title MARK-7f3a91", "creator MARK-7f3a91", "saved MARK-7f3a91", "2026-05-01T10:00:01Z",
        "author MARK-7f3a91", "deleted MARK-7f3a91", "memo MARK-7f3a91", "hidden MARK-7f3a91",
        "alt MARK-7f3a91", "https://example.com/MARK-7f3a91", "field MARK-7f3a91",
        "bookmark MARK-7f3a91", "cell MARK-7f3a91", "preview MARK-7f3a91", "script MARK-7f3a91",
        "version MARK-7f3a91", "style MARK-7f3a91", "program MARK-7f3a91", "remark MARK-7f3a91",
        '{"name":"MARK-7f3a91"}', "C:/MARK-7f3a91/t.hwtx", "2026-05-01 10:00:02", "by MARK-7f3a91",
        "MARK-7f3a91 of the zip", "command MARK-7f3a91",
    }
)  # fmt: skip


def paragraph(inner: str) -> str:
    """Return a paragraph of one run."""
    return f'<hp:p id="2764991984" paraPrIDRef="0"><hp:run charPrIDRef="0">{inner}</hp:run></hp:p>'


def section(inner: str) -> str:
    """Return a section around paragraphs."""
    return f"<hs:sec {SPACES}>{inner}</hs:sec>"


def simple(inner: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a document of one section."""
    return document({**_parts(section(inner), _HEADER), **(more or {})})


_HEADER = f"""<hh:head {SPACES} version="1.4" secCnt="1"><hh:refList><hh:styles itemCnt="1">
<hh:style id="0" type="PARA" name="바탕글" engName="Normal"/></hh:styles></hh:refList></hh:head>"""
_CONTAINER = """<ocf:container xmlns:ocf="urn:oasis:names:tc:opendocument:xmlns:container">
<ocf:rootfiles><ocf:rootfile full-path="Contents/content.hpf"
 media-type="application/hwpml-package+xml"/></ocf:rootfiles></ocf:container>"""
_METADATA = f"""<opf:metadata><opf:title>title {MARK}</opf:title>
<opf:language>ko</opf:language><opf:meta name="creator" content="text">creator {MARK}</opf:meta>
<opf:meta name="lastsaveby" content="text">saved {MARK}</opf:meta>
<opf:meta name="CreatedDate" content="text">2026-05-01T10:00:01Z</opf:meta></opf:metadata>"""


def _parts(text: str, header: str, metadata: str = "") -> dict[str, str | bytes]:
    items = "".join(
        f'<opf:item id="{name}" href="{part}" media-type="{kind}"/>'
        for name, part, kind in (
            ("header", "Contents/header.xml", "application/xml"),
            ("section0", "Contents/section0.xml", "application/xml"),
            ("master7", "Contents/masterpage0.xml", "application/xml"),
            ("photo", f"BinData/{MARK}.jpg", "image/jpg"),
        )
    )
    return {
        "mimetype": HWPX,
        "version.xml": f'<hv:HCFVersion {SPACES} application="program {MARK}"/>',
        "Contents/header.xml": header,
        "Contents/section0.xml": text,
        "META-INF/container.xml": _CONTAINER,
        "Contents/content.hpf": f"<opf:package {SPACES}>{metadata}<opf:manifest>{items}"
        '</opf:manifest><opf:spine><opf:itemref idref="header"/><opf:itemref idref="section0"/>'
        "</opf:spine></opf:package>",
    }


def field(kind: str, inner: str, parameters: str = "", name: str = "") -> str:
    """Return a field around what it shows."""
    return f"""<hp:ctrl><hp:fieldBegin id="16" type="{kind}" name="{name}">{parameters}
</hp:fieldBegin></hp:ctrl>{inner}<hp:ctrl><hp:fieldEnd beginIDRef="16"/></hp:ctrl>"""


_MEMO = f"<hp:subList>{paragraph(f'<hp:t>memo {MARK}</hp:t>')}</hp:subList>"
_LINK = (
    f'<hp:parameters cnt="1"><hp:stringParam name="Path">https://example.com/{MARK}'
    "</hp:stringParam></hp:parameters>"
)
_TEXT = f"""<!-- remark {MARK} -->{
    paragraph(
        '<hp:secPr id=""><hp:pagePr landscape="WIDELY" width="59528" height="84186"/>'
        '<hp:masterPage idRef="master7"/></hp:secPr>'
        "<hp:t>What is seen<hp:deleteBegin Id='1' TcId='1'/> deleted "
        + MARK
        + "<hp:deleteEnd Id='1' TcId='1'/><hp:insertBegin Id='2' TcId='2'/> and was added"
        "<hp:insertEnd Id='2' TcId='2'/></hp:t>"
    )
}{paragraph(field("MEMO", "<hp:t>noted</hp:t>", _MEMO))}{
    paragraph(field("HYPERLINK", "<hp:t>a link</hp:t>", _LINK, f"field {MARK}"))
}{paragraph(f'<hp:ctrl><hp:bookmark name="bookmark {MARK}"/></hp:ctrl>')}{
    paragraph(
        "<hp:ctrl><hp:hiddenComment><hp:subList>"
        + paragraph(f"<hp:t>hidden {MARK}</hp:t>")
        + "</hp:subList></hp:hiddenComment></hp:ctrl>"
    )
}{
    paragraph(
        f'<hp:tbl id="1137126797" rowCnt="1" colCnt="1"><hp:tr><hp:tc name="cell {MARK}">'
        f'''<hp:subList metatag='{{"name":"{MARK}"}}'>{paragraph("<hp:t>in a cell</hp:t>")}'''
        "</hp:subList></hp:tc></hp:tr></hp:tbl>"
    )
}{
    paragraph(
        '<hp:pic id="1255768136" instid="182026313"><hc:img binaryItemIDRef="photo"/>'
        f"<hp:shapeComment>alt {MARK}</hp:shapeComment></hp:pic>"
    )
}{
    paragraph(
        f'<hp:checkBtn caption="tick" name="{MARK}" command="command {MARK}" value="CHECKED"/>'
        "<hp:equation version='Equation Version 60'><hp:script>a over b</hp:script></hp:equation>"
    )
}"""
_PLANTED_HEADER = f"""<hh:head {SPACES} version="1.4" secCnt="1"><hh:refList>
<hh:styles itemCnt="1"><hh:style id="0" type="PARA" name="style {MARK}" engName="{MARK}"/>
</hh:styles><hh:trackChanges itemCnt="1"><hh:trackChange type="Delete" id="1"
 date="2026-05-01T10:00:01Z"/></hh:trackChanges><hh:trackChangeAuthors itemCnt="1">
<hh:trackChangeAuthor name="author {MARK}" id="0"/></hh:trackChangeAuthors></hh:refList>
<hh:docOption><hh:linkinfo path="C:/{MARK}/t.hwtx" pageInherit="0"/></hh:docOption></hh:head>"""


def planted_hangul(photograph: bytes) -> bytes:
    """Return a text with a photograph, and marks in and around them."""
    master = (
        f'<hm:masterPage {SPACES} id="{MARK}" type="BOTH"><hp:subList>'
        f"{paragraph('<hp:t>on every page</hp:t>')}</hp:subList></hm:masterPage>"
    )
    history = f"""<hhs:history {SPACES}><hhs:historyEntry revisionAuthor="by {MARK}"
 revisionDesc="version {MARK}"/></hhs:history>"""
    parts: dict[str, str | bytes] = {
        **_parts(section(_TEXT), _PLANTED_HEADER, _METADATA),
        "Contents/masterpage0.xml": master,
        "settings.xml": f'<ha:HWPApplicationSetting {SPACES} mark="{MARK}"/>',
        "Preview/PrvText.txt": f"preview {MARK}",
        "Preview/PrvImage.png": photograph,
        "Scripts/headerScripts.js": f"script {MARK}".encode("utf-16-le"),
        "DocHistory/versionlog0.xml": history,
        f"BinData/{MARK}.jpg": photograph,
        f"BinData/{MARK}-unused.jpg": photograph,
    }
    return document(parts, comment=f"{MARK} of the zip".encode())
