"""Facts in documents of Hangul, besides those that all zip files of XML hold.

Memos, hidden comments, deleted words, fields, names of form fields and bookmarks, remarks about
pictures, scripts, earlier versions, and the program that wrote it.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from evidencekit.metadata.elements import local
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.hwpx.allowed import STYLE_NAMES
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.office.read import read as read_office
from evidencekit.metadata.texts import decode_text, decode_utf16

_NAMING = """fieldBegin bookmark tc drawText btn checkBtn radioBtn comboBox listBox edit scrollBar
memo"""
_NAMED = frozenset(_NAMING.split())
_SAYING_ELEMENTS = {
    "shapeComment": "AltText", "metaTag": "Hidden", "hiddenComment": "Comment", "memo": "Comment",
    "firstKey": "Bookmark", "secondKey": "Bookmark", "stringParam": "Field",
}  # fmt: skip
_SAYING_ATTRIBUTES = {
    "metatag": "Hidden", "command": "Field", "groupName": "Field", "radioGroupName": "Field",
    "displayText": "Field", "path": "Link", "revisionAuthor": "History",
    "revisionDate": "History", "revisionDesc": "History", "application": "Program",
    "appVersion": "Program",
}  # fmt: skip


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what there is; of a document that is locked or damaged, that it is."""
    read_office(facts, stream)
    stream.seek(0)
    try:
        parts = Parts(stream)
    except MalformedError:
        return  # was said already
    for name in parts.names:
        try:
            _add_part(facts, parts, name)
        except MalformedError as exc:
            facts.problem(f"{name}: {exc}")


def _add_part(facts: FactList, parts: Parts, name: str) -> None:
    if name.startswith("Scripts/"):
        data = parts.data(name)
        is_wide = data[1:2] == b"\0" or data.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = decode_utf16(data, order="le") if is_wide else decode_text(data)
        _add(facts, "Script", name, text, name)
    elif name.endswith((".xml", ".hml")):
        root = parts.tree(name)
        for one in root.iter():
            _add_element(facts, one, name)
        _add(facts, "Hidden", "deleted", " ".join(_deleted(root)), name)


def _add_element(facts: FactList, one: Element, part: str) -> None:
    name = local(one.tag)
    if name in _SAYING_ELEMENTS:
        _add(facts, _SAYING_ELEMENTS[name], one.get("name") or name, _text(one), part)
    elif name == "fieldBegin" and one.get("type") == "MEMO":
        _add(facts, "Comment", "MEMO", _letters(one), part)
    if name in _NAMED or (name == "style" and one.get("name") not in STYLE_NAMES):
        _add(facts, "Name", name, one.get("name", ""), part)
    for key, value in one.attrib.items():
        if key in _SAYING_ATTRIBUTES:
            _add(facts, _SAYING_ATTRIBUTES[key], f"{name} {key}", value, part)


def _deleted(root: Element) -> Iterator[str]:
    """Yield the words between the marks of deletions that somebody followed."""
    depth = 0
    for one in root.iter():
        if local(one.tag) != "t":
            continue
        pieces = [(None, one.text), *((local(child.tag), child.tail) for child in one)]
        for mark, text in pieces:
            depth += (mark == "deleteBegin") - (mark == "deleteEnd")
            if depth > 0 and text and text.strip():
                yield text.strip()


def _letters(one: Element) -> str:
    return " ".join("".join(part.itertext()) for part in one.iter() if local(part.tag) == "t")


def _text(one: Element) -> str:
    return " ".join("".join(one.itertext()).split())


def _add(facts: FactList, group: str, tag: str, text: str, source: str) -> None:
    if shown := text.strip():
        facts.add(group, tag, shown, raw=text, source=source)
