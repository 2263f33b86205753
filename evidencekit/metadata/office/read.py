"""Facts in Office documents, HWPX and OpenDocument: who wrote what when, and what is not seen.

The same few places say it in every one of these formats: a part of properties, attributes with the
name of a person or a time, parts of comments, and text that is marked as deleted or hidden.
"""

import io
import re
from collections import Counter
from typing import BinaryIO
from xml.etree.ElementTree import Element
from zipfile import ZipInfo

from evidencekit.metadata.elements import local, tree_of
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.jpeg.read import read as read_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.parts import Parts
from evidencekit.metadata.office.unseen import Unseen
from evidencekit.metadata.texts import decode_text

_PROPERTIES = re.compile(
    r"docProps/.*\.xml|meta\.xml|Contents/content\.hpf|META-INF/.*\.xml|customXml/item\d+\.xml",
    re.IGNORECASE,
)
_SAYING = frozenset(
    {
        "author", "initials", "date", "dateUtc", "dT", "userId", "providerId", "displayName",
        "descr", "title", "tooltip", "lastEdited", "userName", "personId", "creator", "modifiedBy",
        "docId", "rsidRoot", "tag", "alias", "dataSource", "sourceFile", "href", "paraId", "url",
        "refreshedBy", "refreshedDateIso", "prompt", "promptTitle", "error", "errorTitle", "macro",
    }
)  # fmt: skip
_NAMED_BY_VALUE = frozenset(
    {
        "docVar", "tag", "alias", "cmAuthor", "trackChangeAuthor", "definedName", "connection",
        "custShow", "section", "customWorkbookView", "queryTable", "scenario",
    }
)  # fmt: skip
"""Elements whose ``val`` or ``name`` says something; of authors and views it is a person."""
_SAYING_ELEMENTS = frozenset(
    {
        "delText",
        "delInstrText",
        "instrText",
        "creator",
        "initial-creator",
        "date",
        "definedName",
    }
)
_COMMENTING = frozenset({"annotation", "deletion"})
"""OpenDocument: comments, and what was deleted (§5.5.4, §14.1), stand in the text itself."""
_SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
_THINGS = {
    "ins": "Insertions", "del": "Deletions", "moveFrom": "Moves", "vanish": "HiddenText",
    "altChunk": "Attachment", "OLEObject": "Attachment", "control": "Control",
}  # fmt: skip
_FILE_NAME = re.compile(r"\.[A-Za-z0-9]{2,5}$|[\\/]")
_COMMENTS = re.compile(rb"<!--(.*?)-->", re.DOTALL)
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_MAX_RSIDS = 200


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what there is; of a document that is locked or damaged, that it is."""
    try:
        parts = Parts(stream)
    except MalformedError as exc:
        facts.problem(f"document: {exc}")
        return
    facts.structure("Parts", str(len(parts.names)), source="zip directory")
    unseen = Unseen(parts)
    _add_text(facts, "Zip", "Comment", decode_text(parts.comment), "zip directory")
    for entry in parts.entries:
        _add_entry(facts, entry)
        try:
            _add_part(facts, parts, entry.filename, unseen)
        except MalformedError as exc:
            facts.problem(f"{entry.filename}: {exc}")


def _add_entry(facts: FactList, entry: ZipInfo) -> None:
    source = f"{entry.filename} in the zip directory"
    _add_text(facts, "Zip", "EntryComment", decode_text(entry.comment), source)
    if entry.date_time != _NO_TIME:
        year, month, day, hour, minute, second = entry.date_time
        shown = f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"
        facts.add("Zip", "PartTime", shown, raw=None, source=source)


def _add_part(facts: FactList, parts: Parts, name: str, unseen: Unseen) -> None:
    lower = name.lower()
    if lower.endswith((".xml", ".rels", ".hpf")):
        data = parts.data(name)
        for comment in _COMMENTS.findall(data):
            _add_text(facts, "XML", "Comment", decode_text(comment), name)
        root = tree_of(data)
        _add_tree(facts, root, name)
        for thing, text in unseen.of(root):
            _add_text(facts, "Hidden", thing, text, name)
    elif lower.endswith((".jpg", ".jpeg")):
        _add_picture(facts, parts.data(name), name)
    elif lower.endswith("vbaproject.bin"):
        facts.structure("Macros", f"{len(parts.data(name))} bytes", source=name)
    elif lower.endswith((".txt", "mimetype", ".json")) and name != "mimetype":
        _add_text(facts, "Part", name, decode_text(parts.data(name)), name)
    if "thumbnail" in lower or lower.startswith("preview/"):
        facts.structure("Thumbnail", name, source=name)


def _add_tree(facts: FactList, root: Element, part: str) -> None:
    is_property = _PROPERTIES.fullmatch(part) is not None
    things: Counter[str] = Counter()
    rsids: dict[str, None] = {}
    for one in root.iter():
        name = local(one.tag)
        if name in _THINGS:
            things[_THINGS[name]] += 1
        _add_attributes(facts, one, name, part, rsids, everything=is_property)
        if is_property or name in _SAYING_ELEMENTS:
            _add_text(facts, _group(part), _property(one), one.text or "", part)
    _add_unseen(facts, root, part)
    for thing, number in things.items():
        facts.structure(thing, f"{number} ×", source=part)
    for rsid in list(rsids)[:_MAX_RSIDS]:
        _add_text(facts, _group(part), "rsid", rsid, part)


def _add_unseen(facts: FactList, root: Element, part: str) -> None:
    """Add comments, notes of speakers, and text that is not shown."""
    if "comment" in part.lower() or "notesslide" in part.lower():
        _add_text(facts, "Comment", local(root.tag), _whole_text(root), part)
    for one in root.iter():
        if local(one.tag) in _COMMENTING and not one.tag.startswith(_SCHEMA):
            _add_text(facts, "Comment", local(one.tag), _whole_text(one), part)
    for hidden in _hidden(root):
        _add_text(facts, "Hidden", "text", hidden, part)


def _group(part: str) -> str:
    return f"Office {part.rpartition('/')[2].partition('.')[0]}"


def _property(one: Element) -> str:
    """Return the name of a property; custom ones and those of OPF bear it in an attribute."""
    return one.get("name") or local(one.tag)


def _whole_text(root: Element) -> str:
    return " ".join(text.strip() for text in root.itertext() if text.strip())


def _add_attributes(
    facts: FactList, one: Element, name: str, part: str, rsids: dict[str, None], *, everything: bool
) -> None:
    for key, value in one.attrib.items():
        tag = local(key)
        if tag.startswith("rsid") or (name.startswith("rsid") and tag == "val"):
            rsids[value] = None
        elif tag in _SAYING or (name in _NAMED_BY_VALUE and tag in {"val", "name"}):
            _add_text(facts, _group(part), f"{name} {tag}", value, part)
        elif name == "Relationship" and tag == "Target" and one.get("TargetMode") == "External":
            _add_text(facts, "Link", local(one.get("Type", "").replace("/", "}")), value, part)
        elif name == "cNvPr" and tag == "name" and _FILE_NAME.search(value):
            _add_text(facts, _group(part), "cNvPr name", value, part)
        elif name == "sheet" and tag == "state" and value != "visible":
            _add_text(facts, "Hidden", f"sheet, {value}", one.get("name", ""), part)
        elif everything and tag == "content" and not (one.text or "").strip():
            _add_text(facts, _group(part), _property(one), value, part)


def _hidden(root: Element) -> list[str]:
    """Return text of runs that are not shown (ECMA-376-1 §17.3.2.41)."""
    return [
        _whole_text(run)
        for run in root.iter()
        if local(run.tag) == "r" and any(local(one.tag) == "vanish" for one in run.iter())
    ]


def _add_text(facts: FactList, group: str, tag: str, text: str, source: str) -> None:
    shown = text.strip()
    if shown:
        facts.add(group, tag, shown, raw=text, source=source)


def _add_picture(facts: FactList, data: bytes, part: str) -> None:
    inner = FactList()
    read_jpeg(inner, io.BytesIO(data))
    facts.take(inner, source=part)
