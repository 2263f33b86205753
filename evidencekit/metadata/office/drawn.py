"""Shapes, pictures and texts of drawings written anew, in whatever document they are."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.office.drawing import SEEN_TEXT
from evidencekit.metadata.office.names import A
from evidencekit.metadata.office.values import is_on
from evidencekit.metadata.office.writing import Writer

COUNTED = "slidenum"
"""Fields that every program counts anew."""
_ID = "{00000000-0000-0000-0000-000000000000}"


class DrawingWriter(Writer):
    """Leaves out shapes that are hidden, and the code of fields except that of slide numbers."""

    def lost(self, one: Element) -> str | None:
        """Return the word for a shape that is not seen."""
        return super().lost(one) or ("hidden-shapes" if is_hidden(one) else None)

    def element(self, one: Element) -> Element:
        """Return an element anew; a field becomes its result."""
        if one.tag != A + "fld":
            return super().element(one)
        if one.get("type") == COUNTED:
            new = super().element(_bare(one, one.tag))
            new.attrib.update(id=_ID, type=COUNTED)
            return new
        self.gone.note("fields")
        run = _bare(one, A + "r")
        for properties in run.findall(A + "pPr"):
            run.remove(properties)
        return super().element(run)


def _bare(one: Element, tag: str) -> Element:
    new = Element(tag)
    new.extend(list(one))
    return new


def is_hidden(one: Element) -> bool:
    """Return whether a shape is not shown (§20.1.2.2.8)."""
    for part in one:
        if local(part.tag).startswith("nv"):
            return any(local(named.tag) == "cNvPr" and is_on(named.get("hidden")) for named in part)
    return False


def texts(root: Element) -> Iterator[str]:
    """Yield the texts that are seen in a drawing, in their order."""
    for one in root.iter():
        if one.tag in SEEN_TEXT:
            yield one.text or ""
