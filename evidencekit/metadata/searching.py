"""Searches the bytes of a copy; runs in the sandbox, by the name ``metadata.search``.

A tool must not be its own witness (ExifTool calls a PDF clean from which every value can be read),
so this looks at bytes, not at tags: as text in any encoding that metadata come in, in what is
packed inside, and in what stands there as base64.
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from evidencekit.metadata.calling import function
from evidencekit.metadata.kinds import KINDS
from evidencekit.metadata.runs import base64_runs, printable_runs
from evidencekit.model.json import Json, JsonObject

BLOCK = 8 * 2**20
OVERLAP = 2**16  # more than any needle takes, four bytes a character
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp949", "latin-1")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_NOT_BASE64 = re.compile(rb"\s+")
_ALIGNMENTS = 4


def search(stream: BinaryIO, argument: Json) -> JsonObject:
    """Return the numbers of the ``needles`` that were ``found``; ``argument`` has the kind too."""
    match argument:
        case {"media_type": str(media_type), "needles": list(needles)}:
            found = find(_regions(stream, media_type), [str(needle) for needle in needles])
            return {"found": list(found)}
        case _:
            raise ValueError("nothing to search for")


def find(regions: Iterable[bytes], needles: list[str]) -> list[int]:
    """Return the numbers of the needles that are in a region, in order.

    Printable ASCII is looked for in the printable runs only, which are few: a full search for each
    of a thousand values would take minutes on a large picture, and find the same.
    """
    plain = {n: one.encode("ascii") for n, one in enumerate(needles) if _PRINTABLE.fullmatch(one)}
    other = {n: tuple(_forms(one)) for n, one in enumerate(needles) if n not in plain}
    found: set[int] = set()
    for region in _unpacked(regions):
        runs = b"\n".join(printable_runs(region))
        found |= {n for n, needle in plain.items() if needle in runs}
        found |= {n for n, forms in other.items() if any(form in region for form in forms)}
    return sorted(found)


def _regions(stream: BinaryIO, media_type: str) -> Iterator[bytes]:
    kind = KINDS[media_type]
    if not kind.is_text:
        yield from _blocks(stream)
    inner = kind.inner
    if inner is not None:
        stream.seek(0)
        yield from function(inner)(stream)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the file piece by piece, each with the end of the one before."""
    tail = b""
    while block := stream.read(BLOCK):
        yield tail + block
        tail = block[-OVERLAP:]


def _unpacked(regions: Iterable[bytes]) -> Iterator[bytes]:
    for region in regions:
        yield region
        for run in base64_runs(region):
            yield from _decoded(_NOT_BASE64.sub(b"", run))


def _decoded(run: bytes) -> Iterator[bytes]:
    """Yield a run of base64 letters, decoded from each place where four of them may begin."""
    standard = run.replace(b"-", b"+").replace(b"_", b"/")
    for start in range(_ALIGNMENTS):
        usable = (len(standard) - start) // 4 * 4
        yield binascii.a2b_base64(standard[start : start + usable])


def _forms(needle: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        try:
            yield needle.encode(encoding)
        except UnicodeEncodeError:
            continue
