"""Which of many fingerprints are near one: all of them and no others.

A distance of at most 31 of 256 bits is what the authors of PDQ call a match. If four words of 64
bits differ by at most 31 together, one of them differs by at most 7: a first look at single words
leaves few to be counted whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

THRESHOLD = 31
_WORDS = 4
Table = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One fingerprint that is near."""

    index: int
    distance: int
    variant: int
    """Which of the forms that were looked for."""


def table_of(hashes: Sequence[str]) -> Table:
    """Return fingerprints as rows of four words."""
    joined = bytes.fromhex("".join(hashes))
    rows = np.frombuffer(joined, dtype=">u8").astype(np.uint64).reshape(-1, _WORDS)
    return np.asfortranarray(rows)  # each word in a row of its own: that is how they are read


def near(forms: Sequence[str], table: Table, *, threshold: int = THRESHOLD) -> list[Match]:
    """Return for each row that is near its nearest form, nearest first."""
    best: dict[int, Match] = {}
    for number, form in enumerate(forms):
        for index, distance in _near(table_of([form])[0], table, threshold):
            known = best.get(index)
            if known is None or distance < known.distance:
                best[index] = Match(index=index, distance=distance, variant=number)
    return sorted(best.values(), key=lambda one: (one.distance, one.index))


def _near(one: NDArray[np.uint64], table: Table, threshold: int) -> Iterator[tuple[int, int]]:
    if not len(table):
        return
    few = threshold // _WORDS
    candidates = np.zeros(len(table), dtype=bool)
    for word in range(_WORDS):
        candidates |= np.bitwise_count(table[:, word] ^ one[word]) <= few
    places = np.flatnonzero(candidates)
    counts = np.bitwise_count(table[places] ^ one).sum(axis=1)
    for place, count in zip(places, counts, strict=True):
        if count <= threshold:
            yield int(place), int(count)
