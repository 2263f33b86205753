"""A chart written anew, with the values that it shows and without the cells that they came from.

Over the cells of a sheet, a source would be read again: there the values become the chart's own.
Anywhere else the workbook behind a chart is gone, so that its sources are words without meaning:
all of them become the same one, as programs show numbers and levels of theirs better than others.
"""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.assembly import Assembly, Found, by_name, led
from evidencekit.metadata.office.charts.allowed import RULES, SEEN
from evidencekit.metadata.office.charts.literal import (
    SOURCES,
    flattened,
    literal,
    require_numbers,
    require_values,
)
from evidencekit.metadata.office.drawn import DrawingWriter
from evidencekit.metadata.office.names import C
from evidencekit.metadata.office.themes import add_override

_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_PLAIN_SOURCES, _LEVELS = {C + "numRef", C + "strRef"}, C + "multiLvlStrRef"
_NUMBERS = {C + "numLit", C + "numCache"}
_NO_SOURCE = "Sheet1!$A$1"
_AXES = {C + "axId", C + "crossAx"}


def add_chart(whole: Assembly, name: str, folder: str, *, is_over_cells: bool) -> str:
    """Write a chart once, with its pictures; returns its new name."""
    if (known := whole.known(name)) is not None:
        return known
    new = f"{folder}/charts/chart{whole.number(f'{folder}/charts/chart')}.xml"
    whole.begin(name, new, _TYPE)
    found, leading = Found(new), by_name(whole.parts, name)

    def target(old: str) -> str:
        one = led(leading, old)
        if one.target is None or one.kind != "image":
            return ""
        return found.name("image", whole.add_picture(one.target, f"{folder}/media"))

    tree = _ChartWriter(whole.gone, target=target, is_over_cells=is_over_cells).write(
        whole.parts.tree(name)
    )
    whole.seen(*(one.text or "" for one in tree.iter() if one.tag in SEEN))
    for one in leading.values():
        if one.kind == "themeOverride" and one.target is not None:
            found.name("themeOverride", add_override(whole, one.target, folder))
    whole.put(new, tree, found)
    return new


class _ChartWriter(DrawingWriter):
    """Writes one chart; its axes are numbered."""

    def __init__(self, gone: Gone, *, target: Callable[[str], str], is_over_cells: bool) -> None:
        super().__init__(gone, RULES, is_strict=True, target=target)
        self._is_over_cells = is_over_cells
        self._axes: dict[str, str] = {}
        self._place = ""

    def written(self, one: Element) -> Iterator[Element]:
        """Yield what becomes of an element; raises for labels that stand in an extension."""
        if any(local(part.tag) == "datalabelsRange" for part in one):
            raise MalformedError("labels of a chart that are taken from cells")
        if one.tag in SOURCES:
            require_values(one)
        if one.tag in _NUMBERS:
            require_numbers(one)
        if one.tag == _LEVELS and self._is_over_cells:
            self.gone.note("formulas")
            one = flattened(one)
        yield from super().written(one)

    def element(self, one: Element) -> Element:
        """Return an element anew, with values in place of their source."""
        if not self._is_over_cells or not any(child.tag in _PLAIN_SOURCES for child in one):
            return super().element(one)
        self.gone.note("formulas")
        is_text = one.tag == C + "tx"
        new = Element(one.tag, one.attrib)
        for child in one:
            if child.tag in _PLAIN_SOURCES:
                is_series = is_text and self._place == C + "ser"
                new.append(literal(child, is_title=is_text, is_series=is_series))
            else:
                new.append(child)
        return super().element(new)

    def text_of(self, one: Element) -> str | None:
        """Return a text; of a source the same words everywhere."""
        if one.tag == C + "f":
            self.gone.when(one.text != _NO_SOURCE, "formulas")
            return _NO_SOURCE
        return super().text_of(one)

    def inside(self, one: Element) -> Iterator[Element]:
        """Yield what becomes of the elements in one, which know where they are."""
        for child in one:
            self._place = one.tag
            yield from self.written(child)

    def value(self, one: Element, key: str, value: str) -> str:
        """Return a value; axes get numbers in the order met."""
        if one.tag in _AXES and key == "val":
            return self._axes.setdefault(value, str(len(self._axes) + 1))
        return super().value(one, key, value)
