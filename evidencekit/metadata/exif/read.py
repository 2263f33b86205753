"""Facts in Exif and TIFF, by exifread; to be run in the sandbox.

exifread raises almost anything on broken input (EOFError, AssertionError, its own types), so all of
it is caught here and becomes a problem of the record. It reduces fractions and drops what encodings
it does not know, so numbers and texts are read again from where it says they stand.
"""

import logging
import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, BinaryIO

import exifread

from evidencekit.metadata.exif.gps import add_position
from evidencekit.metadata.exif.makernotes import add_maker_note
from evidencekit.metadata.exif.tiff import ORDERS
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.texts import decode_text, decode_utf16

VERSION: str = exifread.__version__
_KEY = re.compile(r"(IFD \d+|EXIF SubIFD\d+|\S+) (.+)", re.DOTALL)
_RATIONALS = frozenset({5, 10})  # TIFF 6.0 §2: RATIONAL, SRATIONAL
_ASCII, _UNDEFINED, _BYTE = 2, 7, 1
_MAX_LISTED = 64  # numbers of a list that are worth writing out
_MAX_COUNT = 1_000
_MAX_BLOCK = 2**24  # bytes in which a MakerNote is looked for
_PLAIN_IFDS = frozenset({"Image", "EXIF", "GPS", "Thumbnail", "Interoperability"})
_USER_TEXTS = frozenset({"UserComment", "GPSProcessingMethod", "GPSAreaInformation"})


def read_file(facts: FactList, stream: BinaryIO) -> None:
    """Add what exifread finds in a whole file of a kind that it can search."""
    add_exif(facts, stream, source="file")


def add_exif(facts: FactList, stream: BinaryIO, *, source: str) -> None:
    """Add what exifread finds; ``stream`` is a TIFF block, or a file of a kind it can search."""
    with _warnings_as_problems(facts, source):
        try:
            tags = exifread.process_file(stream, details=True, extract_thumbnail=False)
        except Exception as exc:  # noqa: BLE001 (see above: 17 of 513 broken files)
            facts.problem(f"{source}: exifread gave up, {type(exc).__name__}: {exc}")
            return
    block = _Block(stream)
    for key, tag in tags.items():
        try:
            _add_tag(facts, block, key, tag, source)
        except Exception as exc:  # noqa: BLE001 (values are whatever exifread left there)
            facts.problem(f"{source}: {key} unreadable, {type(exc).__name__}")
    _add_thumbnail(facts, tags, source)
    if block.order is not None:
        stream.seek(0)
        add_maker_note(facts, stream.read(_MAX_BLOCK), source=source)
    add_position(facts, tags, source=source)


class _Block:
    """Reads values where exifread says they stand, if the stream is a TIFF block itself."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        stream.seek(0)
        head = stream.read(4)
        self.order = ORDERS.get(head)

    def rationals(self, tag: Any) -> str | None:
        """Return the fractions of a tag as stored, unreduced."""
        if self.order is None or not 0 < tag.field_length <= 8 * _MAX_COUNT:
            return None
        self._stream.seek(tag.field_offset)
        data = self._stream.read(tag.field_length)
        if len(data) != tag.field_length or len(data) % 8:
            return None
        kind = "I" if tag.field_type == min(_RATIONALS) else "i"
        pairs = struct.iter_unpack(f"{self.order}2{kind}", data)
        return " ".join(f"{numerator}/{denominator}" for numerator, denominator in pairs)


def _add_tag(facts: FactList, block: _Block, key: str, tag: Any, source: str) -> None:
    found = _KEY.fullmatch(key)
    if found is None or isinstance(tag, bytes):
        return
    group, name = found[1], found[2]
    raw, readable = _text_of(block, group, name, tag)
    facts.add(group, name, readable, raw=raw, source=source, reader="exifread")


def _text_of(block: _Block, group: str, name: str, tag: Any) -> tuple[str | None, str]:
    """Return the value as stored and as people read it."""
    values, printable = tag.values, str(tag.printable)
    if tag.field_type == _ASCII or isinstance(values, str | bytes):
        text = decode_text(values) if isinstance(values, bytes) else str(values)
        return text, text
    if isinstance(values, list) and len(values) > _MAX_LISTED and name not in _USER_TEXTS:
        return None, f"{tag.field_length} bytes"
    if name in _USER_TEXTS or name.startswith("XP"):
        data = bytes(values)
        return data.hex(), _encoded_text(data, name, "le" if block.order == "<" else "be")
    if tag.field_type in _RATIONALS and group in _PLAIN_IFDS:
        return block.rationals(tag) or _listed(values), printable
    return _listed(values), printable


def _encoded_text(data: bytes, name: str, order: str) -> str:
    """Exif 2.32 table 9: eight bytes name the encoding; XP* tags of Windows are UTF-16LE."""
    if name.startswith("XP"):
        return decode_utf16(data, order="le")
    code, text = data[:8], data[8:]
    if code.startswith(b"UNICODE"):
        return decode_utf16(text, order=order)
    return decode_text(text).strip()


def _listed(values: object) -> str:
    items = values if isinstance(values, list | tuple) else [values]
    return " ".join(_number(item) for item in items)


def _number(item: object) -> str:
    if isinstance(item, tuple):  # exifread leaves floats as one-tuples
        return _listed(item)
    if isinstance(item, Fraction):
        return f"{item.numerator}/{item.denominator}"
    return str(item)


def _add_thumbnail(facts: FactList, tags: Mapping[str, Any], source: str) -> None:
    for name in ("JPEGInterchangeFormatLength", "StripByteCounts"):
        size = tags.get(f"Thumbnail {name}")
        if size is None:
            continue
        facts.structure("Thumbnail", f"{size.printable} bytes", source=source)


@contextmanager
def _warnings_as_problems(facts: FactList, source: str) -> Iterator[None]:
    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            facts.problem(f"{source}: {record.getMessage()}")

    logger = logging.getLogger("exifread")
    collector = Collector(logging.WARNING)
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagated
