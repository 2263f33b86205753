"""Fields of XML and of forms written in HTML, by the names of elements and attributes.

Never parsed: tags are matched where they stand, so that what is malformed is read like any other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.capture.credentials.found import Octets

_NAME = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_.:\x80-\xff-]{0,127}"
_ELEMENT = re.compile(rb"<(" + _NAME + rb")(?:\s[^<>]{0,1024})?>(?:<!\[CDATA\[)?([^<>\]]+)")
_ATTRIBUTE = re.compile(rb"[\s\"'](" + _NAME + rb")=(?:\"([^\"<>]*)\"|'([^'<>]*)')")
# <name>password</name><value><string>x</string></value> of XML-RPC, <key>…</key><string>… of plists
_LABELLED = re.compile(
    rb"<(?:name|key)>([^<>]{1,128})</(?:name|key)>\s{0,64}(?:<[^<>/]{1,64}>\s{0,64}){1,2}([^<>]+)"
)
_INPUT = re.compile(rb"<(?:input|meta|textarea)\s([^<>]{1,8192})", re.IGNORECASE)
_SHOWN = re.compile(rb"(?<=[\s\"'])(name|value|content)\s{0,8}=\s{0,8}(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value by its offsets, with its name."""

    name: bytes
    start: int
    end: int


def in_markup(data: Octets, start: int, end: int) -> Iterator[Field]:
    """Yield elements that hold text alone, attributes, and values behind their names."""
    for one in _ELEMENT.finditer(data, start, end):
        yield Field(name=one[1], start=one.start(2), end=one.end(2))
    for one in _ATTRIBUTE.finditer(data, start, end):
        group = 2 if one[2] is not None else 3
        yield Field(name=one[1], start=one.start(group), end=one.end(group))
    for one in _LABELLED.finditer(data, start, end):
        yield Field(name=one[1], start=one.start(2), end=one.end(2))
    yield from in_inputs(data, start, end)


def in_inputs(data: Octets, start: int, end: int) -> Iterator[Field]:
    """Yield the fields of HTML forms that have a value."""
    for tag in _INPUT.finditer(data, start, end):
        name, value = b"", None
        for one in _SHOWN.finditer(data, *tag.span(1)):
            group = 2 if one[2] is not None else 3
            if one[1] == b"name":
                name = one[group]
            else:
                value = one.span(group)
        if name and value is not None:
            yield Field(name=name, start=value[0], end=value[1])
