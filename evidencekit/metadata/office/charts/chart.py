"""A chart written anew, with the values that it shows and without the cells that they came from."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.assembly import Assembly, Found, by_name
from evidencekit.metadata.office.charts.allowed import RULES, SEEN
from evidencekit.metadata.office.charts.literal import flattened, literal, require_numbers
from evidencekit.metadata.office.drawn import DrawingWriter
from evidencekit.metadata.office.names import C
from evidencekit.metadata.office.themes import add_override

_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_SOURCES = {C + "numRef", C + "strRef"}
_AXES = {C + "axId", C + "crossAx"}


def add_chart(whole: Assembly, name: str, folder: str) -> str:
    """Write a chart once, with its pictures; returns its new name."""
    if (known := whole.known(name)) is not None:
        return known
    new = f"{folder}/charts/chart{whole.number(f'{folder}/charts/chart')}.xml"
    whole.begin(name, new, _TYPE)
    found, leading = Found(new), by_name(whole.parts, name)

    def target(old: str) -> str:
        one = leading.get(old)
        if one is None or one.target is None or one.kind != "image":
            return ""
        return found.name("image", whole.add_picture(one.target, f"{folder}/media"))

    tree = _ChartWriter(whole.gone, target=target).write(whole.parts.tree(name))
    whole.seen(*(one.text or "" for one in tree.iter() if one.tag in SEEN))
    for one in leading.values():
        if one.kind == "themeOverride" and one.target is not None:
            found.name("themeOverride", add_override(whole, one.target, folder))
    whole.put(new, tree, found)
    return new


class _ChartWriter(DrawingWriter):
    """Writes one chart; its axes are numbered."""

    def __init__(self, gone: Gone, *, target: Callable[[str], str]) -> None:
        super().__init__(gone, RULES, is_strict=True, target=target)
        self._axes: dict[str, str] = {}

    def written(self, one: Element) -> Iterator[Element]:
        """Yield what becomes of an element; raises for labels that stand in an extension."""
        if any(local(part.tag) == "datalabelsRange" for part in one):
            raise MalformedError("labels of a chart that are taken from cells")
        if one.tag == C + "multiLvlStrRef":
            self.gone.note("formulas")
            yield from super().written(flattened(one))
        else:
            if one.tag == C + "numLit":
                require_numbers(one)
            yield from super().written(one)

    def element(self, one: Element) -> Element:
        """Return an element anew, with values in place of their source."""
        if not any(child.tag in _SOURCES for child in one):
            return super().element(one)
        self.gone.note("formulas")
        is_text = one.tag == C + "tx"
        new = Element(one.tag, one.attrib)
        for child in one:
            is_source = child.tag in _SOURCES
            new.append(
                literal(child, is_title=is_text, is_series=is_text and self._in_series)
                if is_source
                else child
            )
        return super().element(new)

    @property
    def _in_series(self) -> bool:
        return self._place == C + "ser"

    _place = ""

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
