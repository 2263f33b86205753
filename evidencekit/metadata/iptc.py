"""IPTC-IIM datasets in a Photoshop resource block (IIM 4.2 §1.5; Adobe Photoshop file format)."""

from collections.abc import Iterator

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.texts import decode_text

_IPTC_RESOURCE = 0x0404
_MARK = 0x1C
_APPLICATION = 2  # record number; 1 is the envelope
_NAMES = {
    5: "ObjectName", 25: "Keywords", 40: "SpecialInstructions", 55: "DateCreated",
    60: "TimeCreated", 65: "OriginatingProgram", 80: "By-line", 85: "By-lineTitle", 90: "City",
    92: "Sub-location", 95: "Province-State", 101: "Country", 103: "TransmissionReference",
    105: "Headline", 110: "Credit", 115: "Source", 116: "Copyright", 118: "Contact",
    120: "Caption", 122: "Writer-Editor",
}  # fmt: skip


def add_iptc(facts: FactList, resources: bytes, *, source: str) -> None:
    """Add the datasets of the application record; ``resources`` starts at the first ``8BIM``."""
    for number, data in _resources(resources):
        if number != _IPTC_RESOURCE:
            continue
        add_datasets(facts, data, source=source)


def add_datasets(facts: FactList, data: bytes, *, source: str) -> None:
    """Add the datasets of the application record, as they stand in a TIFF without a resource."""
    for dataset, value in _datasets(data):
        text = decode_text(value)
        facts.add("IPTC", _NAMES.get(dataset, f"2:{dataset}"), text, raw=text, source=source)


def _resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while block[position : position + 4] == b"8BIM":
        number = int.from_bytes(block[position + 4 : position + 6], "big")
        name_ends = position + 7 + (block[position + 6] if len(block) > position + 6 else 0)
        name_ends += (name_ends - position) % 2  # names are padded to even length
        size = int.from_bytes(block[name_ends : name_ends + 4], "big")
        yield number, block[name_ends + 4 : name_ends + 4 + size]
        position = name_ends + 4 + size + size % 2


def _datasets(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while len(data) >= position + 5 and data[position] == _MARK:
        record, dataset = data[position + 1], data[position + 2]
        size = int.from_bytes(data[position + 3 : position + 5], "big")
        if size & 0x8000:
            return  # extended datasets hold objects, not text
        if record == _APPLICATION and dataset != 0:
            yield dataset, data[position + 5 : position + 5 + size]
        position += 5 + size
