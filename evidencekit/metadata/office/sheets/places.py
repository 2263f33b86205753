"""Places on a sheet: references such as ``B7`` and ``A1:C3`` (ECMA-376-1 §18.18.62)."""

import re
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_AREA = r"\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?"
_AREAS = re.compile(f"{_AREA}(?: {_AREA})*")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, with its edges."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def holds(self, row: int, column: int) -> bool:
        """Return whether a cell is in it."""
        return (
            self.first_row <= row <= self.last_row
            and self.first_column <= column <= self.last_column
        )


def cell_of(reference: str) -> tuple[int, int]:
    """Return row and column, from 1; raises :class:`MalformedError` for anything else."""
    found = _CELL.fullmatch(reference)
    if found is None:
        raise MalformedError("a cell at no place")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    row = int(found[2])
    if not 1 <= row <= MAX_ROW or column > MAX_COLUMN:
        raise MalformedError("a cell beyond the sheet")
    return row, column


def area_of(reference: str) -> Area:
    """Return the rectangle between two cells, or of one."""
    first, _colon, last = reference.partition(":")
    (row, column), (end_row, end_column) = cell_of(first), cell_of(last or first)
    if end_row < row or end_column < column:
        raise MalformedError("an area that ends before it begins")
    return Area(row, column, end_row, end_column)


def reference_to(row: int, column: int) -> str:
    """Return the name of a cell."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def are_areas(value: str) -> bool:
    """Return whether a value is a list of areas and nothing else."""
    return _AREAS.fullmatch(value) is not None
