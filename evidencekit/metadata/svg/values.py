"""What a value of an attribute or a style may be: numbers, colours, and words of the standard.

Nothing else has a place in it, but for names of fonts; a value that is not understood is refused.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from tinycss2 import color4

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.svg.allowed import FUNCTIONS, WORDS_OF_ANY_CASE

MAX_FONTS = 300  # characters that name fonts
_UNIT = r"(?:%|em|ex|px|pt|pc|cm|mm|in|q|Q|rem|ch|vw|vh|deg|grad|rad|turn|dpi)?"
_NUMBER = r"(?>[-+]?(?>\d++\.?\d*+|\.\d++)(?>[eE][-+]?\d++)?)"
_GAP = r"[\s,]*+"
_ONE = rf"(?>{_NUMBER}{_GAP})"
_ARC = rf"(?>{_ONE}{{3}}[01]{_GAP}[01]{_GAP}{_ONE}{{2}})"
PATH = re.compile(
    rf"\s*+(?>[Zz]{_GAP}|[MmLlTt]{_GAP}(?>{_ONE}{{2}})++|[HhVv]{_GAP}{_ONE}++"
    rf"|[Cc]{_GAP}(?>{_ONE}{{6}})++|[SsQq]{_GAP}(?>{_ONE}{{4}})++|[Aa]{_GAP}{_ARC}++)*+"
)
"""SVG 2 §9.3.9; each command with as many numbers as it takes."""
_HEX = r"#(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})(?![0-9A-Za-z_-])"
_FIGURE = rf"(?>{_NUMBER}{_UNIT}(?![A-Za-z])|{_HEX})"
FIGURES = re.compile(
    rf"\s*+(?>(?>{_FIGURE}|[a-zA-Z]{{1,20}}\(\s*+(?>{_FIGURE}{_GAP})*+\)){_GAP})*+"
)
"""Only numbers, with or without a function around them, and colours as numbers."""
_REFERENCE = r"url\(\s*[\"']?#(?P<of>[^\"'()\\\s]{1,200})[\"']?\s*\)"
_TOKEN = re.compile(
    rf"(?P<gap>[\s,/]+)|{_REFERENCE}|(?P<figure>{_FIGURE})|(?P<function>[A-Za-z-]{{1,20}})\("
    r"|(?P<close>\))|(?P<word>[A-Za-z][A-Za-z0-9-]{0,40})"
)
_FONTS = re.compile(r"[\w\s,.'\"+&()!@:;-]+")
_FONT = re.compile(r"[\w\s,.'\"+&()!@:;%/-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_GAPS = re.compile(r"\s+")
_FUNCTIONS = frozenset(name.lower() for name in FUNCTIONS)

Rename = Callable[[str], str]
"""From the id that something has to the one in the copy."""


def written(name: str, value: str, rename: Rename) -> str:
    """Return a value anew; raises :class:`MalformedError` for one that is not understood."""
    plain = _GAPS.sub(" ", value).strip()
    if name in {"d", "path"} and (found := PATH.match(plain)):
        return found[0].rstrip(" ,")  # drawn up to the first error (SVG 2 §9.5.4)
    if name in {"font-family", "font"}:
        return _fonts(name, plain)
    if name == "lang" and _LANGUAGE.fullmatch(plain):
        return plain
    if FIGURES.fullmatch(plain):
        return _known(plain)
    if "url(" in plain:
        return "".join(_pieces(name, plain, rename))
    return _without_reference(name, plain)


@lru_cache(maxsize=4096)
def _without_reference(name: str, plain: str) -> str:
    return "".join(_pieces(name, plain, str))


def _fonts(name: str, plain: str) -> str:
    allowed = _FONTS if name == "font-family" else _FONT
    if len(plain) > MAX_FONTS or not allowed.fullmatch(plain):
        raise MalformedError("a font that is not understood")
    return plain


def _known(plain: str) -> str:
    for function in re.findall(r"[A-Za-z-]+(?=\()", plain):
        if function.lower() not in _FUNCTIONS:
            raise MalformedError(f"{function}(), which is not understood")
    return plain


def _pieces(name: str, plain: str, rename: Rename) -> list[str]:
    pieces, at, depth = [], 0, 0
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if found is None or not _is_allowed(found):
            raise MalformedError(f"a value of {name} that is not understood")
        depth += (found["function"] is not None) - (found["close"] is not None)
        if depth < 0:
            raise MalformedError(f"a value of {name} that is not understood")
        pieces.append(f"url(#{rename(found['of'])})" if found["of"] else found[0])
        at = found.end()
    if depth:
        raise MalformedError(f"a value of {name} that is not understood")
    return pieces


def _is_allowed(found: re.Match[str]) -> bool:
    if function := found["function"]:
        return function.lower() in _FUNCTIONS
    word = found["word"]
    return word is None or word.lower() in WORDS_OF_ANY_CASE or color4.parse_color(word) is not None


def references_in(value: str) -> list[str]:
    """Return the ids that a value refers to."""
    return re.findall(_REFERENCE, value) if "url(" in value else []
