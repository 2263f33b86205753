"""The sections of a property set ([MS-OLEPS] §2.15, §2.17, §2.20, §2.21): numbers, names, values.

Read here because olefile reads the first section only, and goes round for ever in vectors whose
length somebody made up.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evidencekit.metadata.ole.code_pages import UTF_16, decoded

_COUNT, _PLACES, _PLACE_SIZE, _HEAD = 24, 44, 20, 8
"""Where it says how many sections there are, and where the first is; bytes before a table."""
_DICTIONARY, _CODE_PAGE = 0, 1
_MAX_PROPERTIES, _MAX_TEXTS = 500, 500
_NUMBERS, _TEXT, _WIDE, _TIME = {2: "<h", 3: "<i"}, 30, 31, 64
_BLOB, _PICTURE, _TEXTS = 65, 71, 0x101E
_WORDS = re.compile(rb"(?:[^\0-\x1f]\0|[^\0][\x01-\xff]){4,}")
_EPOCH, _LONGEST = datetime(1601, 1, 1), timedelta(days=365 * 100)  # noqa: DTZ001 (UTC)
Value = str | int | datetime | timedelta | bytes


@dataclass(slots=True, kw_only=True)
class Section:
    """One section; a value is a list, as one property may hold several."""

    names: dict[int, str] = field(default_factory=dict)
    values: dict[int, list[Value]] = field(default_factory=dict)
    """Pictures as bytes; a time of less than a hundred years is a duration."""


def sections(data: bytes) -> Iterator[Section]:
    """Yield the sections, two at most; raises ``struct.error`` or ``ValueError`` for damage."""
    (count,) = struct.unpack_from("<I", data, _COUNT)
    for number in range(min(count, 2)):
        (start,) = struct.unpack_from("<I", data, _PLACES + _PLACE_SIZE * number)
        yield _section(data[start:])


def _section(data: bytes) -> Section:
    (count,) = struct.unpack_from("<I", data, 4)
    if count > _MAX_PROPERTIES:
        raise ValueError(f"more than {_MAX_PROPERTIES} properties")
    places = dict(struct.iter_unpack("<II", data[_HEAD : _HEAD + 8 * count]))
    code_page, section = 0, Section()
    if _CODE_PAGE in places:
        (code_page,) = struct.unpack_from("<H", data, places[_CODE_PAGE] + 4)
    if _DICTIONARY in places:
        section.names.update(_dictionary(data, places[_DICTIONARY], code_page))
    for number, at in places.items():
        if number > _CODE_PAGE:
            section.values[number] = list(_values(data, at, code_page))
    return section


def _dictionary(data: bytes, at: int, code_page: int) -> Iterator[tuple[int, str]]:
    (count,) = struct.unpack_from("<I", data, at)
    at += 4
    for _number in range(min(count, _MAX_PROPERTIES)):
        number, length = struct.unpack_from("<II", data, at)
        size = length * 2 if code_page == UTF_16 else length
        yield number, decoded(data[at + 8 : at + 8 + size], code_page)
        at += 8 + (size + -size % 4 if code_page == UTF_16 else size)


def _values(data: bytes, at: int, code_page: int) -> Iterator[Value]:
    """Read by type ([MS-OLEPS] §2.15); types that hold neither text, number nor time hold none."""
    kind, size = struct.unpack_from("<II", data, at)
    number, body = kind & 0xFFFF, data[at + 8 :]
    if number in _NUMBERS:
        yield int(struct.unpack_from(_NUMBERS[number], data, at + 4)[0])
    elif number == _TEXT:
        yield decoded(body[:size], code_page)
    elif number == _WIDE:
        yield decoded(body[: size * 2], UTF_16)
    elif number == _TIME:
        yield from _time(int(struct.unpack_from("<Q", data, at + 4)[0]))
    elif number == _TEXTS:
        yield from _texts(body, size, code_page)
    else:
        yield from _packed(number, body[:size])


def _packed(number: int, body: bytes) -> Iterator[Value]:
    if number == _BLOB:  # such as the addresses of links
        for found in _WORDS.findall(body):
            yield decoded(found, UTF_16)
    elif number == _PICTURE:
        yield body


def _time(ticks: int) -> Iterator[Value]:
    if ticks == 0:
        return
    since = timedelta(microseconds=ticks // 10)
    yield since if since < _LONGEST else _EPOCH + since


def _texts(data: bytes, count: int, code_page: int) -> Iterator[str]:
    at = 0
    for _number in range(min(count, _MAX_TEXTS)):
        (size,) = struct.unpack_from("<I", data, at)
        yield decoded(data[at + 4 : at + 4 + size], code_page)
        at += 4 + size
