"""Properties in an XMP packet, found by pattern (ISO 16684-1 §7).

No XML parser ever sees the packet, so there are no entities to expand. A pattern can miss what a
parser would find, and may list what a parser would not; it never changes what is removed.
"""

import re
from fractions import Fraction
from html import unescape

from evidencekit.metadata.exif.gps import to_decimal
from evidencekit.metadata.facts import FactList

_MAX_PACKET = 8 * 2**20
_NAME = r"[A-Za-z_][\w.-]{0,60}:[A-Za-z_][\w.-]{0,60}"
_ATTRIBUTE = re.compile(rf"""({_NAME})\s{{0,40}}=\s{{0,40}}(?:"([^"<]*)"|'([^'<]*)')""")
_ELEMENT = re.compile(rf"<({_NAME})(?:\s[^<>]{{0,2000}})?>([^<>]*)(?=<)")
_PLACES = {"exif:GPSLatitude": "Latitude", "exif:GPSLongitude": "Longitude"}
_COORDINATE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d{1,12})?)(?:,(\d{1,2}))?([NSEW])")
_PLUMBING = ("xmlns:", "rdf:", "x:", "xml:")


def add_xmp(facts: FactList, packet: bytes, *, source: str) -> None:
    """Add each property with a value; items of a list bear the name of the list."""
    if len(packet) > _MAX_PACKET:
        facts.problem(f"{source}: XMP packet too large to search")
        return
    text = _decode(packet)
    for found in _ATTRIBUTE.finditer(text):
        _add(facts, found[1], found[2] if found[2] is not None else found[3], source)
    parent = ""
    for found in _ELEMENT.finditer(text):
        name = found[1]
        if name == "rdf:li":
            name = parent or name
        elif not name.startswith("rdf:"):
            parent = name
        _add(facts, name, found[2], source)


def _add(facts: FactList, name: str, value: str, source: str) -> None:
    shown = unescape(value).strip()
    if shown and (name == "rdf:li" or not name.startswith(_PLUMBING)):
        facts.add("XMP", name, shown, raw=value.strip(), source=source)
        _add_place(facts, name, shown, source)


def _add_place(facts: FactList, name: str, value: str, source: str) -> None:
    """Add a coordinate in degrees: ``DDD,MM,SSk`` or ``DDD,MM.mmk`` (XMP part 2 §2.6)."""
    axis, found = _PLACES.get(name), _COORDINATE.fullmatch(value)
    if axis is None or found is None:
        return
    degrees, minutes, seconds = (Fraction(found[n] or 0) for n in (1, 2, 3))
    total = degrees + minutes / 60 + seconds / 3600
    negative, limit = ("S", 90) if axis == "Latitude" else ("W", 180)
    if total <= limit:
        shown = to_decimal(-total if found[4] == negative else total)
        facts.add("GPS", axis, shown, raw=value, source=source)


def _decode(packet: bytes) -> str:
    """ISO 16684-1 §7.3.2: UTF-8, or UTF-16 or UTF-32 told by a byte-order mark."""
    if packet.startswith((b"\xff\xfe", b"\xfe\xff")):
        return packet.decode("utf-16", errors="replace")
    return packet.decode("utf-8", errors="replace")
