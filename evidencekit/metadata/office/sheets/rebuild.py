"""A workbook (XLSX) written anew from what is seen on its sheets.

Hidden sheets, rows and columns go with all that is in them; of formulas the results stay. Only
parts that a seen sheet leads to are written, each by the lists of
:mod:`~evidencekit.metadata.office.sheets.allowed`, under names of ours.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.assembly import Assembly, Found, by_name, led, main_part
from evidencekit.metadata.office.charts.chart import add_chart
from evidencekit.metadata.office.drawn import texts
from evidencekit.metadata.office.names import R, S
from evidencekit.metadata.office.package import Relation, relations
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.office.sheets.anchors import AnchorWriter
from evidencekit.metadata.office.sheets.cells import Cells
from evidencekit.metadata.office.sheets.controls import holds_controls
from evidencekit.metadata.office.sheets.grid import Grid, grid_of
from evidencekit.metadata.office.sheets.sheet import SheetWriter
from evidencekit.metadata.office.sheets.strings import Strings
from evidencekit.metadata.office.sheets.styles import Styles
from evidencekit.metadata.office.sheets.tables import is_more, table_anew
from evidencekit.metadata.office.themes import add_theme
from evidencekit.metadata.office.values import is_on
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
_MAIN = "xl/workbook.xml"
_WRITTEN = frozenset({S + "sheets", S + "workbookPr", S + "bookViews"})
_WORDS: Mapping[str, str] = {
    S + "definedNames": "names", S + "externalReferences": "outer-sources",
    S + "fileSharing": "people", S + "workbookProtection": "protection",
    S + "customWorkbookViews": "views", S + "pivotCaches": "pivot-tables",
    S + "webPublishing": "outer-sources", S + "calcPr": "settings",
}  # fmt: skip
_FOLDERS: Mapping[str, str] = {"worksheet": "xl/worksheets", "chartsheet": "xl/chartsheets"}
_HIDDEN = {"hidden", "veryHidden"}


def rebuild(stream: BinaryIO, out: BinaryIO, _wish: Wish) -> Rebuilt:
    """Write the workbook anew; raises :class:`MalformedError` where that needs a guess.

    No time stays in it but what cells show, for whomever it is meant.
    """
    book = _Workbook(Parts(stream))
    whole = book.whole
    book.add()
    whole.write(out, _MAIN)
    whole.note_the_rest(stream, out)
    return Rebuilt(removed=whole.gone.words, kept=(), content_sha256=whole.digest.hexdigest())


class _Workbook:
    """One source, and the parts of its copy."""

    def __init__(self, parts: Parts) -> None:
        self.whole = Assembly(parts)
        self._parts, self._main = parts, main_part(parts)
        self._strings = Strings(self._tree_of("sharedStrings"), self.whole.gone)
        self._styles = Styles(self._tree_of("styles"), self.whole.gone)
        self._cells = Cells(self._strings, self._styles, self.whole.gone, self.whole.seen)
        self._tables = 0

    def add(self) -> None:
        """Write the workbook and, from there, all that is seen of it."""
        root, found = self._parts.tree(self._main), Found(_MAIN)
        self.whole.begin(self._main, _MAIN, f"{_SHEETS}.sheet.main+xml")
        known = by_name(self._parts, self._main)
        sheets = Element(S + "sheets")
        for number, (name, one) in enumerate(self._seen_sheets(root, known), 1):
            self.whole.seen(name)
            new = f"{_FOLDERS[one.kind]}/sheet{number}.xml"
            self._add_sheet(one, new)
            said = {"name": name, "sheetId": str(number), R + "id": found.name(one.kind, new)}
            SubElement(sheets, S + "sheet", said)
        self._add_lists(found)
        self._note_the_rest(root)
        self.whole.put(_MAIN, _book(root, sheets), found)

    def _seen_sheets(
        self, root: Element, known: Mapping[str, Relation]
    ) -> Iterator[tuple[str, Relation]]:
        """Yield name and place of each sheet that is not hidden."""
        seen = 0
        for one in root.iterfind(f"{S}sheets/{S}sheet"):
            if one.get("state", "visible") in _HIDDEN:
                self.whole.gone.note("hidden-sheets")
                continue
            relation = known.get(one.get(R + "id", ""))
            if relation is None or relation.target is None or relation.kind not in _FOLDERS:
                raise MalformedError("a sheet of neither cells nor a chart")
            seen += 1
            yield one.get("name", ""), relation
        if not seen:
            raise MalformedError("no sheet that is seen")

    def _add_sheet(self, one: Relation, new: str) -> None:
        part = one.target or ""
        self.whole.begin(part, new, f"{_SHEETS}.{one.kind}+xml")
        root, found, known = self._parts.tree(part), Found(new), by_name(self._parts, part)
        grid = grid_of(root)
        writer = SheetWriter(
            self.whole.gone, cells=self._cells, styles=self._styles,
            target=lambda name: self._target(led(known, name), found, grid),
            holds_controls=lambda name: holds_controls(self._parts, known.get(name)),
        )  # fmt: skip
        tree = writer.write(root)
        self.whole.gone.when(any(known_one.target is None for known_one in known.values()), "links")
        self.whole.put(new, tree, found)

    def _target(self, one: Relation, found: Found, grid: Grid) -> str:
        """Write what a sheet refers to; returns the new name of the relation, if it has one."""
        if one.target is None:
            return ""
        match one.kind:
            case "image":
                return found.name("image", self.whole.add_picture(one.target, "xl/media"))
            case "drawing":
                return found.name("drawing", self._add_drawing(one.target, grid))
            case "table":
                new = self._add_table(one.target)
                return found.name("table", new) if new else ""
            case _:
                return ""

    def _add_drawing(self, part: str, grid: Grid) -> str:
        new = f"xl/drawings/drawing{self.whole.number('xl/drawings/drawing')}.xml"
        self.whole.begin(part, new, _DRAWING)
        found, known = Found(new), by_name(self._parts, part)
        writer = AnchorWriter(
            self.whole.gone, grid, target=lambda name: self._drawn(led(known, name), found)
        )
        tree = writer.write(self._parts.tree(part))
        self.whole.seen(*texts(tree))
        self.whole.put(new, tree, found)
        return new

    def _drawn(self, one: Relation, found: Found) -> str:
        if one.target is None:
            return ""
        if one.kind == "chart":
            return found.name("chart", add_chart(self.whole, one.target, "xl", is_over_cells=True))
        if one.kind == "image":
            return found.name("image", self.whole.add_picture(one.target, "xl/media"))
        raise MalformedError(f"a drawing of {one.kind}")

    def _add_table(self, part: str) -> str | None:
        number = self.whole.number("xl/tables/table")
        old = self._parts.tree(part)
        tree = table_anew(old, self._cells.headings, number)
        if tree is None:
            return None
        self.whole.gone.when(is_more(old, tree), "settings")
        new = f"xl/tables/table{number}.xml"
        self.whole.begin(part, new, f"{_SHEETS}.table+xml")
        self.whole.put(new, tree)
        return new

    def _add_lists(self, found: Found) -> None:
        """Write texts, looks and theme, which all sheets share."""
        for one in relations(self._parts, self._main):
            if one.kind == "theme" and one.target is not None:
                found.name("theme", add_theme(self.whole, one.target, "xl"))
        for kind, root in (
            ("sharedStrings", self._strings.root()),
            ("styles", self._styles.root()),
        ):
            if root is not None:
                new = f"xl/{kind}.xml"
                self.whole.begin(self._part_of(kind) or new, new, f"{_SHEETS}.{kind}+xml")
                self.whole.put(new, root)
                found.name(kind, new)

    def _tree_of(self, kind: str) -> Element | None:
        part = self._part_of(kind)
        return None if part is None else self._parts.tree(part)

    def _part_of(self, kind: str) -> str | None:
        found = [one.target for one in relations(self._parts, self._main) if one.kind == kind]
        if len(found) > 1:
            raise MalformedError(f"several parts of {kind}")
        return found[0] if found else None

    def _note_the_rest(self, root: Element) -> None:
        for one in root:
            word = _WORDS.get(one.tag)
            self.whole.gone.when(word, word or "")
            self.whole.gone.when(one.tag not in _WRITTEN and word is None, "settings")


def _book(root: Element, sheets: Element) -> Element:
    new = Element(S + "workbook")
    properties = root.find(f"{S}workbookPr")
    if properties is not None and is_on(properties.get("date1904")):
        SubElement(new, S + "workbookPr", {"date1904": "1"})
    SubElement(SubElement(new, S + "bookViews"), S + "workbookView")
    new.append(sheets)
    return new
