"""Traces of programs that generate, swap or edit pictures and voices (``generation.toml``).

A lead for whoever investigates 허위영상물: anybody can write such a word into a file, and most
programs leave none.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evidencekit.metadata.facts import STRUCTURE, Fact

_TABLE = Path(__file__).with_name("generation.toml")
_C2PA = "C2PA"
_GENERATORS = frozenset({"parameters", "prompt", "workflow"})
"""Text chunks of PNG that programs of this kind are known to write, whatever is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One trace, and the fact that it stands in. Hostile text."""

    program: str
    """As our table names it, in English; ``C2PA`` for a statement of origin that is not read."""
    fact: Fact
    is_verified: bool
    """Whether a file of this program was seen; else it is only recalled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    word: re.Pattern[str]
    """As a word of its own: a preface is no trace of Reface."""
    program: str
    is_verified: bool


def traces(facts: Iterable[Fact]) -> tuple[Trace, ...]:
    """Return each program once, with the first fact that names it."""
    found: dict[str, Trace] = {}
    for fact in facts:
        for one in _of(fact):
            found.setdefault(one.program, one)
    return tuple(found.values())


def _of(fact: Fact) -> Iterator[Trace]:
    if fact.group == STRUCTURE:
        if fact.tag == _C2PA:
            yield Trace(program=_C2PA, fact=fact, is_verified=True)
        return
    if fact.group in {"tEXt", "iTXt", "zTXt"} and fact.tag in _GENERATORS:
        yield Trace(program=f"PNG text '{fact.tag}'", fact=fact, is_verified=False)
    for known in _table():
        if known.word.search(fact.readable):
            yield Trace(program=known.program, fact=fact, is_verified=known.is_verified)


@cache
def _table() -> tuple[_Known, ...]:
    read = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return tuple(
        _Known(
            word=re.compile(rf"(?<!\w){re.escape(one['word'])}(?!\w)", re.IGNORECASE),
            program=one["program"],
            is_verified=one["verified"] is True,
        )
        for one in read["trace"]
    )
