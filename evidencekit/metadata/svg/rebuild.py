"""A drawing (SVG) written anew from what is seen of it, and nothing else.

Kept as they are: lines, numbers, colours, texts that are drawn. Ids and classes get names of ours
in the order in which they are met; pictures go through the writer of their own kind. A copy fetches
nothing, runs nothing and does not move.
"""

import binascii
import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from evidencekit.metadata.elements import local, tree_with_doctype
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.pictures import rewrite
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.svg.allowed import (
    ATTRIBUTES,
    LINK,
    LINKED,
    SOURCES,
    SVG,
    TEXT_ELEMENTS,
    XML,
)
from evidencekit.metadata.svg.drawing import Drawing, link_of
from evidencekit.metadata.svg.sheet import Compound, Rule, Setting
from evidencekit.metadata.svg.shown import seen_of
from evidencekit.metadata.svg.values import written

MAX_SIZE = 32 * 2**20  # bytes of a drawing
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RESULTS = frozenset({"in", "in2", "result"})
_DATA = re.compile(r"data:[\w./+-]{0,80}(?:;[\w=-]{1,40})*,", re.IGNORECASE)
_WORDS = (
    ("on", "actions"), ("aria-", "alt-text"), ("data-", "data-of-editors"),
    ("requiredExtensions", "second-forms"),
)  # fmt: skip
_PICTURES = ("jpeg", "png", "gif", "webp")


def rebuild(stream: BinaryIO, out: BinaryIO, _wish: Wish) -> Rebuilt:
    """Write the drawing anew; raises :class:`MalformedError` where that needs a guess.

    No time stays in it, for whomever it is meant.
    """
    data = stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise MalformedError(f"more than {MAX_SIZE} bytes")
    root = tree_with_doctype(data)
    if root.tag != f"{SVG}svg":
        raise MalformedError("no drawing of SVG")
    gone = Gone()
    writer = _Writer(Drawing(root, gone), gone)
    made = (_HEAD + "".join(writer.document())).encode("utf-8", "xmlcharrefreplace")
    out.write(made)
    gone.when(b"<!--" in data, "comment")
    gone.when(data.count(b"<?") > 1, "settings")
    gone.when(not gone.words and made != data, "file-details")
    return Rebuilt(removed=gone.words, kept=(), content_sha256=writer.digest.hexdigest())


class _Writer:
    """One source, and the text of its copy."""

    def __init__(self, drawing: Drawing, gone: Gone) -> None:
        self.digest = hashlib.sha256()
        self._drawing, self._gone = drawing, gone
        self._seen = seen_of(drawing, gone)
        self._rules = self._rules_that_hold()
        parts = [part for rule in self._rules for part in rule.selector]
        self._named = {*self._seen.named, *(name for part in parts for name in part.ids)}
        self._styled = {name for part in parts for name in part.classes}
        self._ids: dict[str, str] = {}
        self._classes: dict[str, str] = {}
        self._results: dict[str, str] = {}

    def document(self) -> Iterator[str]:
        """Yield the copy piece by piece, and digest it."""
        for piece in self._element(self._drawing.root):
            self.digest.update(piece.encode("utf-8", "surrogatepass"))
            yield piece

    def _rules_that_hold(self) -> list[Rule]:
        held = {rule: None for one in self._seen.written for rule in self._drawing.matching(one)}
        kept = [rule for rule in self._drawing.rules if rule in held]
        self._gone.when(len(kept) < len(self._drawing.rules), "settings")
        return kept

    def _element(self, one: Element) -> Iterator[str]:
        name = local(one.tag)
        if name == "filter":
            self._results = {}
        is_root = one is self._drawing.root
        # The sheet is written first, so that its names are met first as well.
        sheet = self._sheet() if is_root else ""
        spaces = f' xmlns="{SVG[1:-1]}" xmlns:xlink="{LINK[1:-1]}"' if is_root else ""
        attributes = "".join(f" {key}={_quoted(value)}" for key, value in self._attributes(one))
        yield f"<{name}{spaces}{attributes}"
        inner = sheet + "".join(self._content(one))
        yield f">{inner}</{name}>" if inner else "/>"

    def _content(self, one: Element) -> Iterator[str]:
        is_text = one in self._seen.live and self._is_text(one)
        yield from self._letters(one.text, is_text=is_text)
        for child in one:
            if child in self._seen.written:
                yield from self._element(child)
            yield from self._letters(child.tail, is_text=is_text)

    def _is_text(self, one: Element) -> bool:
        """Whether letters that stand directly in an element are drawn."""
        place: Element | None = one
        while place is not None and local(place.tag) in TEXT_ELEMENTS:
            if local(place.tag) == "text":
                return True
            place = self._drawing.parents.get(place)
        return False

    def _letters(self, text: str | None, *, is_text: bool) -> Iterator[str]:
        if text and is_text:
            yield escape(text, {"\r": "&#13;"})
        elif text and text.strip():
            self._gone.note("hidden-text")

    def _sheet(self) -> str:
        written_rules = [
            f"{self._selector(rule)}{{{self._settings(rule.settings)}}}" for rule in self._rules
        ]
        return f"<style>{escape(''.join(written_rules))}</style>" if written_rules else ""

    def _selector(self, rule: Rule) -> str:
        text = ""
        for one in rule.selector:
            text += ("&gt;" if one.is_child else " ") if text else ""
            text += self._compound(one)
        return text.replace("&gt;", ">")

    def _compound(self, one: Compound) -> str:
        ids = "".join(f"#{self._id(name)}" for name in one.ids)
        classes = "".join(f".{self._class(name)}" for name in one.classes)
        return (one.kind.removeprefix("*") + ids + classes) or "*"

    def _settings(self, settings: tuple[Setting, ...]) -> str:
        return ";".join(
            f"{one.name}:{written(one.name, one.value, self._id)}{one.end}" for one in settings
        )

    def _id(self, name: str) -> str:
        return self._ids.setdefault(name, f"i{len(self._ids) + 1}")

    def _class(self, name: str) -> str:
        return self._classes.setdefault(name, f"c{len(self._classes) + 1}")

    def _attributes(self, one: Element) -> Iterator[tuple[str, str]]:
        """Yield what is allowed, sorted by name; a link comes last."""
        name = local(one.tag)
        for key in sorted(one.attrib):
            yield from self._attribute(one, key, one.attrib[key].strip())
        if name in LINKED and (link := link_of(one)):
            yield "xlink:href", self._link(name, link)
        elif link_of(one):
            self._gone.note("links")

    def _attribute(self, one: Element, key: str, value: str) -> Iterator[tuple[str, str]]:
        if key in {"id", "class", "style"} or key in _RESULTS:
            yield from self._own_words(one, key, value)
        elif key == f"{XML}space" and value in {"preserve", "default"}:
            yield "xml:space", value
        elif value and (key == f"{XML}lang" or key in ATTRIBUTES):
            name = key.replace(XML, "")
            if made := written(name, value, self._id):
                yield key.replace(XML, "xml:"), made
        elif key not in {"href", f"{LINK}href", "media"}:
            self._gone.note(_word(key))

    def _own_words(self, one: Element, key: str, value: str) -> Iterator[tuple[str, str]]:
        """Yield an attribute that names something, with a name of ours."""
        if key == "id":
            if value in self._named and self._drawing.named(value) is one:
                yield key, self._id(value)
            else:
                self._gone.note("identifiers")
        elif key == "class":
            kept = [name for name in value.split() if name in self._styled]
            self._gone.when(len(kept) < len(value.split()), "identifiers")
            if kept:
                yield key, " ".join(self._class(name) for name in kept)
        elif key == "style":
            if made := self._settings(self._drawing.style(one)):
                yield key, made
        elif value:
            known = value in SOURCES
            yield key, value if known else self._result(value)

    def _result(self, value: str) -> str:
        return self._results.setdefault(value, f"r{len(self._results) + 1}")

    def _link(self, name: str, link: str) -> str:
        if link.startswith("#"):
            return f"#{self._id(link[1:])}"
        if name in {"image", "feImage"} and (found := _DATA.match(link)):
            return self._picture(link, found)
        raise MalformedError(f"{name} of something that lies elsewhere")

    def _picture(self, link: str, found: re.Match[str]) -> str:
        """[RFC 2397]: base64, or octets with percent signs."""
        try:
            data = unquote_to_bytes(link[found.end() :])
            is_packed = found[0].lower().endswith(";base64,")
            made = rewrite(b64decode(data) if is_packed else data, self._gone, _PICTURES)
        except (binascii.Error, ValueError) as exc:
            raise MalformedError("a picture that cannot be read") from exc
        return f"data:image/{made.kind};base64,{b64encode(made.data).decode()}"


def _quoted(value: str) -> str:
    return quoteattr(value, {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


def _word(key: str) -> str:
    if key.startswith("{"):
        return "links" if key.startswith(LINK) else "data-of-editors"
    return next((word for start, word in _WORDS if key.startswith(start)), "settings")
