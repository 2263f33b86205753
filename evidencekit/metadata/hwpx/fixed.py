"""What every copy of a document of Hangul holds, whatever the original is (KS X 6101 §6–§9)."""

from evidencekit.metadata.hwpx.allowed import PREFIXES, WORDS_OF_LISTS

MIMETYPE = b"application/hwp+zip"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>'
_HANCOM = "http://www.hancom.co.kr/hwpml/2011"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
VERSION = (
    f'{HEAD}<hv:HCFVersion xmlns:hv="{_HANCOM}/version" tagetApplication="WORDPROCESSOR" major="5"'
    ' minor="1" micro="0" buildNumber="1" os="1" xmlVersion="1.4" application="" appVersion=""/>'
)
SETTINGS = (
    f'{HEAD}<ha:HWPApplicationSetting xmlns:ha="{_HANCOM}/app">'
    '<ha:CaretPosition listIDRef="0" paraIDRef="0" pos="0"/></ha:HWPApplicationSetting>'
)
CONTAINER = (
    f'{HEAD}<ocf:container xmlns:ocf="{_OASIS}:container"><ocf:rootfiles><ocf:rootfile '
    'full-path="Contents/content.hpf" media-type="application/hwpml-package+xml"/>'
    "</ocf:rootfiles></ocf:container>"
)
MANIFEST = f'{HEAD}<odf:manifest xmlns:odf="{_OASIS}:manifest:1.0"/>'
_OPF = "http://www.idpf.org/2007/opf/"
CONTENT_HEAD = (
    f'{HEAD}<opf:package xmlns:opf="{_OPF}" version="" unique-identifier="" id="">'
    "<opf:metadata><opf:title/><opf:language>ko</opf:language></opf:metadata>"
)
CONTENT_MIDDLE = "</opf:manifest><opf:spine>"
_NAMED = 2_000
"""Parts and styles of each sort whose names are known to be ours."""
OWN_WORDS = (
    *WORDS_OF_LISTS,
    VERSION, SETTINGS, CONTAINER, MANIFEST, CONTENT_HEAD, *PREFIXES.values(), "application/xml",
    "application/hwp+zip", "image/jpeg", "image/png", "image/gif", "image/bmp",
    "Contents/content.hpf", "Contents/header.xml", "settings.xml", "version.xml",
    "META-INF/container.xml", "META-INF/manifest.xml",
    " ".join(f"style {n}" for n in range(_NAMED)),
    " ".join(f"Contents/section{n}.xml Contents/masterpage{n}.xml" for n in range(_NAMED)),
    *(
        " ".join(f"BinData/image{n}.{end}" for n in range(_NAMED))
        for end in ("jpg", "png", "gif", "bmp")
    ),
)  # fmt: skip
