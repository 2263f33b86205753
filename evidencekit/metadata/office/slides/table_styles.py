"""Styles of tables (ECMA-376-1 §20.1.4.2.26): those that tables use, numbered."""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.office.drawing import DRAWING, DRAWING_ATTRIBUTES, DRAWING_FREE
from evidencekit.metadata.office.names import A
from evidencekit.metadata.office.writing import Rules, Writer

_STANDARD = "{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}"
"""Medium style 2 of accent 1, the one that tables have by default."""
_NAME = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_RULES = Rules(elements=DRAWING, attributes=DRAWING_ATTRIBUTES, texts=(), free=DRAWING_FREE)


class TableStyles:
    """Styles of a source, and those of its copy."""

    def __init__(self, root: Element | None, gone: Gone) -> None:
        found = () if root is None else root.iterfind(f"{A}tblStyle")
        self._old = {one.get("styleId", ""): one for one in found}
        self._gone = gone
        self._new: dict[str, str] = {}

    def name(self, old: str) -> str:
        """Return the new name of a style; of one that is not defined, which programs have, its own.

        Anything but a name becomes the standard one.
        """
        if old in self._old:
            number = f"{len(self._new) + 1:012X}"
            return self._new.setdefault(old, f"{{00000000-0000-0000-0000-{number}}}")
        return old if _NAME.fullmatch(old) else _STANDARD

    def root(self, target: Callable[[str], str]) -> Element | None:
        """Return the part, if a style of it is used."""
        if not self._new:
            return None
        root = Element(A + "tblStyleLst", {"def": _STANDARD})
        for number, (old, new) in enumerate(self._new.items(), 1):
            writer = Writer(self._gone, _RULES, is_strict=False, target=target)
            style = Element(A + "tblStyle")
            style.extend(list(self._old[old]))
            style = writer.write(style)
            style.set("styleId", new)
            style.set("styleName", f"style {number}")
            root.append(style)
        return root
