"""The look of cells: what is used of it, numbered in the order in which cells are met (§18.8)."""

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.elements import local
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import S
from evidencekit.metadata.office.sheets.styles_allowed import NAMED, RULES
from evidencekit.metadata.office.writing import Writer

_FIRST_OWN = 164  # numbers below belong to formats that every program has
_FILLS = ("none", "gray125")  # the first two fills are these, whatever is written (§18.8.21)
_KINDS: Mapping[str, tuple[str, str]] = {
    "fontId": ("fonts", "font"), "fillId": ("fills", "fill"), "borderId": ("borders", "border"),
}  # fmt: skip


class Styles:
    """Looks of a source, and those of its copy."""

    def __init__(self, root: Element | None, gone: Gone) -> None:
        self._root = Element(S + "styleSheet") if root is None else root
        self._gone = gone
        self._codes = {
            one.get("numFmtId", ""): one.get("formatCode", "")
            for one in self._root.iterfind(f"{S}numFmts/{S}numFmt")
        }
        self._new: dict[str, dict[bytes, Element]] = {
            name: {} for name in ("numFmts", "fonts", "fills", "borders", "named", "cells", "dxfs")
        }
        self._lists: dict[str, list[Element]] = {}
        self._named: dict[str, int] = {}
        self._cells: dict[tuple[str, bool], int] = {}
        for fill in _FILLS:
            self._add("fills", _fill(fill))
        self._use_named(self._normal())
        self.cell("0", is_filled=False)

    def cell(self, number: str | None, *, is_filled: bool) -> int:
        """Return the new number of a look; that of an empty cell has no number format."""
        key = number or "0", is_filled
        if key not in self._cells:
            old = self._at("cellXfs", "xf", key[0])
            new = self._look(old, is_filled=is_filled)
            new.set("xfId", str(self._use_named(old.get("xfId", "0"))))
            self._cells[key] = self._add("cells", new)
        return self._cells[key]

    def code(self, number: str | None) -> str:
        """Return the number format of a look, if it is one of the file's own."""
        return self._codes.get(self._at("cellXfs", "xf", number or "0").get("numFmtId", "0"), "")

    def conditional(self, number: str) -> int:
        """Return the new number of a look that depends on a rule."""
        new = self._written(self._at("dxfs", "dxf", number))
        for one in new.iterfind(f"{S}numFmt"):
            one.set("numFmtId", str(self._number_format(one.get("formatCode", ""))))
        self._new["dxfs"][str(len(self._new["dxfs"])).encode()] = new
        return len(self._new["dxfs"]) - 1

    def conditional_code(self, number: str) -> str:
        """Return the number format of a look that depends on a rule."""
        found = self._at("dxfs", "dxf", number).find(f"{S}numFmt")
        return "" if found is None else found.get("formatCode", "")

    def root(self) -> Element:
        """Return the part."""
        root = Element(S + "styleSheet")
        for place, found in (
            ("numFmts", "numFmts"), ("fonts", "fonts"), ("fills", "fills"), ("borders", "borders"),
            ("cellStyleXfs", "named"), ("cellXfs", "cells"),
        ):  # fmt: skip
            if self._new[found]:
                SubElement(root, S + place).extend(list(self._new[found].values()))
        SubElement(root, S + "cellStyles").extend(list(self._names()))
        if self._new["dxfs"]:
            SubElement(root, S + "dxfs").extend(list(self._new["dxfs"].values()))
        colours = self._root.find(f"{S}colors/{S}indexedColors")
        if colours is not None:
            SubElement(root, S + "colors").append(self._written(colours))
        return root

    def _look(self, old: Element, *, is_filled: bool) -> Element:
        new = self._written(old)
        for key, (place, name) in _KINDS.items():
            one = self._written(self._at(place, name, new.get(key, "0")))
            new.set(key, str(self._add(place, one)))
        number = old.get("numFmtId", "0")
        if number in self._codes:
            own = self._number_format(self._codes[number]) if is_filled else 0
            new.set("numFmtId", str(own))
        return new

    def _use_named(self, number: str) -> int:
        if number not in self._named:
            try:
                old = self._at("cellStyleXfs", "xf", number)
            except MalformedError:
                old = Element(S + "xf")
            self._named[number] = len(self._named)
            new = self._look(old, is_filled=False)
            self._new["named"][str(self._named[number]).encode()] = new
        return self._named[number]

    def _normal(self) -> str:
        styles = self._root.iterfind(f"{S}cellStyles/{S}cellStyle")
        normal = next((one for one in styles if one.get("builtinId") == "0"), None)
        return "0" if normal is None else normal.get("xfId", "0")

    def _names(self) -> Iterator[Element]:
        known: dict[str, str] = {}
        for one in self._root.iterfind(f"{S}cellStyles/{S}cellStyle"):
            known.setdefault(one.get("xfId", ""), one.get("builtinId", ""))
        for old, new in self._named.items():
            built_in = known.get(old, "0" if new == 0 else "")
            name = NAMED.get(built_in)
            self._gone.when(name is None and not self._is_ours(old, new), "names")
            number = {} if name is None else {"builtinId": built_in}
            shown = name or f"style {new}"
            yield Element(S + "cellStyle", {"name": shown, "xfId": str(new), **number})

    def _is_ours(self, old: str, new: int) -> bool:
        """Return whether a name is one that a copy gives."""
        styles = self._root.iterfind(f"{S}cellStyles/{S}cellStyle")
        name = next((one.get("name") for one in styles if one.get("xfId") == old), None)
        return name is None or name == f"style {new}"

    def _number_format(self, code: str) -> int:
        key = code.encode("utf-8", "surrogatepass")
        if key not in self._new["numFmts"]:
            number = _FIRST_OWN + len(self._new["numFmts"])
            said = {"numFmtId": str(number), "formatCode": code}
            self._new["numFmts"][key] = Element(S + "numFmt", said)
        return int(self._new["numFmts"][key].get("numFmtId", ""))

    def _add(self, place: str, one: Element) -> int:
        key: bytes = ElementTree.tostring(one)
        self._new[place].setdefault(key, one)
        return list(self._new[place]).index(key)

    def _written(self, one: Element) -> Element:
        return Writer(self._gone, RULES, is_strict=False, target=lambda _old: "").write(one)

    def _at(self, place: str, name: str, number: str) -> Element:
        """Return one of a list; a sheet without any list has a look of its own."""
        if place not in self._lists:
            self._lists[place] = self._root.findall(f"{S}{place}/{S}{name}")
        found = self._lists[place]
        if not found and number == "0":
            return _fill(_FILLS[0]) if name == "fill" else Element(S + name)
        if not number.isdecimal() or int(number) >= len(found):
            raise MalformedError(f"{local(name)} {number}, which is missing")
        return found[int(number)]


def _fill(pattern: str) -> Element:
    one = Element(S + "fill")
    SubElement(one, S + "patternFill", {"patternType": pattern})
    return one
