"""Lists of fingerprints: CSV or lines of JSON, as hotlines and platforms pass them on.

No standard fits all: where columns or members have names, the one that is named for a PDQ hash is
taken, else the only run of 64 hexadecimal digits of a line; what else it says is its label. A line
without one, or with several of which none is named, is told by its number, never guessed.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

_HASH = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_MAX_LINE, _MAX_LABEL = 65_536, 200
_NAMES = frozenset({"hash", "pdq", "pdq_hash", "pdqhash", "signature"})
_OTHERS = frozenset({"sha256", "sha-256", "md5", "sha1", "id", "label", "name"})
"""What columns are called: of PDQ hashes, and of others that show that a line is a head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One entry. The label is foreign text."""

    hash: str
    label: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """One line without a fingerprint."""

    line: int


def read_list(path: Path) -> Iterator[Listed | Unreadable]:
    """Yield the entries of a list; comments (#) and a head of names are neither."""
    column: int | None = None
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        for number, (line, is_whole) in enumerate(_starts(lines), start=1):
            text = line.strip()
            if not is_whole:
                yield Unreadable(line=number)
                continue
            if not text or text.startswith("#"):
                continue
            if number == 1 and (head := _head(text)):
                column = next((at for at, name in enumerate(head) if name in _NAMES), None)
                continue
            yield _member(text, number) if text.startswith("{") else _cell(text, number, column)


def _starts(lines: TextIO) -> Iterator[tuple[str, bool]]:
    """Yield each line and whether it is whole; what is beyond the limit is never held."""
    while line := lines.readline(_MAX_LINE):
        is_whole, rest = True, line
        while len(rest) == _MAX_LINE and not rest.endswith(("\n", "\r")):
            rest = lines.readline(_MAX_LINE)
            is_whole = is_whole and not rest
        yield line, is_whole


def _head(text: str) -> list[str]:
    """Return the names of columns; empty for a line that holds a hash, and so is no head."""
    if text.startswith("{") or _HASH.search(text):
        return []
    names = [cell.strip().lower() for cell in _cells(text)]
    return names if set(names) & (_NAMES | _OTHERS) else []


def _cell(text: str, number: int, column: int | None) -> Listed | Unreadable:
    cells = _cells(text)
    if column is not None:
        found = _HASH.findall(cells[column]) if column < len(cells) else []
    else:
        found = _HASH.findall(text)
    if len(found) != 1:
        return Unreadable(line=number)
    rest = (cell.strip() for cell in cells if found[0] not in cell and cell.strip())
    return Listed(hash=found[0].lower(), label=" ".join(rest)[:_MAX_LABEL], line=number)


def _member(text: str, number: int) -> Listed | Unreadable:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Unreadable(line=number)
    texts = {str(name).lower(): one for name, one in value.items() if isinstance(one, str | int)}
    named = [str(one) for name, one in texts.items() if name in _NAMES]
    found = [one for one in named or map(str, texts.values()) if _HASH.fullmatch(one)]
    if len(found) != 1:
        return Unreadable(line=number)
    rest = " ".join(str(one) for one in texts.values() if one != found[0])
    return Listed(hash=found[0].lower(), label=rest[:_MAX_LABEL], line=number)


def _cells(text: str) -> list[str]:
    return next(csv.reader([text]), [])
