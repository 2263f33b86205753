"""What was found where, and the mark that is put in its place."""

import mmap
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from evidencekit.model.json import Json

RULES = "evidencekit/credentials/2"
"""Changes with every change to what is found."""
MARK = b"X"

Kind = Literal[
    "answered-token",
    "authorization",
    "body-digest",
    "cookie",
    "header-token",
    "jwt",
    "posted-password",
    "posted-token",
    "repeated",
    "set-cookie",
    "url-token",
    "url-userinfo",
]
Octets: TypeAlias = bytes | bytearray | mmap.mmap
"""What can be searched and sliced without a copy of the whole."""

_MAX_FIELD = 100
_LINES = re.compile(rb"\r?\n[ \t]?|[^\r\n]+|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A credential; ``start`` and ``end`` are offsets into what was searched."""

    kind: Kind
    field: str
    """Name of the header, parameter or cookie, without its value: foreign text, cut."""
    start: int
    end: int


def found(kind: Kind, name: bytes, start: int, end: int) -> list[Found]:
    """Return a find as a list, empty where there is nothing between the offsets."""
    if start >= end:
        return []
    field = name[:_MAX_FIELD].decode("utf-8", "replace")
    return [Found(kind=kind, field=field, start=start, end=end)]


def outermost(finds: Iterable[Found]) -> list[Found]:
    """Return finds in order of place, without those that lie within another."""
    kept: list[Found] = []
    for one in sorted(finds, key=lambda each: (each.start, -each.end)):
        if not kept or one.end > kept[-1].end:
            kept.append(one)
    return kept


def mark(value: bytes) -> bytes:
    """Return as many bytes as ``value`` has, saying nothing of it but where its lines break.

    Breaks stay, and the space that continues a folded header line (RFC 9112 §5.2), so that
    everything after it is still read as it was.
    """
    if b"\n" not in value:
        return MARK * len(value)
    return b"".join(
        part if part.endswith((b"\n", b"\n ", b"\n\t")) else MARK * len(part)
        for part in _LINES.findall(value)
    )


def entry(record: str, one: Found) -> Mapping[str, Json]:
    """Return a find as the list of what was replaced names it: no value, no digest of one."""
    return {
        "record": record,
        "kind": one.kind,
        "field": one.field,
        "at": one.start,
        "length": one.end - one.start,
    }
