"""Facts in drawings (SVG 2): who drew it with what, file names, and pictures within.

Programs leave their own attributes and elements beside the drawing; those are told from it by their
namespace. Text that is drawn is not a fact about the file.
"""

import binascii
import io
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.gif.read import read as read_gif
from evidencekit.metadata.jpeg.read import read as read_jpeg
from evidencekit.metadata.png.read import read as read_png
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.webp.read import read as read_webp

MAX_SIZE = 64 * 2**20  # bytes of a drawing
_SVG, _LINK, _XML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "XML/1998/"
_SAID = frozenset({"title", "desc", "script"})
_COMMENT = re.compile(rb"<!--(.*?)-->", re.DOTALL)
_INSTRUCTION = re.compile(rb"<\?(?!xml\s)(.*?)\?>", re.DOTALL)
_PICTURE = re.compile(r"\s*data:image/(jpe?g|png|gif|webp)[^,]{0,200},", re.IGNORECASE)
_READERS = {
    "jpeg": read_jpeg, "jpg": read_jpeg, "png": read_png, "gif": read_gif, "webp": read_webp,
}  # fmt: skip
_REMARK = re.compile(r"/\*(.*?)\*/", re.DOTALL)
_ELSEWHERE = re.compile(
    r"(?:@import\s+|url\(\s*)(?:url\(\s*)?[\"']?(?!#|data:)([^\"'()\s;#][^\"'();]{0,2000})"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_SAYING = ("on", "aria-", "data-")


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what there is; of a drawing that is damaged or has entities, that it is."""
    data = stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        facts.problem(f"drawing: more than {MAX_SIZE} bytes")
        return
    for comment in _COMMENT.findall(data):
        _add(facts, "XML", "Comment", decode_text(comment), "comment")
    for instruction in _INSTRUCTION.findall(data):
        _add(facts, "XML", "Instruction", decode_text(instruction), "processing instruction")
    try:
        root: Element = fromstring(data)  # a document type is usual here; entities are refused
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        facts.problem(f"drawing: XML that cannot be read ({type(exc).__name__})")
        return
    for one in root.iter():
        _add_element(facts, one)
        if _is_hidden(one):
            _add(facts, "Hidden", "text", " ".join("".join(one.itertext()).split()), one.tag)


def _is_hidden(one: Element) -> bool:
    """Whether an element says of itself that it is not shown; style sheets may say more."""
    if one.get("display") == "none" or one.get("visibility") == "hidden":
        return True
    return _HIDDEN.search(one.get("style", "")) is not None


def _add_style(facts: FactList, text: str, source: str) -> None:
    """Add remarks in a style, and what it would fetch."""
    for remark in _REMARK.findall(text):
        _add(facts, "SVG", "style remark", remark, source)
    for place in _ELSEWHERE.findall(text):
        _add(facts, "Link", "style", place, source)


def _add_element(facts: FactList, one: Element) -> None:
    space, name = _split(one.tag)
    if name == "style":
        _add_style(facts, "".join(one.itertext()), "style sheet")
    _add_style(facts, one.get("style", ""), f"style of {name}")
    if (space != _SVG and space) or name in _SAID:
        _add(facts, "SVG", name, one.text or "", f"element {name}")
    for key, value in one.attrib.items():
        of, attribute = _split(key)
        if attribute == "href" and of in {"", _LINK}:
            _add_link(facts, value, name)
        elif _is_foreign(of) or (_is_foreign(space) and attribute != "id") or _says(key):
            _add(facts, "SVG", f"{name} {attribute}", value, f"attribute of {name}")


def _says(key: str) -> bool:
    """Whether an attribute without a namespace holds words: of scripts, of readers aloud."""
    return key.startswith(_SAYING)


def _is_foreign(space: str) -> bool:
    return space not in {"", _SVG, _LINK} and _XML not in space


def _add_link(facts: FactList, value: str, name: str) -> None:
    """Add where it leads; within the drawing is nowhere, and a picture within has its own facts."""
    found = _PICTURE.match(value)
    if found:
        for data in _unpacked(value, found.end()):
            _add_picture(facts, found[1].lower(), data)
    elif not value.strip().startswith(("#", "data:")):
        _add(facts, "Link", name, value, f"attribute of {name}")


def _unpacked(value: str, start: int) -> Iterator[bytes]:
    """[RFC 2397]: base64, or octets with percent signs."""
    try:
        data = unquote_to_bytes(value[start:])
        is_packed = value[:start].rstrip(",").lower().endswith(";base64")
        yield b64decode(data) if is_packed else data
    except (binascii.Error, ValueError):
        return


def _add_picture(facts: FactList, kind: str, data: bytes) -> None:
    inner = FactList()
    _READERS[kind](inner, io.BytesIO(data))
    facts.take(inner, source="picture in the drawing")


def _add(facts: FactList, group: str, tag: str, text: str, source: str) -> None:
    if shown := text.strip():
        facts.add(group, tag, shown, raw=text, source=source)


def _split(name: object) -> tuple[str, str]:
    """Return namespace and name; comments and instructions have none."""
    space, _, local = str(name).rpartition("}")
    return space.lstrip("{"), local
