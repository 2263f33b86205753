"""The elements of a part written anew by lists: what is allowed stays, all else goes or is refused.

Each kind of part has its :class:`Rules`; what needs more than a list is said in a subclass.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.drawing import GUIDES, THEME_NAMES
from evidencekit.metadata.office.names import MC, XML, A, R
from evidencekit.metadata.office.values import is_guide, is_plain

_ALTERNATIVES = {MC + "Choice", MC + "Fallback"}
_MICROSOFT = "{http://schemas.microsoft.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may stand in a kind of part; names of elements with their namespaces."""

    elements: Collection[str]
    attributes: Collection[str]
    """By local name."""
    texts: Collection[str]
    """Elements whose text is what is seen."""
    free: Collection[tuple[str, str]] = ()
    """Elements and attributes of free text: names of fonts, signs that are drawn."""
    values: Collection[str] = ()
    """Elements whose text is a number or a word of the standard."""
    named: Collection[str] = ()
    """Elements that name a drawing, with a description: they get numbers."""
    dropped: Mapping[str, str] = field(default_factory=dict)
    """Elements that go with all in them, and the word for it."""
    unwrapped: Mapping[str, str] = field(default_factory=dict)
    """Elements that go while what is in them stays."""
    ignored: Collection[str] = ("extLst", "stCxn", "endCxn")
    """Elements, by local name, that show nothing: unknown ones, and to what a line is fixed."""
    is_plain: Callable[[str], bool] = is_plain
    """Whether a value says only how something looks."""


class Writer:
    """Writes the elements of one part; ``is_strict`` where an unknown one may be something seen."""

    def __init__(
        self, gone: Gone, rules: Rules, *, is_strict: bool, target: Callable[[str], str]
    ) -> None:
        self.gone, self.rules = gone, rules
        self._is_strict, self.target = is_strict, target
        self._numbered = 0

    def write(self, root: Element) -> Element:
        """Return the part anew; raises :class:`MalformedError` for what is not known."""
        found = list(self.written(root))
        if len(found) != 1:
            raise MalformedError(f"a part that begins with {local(root.tag)}")
        return found[0]

    def written(self, one: Element) -> Iterator[Element]:
        """Yield what becomes of an element: nothing, itself, or what is in it."""
        name = local(one.tag)
        if one.tag == MC + "AlternateContent":
            yield from self._alternative(one)
        elif word := self.lost(one):
            self.gone.note(word)
        elif one.tag in self.rules.unwrapped:
            self.gone.note(self.rules.unwrapped[one.tag])
            yield from self.inside(one)
        elif one.tag in self.rules.elements:
            yield self.element(one)
        elif name in self.rules.ignored or not self._is_strict:
            self.gone.note("settings")
        elif self.is_extension(one):
            self.gone.note("extensions")
        else:
            raise MalformedError(f"{name}, which is not understood")

    def inside(self, one: Element) -> Iterator[Element]:
        """Yield what becomes of the elements in one."""
        for child in one:
            yield from self.written(child)

    def lost(self, one: Element) -> str | None:
        """Return the word for an element that is not seen, or None."""
        return self.rules.dropped.get(one.tag)

    def is_extension(self, _one: Element) -> bool:
        """Return whether an unknown element is known to show nothing."""
        return False

    def element(self, one: Element) -> Element:
        """Return an allowed element anew."""
        new = Element(one.tag, dict(self._attributes(one)))
        new.text = self.text_of(one)
        new.extend(list(self.inside(one)))
        return new

    def text_of(self, one: Element) -> str | None:
        """Return the text of an element; raises :class:`MalformedError` where none belongs."""
        if one.tag in self.rules.texts:
            return one.text
        text = (one.text or "").strip()
        if not text or (one.tag in self.rules.values and self.rules.is_plain(text)):
            return text or None
        raise MalformedError(f"text in {local(one.tag)}")

    def value(self, _one: Element, _key: str, value: str) -> str:
        """Return what an attribute says in the copy, before it is judged."""
        return value

    def next_number(self) -> int:
        """Return one more than the last time."""
        self._numbered += 1
        return self._numbered

    def _alternative(self, one: Element) -> Iterator[Element]:
        """Take the first form that is understood (ECMA-376-3 §7.5)."""
        for choice in one:
            if choice.tag in _ALTERNATIVES and all(map(self._is_known, self._shown(choice))):
                self.gone.when(len(one) > 1, "second-forms")
                yield from self.inside(choice)
                return
        raise MalformedError("a drawing that is not understood")

    def _is_known(self, one: Element) -> bool:
        return one.tag in self.rules.elements

    def _shown(self, one: Element) -> Iterator[Element]:
        """Yield what is in an alternative and would be written."""
        for child in one:
            if self.lost(child) or local(child.tag) in self.rules.ignored:
                continue
            if child.tag not in self.rules.unwrapped and child.tag != MC + "AlternateContent":
                yield child
            yield from self._shown(child)

    def _attributes(self, one: Element) -> Iterator[tuple[str, str]]:
        if one.tag in self.rules.named:
            self.gone.when(any(one.get(key) for key in ("name", "descr", "title")), "alt-text")
            yield from (("id", str(self.next_number())), ("name", ""))
            return
        for key, value in one.attrib.items():
            if key.startswith(R):
                yield from self._reference(key, value)
            elif key == XML + "space":
                yield key, value
            elif key == "name" and one.tag in THEME_NAMES:
                yield key, "theme"
            elif self._is_allowed(one, key):
                yield from self._plain(one, key, self.value(one, key, value))
            else:
                self.gone.note("editing-marks")

    def _is_allowed(self, one: Element, key: str) -> bool:
        if one.tag == A + "gd":
            return key in {"name", "fmla"}
        return local(key) in self.rules.attributes and not key.startswith(_MICROSOFT)

    def _reference(self, key: str, value: str) -> Iterator[tuple[str, str]]:
        if local(key) in {"embed", "id"} and (target := self.target(value)):
            yield key, target
        else:
            self.gone.note("links")

    def _plain(self, one: Element, key: str, value: str) -> Iterator[tuple[str, str]]:
        """Yield an attribute whose value says nothing but how something looks."""
        place = local(one.tag), local(key)
        is_named = place[0] in GUIDES and is_guide(value)
        if place in self.rules.free or is_named or self.rules.is_plain(value):
            yield key, value
        else:
            self.gone.note("settings")
