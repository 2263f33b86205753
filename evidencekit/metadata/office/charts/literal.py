"""The sources of a chart replaced by what it shows of them (ECMA-376-1 §21.2.2).

A source is a formula, which may name hidden cells and other files, with the values that were drawn
last. Those stay, as values of the chart itself.
"""

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import A, C

SOURCES: Mapping[str, str] = {
    C + "numRef": C + "numCache", C + "strRef": C + "strCache",
    C + "multiLvlStrRef": C + "multiLvlStrCache",
}  # fmt: skip
"""Sources, with what holds the values that were drawn."""
_LITERAL: Mapping[str, str] = {C + "numRef": C + "numLit", C + "strRef": C + "strLit"}
_VALUE = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?|#[A-Z/0!?]{2,8}|")


def literal(source: Element, *, is_title: bool, is_series: bool) -> Element:
    """Return what takes the place of a source, of a title or of the name of a series as a text.

    Raises :class:`MalformedError` where the values are not in the chart.
    """
    cache = require_values(source)
    if is_series or is_title:
        text = " ".join(one.findtext(C + "v", "") for one in cache.iter(C + "pt"))
        return _name(text) if is_series else _rich(text)
    new = Element(_LITERAL[source.tag])
    new.extend([one for one in cache if one.tag != C + "extLst"])
    return new


def require_values(source: Element) -> Element:
    """Return the values that were drawn; raises :class:`MalformedError` where there are none."""
    cache = source.find(SOURCES[source.tag])
    if cache is None:
        raise MalformedError("a chart whose values are not in it")
    return cache


def require_numbers(values: Element) -> None:
    """Raise :class:`MalformedError` where a number is none."""
    for one in values.iter(C + "v"):
        if not _VALUE.fullmatch((one.text or "").strip()):
            raise MalformedError("a chart of numbers that are none")


def flattened(source: Element) -> Element:
    """Return categories of several levels as texts of one level, the widest first."""
    cache = require_values(source)
    count = cache.find(C + "ptCount")
    number = 0 if count is None else int(count.get("val", "0"))
    if number > _MAX_POINTS:
        raise MalformedError(f"a chart of more than {_MAX_POINTS} points")
    levels = [list(_filled(level, number)) for level in cache.iterfind(C + "lvl")]
    new = Element(C + "strLit")
    SubElement(new, C + "ptCount", {"val": str(number)})
    for place, words in enumerate(zip(*reversed(levels), strict=True)):
        point = SubElement(new, C + "pt", {"idx": str(place)})
        SubElement(point, C + "v").text = " ".join(word for word in words if word)
    return new


_MAX_POINTS = 100_000


def _filled(level: Element, number: int) -> Iterator[str]:
    found = {one.get("idx", ""): one.findtext(C + "v", "") for one in level.iterfind(C + "pt")}
    for place in range(number):
        yield found.get(str(place), "")


def _name(text: str) -> Element:
    new = Element(C + "v")
    new.text = text
    return new


def _rich(text: str) -> Element:
    new = Element(C + "rich")
    SubElement(new, A + "bodyPr")
    run = SubElement(SubElement(new, A + "p"), A + "r")
    SubElement(run, A + "t").text = text
    return new
