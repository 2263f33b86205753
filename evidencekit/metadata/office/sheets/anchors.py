"""What is drawn over the cells of a sheet (ECMA-376-1 §20.5)."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.drawn import DrawingWriter
from evidencekit.metadata.office.names import XDR
from evidencekit.metadata.office.sheets.allowed import DRAWN
from evidencekit.metadata.office.sheets.grid import Grid
from evidencekit.metadata.office.sheets.places import MAX_COLUMN, MAX_ROW, Area


class AnchorWriter(DrawingWriter):
    """Leaves out what lies over hidden rows and columns only."""

    def __init__(self, gone: Gone, grid: Grid, *, target: Callable[[str], str]) -> None:
        super().__init__(gone, DRAWN, is_strict=True, target=target)
        self._grid = grid

    def lost(self, one: Element) -> str | None:
        """Return the word for what is not seen."""
        if one.tag == XDR + "twoCellAnchor" and not self._grid.is_area_seen(_area(one)):
            if one.get("editAs", "twoCell") != "twoCell":
                raise MalformedError("a drawing over hidden cells that does not shrink with them")
            return "hidden-shapes"
        if (word := super().lost(one)) is not None:
            return word
        is_anchor = one.tag.startswith(XDR) and one.tag.endswith("Anchor")
        if is_anchor and not any(self._is_drawn(child) for child in one):
            return "hidden-shapes"
        return None

    def _is_drawn(self, one: Element) -> bool:
        """Return whether an element of an anchor is more than its place, and seen."""
        places = {XDR + name for name in ("from", "to", "pos", "ext", "clientData")}
        return one.tag not in places and super().lost(one) is None


def _area(one: Element) -> Area:
    row, column = _place(one, "from")
    last_row, last_column = _place(one, "to")
    return Area(row, column, max(row, last_row), max(column, last_column))


def _place(one: Element, edge: str) -> tuple[int, int]:
    row, column = (one.findtext(f"{XDR}{edge}/{XDR}{name}", "").strip() for name in ("row", "col"))
    if not row.isdecimal() or not column.isdecimal():
        raise MalformedError("a drawing at no place")
    return min(int(row) + 1, MAX_ROW), min(int(column) + 1, MAX_COLUMN)
