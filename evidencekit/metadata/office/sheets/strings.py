"""The texts of cells: each is written once, in the order in which cells show it (§18.4)."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import S
from evidencekit.metadata.office.writing import Rules, Writer

_FONT = """b i strike condense extend outline shadow u vertAlign sz color rFont family charset
scheme"""
_TEXT = frozenset(S + name for name in ("si", "t", "r", "rPr", "rPh", *_FONT.split()))
_RULES = Rules(
    elements=_TEXT,
    attributes=frozenset(["val", "rgb", "theme", "indexed", "tint", "auto", "sb", "eb"]),
    texts=frozenset({S + "t"}),
    free=frozenset({("rFont", "val")}),
    dropped={S + "phoneticPr": "settings"},
)
_SILENT = S + "rPh"


class Strings:
    """Texts of a source, and those of its copy."""

    def __init__(self, root: Element | None, gone: Gone) -> None:
        self._old = [] if root is None else root.findall(f"{S}si")
        self._gone = gone
        self._used: set[int] = set()
        self._new: dict[bytes, int] = {}
        self._elements: list[Element] = []

    def shared(self, number: str) -> Element:
        """Return a text of the source; raises :class:`MalformedError` where there is none."""
        if not number.isdecimal() or int(number) >= len(self._old):
            raise MalformedError("a cell whose text is missing")
        self._used.add(int(number))
        return self._old[int(number)]

    def add(self, one: Element, *, is_spoken: bool) -> tuple[int, str]:
        """Write a text; returns its number, and what is seen.

        How it is spoken (ruby) is seen only where the cell shows it.
        """
        item = Element(S + "si")
        item.extend(self._seen(one, is_spoken=is_spoken))
        new = Writer(self._gone, _RULES, is_strict=True, target=lambda _old: "").write(item)
        key: bytes = ElementTree.tostring(new)
        number = self._new.setdefault(key, len(self._elements))
        if number == len(self._elements):
            self._elements.append(new)
        return number, "".join(part.text or "" for part in new.iter(S + "t"))

    def _seen(self, one: Element, *, is_spoken: bool) -> list[Element]:
        children = [child for child in one if is_spoken or child.tag != _SILENT]
        self._gone.when(len(children) < len(one), "spoken-forms")
        return children

    def root(self) -> Element | None:
        """Return the part, if any text was written."""
        self._gone.when(len(self._used) < len(self._old), "unused-texts")
        if not self._elements:
            return None
        root = Element(S + "sst", {"uniqueCount": str(len(self._elements))})
        root.extend(self._elements)
        return root


def plain(text: str) -> Element:
    """Return a text without any look."""
    item = Element(S + "si")
    ElementTree.SubElement(item, S + "t", {_SPACE: "preserve"}).text = text
    return item


_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
