"""The parts of a copy, put together while a document is followed from its main part.

What is common to texts, sheets and slides: a part is written once, under a name of ours; a relation
is named in the order in which it is met; what was not written is told by its kind.
"""

import hashlib
import re
from collections.abc import Mapping
from posixpath import dirname, relpath
from typing import BinaryIO
from xml.etree.ElementTree import Element

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import PICTURES, encode
from evidencekit.metadata.office.package import (
    Relation,
    content_types,
    relations,
    relations_part,
    write_package,
)
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.pictures import rewrite

_KNOWN = (
    ("thumbnail", "thumbnail"), ("docprops/", "properties"), ("customxml/", "custom-xml"),
    ("comments", "comments"), ("comment", "comments"), ("people", "people"),
    ("persons/", "people"), ("vbaproject", "macros"), ("printersettings", "printer"),
    ("notesslide", "notes"), ("notesmaster", "notes"), ("handoutmaster", "notes"),
    ("pivot", "pivot-tables"), ("externallink", "outer-sources"), ("connections", "outer-sources"),
    ("querytable", "outer-sources"), ("revision", "tracked-changes"), ("tags/", "tags"),
    ("fonts/", "embedded-fonts"), ("embeddings/", "attachments"), ("calcchain", "formulas"),
    ("_xmlsignatures/", "signatures"), ("customproperty", "properties"),
    ("xmlmaps", "custom-xml"), ("/charts/", "settings"), ("presprops", "settings"),
    ("tablestyles", "unused-designs"), ("changesinfo", "tracked-changes"),
    ("docmetadata/", "properties"), ("core-properties", "properties"), ("ink/", "second-forms"),
    ("vmldrawing", "second-forms"), ("viewprops", "views"),
    ("slides/", "hidden-slides"), ("sheets/", "hidden-sheets"),
    ("slidelayouts/", "unused-designs"), ("slidemasters/", "unused-designs"),
    ("theme/", "unused-designs"), ("/media/", "unused-pictures"), ("diagrams/", "diagram-data"),
)  # fmt: skip


class Assembly:
    """One source, and what of it is written."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.gone, self.digest = parts, Gone(), hashlib.sha256()
        self._written: dict[str, bytes] = {}
        self._types: dict[str, str] = {}
        self._met: dict[str, str] = {}

    def seen(self, *texts: str) -> None:
        """Count texts in the digest of what is seen."""
        for text in texts:
            self.digest.update(text.encode("utf-8", "surrogatepass") + b"\0")

    def known(self, name: str) -> str | None:
        """Return the new name of a part that was met before."""
        return self._met.get(name)

    def begin(self, name: str, new: str, content_type: str) -> None:
        """Give a part its new name, before that which it leads to is followed."""
        if new in self._types:
            raise MalformedError(f"two parts for {new}")
        self._met[name], self._types[new] = new, content_type

    def number(self, start: str) -> int:
        """Return the number of the next part whose new name begins so, with a number behind."""
        return sum(bool(re.match(re.escape(start) + r"\d", one)) for one in self._types) + 1

    def put(self, new: str, root: Element, found: "Found | None" = None) -> None:
        """Write a part with its relations."""
        self.put_bytes(new, encode(root), found)

    def put_bytes(self, new: str, data: bytes, found: "Found | None" = None) -> None:
        """Write a part that is encoded."""
        self._written[new] = data
        if found is not None and found.places:
            folder, _slash, end = new.rpartition("/")
            self._written[f"{folder}/_rels/{end}.rels"] = relations_part(found.places)

    def make(self, new: str, content_type: str, root: Element) -> None:
        """Write a part that has no single source."""
        self._types[new] = content_type
        self.put(new, root)

    def add_picture(self, name: str, folder: str) -> str:
        """Write a picture once; returns its new name, in a folder of media."""
        if name not in self._met:
            made = rewrite(self.parts.data(name), self.gone, PICTURES)
            self.digest.update(made.content_sha256.encode())
            number = sum(one.startswith(f"{folder}/") for one in self._written) + 1
            self._met[name] = f"{folder}/image{number}.{made.kind}"
            self._written[self._met[name]] = made.data
        return self._met[name]

    def write(self, out: BinaryIO, main: str) -> None:
        """Write the package, of which ``main`` is the part that is opened first."""
        root = {"rId1": ("officeDocument", main)}
        written = {
            "[Content_Types].xml": content_types(self._types),
            "_rels/.rels": relations_part(root),
            **dict(sorted(self._written.items())),
        }
        write_package(out, written)

    def note_the_rest(self, stream: BinaryIO, out: BinaryIO) -> None:
        """Say what of the source was not written: parts by their kind, dates, remarks."""
        for name in self.parts.names:
            if name not in self._met and not name.endswith((".rels", "/", "[Content_Types].xml")):
                self.gone.note(_word(name))
        if not self.gone.words and not _same(stream, out):
            self.gone.note("file-details")


class Found:
    """The relations of one written part, named in the order in which they are met."""

    def __init__(self, part: str) -> None:
        self.places: dict[str, tuple[str, str]] = {}
        self._folder = dirname(part)

    def name(self, kind: str, target: str) -> str:
        """Return the name of a relation to a new part, made where there is none yet."""
        place = kind, relpath(target, self._folder)
        for name, known in self.places.items():
            if known == place:
                return name
        name = f"rId{len(self.places) + 1}"
        self.places[name] = place
        return name


def by_name(parts: Parts, part: str) -> Mapping[str, Relation]:
    """Return where a part leads, by the names of the relations."""
    return {one.name: one for one in relations(parts, part)}


def led(known: Mapping[str, Relation], name: str) -> Relation:
    """Return a relation that something seen has; raises :class:`MalformedError` without it."""
    if name not in known or (known[name].target is None and not known[name].is_outside):
        raise MalformedError("something seen that is in no part")
    return known[name]


def main_part(parts: Parts) -> str:
    """Return the name of the part that is opened first."""
    mains = [one.target for one in relations(parts, "") if one.kind == "officeDocument"]
    if len(mains) != 1 or mains[0] is None:
        raise MalformedError("not exactly one text")
    return mains[0]


def _word(name: str) -> str:
    """Name a part by what people know it for."""
    lower = name.lower()
    return next((word for part, word in _KNOWN if part in lower), "parts-not-shown")


def _same(stream: BinaryIO, out: BinaryIO) -> bool:
    stream.seek(0)
    out.seek(0)
    return stream.read() == out.read()
