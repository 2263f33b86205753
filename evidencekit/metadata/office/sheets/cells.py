"""The cells of a sheet written anew: what each shows, without the formula that it came from.

A formula may name hidden cells, people's files and other computers; what is seen is its result,
which stands beside it. Where none does, the copy would be blank, so there is none.
"""

import math
import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import S
from evidencekit.metadata.office.sheets.grid import Grid, rows_of
from evidencekit.metadata.office.sheets.number_formats import shows
from evidencekit.metadata.office.sheets.places import reference_to
from evidencekit.metadata.office.sheets.strings import Strings, plain
from evidencekit.metadata.office.sheets.styles import Styles
from evidencekit.metadata.office.values import is_on

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_VALUES = {
    "n": _NUMBER, "b": re.compile("[01]|true|false"),
    "e": re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!)"),
    "d": re.compile(r"[-+]?\d{4,6}-\d\d-\d\d(?:T[0-9:.]{5,20}Z?)?|T?\d\d:[0-9:.]{2,15}Z?"),
}  # fmt: skip
_TEXTS = {"s", "str", "inlineStr"}


class Cells:
    """Writes the cells of one sheet after the other."""

    def __init__(
        self, strings: Strings, styles: Styles, gone: Gone, seen: Callable[..., None]
    ) -> None:
        self._strings, self._styles, self._gone, self._seen = strings, styles, gone, seen
        self.headings: dict[tuple[int, int], str] = {}
        """Texts of the sheet written last, by row and column."""

    def write(self, root: Element, grid: Grid, row_of: Callable[[Element], Element]) -> Element:
        """Return the data of a sheet; ``row_of`` writes a row without its cells."""
        self.headings = {}
        data = Element(S + "sheetData")
        for number, old, cells in rows_of(root):
            row = row_of(old)
            row.set("r", str(number))
            if "s" in old.attrib:
                row.set("s", str(self._styles.cell(old.get("s"), is_filled=False)))
            for column, cell in cells:
                row.extend(
                    list(self._cell(cell, number, column, is_seen=grid.is_seen(number, column)))
                )
            data.append(row)
        return data

    def _cell(self, old: Element, row: int, column: int, *, is_seen: bool) -> Iterator[Element]:
        new = Element(S + "c", {"r": reference_to(row, column)})
        found = self._value(old) if is_seen else None
        is_there = old.find(f"{S}v") is not None or old.find(f"{S}is") is not None
        self._gone.when(is_there and found is None, "hidden-cells")
        if "s" in old.attrib:
            number = self._styles.cell(old.get("s"), is_filled=found is not None)
            new.set("s", str(number))
        if found is not None:
            self._fill(new, old, found, (row, column))
        if len(new.attrib) > 1 or len(new):
            yield new

    def _value(self, old: Element) -> tuple[str, str | Element] | None:
        """Return type and value, None for a cell that shows none."""
        if "vm" in old.attrib:
            raise MalformedError("a cell that shows a picture or a record of another part")
        kind, value = old.get("t", "n"), old.find(f"{S}v")
        if old.find(f"{S}f") is not None:
            self._gone.note("formulas")
            if not _has_result(old, kind, value):
                raise MalformedError("a formula whose result is not in the file")
        text = "" if value is None else (value.text or "")
        found = self._text(old, kind, text) if kind in _TEXTS else self._plain(kind, text)
        if found is None or not self._shows(old, *found):
            return None
        return found

    def _text(self, old: Element, kind: str, text: str) -> tuple[str, Element] | None:
        if kind == "inlineStr":
            inside = old.find(f"{S}is")
            return None if inside is None else ("s", inside)
        if kind == "str":
            return ("s", plain(text)) if text else None
        return ("s", self._strings.shared(text.strip())) if text.strip() else None

    def _plain(self, kind: str, text: str) -> tuple[str, str] | None:
        value = text.strip()
        if not value:
            return None
        if kind not in _VALUES or not _VALUES[kind].fullmatch(value):
            raise MalformedError("a cell whose value is not of its type")
        return kind, value

    def _shows(self, old: Element, kind: str, value: str | Element) -> bool:
        """Return whether the number format lets a value be seen."""
        code = self._styles.code(old.get("s"))
        if not code or kind in {"b", "e", "d"}:
            return True
        number = None if isinstance(value, Element) else float(value)
        if number is not None and not math.isfinite(number):
            raise MalformedError("a number beyond all bounds")
        return shows(code, number)

    def _fill(
        self, new: Element, old: Element, found: tuple[str, str | Element], place: tuple[int, int]
    ) -> None:
        kind, value = found
        if isinstance(value, Element):
            is_spoken = is_on(old.get("ph"))
            number, text = self._strings.add(value, is_spoken=is_spoken)
            self.headings[place] = text
            self._seen(new.get("r", ""), text)
            if is_spoken:
                new.set("ph", "1")
            shown = str(number)
        else:
            shown = value
            self._seen(new.get("r", ""), kind, value)
        if kind != "n":
            new.set("t", kind)
        SubElement(new, S + "v").text = shown


def _has_result(old: Element, kind: str, value: Element | None) -> bool:
    """Only a text may be empty; writers that do not calculate leave numbers so."""
    if value is None:
        return old.find(f"{S}is") is not None
    return kind == "str" or bool((value.text or "").strip())
