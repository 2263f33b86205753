"""What devices and programs write into films for people: ``udta``, ``meta``, ``ilst``, ``keys``.

QuickTime File Format ("User data atoms", "Metadata"); ISO/IEC 14496-12 §8.10, §8.11; 3GPP TS 26.244
§8; iTunes' list of items, which nobody specified.
"""

import io
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.iso6709 import add_degrees, add_written_position
from evidencekit.metadata.isobmff.boxes import Part, name_of, split
from evidencekit.metadata.isobmff.gpmf import add_gpmf
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.texts import decode_text, decode_utf16
from evidencekit.metadata.xmp import add_xmp

GROUP = "QuickTime"
_PLACES = frozenset({"©xyz", "com.apple.quicktime.location.ISO6709", "location"})
_MAX_RUNS = 8  # texts told of a box that is not known
_RUN = re.compile(rb"[\x20-\x7e]{6,200}")
_PICTURES = MappingProxyType({13: "JPEG", 14: "PNG", 27: "BMP"})
_NUMBERS: Mapping[int, Callable[[bytes], str]] = MappingProxyType(
    {
        21: lambda data: str(int.from_bytes(data, "big", signed=True)),
        22: lambda data: str(int.from_bytes(data, "big")),
        23: lambda data: f"{struct.unpack('>f', data)[0]:g}",
        24: lambda data: f"{struct.unpack('>d', data)[0]:g}",
    }
)
_ASSET = frozenset({b"titl", b"auth", b"cprt", b"dscp", b"gnre", b"perf", b"albm"})
_IDENTIFIERS = frozenset({b"CAME", b"MUID", b"GUMI"})  # of GoPro cameras, as numbers


def add_user_data(facts: FactList, udta: Part) -> None:
    """Add what is in ``udta``."""
    for part in _inside(facts, udta):
        _add_one(facts, part)


def add_metadata(facts: FactList, meta: Part) -> None:
    """Add what is in ``meta``: items by number with their keys, or by name."""
    parts = list(_inside(facts, meta, full=_is_full(meta)))
    keys: list[str] = []
    for part in parts:
        if part.kind == b"keys":
            keys = list(_keys(part))
    for part in parts:
        if part.kind == b"ilst":
            for item in _inside(facts, part):
                _add_item(facts, item, keys)
        elif part.kind == b"ID32":
            _add_runs(facts, part)
        elif part.kind == b"xml ":
            text = decode_text(part.data[4:])
            facts.add(GROUP, "xml", text, raw=text, source=_source(part))
            add_xmp(facts, part.data[4:], source=_source(part))


def _add_one(facts: FactList, part: Part) -> None:
    try:
        if part.kind in _BY_KIND:
            _BY_KIND[part.kind](facts, part)
        elif part.kind in _ASSET:
            _add_text(facts, part.name, _text_with_mark(part.data[6:]), _source(part))
        elif part.kind[:1] == b"\xa9":
            for text in _international(part.data):
                _add_text(facts, part.name, text, _source(part))
        else:
            _add_runs(facts, part)
    except (struct.error, MalformedError) as exc:
        facts.problem(f"{_source(part)}: {exc}")


def _add_text(facts: FactList, name: str, text: str, source: str) -> None:
    facts.add(GROUP, name, text, raw=text, source=source)
    if name in _PLACES:
        add_written_position(facts, text, source=source)


def _international(data: bytes) -> Iterator[str]:
    """Texts with a size and a language each; some programs write an item of ``ilst`` instead."""
    if data[4:8] == b"data":
        for part in split(data):
            yield decode_text(part.data[8:])
        return
    position = 0
    while position + 4 <= len(data):
        size = int.from_bytes(data[position : position + 2], "big")
        yield decode_text(data[position + 4 : position + 4 + size])
        position += 4 + size


def _text_with_mark(data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark (TS 26.244 §8.2)."""
    if data[:2] in {b"\xfe\xff", b"\xff\xfe"}:
        return decode_utf16(data, order="be")
    return decode_text(data.partition(b"\0")[0])


def _add_place(facts: FactList, part: Part) -> None:
    """TS 26.244 §8.11: a name, a role, degrees as 16.16, the body in space, notes."""
    data, source = part.data[6:], _source(part)
    wide = data[:2] == b"\xfe\xff"
    end = (data.find(b"\0\0") + 2) if wide else (data.find(b"\0") + 1)
    name, rest = _text_with_mark(data[:end]), data[end:]
    longitude, latitude, altitude = struct.unpack_from(">iii", rest, 1)
    facts.add(GROUP, "loci", name, raw=name, source=source)
    add_degrees(facts, Fraction(latitude, 65536), Fraction(longitude, 65536), source=source)
    facts.add("GPS", "Altitude", f"{altitude / 65536:g} m", raw=str(altitude), source=source)
    for text in rest[13:].split(b"\0"):
        if text:
            facts.add(GROUP, "loci notes", decode_text(text), raw=decode_text(text), source=source)


def _keys(part: Part) -> Iterator[str]:
    for key in split(part.data[8:], part.offset + 16):
        yield decode_text(key.data)


def _add_item(facts: FactList, item: Part, keys: list[str]) -> None:
    number = int.from_bytes(item.kind, "big")
    name = keys[number - 1] if 0 < number <= len(keys) else name_of(item.kind)
    source = _source(item)
    for part in _inside(facts, item):
        if part.kind in {b"mean", b"name"}:
            name = f"{name} {decode_text(part.data[4:])}"
        elif part.kind == b"data":
            _add_value(facts, name, part.data, source)


def _add_value(facts: FactList, name: str, data: bytes, source: str) -> None:
    kind, value = int.from_bytes(data[:4], "big"), data[8:]
    if kind in _PICTURES or value.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        facts.structure(f"Picture {name}", f"{len(value)} bytes", source=source)
        return
    if kind in _NUMBERS:
        text = _NUMBERS[kind](value) if len(value) in {1, 2, 3, 4, 8} else value.hex()
    elif kind == 2:  # noqa: PLR2004
        text = decode_utf16(value, order="be")
    elif kind == 0 and len(value) < 16:  # noqa: PLR2004
        text = value.hex()
    else:
        text = decode_text(value)
    _add_text(facts, name, text, source)


def _add_runs(facts: FactList, part: Part) -> None:
    """Tell the texts in a box that nobody specified; what is in it else is counted."""
    source = _source(part)
    facts.structure(f"udta {part.name}", f"{len(part.data)} bytes", source=source)
    start = part.data[:65536]
    if b"Exif\0\0" in start[:64]:
        # Imported here: exifread is slow to load, and few films hold a picture's data.
        from evidencekit.metadata.exif.read import add_exif  # noqa: PLC0415

        block = part.data[start.find(b"Exif\0\0") + 6 :]
        add_exif(facts, io.BytesIO(block), source=source)
        return
    if part.kind in _IDENTIFIERS:
        facts.add(GROUP, part.name, part.data.hex(), raw=part.data.hex(), source=source)
        return
    for run in _RUN.findall(start)[:_MAX_RUNS]:
        text = run.decode("ascii").strip()
        facts.add(GROUP, part.name, text, raw=text, source=source)


def _is_full(meta: Part) -> bool:
    """Whether ``meta`` begins with a version, as in ISO files and not in QuickTime's."""
    return meta.data[4:8] != b"hdlr"


def _inside(facts: FactList, part: Part, *, full: bool = False) -> Iterator[Part]:
    skip = 4 if full else 0
    try:
        yield from split(part.data[skip:], part.offset + 8 + skip)
    except MalformedError as exc:
        facts.problem(f"{_source(part)}: {exc}")


def _source(part: Part) -> str:
    return f"{part.name} at {part.offset}"


_BY_KIND: Mapping[bytes, Callable[[FactList, Part], None]] = MappingProxyType(
    {
        b"meta": add_metadata,
        b"loci": _add_place,
        b"XMP_": lambda facts, part: add_xmp(facts, part.data, source=_source(part)),
        b"GPMF": lambda facts, part: add_gpmf(facts, part.data, source=_source(part)),
        b"name": lambda facts, part: _add_text(
            facts, "name", decode_text(part.data), _source(part)
        ),
    }
)
