"""The directories of a TIFF file, classic or large (TIFF 6.0 §2; BigTIFF), each value as it stands.

Unlike :mod:`evidencekit.metadata.exif.tiff`, which looks up a few values, this reads every field of
every page, since what is not known of a page is not copied.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError

MAX_PAGES, MAX_FIELDS, MAX_VALUES = 1_000, 1_000, 2_000_000
_HEADS = {b"II*\0": "<", b"MM\0*": ">", b"II+\0": "<", b"MM\0+": ">"}
_FORMS = {1: "B", 2: "c", 3: "H", 4: "I", 5: "II", 6: "b", 7: "c", 8: "h", 9: "i", 10: "ii",
          11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}  # fmt: skip
_WHOLE = frozenset({1, 3, 4, 13, 16, 18})
"""Types of numbers that count or point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a directory."""

    kind: int
    data: bytes
    """In the byte order of the file."""
    order: str

    def numbers(self) -> tuple[int, ...]:
        """Return whole numbers; raises :class:`MalformedError` for a field of anything else."""
        if self.kind not in _WHOLE:
            raise MalformedError("a field that should be numbers and is not")
        form = _FORMS[self.kind]
        count = len(self.data) // struct.calcsize(form)
        return struct.unpack(f"{self.order}{count}{form}", self.data)


Page = Mapping[int, Field]


class Directories:
    """A file in memory; raises :class:`MalformedError` for what is none, or cut off."""

    def __init__(self, data: bytes) -> None:
        if data[:4] not in _HEADS:
            raise MalformedError("no TIFF")
        self.data, self.order = data, _HEADS[data[:4]]
        self.is_large = b"+" in data[:4]
        self._word, self._inline = ("Q", 8) if self.is_large else ("I", 4)

    def pages(self) -> Iterator[Page]:
        """Yield the directories of the chain that begins in the head."""
        if self.is_large and self._number("HH", 4) != 8:  # noqa: PLR2004 (bytes of an offset)
            raise MalformedError("no TIFF of 64 bits")
        place, seen = self._number(self._word, 8 if self.is_large else 4), set[int]()
        while place:
            if place in seen or len(seen) >= MAX_PAGES:
                raise MalformedError("pages without an end")
            seen.add(place)
            page, place = self.directory(place)
            yield page

    def directory(self, place: int) -> tuple[Page, int]:
        """Return the fields of one directory, and where the next begins; 0 for none."""
        count = self._number("Q" if self.is_large else "H", place)
        size = 4 + struct.calcsize(f"={self._word}") + self._inline
        start = place + (8 if self.is_large else 2)
        if not 0 < count <= MAX_FIELDS:
            raise MalformedError("a directory of impossible size")
        page: dict[int, Field] = {}
        for number in range(count):
            tag, field = self._field(start + number * size)
            if tag in page:
                raise MalformedError(f"field {tag} twice")
            page[tag] = field
        return page, self._number(self._word, start + count * size)

    def piece(self, start: int, size: int) -> bytes:
        """Return bytes that must be there."""
        found = self.data[start : start + size]
        if len(found) != size:
            raise MalformedError("cut off")
        return found

    def _field(self, place: int) -> tuple[int, Field]:
        tag, kind = self._number("H", place), self._number("H", place + 2)
        count = self._number(self._word, place + 4)
        if kind not in _FORMS or count > MAX_VALUES:
            raise MalformedError(f"field {tag} of an unknown type, or too large")
        size = count * struct.calcsize(f"={_FORMS[kind]}")
        at = place + 4 + self._inline
        if size > self._inline:
            at = self._number(self._word, at)
        return tag, Field(kind=kind, data=self.piece(at, size), order=self.order)

    def _number(self, form: str, place: int) -> int:
        size = struct.calcsize(f"={form}")
        value: int = struct.unpack(f"{self.order}{form}", self.piece(place, size))[0]
        return value
