"""Lists of fingerprints: CSV or lines of JSON, as hotlines and platforms pass them on.

No standard fits all: a hash is taken wherever 64 hexadecimal digits stand, with what else the line
says as its label. A line without one is told by its number, never dropped in silence.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HASH = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_MAX_LINE, _MAX_LABEL = 65_536, 200
_HEADS = frozenset({"hash", "pdq", "pdq_hash", "pdqhash", "signature"})


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
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        for number, line in enumerate(lines, start=1):
            text = line[:_MAX_LINE].strip()
            if not text or text.startswith("#") or (number == 1 and _is_head(text)):
                continue
            found = _HASH.search(text)
            if found is None:
                yield Unreadable(line=number)
            else:
                label = _label(text, found[0])
                yield Listed(hash=found[0].lower(), label=label[:_MAX_LABEL], line=number)


def _is_head(text: str) -> bool:
    return any(cell.strip().strip('"').lower() in _HEADS for cell in text.split(","))


def _label(text: str, found: str) -> str:
    if text.startswith("{"):
        try:
            value = json.loads(text)
        except ValueError:
            return ""
        rest = [str(one) for one in value.values() if one != found and isinstance(one, str | int)]
        return " ".join(rest)
    cells = next(csv.reader([text]), [])
    return " ".join(cell.strip() for cell in cells if found not in cell and cell.strip())
