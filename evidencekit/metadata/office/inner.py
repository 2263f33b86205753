"""What lies in a copied document besides the words that are seen on its pages."""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from evidencekit.metadata.office.allowed import TEXT_ELEMENTS
from evidencekit.metadata.office.parts import Parts


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
            if one.tag in TEXT_ELEMENTS:
                one.text = None
        yield ElementTree.tostring(root)
