"""Which values of a file are looked for in the bytes of its copy.

Long enough not to turn up by chance: six characters or more (six given bytes in a row are in a
picture of 10 MB by chance once in 28 million files). A word that every copy of a kind holds, since
we write it there (the name of a namespace), is no trace of anybody: those are listed with the kind.
"""

from collections.abc import Collection, Iterable, Iterator

from evidencekit.metadata.facts import STRUCTURE, Fact, unclipped

MIN_NEEDLE = 6  # characters


def needles_of(
    facts: Iterable[Fact], *, kept: Collection[str] = (), own_words: Collection[str] = ()
) -> dict[str, Fact]:
    """Return each value to look for with the first fact that it is of.

    Not looked for are values that were ``kept`` on purpose, and parts of our ``own_words``.
    """
    found: dict[str, Fact] = {}
    for fact in facts:
        for needle in _values(fact):
            if needle not in kept and not any(needle in word for word in own_words):
                found.setdefault(needle, fact)
    return found


def _values(fact: Fact) -> Iterator[str]:
    if fact.group == STRUCTURE:
        return  # counts of ours, not words of the file
    for value in (fact.raw or "", fact.readable):
        needle = unclipped(value).strip("\0\r\n\t ")
        if len(needle) >= MIN_NEEDLE:
            yield needle
