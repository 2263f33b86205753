"""A document of Hangul (HWPX) written anew from what is seen on its pages.

Only the header, the sections and what they refer to are written, each by the lists of
:mod:`~evidencekit.metadata.hwpx.allowed`, under names of ours; pictures by the rules of their own
kind. Properties, previews, memos, scripts, earlier versions and settings have no place in it.
"""

import hashlib
from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.hwpx.allowed import PREFIXES
from evidencekit.metadata.hwpx.package import index, write
from evidencekit.metadata.hwpx.text import Writer, drawn
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.pictures import rewrite
from evidencekit.metadata.rebuilt import Rebuilt, Wish

_KNOWN = (
    ("preview/prvimage", "thumbnail"), ("preview/", "preview-text"), ("scripts/", "macros"),
    ("dochistory/", "earlier-versions"), ("memoextended", "comments"), ("custom/", "custom-xml"),
    ("settings.xml", "settings"), ("container.rdf", "metadata"),
)  # fmt: skip
_RENEWED = frozenset(
    {
        "mimetype", "version.xml", "settings.xml", "Contents/content.hpf", "META-INF/container.xml",
        "META-INF/manifest.xml",
    }
)  # fmt: skip
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>'
_ENDS = {"jpeg": "jpg", "png": "png", "gif": "gif", "bmp": "bmp"}
for _prefix, _space in PREFIXES.items():
    ElementTree.register_namespace(_prefix, _space[1:-1])


def rebuild(stream: BinaryIO, out: BinaryIO, _wish: Wish) -> Rebuilt:
    """Write the document anew; raises :class:`MalformedError` where that needs a guess.

    No time stays in it, for whomever it is meant.
    """
    document = _Document(Parts(stream))
    document.add()
    write(out, document.written, document.pictures)
    document.note_the_rest(stream, out)
    return Rebuilt(removed=document.gone.words, kept=(), content_sha256=document.digest.hexdigest())


class _Document:
    """One source, and the parts of its copy."""

    def __init__(self, parts: Parts) -> None:
        self.gone, self.digest = Gone(), hashlib.sha256()
        self.written: dict[str, bytes] = {}
        self.pictures: dict[str, str] = {}
        self._parts, self._index = parts, index(parts)
        self._met: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def add(self) -> None:
        """Write the header, then the sections in their order."""
        roots = {name: self._parts.tree(name) for name in self._texts()}
        headers = [name for name, root in roots.items() if local(root.tag) == "head"]
        sections = [name for name, root in roots.items() if local(root.tag) == "sec"]
        if len(headers) != 1 or not sections:
            raise MalformedError("not one header and some sections")
        self._add_part("Contents/header.xml", headers[0], roots[headers[0]], is_text=False)
        for number, name in enumerate(sections):
            self._add_part(f"Contents/section{number}.xml", name, roots[name], is_text=True)

    def note_the_rest(self, stream: BinaryIO, out: BinaryIO) -> None:
        """Say what of the source was not written: parts by their kind, dates, remarks."""
        for name in self._parts.names:
            if name not in self._met and name not in _RENEWED and not name.endswith("/"):
                self.gone.note(_word(name))
        if _differs(stream, out):
            self.gone.when(self._has_properties(), "properties")
            self.gone.when(not self.gone.words, "file-details")

    def _texts(self) -> list[str]:
        listed = (*self._index.order, *self._index.items.values())
        found = [name for name in dict.fromkeys(listed) if name in self._parts.names]
        # Master pages are met where a section refers to them.
        return [
            name
            for name in found
            if name.endswith(".xml") and name.rpartition("/")[2].startswith(("header", "section"))
        ]

    def _has_properties(self) -> bool:
        return any(
            (one.text or "").strip()
            for name in self._parts.names
            if name.endswith(".hpf")
            for one in self._parts.tree(name).iter()
            if local(one.tag) in {"title", "meta"}
        )

    def _add_part(self, new: str, name: str, root: Element, *, is_text: bool) -> None:
        self._met[name] = new
        self.written[new] = b""  # holds the place, so that parts stand in the order met
        tree = Writer(self.gone, is_text=is_text, target=self._target, names=self._names).write(
            root
        )
        for text in drawn(tree) if is_text else ():
            self.digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
        if local(tree.tag) == "masterPage":
            tree.set("id", new.removeprefix("Contents/").removesuffix(".xml"))
        self.written[new] = _HEAD + ElementTree.tostring(tree, encoding="utf-8")

    def _target(self, kind: str, item: str) -> str:
        """Write what a text refers to; returns its id in the copy."""
        return self._picture(item) if kind == "img" else self._master_page(item)

    def _master_page(self, item: str) -> str:
        """Write a master page once; returns its id."""
        name = self._index.items.get(item, "")
        if name not in self._met:
            number = sum("masterpage" in one for one in self.written)
            new = f"Contents/masterpage{number}.xml"
            self._add_part(new, name, self._parts.tree(name), is_text=True)
        return self._met[name].removeprefix("Contents/").removesuffix(".xml")

    def _picture(self, item: str) -> str:
        """Write a picture once; returns its id."""
        name = self._index.items.get(item, "")
        if name not in self._met:
            made = rewrite(self._parts.data(name), self.gone, _ENDS)
            self.digest.update(made.content_sha256.encode())
            new = f"BinData/image{len(self.pictures) + 1}.{_ENDS[made.kind]}"
            self._met[name], self.written[new] = new, made.data
            self.pictures[new] = f"image/{made.kind}"
        return self._met[name].removeprefix("BinData/").partition(".")[0]


def _word(name: str) -> str:
    """Name a part by what people know it for."""
    lower = name.lower()
    return next((word for part, word in _KNOWN if part in lower), "parts-not-shown")


def _differs(stream: BinaryIO, out: BinaryIO) -> bool:
    stream.seek(0)
    out.seek(0)
    return stream.read() != out.read()
