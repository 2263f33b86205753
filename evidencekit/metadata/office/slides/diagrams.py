"""Diagrams (SmartArt) as the shapes that were drawn of them last.

What a diagram is made of may say more than it shows; programs keep beside it the shapes that they
drew ([MS-ODRAWXML] §2.11), and show those. They become a group of ordinary shapes.
"""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.elements import local
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import A, P, R
from evidencekit.metadata.office.package import Relation
from evidencekit.metadata.office.parts import Parts

DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_DRAWN = "{http://schemas.microsoft.com/office/drawing/2008/diagram}"
_NO_STYLE = ("lnRef", "fillRef", "effectRef")


def drawing_of(frame: Element, known: Mapping[str, Relation], parts: Parts) -> str | None:
    """Return the part with the shapes of a diagram; None for any other frame.

    Raises :class:`MalformedError` where they are not in the document.
    """
    ids = frame.find(f".//{DIAGRAM}")
    if ids is None:
        return None
    data = known.get(ids.get(R + "dm", ""))
    if data is not None and data.target is not None and data.target in parts.names:
        for one in parts.tree(data.target).iter(_DRAWN + "dataModelExt"):
            drawing = known.get(one.get("relId", ""))
            if drawing is not None and drawing.target is not None:
                return drawing.target
    raise MalformedError("a diagram whose shapes are not in the document")


def as_group(frame: Element, drawing: Element) -> Element:
    """Return the shapes of a diagram as a group in the place of its frame."""
    place, tree = frame.find(P + "xfrm"), drawing.find(_DRAWN + "spTree")
    extent = None if place is None else place.find(A + "ext")
    if place is None or extent is None or tree is None:
        raise MalformedError("a diagram at no place")
    group = Element(P + "grpSp")
    names = SubElement(group, P + "nvGrpSpPr")
    SubElement(names, P + "cNvPr", {"id": "1", "name": ""})
    SubElement(names, P + "cNvGrpSpPr")
    SubElement(names, P + "nvPr")
    frame_of_group = SubElement(SubElement(group, P + "grpSpPr"), A + "xfrm", place.attrib)
    frame_of_group.extend(list(place))
    SubElement(frame_of_group, A + "chOff", {"x": "0", "y": "0"})
    SubElement(frame_of_group, A + "chExt", extent.attrib)
    shapes = tree.findall(_DRAWN + "sp")
    if not shapes:
        raise MalformedError("a diagram whose shapes are not in the document")
    for shape in shapes:
        group.extend(list(_shapes(shape)))
    if any(local(one.tag) not in {"sp", "nvGrpSpPr", "grpSpPr"} for one in tree):
        raise MalformedError("a diagram of more than shapes")
    return group


def _shapes(shape: Element) -> Iterator[Element]:
    """Yield a shape, and its text as one of its own where it stands in another place."""
    parts = {local(one.tag): one for one in shape}
    body, place = parts.get("txBody"), parts.get("txXfrm")
    is_apart = body is not None and place is not None and not _is_over(place, parts.get("spPr"))
    if is_apart and any(one.get("rot", "0") != "0" for one in shape.iter() if _is_place(one)):
        raise MalformedError("a diagram with turned texts")
    kept = ["spPr", "style"] if is_apart else ["spPr", "style", "txBody"]
    yield _shape([_renamed(parts[name]) for name in kept if name in parts])
    if is_apart and body is not None and place is not None:
        look = Element(P + "spPr")
        SubElement(look, A + "xfrm", place.attrib).extend(list(place))
        SubElement(SubElement(look, A + "prstGeom", {"prst": "rect"}), A + "avLst")
        SubElement(look, A + "noFill")
        yield _shape([look, *_letters(parts.get("style")), _renamed(body)])


def _shape(parts: list[Element]) -> Element:
    new = Element(P + "sp")
    names = SubElement(new, P + "nvSpPr")
    SubElement(names, P + "cNvPr", {"id": "1", "name": ""})
    SubElement(names, P + "cNvSpPr")
    SubElement(names, P + "nvPr")
    new.extend(parts)
    return new


def _letters(style: Element | None) -> Iterator[Element]:
    """Yield a style with the letters of another and nothing else of it."""
    fonts = None if style is None else style.find(A + "fontRef")
    if fonts is not None:
        new = Element(P + "style")
        for name in _NO_STYLE:
            SubElement(SubElement(new, A + name, {"idx": "0"}), A + "scrgbClr",
                       {"r": "0", "g": "0", "b": "0"})  # fmt: skip
        new.append(fonts)
        yield new


def _renamed(one: Element) -> Element:
    new = Element(P + local(one.tag), one.attrib)
    new.extend(list(one))
    return new


def _is_place(one: Element) -> bool:
    return one.tag in {A + "xfrm", _DRAWN + "txXfrm"}


def _is_over(place: Element, look: Element | None) -> bool:
    """Return whether a text stands exactly in its shape."""
    frame = None if look is None else look.find(A + "xfrm")
    return (
        frame is not None
        and place.attrib == frame.attrib
        and [dict(one.attrib) for one in place] == [dict(one.attrib) for one in frame]
    )
