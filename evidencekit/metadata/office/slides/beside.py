"""Shapes that lie beside their slide: nobody sees them on it, nor in print."""

from xml.etree.ElementTree import Element

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import A, P

Size = tuple[int, int]
"""Width and height of the slides, in EMU."""


def is_beside(one: Element, size: Size) -> bool:
    """Return whether the frame of a shape does not touch the slide, however it is turned.

    A shape without a place of its own has that of its layout.
    """
    frame = next((found for path in _FRAMES if (found := one.find(path)) is not None), None)
    if frame is None:
        return False
    offset, extent = frame.find(f"{A}off"), frame.find(f"{A}ext")
    if offset is None and extent is None:
        return False
    if offset is None or extent is None:
        raise MalformedError("a shape at no place")
    x, y = _number(offset, "x"), _number(offset, "y")
    width, height = _number(extent, "cx"), _number(extent, "cy")
    reach = (width + height) / 2 if frame.get("rot", "0") != "0" else None
    half_width, half_height = (reach, reach) if reach is not None else (width / 2, height / 2)
    middle_x, middle_y = x + width / 2, y + height / 2
    return not (
        -half_width <= middle_x <= size[0] + half_width
        and -half_height <= middle_y <= size[1] + half_height
    )


_FRAMES = (f"{P}spPr/{A}xfrm", f"{P}grpSpPr/{A}xfrm", f"{P}xfrm")


def _number(one: Element, key: str) -> int:
    try:
        return int(one.get(key, "0"))
    except ValueError as exc:
        raise MalformedError("a shape at no place") from exc
