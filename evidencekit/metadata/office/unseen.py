"""What stands in a sheet or slide and is not seen: hidden cells, slides and shapes; formulas."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.drawn import is_hidden
from evidencekit.metadata.office.names import A, C, P, S
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.office.sheets.grid import grid_of, rows_of
from evidencekit.metadata.office.values import is_on

MAX_FORMULAS = 200  # of one document
MAX_CELLS = 500  # hidden ones with a text, of one document
_STRINGS = "xl/sharedStrings.xml"
_RULES = {"formula", "formula1", "formula2"}


class Unseen:
    """Looks at one part of a document after the other; never raises for what is in them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: list[Element] | None = None
        self._formulas_left, self._cells_left = MAX_FORMULAS, MAX_CELLS

    def of(self, root: Element) -> Iterator[tuple[str, str]]:
        """Yield what it is, in the words of the format, and its text."""
        yield from self._formulas(root)
        if root.tag == S + "worksheet":
            yield from self._cells(root)
        elif root.tag == P + "sld" and not is_on(root.get("show"), by_default=True):
            yield "slide", _whole(root)
        for one in root.iter():
            if is_hidden(one):
                yield "shape", _whole(one)

    def _formulas(self, root: Element) -> Iterator[tuple[str, str]]:
        """Yield formulas as people write them, behind a sign of equality."""
        for one in root.iter():
            text = (one.text or "").strip()
            is_formula = one.tag in {S + "f", C + "f"} or local(one.tag) in _RULES
            if is_formula and text and self._formulas_left:
                self._formulas_left -= 1
                yield "formula", f"={text}"

    def _cells(self, root: Element) -> Iterator[tuple[str, str]]:
        """Yield hidden texts; a number of theirs may be anywhere in a copy by chance."""
        try:
            grid = grid_of(root)
            for row, _one, cells in rows_of(root):
                for column, cell in cells:
                    if self._cells_left and not grid.is_seen(row, column):
                        text = self._text(cell)
                        self._cells_left -= bool(text)
                        yield "cell", text
        except MalformedError:
            return  # what is hidden cannot be told; the copy is refused for the same reason

    def _text(self, cell: Element) -> str:
        value = cell.findtext(S + "v", "")
        if cell.get("t") == "inlineStr":
            return "".join(one.text or "" for one in cell.iter(S + "t"))
        if cell.get("t") == "str":
            return value
        strings = self._strings() if cell.get("t") == "s" else []
        if not value.isdecimal() or int(value) >= len(strings):
            return ""
        return "".join(one.text or "" for one in strings[int(value)].iter(S + "t"))

    def _strings(self) -> list[Element]:
        if self._known is None:
            is_there = _STRINGS in self._parts.names
            self._known = list(self._parts.tree(_STRINGS).iter(S + "si")) if is_there else []
        return self._known


def _whole(root: Element) -> str:
    return " ".join(text for one in root.iter(A + "t") if (text := (one.text or "").strip()))
