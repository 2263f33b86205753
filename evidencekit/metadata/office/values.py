"""What the value of an attribute may be that says only how something looks.

A number, a colour, a language, a schema, or a word that the standard lists for some attribute
(``words.txt``: the enumerations of ECMA-376-1 for drawings, charts, sheets and slides). So even a
single word of somebody finds no place.
"""

import re
from pathlib import Path

from evidencekit.metadata.malformed import MalformedError

_ON, _OFF = frozenset({"1", "true", "on"}), frozenset({"0", "false", "off"})
_NUMBER = r"[-+]?\d*\.?\d*(?:[eE][-+]?\d{1,3})?(?:%|pt|cm|mm|in|pc|pi)?"
_COLOUR = r"#?[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?|[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{20}"
_LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){1,2}"
_SCHEMA = (
    r"http://schemas\.(?:openxmlformats\.org/(?:drawingml|presentationml)/2006|"
    r"microsoft\.com/office)/[A-Za-z0-9/]{1,60}"
)
_PLAIN = re.compile(f"{_NUMBER}|{_COLOUR}|{_LANGUAGE}|{_SCHEMA}")
_GUIDE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,19}")
WORDS = frozenset(Path(__file__).with_name("words.txt").read_text("ascii").split())
"""Of the standard."""


def is_plain(value: str) -> bool:
    """Return whether a value is a number, a colour, a language, a schema or a standard word."""
    return value in WORDS or _PLAIN.fullmatch(value) is not None


def is_guide(value: str) -> bool:
    """Return whether a value may be the name of a guide by which a shape is calculated."""
    return _GUIDE.fullmatch(value) is not None


def is_on(value: str | None, *, by_default: bool = False) -> bool:
    """Read a yes or no (ECMA-376-1 §22.9.2.7); raises :class:`MalformedError` for neither."""
    if value is None:
        return by_default
    if value not in _ON | _OFF:
        raise MalformedError("a yes or no that is neither")
    return value in _ON
