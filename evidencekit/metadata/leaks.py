"""The byte-level proof that a copy does not say any more what the original said.

A tool must not be its own witness (ExifTool calls a PDF clean from which every value can be read),
so this looks at bytes, not at tags: as text in any encoding that metadata come in, and inside the
one kind of compressed data that our copies may hold besides pixels.
"""

import re
import zlib
from collections.abc import Iterable, Iterator

from evidencekit.metadata import png
from evidencekit.metadata.facts import STRUCTURE, Fact, unclipped

MIN_NEEDLE = 6  # characters; shorter ones turn up in any picture by chance
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp949", "latin-1")
_RUN = re.compile(rb"[\x20-\x7e]{6,}")
_RUN_LE = re.compile(rb"(?:[\x20-\x7e]\x00){6,}")
_RUN_BE = re.compile(rb"(?:\x00[\x20-\x7e]){6,}")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")


def find_leaks(copy: bytes, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the facts of which a value of ``MIN_NEEDLE`` characters or more is in ``copy``.

    Printable ASCII is looked for in the printable runs only, which are few: a full search for each
    of a thousand values would take minutes on a large picture, and find the same.
    """
    regions = (copy, *_inflated(copy))
    runs = b"\n".join(run for region in regions for run in _printable_runs(region))
    bearers: dict[str, Fact] = {}
    for fact in facts:
        for needle in _needles(fact):
            bearers.setdefault(needle, fact)
    found = [fact for needle, fact in bearers.items() if _is_in(needle, regions, runs)]
    return tuple(dict.fromkeys(found))


def _is_in(needle: str, regions: tuple[bytes, ...], runs: bytes) -> bool:
    if _PRINTABLE.fullmatch(needle):
        return needle.encode("ascii") in runs
    return any(form in region for form in _forms(needle) for region in regions)


def _needles(fact: Fact) -> Iterator[str]:
    if fact.group == STRUCTURE:
        return  # counts of ours, not words of the file
    for value in {fact.raw or "", fact.readable}:
        needle = unclipped(value).strip("\0\r\n\t ")
        if len(needle) >= MIN_NEEDLE:
            yield needle


def _forms(needle: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        try:
            yield needle.encode(encoding)
        except UnicodeEncodeError:
            continue


def _printable_runs(region: bytes) -> Iterator[bytes]:
    yield from _RUN.findall(region)
    for pattern in (_RUN_LE, _RUN_BE):
        for run in pattern.findall(region):
            yield run.replace(b"\0", b"")


def _inflated(copy: bytes) -> Iterator[bytes]:
    """Yield what is compressed in a copy: the colour profile of a PNG. Pixels are the picture."""
    if not copy.startswith(png.SIGNATURE):
        return
    for chunk in png.walk(copy):
        if chunk.kind == b"iCCP":
            yield zlib.decompress(chunk.data.partition(b"\0")[2][1:])
