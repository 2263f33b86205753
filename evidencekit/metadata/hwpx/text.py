"""The elements of a part written anew: what is allowed stays, all else goes or is refused.

Changes that somebody followed are accepted; memos, hidden comments, fields, links and bookmarks go,
and what a field shows stays. The places of lines go as well: they count what was deleted, and
Hangul measures them anew.
"""

from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.hwpx.allowed import (
    ATTRIBUTES,
    FREE,
    OF_HEADER,
    OF_TEXT,
    PLAIN,
    PREFIXES,
    STYLE_NAMES,
    TEXT_ELEMENTS,
    WORDS,
)
from evidencekit.metadata.malformed import MalformedError

_SPACES = frozenset(PREFIXES.values())
_DROPPED: Mapping[str, str] = {
    "fieldEnd": "fields", "bookmark": "bookmarks", "indexmark": "bookmarks",
    "titleMark": "bookmarks", "hiddenComment": "comments", "memogroup": "comments",
    "metaTag": "metadata", "shapeComment": "alt-text", "parameterset": "settings",
    "label": "settings", "presentation": "settings", "listItem": "form-fields",
    "linesegarray": "editing-marks", "insertBegin": "tracked-changes",
    "insertEnd": "tracked-changes", "trackChanges": "tracked-changes",
    "trackChangeAuthors": "people", "trackchageConfig": "settings",
    "trackchangeConfig": "settings", "memoProperties": "comments",
}  # fmt: skip
_OF_FIELDS = {"MEMO": "comments", "HYPERLINK": "links"}
_DELETION = frozenset({"deleteBegin", "deleteEnd"})
_FRAME = frozenset({"t", "run", "p", "subList", "secPr"})
"""What stays of a paragraph whose letters and objects were deleted."""
_OWN_NAMES = frozenset({"id", "instid", "instId", "subjectIDRef"})


class Writer:
    """Writes one part; ``is_text`` where an unknown element may be something seen."""

    def __init__(
        self, gone: Gone, *, is_text: bool, target: Callable[[str, str], str], names: dict[str, str]
    ) -> None:
        self._gone, self._is_text, self._target, self._names = gone, is_text, target, names
        self._elements = OF_TEXT if is_text else OF_HEADER
        self._deleting = 0
        self._styles = 0

    def write(self, root: Element) -> Element:
        """Return the part anew; raises :class:`MalformedError` for what is not known."""
        found = list(self._written(root))
        if len(found) != 1 or self._deleting:
            raise MalformedError("a deletion that does not end" if self._deleting else "no text")
        return found[0]

    def _written(self, one: Element) -> Iterator[Element]:
        name = local(one.tag)
        is_own = one.tag.startswith(tuple(_SPACES))
        if is_own and name in _DELETION:
            self._gone.note("tracked-changes")
            self._deleting += 1 if name == "deleteBegin" else -1
            if self._deleting < 0:
                raise MalformedError("a deletion that does not begin")
        elif is_own and name == "fieldBegin":
            self._gone.note(_OF_FIELDS.get(one.get("type", ""), "fields"))
        elif is_own and name in _DROPPED:
            self._gone.note(_DROPPED[name])
        elif is_own and name in self._elements:
            yield from self._element(one, name)
        elif not self._is_text:
            self._gone.note("settings")
        else:
            raise MalformedError(f"{name}, which is not understood")

    def _element(self, one: Element, name: str) -> Iterator[Element]:
        if self._deleting and name not in _FRAME:
            if any(local(part.tag) in _DELETION for part in one.iter()):
                raise MalformedError("a deletion that ends in something deleted")
            return
        new = Element(one.tag, dict(self._attributes(one, name)))
        self._fill(new, one, has_letters=name in TEXT_ELEMENTS)
        if name != "ctrl" or len(new) or not len(one):
            yield new

    def _fill(self, new: Element, one: Element, *, has_letters: bool) -> None:
        """Write what an element holds; letters of a dropped element's place move up."""
        self._append(new, one.text, has_letters=has_letters)
        for child in one:
            for part in self._written(child):
                new.append(part)
            self._append(new, child.tail, has_letters=has_letters)

    def _append(self, new: Element, text: str | None, *, has_letters: bool) -> None:
        if not text or (not has_letters and not text.strip()):
            return
        if not has_letters:
            raise MalformedError(f"text in {local(new.tag)}")
        if self._deleting:
            return
        if len(new):
            new[-1].tail = (new[-1].tail or "") + text
        else:
            new.text = (new.text or "") + text

    def _attributes(self, one: Element, name: str) -> Iterator[tuple[str, str]]:
        for key, value in one.attrib.items():
            if name == "masterPage" and key == "id":
                continue  # its part is named anew, and it with that
            if key in _OWN_NAMES and self._is_text:
                yield key, self._own_name(name, value)
            elif key == "id" and PLAIN.fullmatch(value):
                yield key, value
            elif key == "binaryItemIDRef" or (name == "masterPage" and key == "idRef"):
                yield from self._reference(key, name, value)
            elif name == "style" and key in {"name", "engName"}:
                yield key, self._style(value)
            elif key == "required-namespace" or key in ATTRIBUTES:
                yield from self._plain(name, key, value)
            else:
                yield from self._emptied(key, value)

    def _own_name(self, name: str, value: str) -> str:
        """Return a number in the order in which names are met; paragraphs need none."""
        if name == "p" or value in {"", "0"}:
            return "0" if value else ""
        return self._names.setdefault(value, str(len(self._names) + 1))

    def _reference(self, key: str, name: str, value: str) -> Iterator[tuple[str, str]]:
        if name in {"img", "masterPage"} and value:
            yield key, self._target(name, value)
        elif value:
            self._gone.note("settings")  # a font that lies in the document

    def _style(self, value: str) -> str:
        if value in STYLE_NAMES or not value:
            return value
        self._styles += 1
        return f"style {self._styles}"

    def _plain(self, name: str, key: str, value: str) -> Iterator[tuple[str, str]]:
        """Yield an attribute whose value says nothing but how something looks."""
        if key == "isEmbedded":
            yield key, "0"
        elif (name, key) in FREE or value in WORDS or PLAIN.fullmatch(value):
            yield key, value
        else:
            self._gone.note("settings")

    def _emptied(self, key: str, value: str) -> Iterator[tuple[str, str]]:
        """Keep a place for a name, an address or a path, and nothing in it."""
        self._gone.when(value, "links" if key in {"href", "path"} else "editing-marks")
        if key in {"name", "href", "path", "groupName", "radioGroupName", "command"}:
            yield key, ""


def drawn(root: Element) -> Iterator[str]:
    """Yield the texts that are seen, in their order."""
    for one in root.iter():
        if local(one.tag) in TEXT_ELEMENTS:
            yield "".join([one.text or "", *(child.tail or "" for child in one)])
