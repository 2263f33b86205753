"""The document of a page as it may be kept: its words and its structure, nothing that could show.

It is read and written anew, so that what stands in the file went through here. Kept are elements,
attributes and texts, each cleaned, and JSON that stands in scripts. Not kept are scripts and style
sheets, comments, documents in attributes, colours, and the shapes of drawings: of each, how long
it was or, of a shape, that there was one.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidencekit.capture.html.markup import Comment, Tag, Text, parts, resolve_references
from evidencekit.capture.without_media.codes import Cleaning, is_binary
from evidencekit.capture.without_media.values import cleaned_json_text

NAME = "document-without-media.html"
ROLE = "document-without-media"
MAX_ATTRIBUTE = 1000
MAX_CODE_ATTRIBUTE = 200
MAX_ATTRIBUTES = 100
_NAME = re.compile(r"[a-z][a-z0-9:_.-]{0,39}")
_ATTRIBUTE_NAME = re.compile(r"[a-z@:_][a-z0-9:@_.-]{0,59}")
_JSON_TYPES = ("application/json", "application/ld+json", "importmap", "speculationrules")
_CODE_ATTRIBUTES = frozenset({"d", "points", "values", "path", "srcdoc", "transform"})
_LOOKS = frozenset(
    {
        "alink",
        "background",
        "bgcolor",
        "bordercolor",
        "bordercolordark",
        "bordercolorlight",
        "color",
        "fill",
        "fill-opacity",
        "flood-color",
        "flood-opacity",
        "lighting-color",
        "link",
        "mathbackground",
        "mathcolor",
        "opacity",
        "stop-color",
        "stop-opacity",
        "stroke",
        "stroke-opacity",
        "style",
        "text",
        "vlink",
    }
)
"""Each can give a colour to a cell or a shape, and many of them together are a picture."""
_SHAPES = frozenset(
    {
        "circle",
        "ellipse",
        "image",
        "line",
        "lineargradient",
        "path",
        "polygon",
        "polyline",
        "radialgradient",
        "rect",
        "stop",
        "use",
    }
)
_READABLE = frozenset({"title", "textarea"})
_IN_URLS = re.compile(r"[\t\n\r\x00-\x20]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A document as it may be kept."""

    text: str
    replaced: Mapping[str, int]
    """What was taken out, by rule; ``characters`` of all of it together."""


def cleaned_document(page: str) -> Cleaned | None:
    """Return ``page`` without anything that could be media; None where it is no text at all."""
    if is_binary(page):
        return None
    cleaning = Cleaning()
    text = "".join(_written(page, cleaning))
    if cleaning.has_many_parts:
        cleaning = Cleaning(is_strict=True)
        text = "".join(_written(page, cleaning))
    return Cleaned(text=text, replaced=dict(cleaning.replaced))


def _written(page: str, cleaning: Cleaning) -> Iterator[str]:
    for part in parts(page):
        match part:
            case Tag():
                yield _tag(part, cleaning)
            case Text(text=text):
                yield _text(resolve_references(text), cleaning)
            case Comment(size=size):
                yield f"<!--{cleaning.length_of(' ' * size, 'comments')}-->" if size else ""


def _tag(tag: Tag, cleaning: Cleaning) -> str:
    if not _NAME.fullmatch(tag.name):
        return cleaning.length_of(tag.name, "names")
    if tag.is_end:
        return f"</{tag.name}>"
    attributes = "".join(_attributes(tag, cleaning))
    return f"<{tag.name}{attributes}>{_content(tag, cleaning)}"


def _attributes(tag: Tag, cleaning: Cleaning) -> Iterator[str]:
    for number, (name, value) in enumerate(tag.attributes.items()):
        if tag.name.removeprefix("svg:") in _SHAPES:
            cleaning.length_of(value, "scripts-and-styles")
        elif number >= MAX_ATTRIBUTES or not _ATTRIBUTE_NAME.fullmatch(name):
            cleaning.length_of(name + value, "names")
        else:
            yield f' {name}="{html.escape(_value(name, value, cleaning))}"'


def _value(name: str, value: str, cleaning: Cleaning) -> str:
    if _IN_URLS.sub("", value[:200]).lower().startswith(("data:", "blob:")):
        return cleaning.length_of(value, "data-urls")
    is_code = name in _CODE_ATTRIBUTES or name.startswith("on")
    if name in _LOOKS:
        return cleaning.length_of(value, "scripts-and-styles")
    if is_code and (len(value) > MAX_CODE_ATTRIBUTE or name == "srcdoc"):
        return cleaning.length_of(value, "scripts-and-styles")
    if value.lstrip().startswith(("{", "[")):
        value = cleaned_json_text(value, cleaning) or cleaning.text(value)
    else:
        value = cleaning.text(value)
    return value if len(value) <= MAX_ATTRIBUTE else cleaning.length_of(value, "attributes")


def _content(tag: Tag, cleaning: Cleaning) -> str:
    """Return the content of an element that holds no tags; its end tag is a part of its own."""
    if tag.name in _READABLE:
        return html.escape(cleaning.text(resolve_references(tag.text)), quote=False)
    if tag.name == "script" and tag.attributes.get("type", "").strip().lower() in _JSON_TYPES:
        told = cleaned_json_text(tag.text, cleaning)
        if told is not None:
            return told.replace("<", "\\u003c")
    return cleaning.length_of(tag.text, "scripts-and-styles")


def _text(text: str, cleaning: Cleaning) -> str:
    if text.lstrip().startswith(("{", "[")):  # a document that is JSON, as the browser shows it
        told = cleaned_json_text(text, cleaning)
        if told is not None:
            return html.escape(told, quote=False)
    return html.escape(cleaning.text(text), quote=False)
