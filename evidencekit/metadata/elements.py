"""Foreign XML as a tree of elements, within limits; no entity is ever expanded."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, fromstring

from evidencekit.metadata.malformed import MalformedError

MAX_DEPTH = 200  # of elements, below which Python's own recursion is safe


class _PlainDoctypeParser(DefusedXMLParser):
    """Takes a document type that only names itself: one that declares could add what is shown."""

    def __init__(self) -> None:
        super().__init__(forbid_dtd=False, forbid_entities=True, forbid_external=True)
        parser: Any = self.parser
        parser.StartDoctypeDeclHandler = self._judge

    def _judge(self, _name: str, _system: str, _public: str, has_subset: int) -> None:
        if has_subset:
            raise MalformedError("a document type that declares something of its own")


def tree_of(data: bytes) -> Element:
    """Parse XML without a document type, not deeper than :data:`MAX_DEPTH`."""
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise MalformedError(f"XML that cannot be read ({type(exc).__name__})") from exc
    _require_shallow(root)
    return root


def tree_with_doctype(data: bytes) -> Element:
    """Parse XML that may name a document type, and hold no declarations of its own."""
    parser = _PlainDoctypeParser()
    try:
        parser.feed(data)
        root: Element = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:
        raise MalformedError(f"XML that cannot be read ({type(exc).__name__})") from exc
    _require_shallow(root)
    return root


def local(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]


def _require_shallow(root: Element) -> None:
    level = [root]
    for _depth in range(MAX_DEPTH):
        level = [child for one in level for child in one]
        if not level:
            return
    raise MalformedError(f"elements more than {MAX_DEPTH} deep")
