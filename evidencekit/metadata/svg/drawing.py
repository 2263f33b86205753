"""One drawing, and what its styles set for each of its elements (CSS Cascading 4 §6)."""

from collections.abc import Iterator, Sequence
from functools import cache
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.svg.allowed import ATTRIBUTES, LINK, LINKED, PROPERTIES, SVG
from evidencekit.metadata.svg.sheet import Compound, Rule, Setting, rules, settings
from evidencekit.metadata.svg.values import references_in

MAX_ELEMENTS = 200_000
MAX_MATCHES = 5_000_000  # of elements with rules; a drawing of a program has some ten rules
_MEDIA = {"", "all", "screen"}


class Drawing:
    """The elements in their order, their ids and their styles."""

    def __init__(self, root: Element, gone: Gone) -> None:
        self.root = root
        self._gone = gone
        self.elements = [one for one in root.iter() if one.tag.startswith(SVG)]
        if len(self.elements) > MAX_ELEMENTS:
            raise MalformedError(f"more than {MAX_ELEMENTS} elements")
        self.parents = {child: one for one in root.iter() for child in one}
        self.rules = tuple(self._rules())
        if len(self.rules) * len(self.elements) > MAX_MATCHES:
            raise MalformedError("more rules of style than are followed")
        self._classes = {one: (one.get("class") or "").split() for one in self.elements}
        self._matching = {one: self._matches(one) for one in self.elements}
        self._own = {one: settings(one.get("style") or "", gone) for one in self.elements}
        self._named = self._ids()
        self._styled = {id_ for rule in self.rules for one in rule.selector for id_ in one.ids}
        self.set = cache(self._set)

    def named(self, name: str) -> Element | None:
        """Return the element of an id, the first where several have it (DOM §4.2.4).

        Raises :class:`MalformedError` where a rule of style means them all.
        """
        found = self._named.get(name, ())
        if len(found) > 1 and name in self._styled:
            raise MalformedError("several elements of one id that a style sheet names")
        return found[0] if found else None

    def style(self, one: Element) -> tuple[Setting, ...]:
        """Return what the element's own style attribute sets."""
        return self._own[one]

    def matching(self, one: Element) -> tuple[Rule, ...]:
        """Return the rules of style that hold for an element."""
        return self._matching[one]

    def references(self, one: Element) -> Iterator[str]:
        """Yield the ids that an element refers to, its rules of style included."""
        link = link_of(one)
        if link.startswith("#") and local(one.tag) in LINKED:
            yield link[1:]
        for key, value in one.attrib.items():
            if key in ATTRIBUTES:
                yield from references_in(value)
        for set_ in (
            *self._own[one],
            *(set_ for rule in self._matching[one] for set_ in rule.settings),
        ):
            yield from references_in(set_.value)

    def _set(self, one: Element, name: str) -> str | None:
        """Return what wins of all that is declared for a property; None where nothing is."""
        found: list[tuple[tuple[bool, bool, tuple[int, int, int], int], str]] = []
        attribute = one.get(name)
        if attribute is not None and name in PROPERTIES:
            found.append(((False, False, (0, 0, 0), -1), attribute))
        for number, rule in enumerate(self._matching[one]):
            found.extend(
                ((set_.is_important, False, rule.weight, number), set_.value)
                for set_ in rule.settings
                if set_.name == name
            )
        found.extend(
            ((set_.is_important, True, (0, 0, 0), 0), set_.value)
            for set_ in self._own[one]
            if set_.name == name
        )
        # The last of equals wins, so the order within one style counts as well.
        return (
            max(enumerate(found), key=lambda pair: (pair[1][0], pair[0]))[1][1] if found else None
        )

    def _rules(self) -> Iterator[Rule]:
        for one in self.elements:
            if local(one.tag) != "style" or one.get("type", "text/css").strip() not in _CSS:
                continue
            if (one.get("media") or "").strip() not in _MEDIA:
                raise MalformedError("a style sheet for some devices only")
            yield from rules("".join(one.itertext()), self._gone)

    def _ids(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for one in self.elements:
            if name := one.get("id"):
                found.setdefault(name, []).append(one)
        return found

    def _matches(self, one: Element) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if self._holds(rule.selector, one))

    def _holds(self, selector: Sequence[Compound], one: Element) -> bool:
        """Follow a selector from the root down, so that no depth makes it slow."""
        if not self._is(selector[-1], one):
            return False
        here = [False] * len(selector)
        above = list(here)
        for place in reversed(list(self._upwards(one))):
            fits = [self._is(compound, place) for compound in selector]
            before = [
                True,
                *(
                    here[at] if compound.is_child else above[at]
                    for at, compound in enumerate(selector[1:])
                ),
            ]
            here = [fit and may for fit, may in zip(fits, before, strict=True)]
            above = [old or new for old, new in zip(above, here, strict=True)]
        return here[-1]

    def _upwards(self, one: Element) -> Iterator[Element]:
        place: Element | None = one
        while place is not None:
            yield place
            place = self.parents.get(place)

    def _is(self, compound: Compound, one: Element) -> bool:
        return (
            one in self._classes
            and compound.kind in {"*", local(one.tag)}
            and all(name == one.get("id") for name in compound.ids)
            and all(name in self._classes[one] for name in compound.classes)
        )


_CSS = frozenset({"", "text/css"})


def link_of(one: Element) -> str:
    """Return where an element leads; the plain attribute counts before that of XLink (SVG 2)."""
    return (one.get("href") or one.get(f"{LINK}href") or "").strip()
