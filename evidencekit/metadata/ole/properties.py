"""What documents say of themselves in property sets: title, people, times, software."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.ole.property_set import Section, Value, sections

_OF_SUMMARY = {
    2: "Title", 3: "Subject", 4: "Author", 5: "Keywords", 6: "Comments", 7: "Template",
    8: "LastAuthor", 9: "Revision", 10: "EditMinutes", 11: "LastPrinted", 12: "CreateDate",
    13: "ModifyDate", 14: "Pages", 15: "Words", 16: "Characters", 18: "Application",
}  # fmt: skip
"""[MS-OLEPS] §3.1.2; those of HWP are the same as far as they go."""
_OF_HWP = {20: "Date"}  # as text
_OF_DOCUMENT = {
    2: "Category", 3: "Presentation", 13: "TitlesOfParts", 14: "Manager", 15: "Company",
    26: "ContentType", 27: "Status",
}  # fmt: skip
_MINUTE = timedelta(minutes=1)


def add_properties(facts: FactList, data: bytes, name: str) -> None:
    """Add the properties of one set; those without a name by their number."""
    for place, section in enumerate(sections(data)):
        if place == 0:
            _add(facts, "OLE", section, _names(name), name)
        else:
            _add(facts, "OLE custom", section, section.names, name)


def _names(name: str) -> Mapping[int, str]:
    if name.endswith("DocumentSummaryInformation"):
        return _OF_DOCUMENT
    return _OF_SUMMARY | _OF_HWP if "Hwp" in name else _OF_SUMMARY


def _add(
    facts: FactList, group: str, section: Section, names: Mapping[int, str], source: str
) -> None:
    for number, values in section.values.items():
        for value in values:
            if isinstance(value, bytes):
                facts.structure("Thumbnail", f"{len(value)} bytes", source=source)
            elif shown := _shown(value):
                tag = names.get(number, f"Property{number}")
                facts.add(group, tag, shown, raw=None, source=source)


def _shown(value: Value) -> str:
    match value:
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}Z"
        case timedelta():
            return str(value // _MINUTE)
        case _:
            return str(value)
