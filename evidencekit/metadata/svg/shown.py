"""Which elements of a drawing are seen: those that are drawn, and what these refer to.

What is not displayed, transparent, hidden or referred to by nothing is not in a copy. What lies
outside the canvas, behind something, or has the colour of its ground stays: whether it is seen
depends on the window and on the eye.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.svg.allowed import DEFINING, DROPPED, ELEMENTS, SHAPES, SVG, TEXT_ELEMENTS
from evidencekit.metadata.svg.drawing import Drawing

_REFUSED = frozenset({"animate", "animateTransform", "animateMotion", "animateColor", "set"})
_INHERITED: Mapping[str, str] = {
    "visibility": "visible", "fill": "black", "stroke": "none", "fill-opacity": "1",
    "stroke-opacity": "1", "font-size": "medium",
}  # fmt: skip
_ZERO = re.compile(r"[-+]?0*\.?0*(?:%|[a-z]{1,4})?")
_EFFECTS = ("filter", "mask", "clip-path")
_VISIBLE_ALONE = SHAPES | {"image", "use"}
_LETTERS = TEXT_ELEMENTS | {"text"}


@dataclass(slots=True)
class Seen:
    """What is in a copy."""

    live: dict[Element, None] = field(default_factory=dict)
    """Elements that are drawn or used, with what they hold."""
    written: set[Element] = field(default_factory=set)
    """Those, and all around them."""
    named: dict[str, None] = field(default_factory=dict)
    """Ids that something refers to."""


def seen_of(drawing: Drawing, gone: Gone) -> Seen:
    """Return what is seen; raises :class:`MalformedError` for what cannot be judged."""
    walker = _Walker(drawing, gone)
    walker.begin()
    return walker.seen


class _Walker:
    def __init__(self, drawing: Drawing, gone: Gone) -> None:
        self.seen = Seen()
        self._drawing, self._gone = drawing, gone
        self._waiting: list[tuple[Element, Mapping[str, str]]] = []
        self._hidden: list[Element] = []

    def begin(self) -> None:
        if not self._requires_more(self._drawing.root):
            self._meet(self._drawing.root, dict(_INHERITED), is_clip=False)
        if not self.seen.live:
            raise MalformedError("a drawing of which nothing is seen")
        while self._waiting:
            one, around = self._waiting.pop()
            if one not in self.seen.live:
                self._enter(one, around, is_clip=local(one.tag) == "clipPath")
        for one in self._hidden:
            if any(part not in self.seen.written for part in one.iter()):
                self._gone.note("hidden-text" if _has_letters(one) else "parts-not-shown")

    def _meet(self, one: Element, around: Mapping[str, str], *, is_clip: bool) -> None:
        """Take an element where it stands in the drawing."""
        name = local(one.tag)
        if not one.tag.startswith(SVG):
            self._gone.note("data-of-editors")
        elif name in DROPPED:
            self._gone.when(name != "style", DROPPED[name])
        elif name in DEFINING:
            self._require_known(one)
            self._hidden.append(one)
        elif self._is_hidden(one, name, around, is_clip=is_clip):
            self._hidden.append(one)
        else:
            self._enter(one, around, is_clip=is_clip)

    def _enter(self, one: Element, around: Mapping[str, str], *, is_clip: bool) -> None:
        """Take an element and what it holds."""
        name = local(one.tag)
        self._require_known(one)
        values = self._inherited(one, around)
        self.seen.live[one] = None
        self._write(one, values)
        if name == "text" and not is_clip:
            self._require_painted(one, around)
        children = self._choice(one) if name == "switch" else list(one)
        for child in children:
            if self._requires_more(child):
                self._gone.note("parts-not-shown")
            else:
                self._meet(child, values, is_clip=is_clip)

    def _write(self, one: Element, values: Mapping[str, str]) -> None:
        """Write an element and those around it, and take what they refer to."""
        place: Element | None = one
        while place is not None and place not in self.seen.written:
            self._require_known(place)
            self.seen.written.add(place)
            for name in self._drawing.references(place):
                self._refer(name, values, is_use=local(place.tag) == "use")
            place = self._drawing.parents.get(place)

    def _refer(self, name: str, values: Mapping[str, str], *, is_use: bool) -> None:
        self.seen.named[name] = None
        target = self._drawing.named(name)
        if target is None:
            return
        around = values if is_use else self._from_above(target)
        if local(target.tag) in DEFINING or not self._is_hidden(
            target, local(target.tag), around, is_clip=True
        ):
            self._waiting.append((target, around))

    def _from_above(self, one: Element) -> Mapping[str, str]:
        above = self._drawing.parents.get(one)
        if above is None:
            return _INHERITED
        return self._inherited(above, self._from_above(above))

    def _inherited(self, one: Element, around: Mapping[str, str]) -> dict[str, str]:
        if not one.tag.startswith(SVG):
            return dict(around)
        values = {}
        for name, above in around.items():
            value = (self._drawing.set(one, name) or "inherit").strip()
            values[name] = above if value == "inherit" else value
        return values

    def _is_hidden(
        self, one: Element, name: str, around: Mapping[str, str], *, is_clip: bool
    ) -> bool:
        """Whether nothing of an element is drawn, and nothing in it can undo that."""
        if (self._drawing.set(one, "display") or "").strip() == "none":
            return True
        if name == "image" and any(_is_zero(one.get(key)) for key in ("width", "height")):
            return True
        return not is_clip and self._is_clear(one, name, around) and self._require_no_effect(one)

    def _is_clear(self, one: Element, name: str, around: Mapping[str, str]) -> bool:
        if _is_zero(self._drawing.set(one, "opacity")):
            return True
        if name in _VISIBLE_ALONE:
            values = self._inherited(one, around)
            return values["visibility"] in {"hidden", "collapse"}
        return name == "text" and self._is_unpainted(one, around)

    def _is_unpainted(self, one: Element, around: Mapping[str, str]) -> bool:
        painted = list(self._painted(one, around))
        return bool(painted) and not any(painted)

    def _painted(self, one: Element, around: Mapping[str, str]) -> list[bool]:
        """Return for each stretch of letters whether it is painted."""
        if not one.tag.startswith(SVG) or local(one.tag) not in _LETTERS:
            return []
        if (self._drawing.set(one, "display") or "").strip() == "none":
            return []
        values = self._inherited(one, around)
        found = [_paints(values)] if (one.text or "").strip() else []
        for child in one:
            found.extend(self._painted(child, values))
            found.extend([_paints(values)] if (child.tail or "").strip() else [])
        return found

    def _require_painted(self, one: Element, around: Mapping[str, str]) -> None:
        if not all(self._painted(one, around)):
            raise MalformedError("a text of which a part is hidden")

    def _require_no_effect(self, one: Element) -> bool:
        """Refuse where what is clear still counts: for the extent of a filter or a mask."""
        place: Element | None = one
        while place is not None:
            if place.tag.startswith(SVG) and any(
                (self._drawing.set(place, name) or "none").strip() != "none" for name in _EFFECTS
            ):
                raise MalformedError("something hidden under a filter, a mask or a clip")
            place = self._drawing.parents.get(place)
        return True

    def _choice(self, one: Element) -> list[Element]:
        """Return the first child that every viewer would take (SVG 2 §5.8)."""
        for child in one:
            if child.tag.startswith(SVG) and local(child.tag) not in DROPPED:
                if not self._requires_more(child):
                    return [child]
                self._gone.note("second-forms")
        return []

    def _requires_more(self, one: Element) -> bool:
        """Whether an element is only for programs that know some extension."""
        if any(one.get(key) is not None for key in ("systemLanguage", "requiredFeatures")):
            raise MalformedError("something that is shown to some readers only")
        return bool((one.get("requiredExtensions") or "").strip())

    def _require_known(self, one: Element) -> None:
        name = local(one.tag)
        if name in _REFUSED:
            raise MalformedError("a drawing that moves")
        if name not in ELEMENTS or not one.tag.startswith(SVG):
            raise MalformedError(f"{name}, which is not understood")


def _has_letters(one: Element) -> bool:
    return any(part.tag == f"{SVG}text" for part in one.iter())


def _is_zero(value: str | None) -> bool:
    return value is not None and bool(value.strip()) and bool(_ZERO.fullmatch(value.strip()))


def _paints(values: Mapping[str, str]) -> bool:
    if values["visibility"] in {"hidden", "collapse"} or _is_zero(values["font-size"]):
        return False
    filled = values["fill"] not in {"none", "transparent"} and not _is_zero(values["fill-opacity"])
    lined = values["stroke"] not in {"none", "transparent"}
    return filled or (lined and not _is_zero(values["stroke-opacity"]))
