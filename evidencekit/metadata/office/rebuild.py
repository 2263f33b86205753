"""A word-processing document (DOCX) written anew from what is seen on its pages.

Only parts that a relation of the text leads to are written, each by the lists of
:mod:`~evidencekit.metadata.office.allowed`, under names of ours; pictures by the rules of their own
kind. Properties, people, comments, custom XML, macros' and printers' data have no place in it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from posixpath import basename
from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.allowed import PREFIXES, TEXT_ELEMENTS, W
from evidencekit.metadata.office.package import (
    CONTENT_TYPES,
    Relation,
    content_types,
    relations,
    relations_part,
    write_package,
)
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.office.text import Writer, is_gone
from evidencekit.metadata.pictures import rewrite
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_SEEN = frozenset({"document", "header", "footer", "footnotes", "endnotes"})
_KNOWN = (
    ("thumbnail", "thumbnail"), ("docprops/", "properties"), ("customxml/", "custom-xml"),
    ("comments", "comments"), ("people", "people"), ("vbaproject", "macros"),
    ("printersettings", "printer"),
)  # fmt: skip
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
for _prefix, _space in PREFIXES.items():
    ElementTree.register_namespace(_prefix, _space[1:-1])


def rebuild(stream: BinaryIO, out: BinaryIO, _wish: Wish) -> Rebuilt:
    """Write the document anew; raises :class:`MalformedError` where that needs a guess.

    No time stays in it, for whomever it is meant.
    """
    parts = Parts(stream)
    mains = [one for one in relations(parts, "") if one.kind == "officeDocument" and one.target]
    if len(mains) != 1 or mains[0].target is None:
        raise MalformedError("not exactly one text")
    document = _Document(parts)
    document.add(mains[0].target)
    document.write(out)
    document.note_the_rest(stream, out)
    return Rebuilt(removed=document.gone.words, kept=(), content_sha256=document.digest.hexdigest())


class _Document:
    """One source, and the parts of its copy."""

    def __init__(self, parts: Parts) -> None:
        self.gone, self.digest = Gone(), hashlib.sha256()
        self._parts = parts
        self._styles: dict[str, str] = {}
        self._hiding: set[str] = set()
        self._written: dict[str, bytes] = {}
        self._kinds: dict[str, str] = {}
        self._met: dict[str, str] = {}

    def add(self, main: str) -> None:
        """Write the text and, from there, all that belongs to it."""
        for one in relations(self._parts, main):
            if one.kind == "styles" and one.target:
                self._read_styles(self._parts.tree(one.target))
        self._add_part("document", main)

    def write(self, out: BinaryIO) -> None:
        """Write the package."""
        root = {"rId1": ("officeDocument", self._met[next(iter(self._met))])}
        write_package(
            out,
            {
                "[Content_Types].xml": content_types(self._kinds),
                "_rels/.rels": relations_part(root),
                **dict(sorted(self._written.items())),
            },
        )

    def note_the_rest(self, stream: BinaryIO, out: BinaryIO) -> None:
        """Say what of the source was not written: parts by their kind, dates, remarks."""
        for name in self._parts.names:
            if name not in self._met and not name.endswith((".rels", "/", "[Content_Types].xml")):
                self.gone.note(_word(name))
        if not self.gone.words and not _same(stream, out):
            self.gone.note("file-details")

    def _read_styles(self, root: Element) -> None:
        for number, one in enumerate(root.iter(W + "style"), 1):
            own = one.get(W + "styleId", "")
            self._styles.setdefault(own, f"s{number}")
            if one.find(f"{W}rPr/{W}vanish") is not None:
                self._hiding.add(own)

    def _add_part(self, kind: str, name: str) -> str:
        """Write a part once; returns its new name."""
        if name in self._met:
            return self._met[name]
        alone = kind not in {"header", "footer"}
        number = "" if alone else str(sum(one == kind for one in self._kinds.values()) + 1)
        new = f"word/{kind}{number}.xml"
        if new in self._kinds:
            raise MalformedError(f"two parts of {kind}")
        self._met[name], self._kinds[new] = new, kind
        self._write_part(kind, name, new)
        return new

    def _write_part(self, kind: str, name: str, new: str) -> None:
        root, found = self._parts.tree(name), _Found()
        by_name = {one.name: one for one in relations(self._parts, name)}
        if kind in _SEEN:
            self._require_shown(root)
            for text in drawn(root):
                self.digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
        writer = Writer(
            self.gone, is_strict=kind in _SEEN, styles=self._styles,
            target=lambda old: self._target(by_name.get(old), found),
        )  # fmt: skip
        tree = writer.write(root)
        if kind == "document":
            self._add_others(by_name.values(), found)
        self._written[new] = _HEAD + ElementTree.tostring(tree, encoding="utf-8")
        if found.places:
            self._written[f"word/_rels/{basename(new)}.rels"] = relations_part(found.places)

    def _target(self, one: Relation | None, found: "_Found") -> str:
        """Write what the text refers to; returns the new name of the relation, if it has one."""
        if one is None or one.target is None:
            return ""
        if one.kind == "image":
            return found.name("image", self._add_picture(one.target))
        if one.kind in {"header", "footer"}:
            return found.name(one.kind, basename(self._add_part(one.kind, one.target)))
        return ""

    def _add_others(self, known: Iterable[Relation], found: "_Found") -> None:
        """Write what belongs to a text without being named in it."""
        for one in sorted(known, key=lambda one: (one.kind, one.target or "")):
            if one.target is None:
                self.gone.note("links")
            elif one.kind in CONTENT_TYPES and one.kind not in {"header", "footer"}:
                found.name(one.kind, basename(self._add_part(one.kind, one.target)))

    def _add_picture(self, name: str) -> str:
        """Write a picture once; returns its place, seen from the text."""
        if name not in self._met:
            made = rewrite(self._parts.data(name), self.gone)
            self.digest.update(made.content_sha256.encode())
            number = sum(one.startswith("word/media/") for one in self._written) + 1
            self._met[name] = f"word/media/image{number}.{made.kind}"
            self._written[self._met[name]] = made.data
        return self._met[name].removeprefix("word/")

    def _require_shown(self, root: Element) -> None:
        for one in root.iter():
            if one.tag in {W + "pStyle", W + "rStyle"} and one.get(W + "val") in self._hiding:
                raise MalformedError("text that a style hides")


class _Found:
    """The relations of one written part, named in the order in which they are met."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[str, str]] = {}

    def name(self, kind: str, target: str) -> str:
        """Return the name of a relation, which is made where there is none yet."""
        for name, place in self.places.items():
            if place == (kind, target):
                return name
        name = f"rId{len(self.places) + 1}"
        self.places[name] = (kind, target)
        return name


def drawn(root: Element) -> Iterator[str]:
    """Yield the texts that are seen, in their order."""
    for one in root:
        if one.tag in TEXT_ELEMENTS:
            yield one.text or ""
        elif not is_gone(one) and not one.tag.endswith("}Fallback"):
            yield from drawn(one)


def _word(name: str) -> str:
    """Name a part by what people know it for."""
    lower = name.lower()
    return next((word for part, word in _KNOWN if part in lower), "parts-not-shown")


def _same(stream: BinaryIO, out: BinaryIO) -> bool:
    stream.seek(0)
    out.seek(0)
    return stream.read() == out.read()
