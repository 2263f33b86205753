"""Whether a number format shows what is in a cell, or nothing of it (ECMA-376-1 §18.8.31)."""

import operator
import re
from collections.abc import Callable, Mapping

from evidencekit.metadata.malformed import MalformedError

_MAX_SECTIONS = 4
_PIECE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|.', re.DOTALL)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_LOCAL = re.compile(r"\[\$[^\]]*\]")
_SHOWING = re.compile(r"[0#?@/:%.,]|general|[ymdhsegabn]|上午|下午", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


def shows(code: str, value: float | None) -> bool:
    """Return whether a number, or a text (None), is seen at all.

    Raises :class:`MalformedError` where only other words are seen in its place.
    """
    sections = _sections(code)
    if len(sections) > _MAX_SECTIONS:
        raise MalformedError("a number format of more than four parts")
    section = _for_text(sections) if value is None else _for_number(sections, value)
    if section is None or _shows_value(section):
        return True
    if not _literal(section).strip():
        return False
    if _is_certain(sections, section, value):
        return True
    raise MalformedError("a number format that shows other words than its cell holds")


def hides(code: str) -> bool:
    """Return whether some value would not be seen at all."""
    return any(not _shows_value(one) and not _literal(one).strip() for one in _sections(code))


def _sections(code: str) -> list[str]:
    found = [""]
    for piece in _PIECE.findall(code):
        if piece == ";":
            found.append("")
        else:
            found[-1] += piece
    return found


def _for_text(sections: list[str]) -> str | None:
    if len(sections) == _MAX_SECTIONS:
        return sections[3]
    return None  # shown as it is


def _for_number(sections: list[str], value: float) -> str | None:
    if sections == [""]:
        return None
    conditions = [_CONDITION.search(one) for one in sections]
    if any(conditions):
        for section, found in zip(sections, conditions, strict=True):
            if found is None or _COMPARED[found[1]](value, float(found[2])):
                return section
        return None
    signed = sections[:3]
    if len(signed) == 1 or value > 0:
        return signed[0]
    if value < 0:
        return signed[1]
    return signed[2] if len(signed) == 3 else signed[0]  # noqa: PLR2004 - plus, minus, zero


def _bare(section: str) -> str:
    """Return the letters that stand for something."""
    pieces = _PIECE.findall(section)
    return "".join(one for one in pieces if len(one) == 1 or _ELAPSED.fullmatch(one))


def _shows_value(section: str) -> bool:
    return _SHOWING.search(_bare(section)) is not None


def _literal(section: str) -> str:
    """Return what is written in place of a value."""
    pieces = _PIECE.findall(section)
    quoted = [one.strip('"') if one.startswith('"') else one[1:] for one in pieces
              if one[0] in '"\\']  # fmt: skip
    currency = [one for one in pieces if _LOCAL.fullmatch(one)]
    return "".join((*quoted, *currency, *(one for one in pieces if len(one) == 1)))


def _is_certain(sections: list[str], section: str, value: float | None) -> bool:
    """Return whether the words stand for this one number only."""
    if value is None:
        return False
    found = _CONDITION.search(section)
    return found[1] == "=" if found else (value == 0 and len(sections) > 2)  # noqa: PLR2004
