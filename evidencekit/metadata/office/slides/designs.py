"""Layouts and masters of the slides that are seen: those that are used, each once."""

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.assembly import Assembly, Found
from evidencekit.metadata.office.names import P, R
from evidencekit.metadata.office.package import relations
from evidencekit.metadata.office.themes import add_theme

_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.{kind}+xml"
_FIRST = 2**31  # of the numbers that masters and layouts share (§19.7.3)

WritePart = Callable[[str, Found], Element]
"""Writes a source as a part with these relations; returns its elements."""


class Designs:
    """Collects layouts while slides are written, and writes masters when all are known."""

    def __init__(self, whole: Assembly, write: WritePart) -> None:
        self._whole, self._write = whole, write
        self._layouts: dict[str, dict[str, str]] = {}
        """New names of layouts by their sources, by the source of their master."""

    def layout_of(self, slide: str) -> str:
        """Write the layout of a slide once; returns its new name."""
        part = self._one(slide, "slideLayout")
        if (known := self._whole.known(part)) is not None:
            return known
        master = self._one(part, "slideMaster")
        new = self.begin("slideLayout", part)
        if master not in self._layouts:
            self._layouts[master] = {}
            self.begin("slideMaster", master)
        self._layouts[master][part] = new
        found = Found(new)
        found.name("slideMaster", self._whole.known(master) or "")
        self._whole.put(new, self._write(part, found), found)
        return new

    def write(self) -> list[tuple[str, int]]:
        """Write the masters; returns the name of each with its number."""
        written, number = [], _FIRST
        for part, layouts in self._layouts.items():
            new = self._whole.known(part) or ""
            found = Found(new)
            names = [found.name("slideLayout", layout) for layout in layouts.values()]
            theme = self.theme_of(part)
            if theme is None:
                raise MalformedError("a design without a theme")
            found.name("theme", theme)
            tree = self._write(part, found)
            place = 1 + max((n for n, one in enumerate(tree) if one.tag == P + "clrMap"), default=0)
            tree.insert(place, numbered("sldLayout", names, number + 1))
            self._whole.put(new, tree, found)
            written.append((new, number))
            number += 1 + len(names)
        return written

    def theme_of(self, part: str) -> str | None:
        """Write the theme that a part leads to; returns its new name."""
        for one in relations(self._whole.parts, part):
            if one.kind == "theme" and one.target is not None:
                return add_theme(self._whole, one.target, "ppt")
        return None

    def begin(self, kind: str, part: str) -> str:
        """Give a slide, layout or master its new name."""
        start = f"ppt/{kind}s/{kind}"
        new = f"{start}{self._whole.number(start)}.xml"
        self._whole.begin(part, new, _TYPE.format(kind=kind))
        return new

    def _one(self, part: str, kind: str) -> str:
        found = [one.target for one in relations(self._whole.parts, part) if one.kind == kind]
        if len(found) != 1 or found[0] is None:
            raise MalformedError(f"not exactly one {kind}")
        return found[0]


def numbered(kind: str, names: list[str], start: int) -> Element:
    """Return a list of relations with numbers, as presentations and masters have them."""
    new = Element(f"{P}{kind}IdLst")
    for number, name in enumerate(names, start):
        SubElement(new, f"{P}{kind}Id", {"id": str(number), R + "id": name})
    return new
