"""The elements of a text written anew.

Changes that somebody followed (§17.13.5) are accepted; hidden text, comments, links, names of
bookmarks and of styles, and the code of fields go, except that of page numbers.
"""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.office.names import PIC, WP, WPS, W
from evidencekit.metadata.office.words.allowed import (
    ATTRIBUTES,
    ELEMENTS,
    FREE,
    PLAIN,
    TEXT_ELEMENTS,
)
from evidencekit.metadata.office.words.fields import field_marks
from evidencekit.metadata.office.words.styles import STYLE_NAMES
from evidencekit.metadata.office.writing import Rules, Writer

_DROPPED: Mapping[str, str] = {
    "del": "tracked-changes", "moveFrom": "tracked-changes", "rPrChange": "tracked-changes",
    "pPrChange": "tracked-changes", "sectPrChange": "tracked-changes", "cellIns": "tracked-changes",
    "tblPrChange": "tracked-changes", "tblGridChange": "tracked-changes",
    "trPrChange": "tracked-changes", "tcPrChange": "tracked-changes",
    "tblPrExChange": "tracked-changes", "numberingChange": "tracked-changes",
    "moveFromRangeStart": "tracked-changes", "moveFromRangeEnd": "tracked-changes",
    "moveToRangeStart": "tracked-changes", "moveToRangeEnd": "tracked-changes",
    "commentRangeStart": "comments", "commentRangeEnd": "comments", "commentReference": "comments",
    "annotationRef": "comments", "bookmarkStart": "bookmarks", "bookmarkEnd": "bookmarks",
    "permStart": "editing-marks", "permEnd": "editing-marks", "proofErr": "editing-marks",
    "lastRenderedPageBreak": "editing-marks", "divId": "editing-marks", "tblCaption": "alt-text",
    "tblDescription": "alt-text", "customXmlInsRangeStart": "tracked-changes",
    "customXmlInsRangeEnd": "tracked-changes", "customXmlDelRangeStart": "tracked-changes",
    "customXmlDelRangeEnd": "tracked-changes", "printerSettings": "printer",
    "vanish": "hidden-text",
}  # fmt: skip
_UNWRAPPED: Mapping[str, str] = {
    "ins": "tracked-changes", "moveTo": "tracked-changes", "hyperlink": "links",
    "sdt": "content-controls", "sdtContent": "content-controls", "smartTag": "content-controls",
    "customXml": "content-controls", "fldSimple": "fields", "dir": "editing-marks",
    "bdo": "editing-marks",
}  # fmt: skip
_STYLE_REFERENCES = frozenset(
    W + name
    for name in ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link", "numStyleLink",
                 "styleLink")
)  # fmt: skip
_EXTENSIONS = "{http://schemas.microsoft.com/office/word/"
_SEEN = tuple(f"{_EXTENSIONS}2010/wordprocessing{name}}}" for name in ("Shape", "Group", "Canvas"))
_OFF = {"0", "false", "off"}
_RULES = Rules(
    elements=ELEMENTS,
    attributes=ATTRIBUTES,
    texts=TEXT_ELEMENTS,
    free=FREE | {("name", "val")},
    values=frozenset({WP + "posOffset", WP + "align"}),
    named=frozenset({WP + "docPr", PIC + "cNvPr", WPS + "cNvPr"}),
    unwrapped={W + name: word for name, word in _UNWRAPPED.items()},
    ignored=frozenset(
        {"sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "extLst", "ext", "stCxn", "endCxn"}
    ),
    is_plain=lambda value: PLAIN.fullmatch(value) is not None,
)


class TextWriter(Writer):
    """Writes one part of a text, with the names that its styles get."""

    def __init__(
        self, gone: Gone, *, is_strict: bool, styles: Mapping[str, str],
        target: Callable[[str], str],
    ) -> None:  # fmt: skip
        super().__init__(gone, _RULES, is_strict=is_strict, target=target)
        self._styles = styles
        self._marks: frozenset[Element] = frozenset()

    def write(self, root: Element) -> Element:
        """Return the part anew, without the code of its fields."""
        self._marks = field_marks(root)
        self.gone.when(self._marks, "fields")
        return super().write(root)

    def lost(self, one: Element) -> str | None:
        """Return the word for what is deleted, hidden or a mark of a field."""
        if one not in self._marks and not is_gone(one):
            return None
        name = local(one.tag)
        return _DROPPED.get(name, "hidden-text" if name in {"r", "tr"} else "fields")

    def is_extension(self, one: Element) -> bool:
        """Return whether it is an extension of the word processor other than a shape."""
        return one.tag.startswith(_EXTENSIONS) and not one.tag.startswith(_SEEN)

    def text_of(self, one: Element) -> str | None:
        """Return the text; of a field its first word."""
        if one.tag == W + "instrText":
            return f" {(one.text or '').split()[0]} "
        return super().text_of(one)

    def value(self, one: Element, key: str, value: str) -> str:
        """Return a value with the name of a style in place of somebody's own."""
        if one.tag in _STYLE_REFERENCES or (one.tag == W + "style" and local(key) == "styleId"):
            return self._styles.get(value, "s0")
        if one.tag == W + "name" and value not in STYLE_NAMES:
            return f"style {self.next_number()}"
        return super().value(one, key, value)


def is_gone(one: Element) -> bool:
    """Return whether an element and all in it is left out, since nobody sees it."""
    name = local(one.tag)
    if not one.tag.startswith(W):
        return False
    if name == "tr":
        marks = (f"{W}trPr/{W}del", f"{W}trPr/{W}hidden")
        return any(one.find(mark) is not None for mark in marks)
    if name == "r":
        hidden = one.find(f"{W}rPr/{W}vanish")
        return hidden is not None and hidden.get(W + "val", "1") not in _OFF
    return name in _DROPPED
