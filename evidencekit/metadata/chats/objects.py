"""Messages in a JSON file, one at a time: a file that was cut off gives what came before the cut.

The file is never parsed as a whole, so that one broken message costs no other.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evidencekit.metadata.chats.lines import Text

MAX_DEPTH = 60
_SPACE = re.compile(r"[\s,]*")
_NAME = re.compile(r'"(?:name|title)"\s*:\s*("(?:[^"\\]|\\.){0,300}")')
_LOOK_BACK = 20_000
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One member of an array; ``value`` is None where it could not be read."""

    start: int
    end: int
    pointer: str
    value: Any
    raw: str
    around: str
    """What the array belongs to, as the file names it before it."""


class Decoded:
    """A text and where its characters stand in the file."""

    def __init__(self, text: Text) -> None:
        self.text = text.data[text.start :].decode(text.encoding, errors="replace")
        self._start, self._encoding = text.start, text.encoding
        self._known = (0, text.start)

    def place(self, at: int) -> int:
        """Return the byte at which a character begins; to be asked in rising order."""
        character, byte = self._known if self._known[0] <= at else (0, self._start)
        byte += len(self.text[character:at].encode(self._encoding, errors="replace"))
        self._known = at, byte
        return byte


def members(decoded: Decoded, key: str) -> Iterator[Found]:
    """Yield the objects in each array that is called ``key``; what follows a fault, as one."""
    pattern = re.compile(rf'"{key}"\s*:\s*\[')
    position, number = 0, 0
    while (found := pattern.search(decoded.text, position)) is not None:
        name = f"/{number}/{key}"
        around = _name_before(decoded.text, found.start())
        position = found.end()
        for member in _array(decoded, position, name, around):
            position = member[1]
            yield member[0]
        number += 1


def top_members(decoded: Decoded) -> Iterator[Found]:
    """Yield the members of a file that is an array."""
    start = decoded.text.find("[")
    if start >= 0:
        for member in _array(decoded, start + 1, "", ""):
            yield member[0]


def _array(decoded: Decoded, position: int, name: str, around: str) -> Iterator[tuple[Found, int]]:
    number = 0
    while True:
        position = _skipped(decoded.text, position)
        if position >= len(decoded.text) or decoded.text[position] == "]":
            return
        try:
            value, end = _DECODER.raw_decode(decoded.text, position)
        except (ValueError, RecursionError):
            value, end = None, len(decoded.text)
        start = decoded.place(position)
        yield (
            Found(
                start=start, end=decoded.place(end), pointer=f"{name}/{number}", value=value,
                raw=decoded.text[position:end], around=around,
            ),
            end,
        )  # fmt: skip
        position, number = end, number + 1


def _skipped(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found is not None else position


def _name_before(text: str, position: int) -> str:
    """Return the last name before an array: what its conversation is called."""
    found = list(_NAME.finditer(text, max(0, position - _LOOK_BACK), position))
    try:
        return str(json.loads(found[-1][1], strict=False)) if found else ""
    except ValueError:
        return str(found[-1][1])
