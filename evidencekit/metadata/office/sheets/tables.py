"""Tables on a sheet (ECMA-376-1 §18.5): their stripes, under names of ours.

The names of columns are those of their first cells. A table whose first cells are not seen, or
say something else, is left out: its cells stay.
"""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from evidencekit.metadata.office.names import S
from evidencekit.metadata.office.sheets.places import Area, area_of

_STYLE = re.compile(r"TableStyle(?:Light|Medium|Dark)[0-9]{1,2}")
_BREAK = re.compile(r"_x([0-9A-Fa-f]{4})_")
_STRIPES = ("showFirstColumn", "showLastColumn", "showRowStripes", "showColumnStripes")
_BITS = {"0", "1", "true", "false"}


def table_anew(
    old: Element, headings: Mapping[tuple[int, int], str], number: int
) -> Element | None:
    """Return a table of this number; None where its columns are not named by what is seen."""
    area = area_of(old.get("ref", ""))
    has_headings = old.get("headerRowCount", "1") == "1"
    columns = old.findall(f"{S}tableColumns/{S}tableColumn")
    names = [one.get("name", "") for one in columns]
    if has_headings and not _are_seen(names, area, headings):
        return None
    if not has_headings:
        names = [f"Column{place}" for place in range(1, len(names) + 1)]
    if len(names) != area.last_column - area.first_column + 1:
        return None
    return _table(old, names, number, has_headings=has_headings)


def _table(old: Element, names: list[str], number: int, *, has_headings: bool) -> Element:
    name = f"Table{number}"
    said = {"id": str(number), "name": name, "displayName": name, "ref": old.get("ref", "")}
    if not has_headings:
        said["headerRowCount"] = "0"
    if old.get("totalsRowCount") == "1":
        said["totalsRowCount"] = "1"
    new = Element(S + "table", said)
    columns = SubElement(new, S + "tableColumns", {"count": str(len(names))})
    for place, column in enumerate(names, 1):
        SubElement(columns, S + "tableColumn", {"id": str(place), "name": column})
    look = old.find(f"{S}tableStyleInfo")
    if look is not None:
        style = {"name": look.get("name", "")} if _STYLE.fullmatch(look.get("name", "")) else {}
        stripes = {key: look.get(key, "") for key in _STRIPES if look.get(key) in _BITS}
        SubElement(new, S + "tableStyleInfo", {**style, **stripes})
    return new


def is_more(old: Element, new: Element) -> bool:
    """Return whether a table said more than its copy does."""
    return {one.tag for one in old.iter()} > {one.tag for one in new.iter()} or any(
        len(before.attrib) > len(after.attrib) for before, after in zip(old, new, strict=False)
    )


def _are_seen(names: list[str], area: Area, headings: Mapping[tuple[int, int], str]) -> bool:
    row = area.first_row
    return all(
        _spelt(headings.get((row, area.first_column + place), "\0")) == _spelt(name)
        for place, name in enumerate(names)
    )


def _spelt(name: str) -> str:
    return _BREAK.sub(lambda found: chr(int(found[1], 16)), name).replace("\r\n", "\n")
