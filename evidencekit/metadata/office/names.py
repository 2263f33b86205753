"""The namespaces of Office documents (ECMA-376), as they stand before the names of elements."""

from collections.abc import Mapping
from types import MappingProxyType
from xml.etree import ElementTree

_OPEN = "http://schemas.openxmlformats.org"
_DRAWING = f"{_OPEN}/drawingml/2006"
W = f"{{{_OPEN}/wordprocessingml/2006/main}}"
S = f"{{{_OPEN}/spreadsheetml/2006/main}}"
P = f"{{{_OPEN}/presentationml/2006/main}}"
A, PIC, C = f"{{{_DRAWING}/main}}", f"{{{_DRAWING}/picture}}", f"{{{_DRAWING}/chart}}"
WP, XDR = f"{{{_DRAWING}/wordprocessingDrawing}}", f"{{{_DRAWING}/spreadsheetDrawing}}"
CDR = f"{{{_DRAWING}/chartDrawing}}"
R = f"{{{_OPEN}/officeDocument/2006/relationships}}"
M = f"{{{_OPEN}/officeDocument/2006/math}}"
MC = f"{{{_OPEN}/markup-compatibility/2006}}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
XML = "{http://www.w3.org/XML/1998/namespace}"
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "w": W, "a": A, "pic": PIC, "wp": WP, "r": R, "m": M, "wps": WPS, "p": P, "c": C,
        "xdr": XDR, "cdr": CDR, "x": S,
    }
)  # fmt: skip
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PICTURES = ("jpeg", "png", "gif", "tiff")
"""Kinds of pictures that a copy may hold, and the ends of their names."""
PICTURE_NAMES = " ".join(f"image{number}.{end}" for number in range(1, 1_000) for end in PICTURES)
"""What pictures are called in a copy; other programs call theirs alike."""
for _prefix, _space in PREFIXES.items():
    ElementTree.register_namespace(_prefix, _space[1:-1])


def encode(root: ElementTree.Element) -> bytes:
    """Encode a part."""
    data: bytes = ElementTree.tostring(root, encoding="utf-8")
    return HEAD + data
