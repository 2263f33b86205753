"""What of a copied drawing is to be searched: all that is neither drawn as letters nor as lines.

The words of a text say no more than the picture does, and numbers and colours turn up by chance in
what programs note about their windows; neither could hide a name.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from tinycss2 import color4

from evidencekit.metadata.elements import local, tree_with_doctype
from evidencekit.metadata.svg.allowed import TEXT_ELEMENTS
from evidencekit.metadata.svg.values import FIGURES, PATH

_SETTINGS = re.compile(r"[;{}]")


def inner(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what stands in the drawing, element by element."""
    data = stream.read()
    yield data[: data.find(b"<svg")]
    for one in tree_with_doctype(data).iter():
        yield "\n".join(_words(one)).encode("utf-8", "surrogatepass")


def _words(one: Element) -> Iterator[str]:
    yield one.tag
    if local(one.tag) == "style":
        yield from _of_settings(one.text or "")
    elif local(one.tag) not in TEXT_ELEMENTS:
        yield one.text or ""
    for key, value in one.attrib.items():
        yield key
        if key == "style":
            yield from _of_settings(value)
        elif not _is_figure(value) and not (key in {"d", "path"} and PATH.fullmatch(value)):
            yield value


def _of_settings(text: str) -> Iterator[str]:
    """Yield selectors, properties, and values that are not only numbers or colours."""
    for part in _SETTINGS.split(text):
        name, _colon, value = part.partition(":")
        yield name
        if not _is_figure(value.removesuffix("!important")):
            yield value


def _is_figure(value: str) -> bool:
    return bool(FIGURES.fullmatch(value)) or color4.parse_color(value) is not None
