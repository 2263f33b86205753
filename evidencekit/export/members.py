"""Members of an event's detail, read as they come: foreign text, and whatever has another shape.

A body is what somebody's program wrote. What is missing or of the wrong shape is left out of a
document, never guessed, and no list is followed beyond its limit.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from evidencekit.formats.times import read_time
from evidencekit.model.json import Json, JsonObject

MAX_LISTED = 500
"""Entries of one list that a document shows; no list of ours is longer."""


def text_of(detail: JsonObject, name: str) -> str:
    """Return a text or number of a body's detail as text; empty where there is none."""
    value = detail.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def number_of(detail: JsonObject, name: str) -> int | None:
    """Return a whole number, None where there is none."""
    value = detail.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def mapping_of(detail: JsonObject, name: str) -> JsonObject:
    """Return an object, an empty one where there is none."""
    value = detail.get(name)
    return value if isinstance(value, Mapping) else {}


def mappings_of(detail: JsonObject, name: str) -> tuple[JsonObject, ...]:
    """Return the objects of an array, the first :data:`MAX_LISTED`."""
    found = (item for item in _items(detail.get(name)) if isinstance(item, Mapping))
    return tuple(islice(found, MAX_LISTED))


def texts_of(detail: JsonObject, name: str) -> tuple[str, ...]:
    """Return the texts of an array, the first :data:`MAX_LISTED`."""
    found = (item for item in _items(detail.get(name)) if isinstance(item, str))
    return tuple(islice(found, MAX_LISTED))


def moment_of(detail: JsonObject, name: str) -> datetime | None:
    """Return a time of ours, None where there is none."""
    try:
        return read_time(text_of(detail, name))
    except ValueError:
        return None


def _items(value: Json) -> Iterator[Json]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from value
