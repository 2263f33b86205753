"""One sheet written anew: its cells, and what else is seen on it."""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import MC, R, S
from evidencekit.metadata.office.sheets.allowed import SETTINGS
from evidencekit.metadata.office.sheets.cells import Cells
from evidencekit.metadata.office.sheets.conditions import conditions, hides_values
from evidencekit.metadata.office.sheets.grid import grid_of
from evidencekit.metadata.office.sheets.number_formats import hides
from evidencekit.metadata.office.sheets.places import reference_to
from evidencekit.metadata.office.sheets.styles import Styles
from evidencekit.metadata.office.values import is_on
from evidencekit.metadata.office.writing import Writer

_PRINTED = re.compile(r'&(?:"[^"]*"|.)|[^&]+|&', re.DOTALL)
_OF_FILES = {"&F", "&Z", "&f", "&z"}
_PICTURE = {"&G", "&g"}
_SEEN_EXTENSIONS = ("sparkline", "Sparkline")


class SheetWriter(Writer):
    """Writes a sheet; ``holds_controls`` tells of old drawings whether they are more than notes."""

    def __init__(
        self, gone: Gone, *, cells: Cells, styles: Styles, target: Callable[[str], str],
        holds_controls: Callable[[str], bool],
    ) -> None:  # fmt: skip
        super().__init__(gone, SETTINGS, is_strict=True, target=target)
        self._cells, self._styles, self._holds_controls = cells, styles, holds_controls
        self._special: Mapping[str, Callable[[Element], Iterator[Element]]] = {
            S + "conditionalFormatting": self._conditions,
            S + "extLst": self._extensions,
            S + "legacyDrawing": self._notes,
            S + "pane": self._pane,
            S + "tableParts": self._tables,
        }
        self._root = Element(S + "worksheet")

    def write(self, root: Element) -> Element:
        """Return the sheet; raises :class:`MalformedError` for what is not known."""
        if root.tag not in {S + "worksheet", S + "chartsheet"}:
            raise MalformedError(f"a part that begins with {local(root.tag)}")
        self._root = root
        new = Element(root.tag)
        new.extend(list(self.inside(root)))
        return new

    def written(self, one: Element) -> Iterator[Element]:
        """Yield what becomes of an element."""
        if one.tag == S + "sheetData":
            yield self._cells.write(self._root, grid_of(self._root), self._row)
        elif one.tag in self._special:
            yield from self._special[one.tag](one)
        else:
            if one.tag == S + "sheetView" and is_on(one.get("showFormulas")):
                raise MalformedError("a sheet that shows its formulas")
            yield from super().written(one)

    def text_of(self, one: Element) -> str | None:
        """Return a text; of what is printed above and below, without names of files."""
        text = super().text_of(one)
        if one.tag not in SETTINGS.texts or text is None:
            return text
        pieces = _PRINTED.findall(text)
        self.gone.when(any(piece in _OF_FILES for piece in pieces), "fields")
        self.gone.when(any(piece in _PICTURE for piece in pieces), "printed-pictures")
        return "".join(piece for piece in pieces if piece not in _OF_FILES | _PICTURE)

    def value(self, one: Element, key: str, value: str) -> str:
        """Return a value with the new number of a look."""
        if one.tag == S + "col" and key == "style":
            return str(self._styles.cell(value, is_filled=False))
        return "0" if key == "workbookViewId" else super().value(one, key, value)

    def _row(self, one: Element) -> Element:
        bare = Element(one.tag, {k: v for k, v in one.attrib.items() if k not in {"spans", "s"}})
        return self.element(bare)

    def _conditions(self, one: Element) -> Iterator[Element]:
        for kept in conditions(one, self._styles, self.gone):
            yield from super().written(kept)

    def _extensions(self, one: Element) -> Iterator[Element]:
        if hides_values(one):
            raise MalformedError("a condition that hides what is in a cell")
        for inside in one.iter():
            name = local(inside.tag)
            if name.startswith(_SEEN_EXTENSIONS):
                raise MalformedError("small charts in cells")
            if name == "numFmt" and hides(inside.get("formatCode", "")):
                raise MalformedError("a condition that hides what is in a cell")
        self.gone.note("extensions")
        yield from ()

    def _notes(self, one: Element) -> Iterator[Element]:
        """Leave out the boxes of comments; anything else that is drawn there is seen."""
        if any(self._holds_controls(name) for name in one.attrib.values()):
            raise MalformedError("buttons or other controls on a sheet")
        self.gone.note("comments")
        yield from ()

    def _tables(self, one: Element) -> Iterator[Element]:
        new = Element(one.tag)
        for part in one:
            if name := self.target(part.get(R + "id", "")):
                SubElement(new, S + "tablePart", {R + "id": name})
        self.gone.when(len(new) < len(one), "tables")
        if len(new):
            yield new

    def _pane(self, one: Element) -> Iterator[Element]:
        """Keep what is held in place; how far the rest was turned, nobody need know."""
        new = deepcopy(one)
        new.attrib.pop("topLeftCell", None)
        held = [one.get(key, "0") for key in ("ySplit", "xSplit")]
        written = next(super().written(new))
        if one.get("state", "split") != "split" and all(place.isdecimal() for place in held):
            row, column = map(int, held)
            written.set("topLeftCell", reference_to(row + 1, column + 1))
        yield written

    def is_extension(self, one: Element) -> bool:
        """Return whether an unknown element shows nothing."""
        return not one.tag.startswith((S, MC))
