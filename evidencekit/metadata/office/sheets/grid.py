"""Which cells of a sheet are seen: not those of hidden rows and columns, nor under a merged one."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import S
from evidencekit.metadata.office.sheets.places import MAX_COLUMN, Area, area_of, cell_of
from evidencekit.metadata.office.values import is_on

MAX_COVERED = 2_000_000  # rows of merged cells, counted once for each


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What is hidden of a sheet."""

    hidden_rows: frozenset[int]
    shown_rows: frozenset[int] | None
    """Where all others are hidden, those that are not."""
    hidden_columns: frozenset[int]
    merged: Mapping[int, Collection[Area]]
    """By row, of rows that are there."""

    def is_row_hidden(self, row: int) -> bool:
        """Return whether a row has no height."""
        if row in self.hidden_rows:
            return True
        return self.shown_rows is not None and row not in self.shown_rows

    def is_seen(self, row: int, column: int) -> bool:
        """Return whether what is in a cell can be seen."""
        for area in self.merged.get(row, ()):
            if area.holds(row, column):
                is_first = (row, column) == (area.first_row, area.first_column)
                return is_first and self.is_area_seen(area)
        return not self.is_row_hidden(row) and column not in self.hidden_columns

    def is_area_seen(self, area: Area) -> bool:
        """Return whether a part of an area has height and width."""
        rows, columns = (
            range(area.first_row, area.last_row + 1),
            range(area.first_column, area.last_column + 1),
        )
        if self.shown_rows is not None:
            is_high = any(row in rows for row in self.shown_rows)
        else:
            is_high = sum(row in rows for row in self.hidden_rows) < len(rows)
        return is_high and any(column not in self.hidden_columns for column in columns)


def grid_of(root: Element) -> Grid:
    """Read what is hidden; raises :class:`MalformedError` for places that are none."""
    preset = root.find(f"{S}sheetFormatPr")
    all_rows = preset is not None and is_on(preset.get("zeroHeight"))
    all_columns = preset is not None and _is_zero(preset.get("defaultColWidth"))
    rows = dict(_rows(root))
    hidden = frozenset(row for row, one in rows.items() if _is_hidden(one, "ht"))
    return Grid(
        hidden_rows=hidden,
        shown_rows=frozenset(rows) - hidden if all_rows else None,
        hidden_columns=_hidden_columns(root.iterfind(f"{S}cols/{S}col"), is_rule=all_columns),
        merged=_merged(root.iter(f"{S}mergeCell"), sorted(rows)),
    )


def _rows(root: Element) -> Iterator[tuple[int, Element]]:
    for row, one, _cells in rows_of(root):
        yield row, one


def rows_of(root: Element) -> Iterator[tuple[int, Element, list[tuple[int, Element]]]]:
    """Yield each row with its number and its cells with theirs; left out, they follow each other.

    Raises :class:`MalformedError` where they are not in order.
    """
    last = 0
    for one in (row for data in root.iterfind(f"{S}sheetData") for row in data):
        if one.tag != S + "row":
            raise MalformedError("something among rows that is none")
        row = int(one.get("r", last + 1)) if one.get("r", "1").isdecimal() else 0
        if row <= last:
            raise MalformedError("rows that are not in order")
        last = row
        yield row, one, list(_cells(one, row))


def _cells(one: Element, row: int) -> Iterator[tuple[int, Element]]:
    last = 0
    for cell in one.iterfind(f"{S}c"):
        place = cell.get("r")
        at_row, column = cell_of(place) if place is not None else (row, last + 1)
        if at_row != row or column <= last:
            raise MalformedError("cells that are not in order")
        last = column
        yield column, cell


def _hidden_columns(found: Iterable[Element], *, is_rule: bool) -> frozenset[int]:
    marks = bytearray([is_rule]) * (MAX_COLUMN + 1)
    for one in found:
        first, last = one.get("min", ""), one.get("max", "")
        if not first.isdecimal() or not last.isdecimal():
            raise MalformedError("columns at no place")
        start, end = min(int(first), MAX_COLUMN), min(int(last), MAX_COLUMN) + 1
        if start < end:
            marks[start:end] = bytes([_is_hidden(one, "width")]) * (end - start)
    return frozenset(column for column, mark in enumerate(marks) if mark)


def _is_hidden(one: Element, measure: str) -> bool:
    return is_on(one.get("hidden")) or _is_zero(one.get(measure))


def _is_zero(measure: str | None) -> bool:
    try:
        return measure is not None and float(measure) <= 0
    except ValueError as exc:
        raise MalformedError("a measure that is no number") from exc


def _merged(found: Iterable[Element], rows: list[int]) -> Mapping[int, Collection[Area]]:
    by_row: dict[int, list[Area]] = defaultdict(list)
    covered = 0
    for one in found:
        area = area_of(one.get("ref", ""))
        inside = rows[bisect_left(rows, area.first_row) : bisect_right(rows, area.last_row)]
        covered += len(inside)
        if covered > MAX_COVERED:
            raise MalformedError(f"merged cells over more than {MAX_COVERED} rows")
        for row in inside:
            by_row[row].append(area)
    return by_row
