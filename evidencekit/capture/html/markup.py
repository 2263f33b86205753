"""Reads the tags of hostile HTML in linear time.

A tokenizer, not a tree builder: links need tags and attributes only. ``html.parser`` of the
standard library takes quadratic time on unclosed comments and declarations (CVE-2025-6069), and a
page that hangs the capture is an attack on the evidence. States follow the HTML Standard §13.2.5,
simplified: every search below either moves forward over what it has read or ends the document.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENER = re.compile(r"<(?:(?P<comment>!--)|[!?]|/[^a-zA-Z]|(?P<tag>/?[a-zA-Z][^\s/>]*))")
_COMMENT_END = re.compile(r"--!?>")
_ATTRIBUTE = re.compile(
    r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)))?"""
)
_TAG_END = re.compile(r"[\s/]*>")
_REFERENCE = re.compile(r"&(?:#\d{1,7};?|#[xX][\da-fA-F]{1,6};?|[a-zA-Z][a-zA-Z\d]{0,31};)")
_RAW_TEXT = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
"""Elements whose content holds no tags; <noscript> is none, since we run no scripts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A start tag, or an end tag where ``is_end``."""

    name: str
    """Lower case."""
    attributes: dict[str, str]
    """Names in lower case, the first of equal ones, references resolved."""
    text: str = ""
    """Content of an element that holds no tags, as written."""
    is_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What stands between tags, as written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment, or what browsers take for one, such as a doctype; only its size is known here."""

    size: int


def tags(page: str) -> Iterator[Tag]:
    """Yield the tags of ``page`` in order; never raises, whatever the text."""
    return (part for part in parts(page) if isinstance(part, Tag))


def parts(page: str) -> Iterator[Tag | Text | Comment]:
    """Yield all that ``page`` consists of, in order, but for a tag in which the document ends."""
    position = 0
    while found := _OPENER.search(page, position):
        if found.start() > position:
            yield Text(text=page[position : found.start()])
        if found["comment"]:
            position = _after_comment(page, found.end())
            yield Comment(size=position - found.start())
            continue
        if found["tag"] is None:  # doctype, processing instruction, </3: up to the next bracket
            end = page.find(">", found.start() + 2)
            position = len(page) if end < 0 else end + 1
            yield Comment(size=position - found.start())
            continue
        attributes, position = _attributes(page, found.end())
        if position > len(page):
            return  # the document ended inside the tag: no tag at all
        name = found["tag"].lower().removeprefix("/")
        is_end = found["tag"].startswith("/")
        text = ""
        if name in _RAW_TEXT and not is_end:
            closing = _RAW_TEXT[name].search(page, position)
            end = closing.start() if closing else len(page)
            text, position = page[position:end], end
        yield Tag(name=name, attributes=attributes, text=text, is_end=is_end)
    if position < len(page):
        yield Text(text=page[position:])


def resolve_references(text: str) -> str:
    """Resolve character references that end as they should; ``&copy=1`` in a query is none."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text)


def _after_comment(page: str, start: int) -> int:
    for abrupt in (">", "->"):
        if page.startswith(abrupt, start):
            return start + len(abrupt)
    end = _COMMENT_END.search(page, start)
    return end.end() if end else len(page)


def _attributes(page: str, position: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    while not (end := _TAG_END.match(page, position)):
        found = _ATTRIBUTE.match(page, position)
        if found is None:
            return attributes, len(page) + 1
        value = next((group for group in found.groups()[1:] if group is not None), "")
        attributes.setdefault(found[1].lower(), resolve_references(value))
        position = found.end()
    return attributes, end.end()
