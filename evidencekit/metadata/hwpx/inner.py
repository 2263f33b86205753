"""What lies in a copied document besides the words that are seen on its pages."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from evidencekit.metadata.elements import local
from evidencekit.metadata.hwpx.allowed import FREE, TEXT_ELEMENTS
from evidencekit.metadata.office.parts import Parts


def inner(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each part; of a text its elements, as a word of it says no more than the page does."""
    parts = Parts(stream)
    for name in parts.names:
        yield name.encode()
        if not name.startswith("Contents/") or not name.endswith(".xml"):
            yield parts.data(name)
            continue
        root = parts.tree(name)
        for one in root.iter():
            kind = local(one.tag)
            if kind in TEXT_ELEMENTS:
                one.text = None
                for child in one:
                    child.tail = None
            for key in [key for key in one.attrib if (kind, key) in FREE]:
                del one.attrib[key]
        yield ElementTree.tostring(root)
