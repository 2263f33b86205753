"""The elements of a part written anew: what is allowed stays, all else goes or is refused.

Changes that somebody followed (§17.13.5) are accepted; hidden text, comments, links, names of
bookmarks and of styles, and the code of fields go, except that of page numbers.
"""

from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.allowed import (
    ATTRIBUTES,
    ELEMENTS,
    FREE,
    MC,
    PIC,
    PLAIN,
    TEXT_ELEMENTS,
    WP,
    WPS,
    XML,
    A,
    R,
    W,
)
from evidencekit.metadata.office.fields import field_marks
from evidencekit.metadata.office.styles import STYLE_NAMES

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
_IGNORED_IN = frozenset({"sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "extLst", "ext"})
_STYLE_REFERENCES = frozenset(
    W + name
    for name in ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link", "numStyleLink",
                 "styleLink")
)  # fmt: skip
_EXTENSIONS = "{http://schemas.microsoft.com/office/word/"
_SEEN = tuple(f"{_EXTENSIONS}2010/wordprocessing{name}}}" for name in ("Shape", "Group", "Canvas"))
_ALTERNATIVES = {MC + "Choice", MC + "Fallback"}
_OF_THEMES = {A + name for name in ("theme", "clrScheme", "fontScheme", "fmtScheme")}
_NAMED = {WP + "docPr", PIC + "cNvPr", WPS + "cNvPr"}
_OFF = {"0", "false", "off"}


class Writer:
    """Writes the elements of one part; ``is_strict`` where an unknown one may be something seen."""

    def __init__(
        self, gone: Gone, *, is_strict: bool, styles: Mapping[str, str],
        target: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._gone, self._is_strict, self._styles, self._target = gone, is_strict, styles, target
        self._marks: frozenset[Element] = frozenset()
        self._numbered = 0

    def write(self, root: Element) -> Element:
        """Return the part anew; raises :class:`MalformedError` for what is not known."""
        self._marks = field_marks(root)
        self._gone.when(self._marks, "fields")
        found = list(self._written(root))
        if len(found) != 1:
            raise MalformedError(f"a part that begins with {local(root.tag)}")
        return found[0]

    def _written(self, one: Element) -> Iterator[Element]:
        name = local(one.tag)
        if one.tag == MC + "AlternateContent":
            yield from self._alternative(one)
        elif one in self._marks or is_gone(one):
            self._gone.note(_DROPPED.get(name, "hidden-text" if name == "r" else "fields"))
        elif one.tag.startswith(W) and name in _UNWRAPPED:
            self._gone.note(_UNWRAPPED[name])
            yield from self._inside(one)
        elif one.tag in ELEMENTS:
            yield self._element(one)
        elif name in _IGNORED_IN or not self._is_strict:
            self._gone.note("settings")
        elif one.tag.startswith(_EXTENSIONS) and not one.tag.startswith(_SEEN):
            self._gone.note("extensions")
        else:
            raise MalformedError(f"{name}, which is not understood")

    def _inside(self, one: Element) -> Iterator[Element]:
        for child in one:
            yield from self._written(child)

    def _alternative(self, one: Element) -> Iterator[Element]:
        """Take the first form that is understood (ECMA-376-3 §7.5)."""
        for choice in one:
            if choice.tag in _ALTERNATIVES and all(part.tag in ELEMENTS for part in _shown(choice)):
                self._gone.when(len(one) > 1, "second-forms")
                yield from self._inside(choice)
                return
        raise MalformedError("a drawing that is not understood")

    def _element(self, one: Element) -> Element:
        new = Element(one.tag, dict(self._attributes(one)))
        if one.tag in TEXT_ELEMENTS:
            new.text = one.text
        elif one.tag == W + "instrText":
            new.text = f" {(one.text or '').split()[0]} "
        elif (one.text or "").strip() and one.tag != WP + "posOffset" and one.tag != WP + "align":
            raise MalformedError(f"text in {local(one.tag)}")
        else:
            new.text = (one.text or "").strip() or None
        for child in self._inside(one):
            new.append(child)
        return new

    def _attributes(self, one: Element) -> Iterator[tuple[str, str]]:
        if one.tag in _NAMED:
            self._gone.when(any(one.get(key) for key in ("name", "descr", "title")), "alt-text")
            self._numbered += 1
            yield from (("id", str(self._numbered)), ("name", ""))
            return
        for key, value in one.attrib.items():
            if key.startswith(R):
                yield from self._reference(key, value)
            elif key == XML + "space":
                yield key, value
            elif local(key) in ATTRIBUTES and not key.startswith("{http://schemas.microsoft"):
                yield from self._plain(one, key, self._value(one, key, value))
            else:
                self._gone.note("editing-marks")

    def _reference(self, key: str, value: str) -> Iterator[tuple[str, str]]:
        if local(key) in {"embed", "id"} and (target := self._target(value)):
            yield key, target
        else:
            self._gone.note("links")

    def _value(self, one: Element, key: str, value: str) -> str:
        name = local(key)
        if one.tag in _STYLE_REFERENCES or (one.tag == W + "style" and name == "styleId"):
            return self._styles.get(value, "s0")
        if one.tag == W + "name" and value not in STYLE_NAMES:
            return f"style {self._named()}"
        if name == "name" and one.tag in _OF_THEMES:
            return "theme"
        return value

    def _plain(self, one: Element, key: str, value: str) -> Iterator[tuple[str, str]]:
        """Yield an attribute whose value says nothing but how something looks."""
        place = local(one.tag), local(key)
        if place in FREE or one.tag == W + "name" or PLAIN.fullmatch(value):
            yield key, value
        else:
            self._gone.note("settings")

    def _named(self) -> int:
        self._numbered += 1
        return self._numbered


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


def _shown(one: Element) -> Iterator[Element]:
    """Yield what is in an alternative and would be written."""
    for child in one:
        name = local(child.tag)
        if is_gone(child) or name in _IGNORED_IN:
            continue
        if name not in _UNWRAPPED and child.tag != MC + "AlternateContent":
            yield child
        yield from _shown(child)
