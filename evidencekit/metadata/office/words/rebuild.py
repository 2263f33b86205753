"""A word-processing document (DOCX) written anew from what is seen on its pages.

Only parts that a relation of the text leads to are written, each by the lists of
:mod:`~evidencekit.metadata.office.words.allowed`, under names of ours; pictures by the rules of
their own kind. Properties, people, comments, custom XML, macros' and printers' data have no place.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO
from xml.etree.ElementTree import Element

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.assembly import Assembly, Found, by_name, main_part
from evidencekit.metadata.office.names import W
from evidencekit.metadata.office.package import Relation, relations
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.office.words.allowed import TEXT_ELEMENTS
from evidencekit.metadata.office.words.text import TextWriter, is_gone
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_WORDS = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CONTENT_TYPES: Mapping[str, str] = {
    "document": f"{_WORDS}.document.main+xml", "styles": f"{_WORDS}.styles+xml",
    "numbering": f"{_WORDS}.numbering+xml", "fontTable": f"{_WORDS}.fontTable+xml",
    "settings": f"{_WORDS}.settings+xml", "header": f"{_WORDS}.header+xml",
    "footer": f"{_WORDS}.footer+xml", "footnotes": f"{_WORDS}.footnotes+xml",
    "endnotes": f"{_WORDS}.endnotes+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
}  # fmt: skip
"""What a copy may hold besides pictures, by the last word of the relation that leads there."""
_SEEN = frozenset({"document", "header", "footer", "footnotes", "endnotes"})
_MANY = frozenset({"header", "footer"})


def rebuild(stream: BinaryIO, out: BinaryIO, _wish: Wish) -> Rebuilt:
    """Write the document anew; raises :class:`MalformedError` where that needs a guess.

    No time stays in it, for whomever it is meant.
    """
    document = _Document(Parts(stream))
    whole = document.whole
    whole.write(out, document.add())
    whole.note_the_rest(stream, out)
    return Rebuilt(removed=whole.gone.words, kept=(), content_sha256=whole.digest.hexdigest())


class _Document:
    """One source, and the parts of its copy."""

    def __init__(self, parts: Parts) -> None:
        self.whole = Assembly(parts)
        self._parts = parts
        self._styles: dict[str, str] = {}
        self._hiding: set[str] = set()

    def add(self) -> str:
        """Write the text and, from there, all that belongs to it; returns its name."""
        main = main_part(self._parts)
        for one in relations(self._parts, main):
            if one.kind == "styles" and one.target:
                self._read_styles(self._parts.tree(one.target))
        return self._add_part("document", main)

    def _read_styles(self, root: Element) -> None:
        for number, one in enumerate(root.iter(W + "style"), 1):
            own = one.get(W + "styleId", "")
            self._styles.setdefault(own, f"s{number}")
            if one.find(f"{W}rPr/{W}vanish") is not None:
                self._hiding.add(own)

    def _add_part(self, kind: str, name: str) -> str:
        """Write a part once; returns its new name."""
        if (known := self.whole.known(name)) is not None:
            return known
        number = str(self.whole.number(f"word/{kind}")) if kind in _MANY else ""
        new = f"word/{kind}{number}.xml"
        self.whole.begin(name, new, _CONTENT_TYPES[kind])
        self._write_part(kind, name, new)
        return new

    def _write_part(self, kind: str, name: str, new: str) -> None:
        root, found = self._parts.tree(name), Found(new)
        known = by_name(self._parts, name)
        if kind in _SEEN:
            self._require_shown(root)
            self.whole.seen(*drawn(root))
        writer = TextWriter(
            self.whole.gone, is_strict=kind in _SEEN, styles=self._styles,
            target=lambda old: self._target(known.get(old), found),
        )  # fmt: skip
        tree = writer.write(root)
        if kind == "document":
            self._add_others(known.values(), found)
        self.whole.put(new, tree, found)

    def _target(self, one: Relation | None, found: Found) -> str:
        """Write what the text refers to; returns the new name of the relation, if it has one."""
        if one is None or one.target is None:
            return ""
        if one.kind == "image":
            return found.name("image", self.whole.add_picture(one.target, "word/media"))
        if one.kind in _MANY:
            return found.name(one.kind, self._add_part(one.kind, one.target))
        return ""

    def _add_others(self, known: Iterable[Relation], found: Found) -> None:
        """Write what belongs to a text without being named in it."""
        for one in sorted(known, key=lambda one: (one.kind, one.target or "")):
            if one.target is None:
                self.whole.gone.note("links")
            elif one.kind in _CONTENT_TYPES and one.kind not in _MANY:
                found.name(one.kind, self._add_part(one.kind, one.target))

    def _require_shown(self, root: Element) -> None:
        for one in root.iter():
            if one.tag in {W + "pStyle", W + "rStyle"} and one.get(W + "val") in self._hiding:
                raise MalformedError("text that a style hides")


def drawn(root: Element) -> Iterator[str]:
    """Yield the texts that are seen, in their order."""
    for one in root:
        if one.tag in TEXT_ELEMENTS:
            yield one.text or ""
        elif not is_gone(one) and not one.tag.endswith("}Fallback"):
            yield from drawn(one)
