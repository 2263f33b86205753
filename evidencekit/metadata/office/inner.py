"""What lies in a copied document besides what is seen of it."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from evidencekit.metadata.office.drawing import SEEN_TEXT
from evidencekit.metadata.office.names import C, S, W
from evidencekit.metadata.office.parts import Parts

_SEEN = SEEN_TEXT | {W + "t", S + "t", S + "v", C + "v"} | {
    S + side + place
    for side in ("odd", "even", "first")
    for place in ("Header", "Footer")
}  # fmt: skip
_SEEN_NAMES = frozenset({S + "sheet", S + "tableColumn"})
"""Elements whose name is on the screen: of a sheet, and of a column, as in its first cell."""
_FONTS = frozenset({S + "rFont", S + "name", W + "font", W + "rFonts", W + "altName"})
_FONT_NAMES = frozenset(
    {
        "val",
        "name",
        W + "val",
        W + "name",
        *(W + script for script in ("ascii", "hAnsi", "eastAsia", "cs")),
    }
)
"""Names of fonts stay, and the properties of a document often list them."""


def inner(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each part; of a text its elements, as a word of it says no more than the page does."""
    parts = Parts(stream)
    for name in parts.names:
        yield name.encode()
        if not name.endswith(".xml") or name.startswith("["):
            yield parts.data(name)
            continue
        root = parts.tree(name)
        for one in root.iter():
            _leave_out_the_seen(one)
        yield ElementTree.tostring(root)


def _leave_out_the_seen(one: Element) -> None:
    if one.tag in _SEEN:
        one.text = None
    if one.tag in _SEEN_NAMES:
        one.attrib.pop("name", None)
    one.attrib.pop("typeface", None)
    if one.tag in _FONTS:
        for key in _FONT_NAMES & set(one.attrib):
            del one.attrib[key]
