"""A presentation (PPTX) written anew from what is seen on its slides.

Slides that are hidden go, and so do notes of speakers, comments, and what moves when. Only designs
that a seen slide has are written. What an animation hides at first is seen later, so it stays.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.assembly import Assembly, Found, by_name, led, main_part
from evidencekit.metadata.office.charts.chart import add_chart
from evidencekit.metadata.office.drawn import texts
from evidencekit.metadata.office.names import P, R
from evidencekit.metadata.office.package import Relation, relations
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.office.slides.beside import Size
from evidencekit.metadata.office.slides.designs import Designs, numbered
from evidencekit.metadata.office.slides.diagrams import as_group, drawing_of
from evidencekit.metadata.office.slides.slide import SlideWriter
from evidencekit.metadata.office.slides.table_styles import TableStyles
from evidencekit.metadata.office.themes import add_override
from evidencekit.metadata.office.values import is_on
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_MAIN = "ppt/presentation.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.presentationml"
_FIRST = 256  # of the numbers of slides (§19.7.13)
_MAX_EDGE = 51_206_400  # EMU (§19.7.12)


def rebuild(stream: BinaryIO, out: BinaryIO, _wish: Wish) -> Rebuilt:
    """Write the presentation anew; raises :class:`MalformedError` where that needs a guess.

    No time stays in it but what slides show, for whomever it is meant.
    """
    show = _Presentation(Parts(stream))
    whole = show.whole
    show.add()
    whole.write(out, _MAIN)
    whole.note_the_rest(stream, out)
    return Rebuilt(removed=whole.gone.words, kept=(), content_sha256=whole.digest.hexdigest())


class _Presentation:
    """One source, and the parts of its copy."""

    def __init__(self, parts: Parts) -> None:
        self.whole = Assembly(parts)
        self._parts, self._main = parts, main_part(parts)
        self._root = parts.tree(self._main)
        self._size = _size(self._root)
        self._styles = TableStyles(self._table_styles(), self.whole.gone)
        self._designs = Designs(self.whole, self._written)

    def add(self) -> None:
        """Write the presentation and, from there, all that is seen of it."""
        found = Found(_MAIN)
        self.whole.begin(self._main, _MAIN, f"{_TYPE}.presentation.main+xml")
        slides = [self._add_slide(part) for part in self._seen_slides()]
        if not slides:
            raise MalformedError("no slide that is seen")
        masters = Element(P + "sldMasterIdLst")
        for name, number in self._designs.write():
            said = {"id": str(number), R + "id": found.name("slideMaster", name)}
            SubElement(masters, P + "sldMasterId", said)
        names = [found.name("slide", slide) for slide in slides]
        new = self._writer(self._main, found).write(self._root)
        new[:0] = [masters, numbered("sld", names, _FIRST)]
        theme = self._designs.theme_of(self._main)
        if theme is not None:
            found.name("theme", theme)
        self._add_table_styles(found)
        self.whole.put(_MAIN, new, found)

    def _seen_slides(self) -> Iterator[str]:
        known = by_name(self._parts, self._main)
        for one in self._root.iterfind(f"{P}sldIdLst/{P}sldId"):
            relation = known.get(one.get(R + "id", ""))
            if relation is None or relation.target is None or relation.kind != "slide":
                raise MalformedError("a slide that is missing")
            if not is_on(self._parts.tree(relation.target).get("show"), by_default=True):
                self.whole.gone.note("hidden-slides")
            else:
                yield relation.target

    def _add_slide(self, part: str) -> str:
        new = self._designs.begin("slide", part)
        found = Found(new)
        found.name("slideLayout", self._designs.layout_of(part))
        self.whole.put(new, self._written(part, found), found)
        return new

    def _written(self, part: str, found: Found) -> Element:
        """Write a slide, layout or master; returns its elements."""
        tree = self._writer(part, found).write(self._parts.tree(part))
        for one in relations(self._parts, part):
            self.whole.gone.when(one.target is None, "links")
            if one.kind == "themeOverride" and one.target is not None:
                found.name("themeOverride", add_override(self.whole, one.target, "ppt"))
        self.whole.seen(*texts(tree))
        return tree

    def _writer(self, part: str, found: Found) -> SlideWriter:
        known = by_name(self._parts, part)
        return SlideWriter(
            self.whole.gone, size=self._size, style=self._styles.name,
            target=lambda name: self._target(led(known, name), found),
            diagram=lambda frame: self._diagram(frame, part, found),
        )  # fmt: skip

    def _diagram(self, frame: Element, part: str, found: Found) -> Element | None:
        """Return the shapes of a diagram, which has relations of its own; None for others."""
        drawing = drawing_of(frame, by_name(self._parts, part), self._parts)
        if drawing is None:
            return None
        group = as_group(frame, self._parts.tree(drawing))
        return self._writer(drawing, found).write(group)

    def _target(self, one: Relation, found: Found) -> str:
        """Write what a slide refers to; returns the new name of the relation, if it has one."""
        if one.target is None:
            return ""
        if one.kind == "chart":
            return found.name(
                "chart", add_chart(self.whole, one.target, "ppt", is_over_cells=False)
            )
        if one.kind == "image":
            return found.name("image", self.whole.add_picture(one.target, "ppt/media"))
        raise MalformedError(f"a drawing of {one.kind}")

    def _table_styles(self) -> Element | None:
        for one in relations(self._parts, self._main):
            if one.kind == "tableStyles" and one.target is not None:
                return self._parts.tree(one.target)
        return None

    def _add_table_styles(self, found: Found) -> None:
        root = self._styles.root(lambda _name: "")
        if root is not None:
            new = "ppt/tableStyles.xml"
            part = next(o.target for o in relations(self._parts, self._main)
                        if o.kind == "tableStyles" and o.target)  # fmt: skip
            self.whole.begin(part, new, f"{_TYPE}.tableStyles+xml")
            self.whole.put(new, root)
            found.name("tableStyles", new)


def _size(root: Element) -> Size:
    one = root.find(P + "sldSz")
    edges = ("", "") if one is None else (one.get("cx", ""), one.get("cy", ""))
    if not all(edge.isdecimal() and 0 < int(edge) <= _MAX_EDGE for edge in edges):
        raise MalformedError("slides of no size")
    return int(edges[0]), int(edges[1])
