"""What else a file is besides its type: a second format at its end, or after a few bytes.

A polyglot is read by one program as a picture and by another as an archive. Only places are looked
at where formats may begin or end anywhere; nothing is unpacked.
"""

from collections.abc import Iterable, Iterator
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.facts import STRUCTURE, Fact
from evidencekit.metadata.identify.by_content import HEAD_SIZE, identify
from evidencekit.metadata.identify.types import UNKNOWN

_ZIP_END, _ZIP_TAIL = b"PK\x05\x06", 65_557  # APPNOTE §4.3.16: with the longest comment
_PDF = b"%PDF-"
_PDF_HEAD = 1_024
"""Bytes within which readers look for a PDF (ISO 32000-1, implementation notes of Adobe)."""
_ZIPS = (
    "application/zip", "application/vnd.openxml", "application/vnd.oasis", "application/hwp+zip",
    "application/epub", "application/wacz", "application/vnd.android",
)  # fmt: skip


def also(stream: BinaryIO, media_type: str, facts: Iterable[Fact] = ()) -> tuple[str, ...]:
    """Return other types with the place where each begins: ``application/zip at 1234``.

    ``facts`` are those of the file's own reader, which says where its logical end is.
    """
    size = stream.seek(0, SEEK_END)
    found = dict.fromkeys(
        (*_at_the_end(stream, size, facts), *_elsewhere(stream, size, media_type))
    )
    return tuple(found)


def _elsewhere(stream: BinaryIO, size: int, media_type: str) -> Iterator[str]:
    stream.seek(0)
    at = stream.read(_PDF_HEAD).find(_PDF)
    if at >= 0 and media_type != "application/pdf":
        yield f"application/pdf at {at}"
    if not media_type.startswith(_ZIPS):
        start = max(0, size - _ZIP_TAIL)
        stream.seek(start)
        tail = stream.read()
        at = tail.rfind(_ZIP_END)
        if at >= 0:
            yield f"application/zip, its directory at {start + _directory(tail, at, start)}"


def _directory(tail: bytes, at: int, start: int) -> int:
    """Return where the directory of a zip begins, as far as its end tells."""
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    return max(at - size, -start)


def _at_the_end(stream: BinaryIO, size: int, facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        if fact.group != STRUCTURE or fact.tag != "BytesAfterEnd":
            continue
        place = fact.source.rpartition("at ")[2]
        if place.isdigit() and int(place) < size:
            stream.seek(int(place))
            kind = identify(stream.read(HEAD_SIZE), size=size - int(place)).media_type
            if kind != UNKNOWN:
                yield f"{kind} at {place}"
