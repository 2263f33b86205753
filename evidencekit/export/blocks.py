"""What a document is put together from: sections of facts, tables and remarks; no markup.

A :class:`~evidencekit.export.words.Pair` is ours and stands in both languages; :class:`Foreign` is
somebody else's text. The template (``blocks.html.j2``) knows how each is set.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from evidencekit.export.words import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A text that is not ours, as it was recorded; escaped, cleaned and cut where it is set."""

    text: str
    form: Literal["text", "long", "code", "digest"] = "text"
    """``long``: a URL, shown up to its last character within reason."""
    before: Pair | None = None
    """What it is, said in front of it."""


Line: TypeAlias = Pair | Foreign | datetime
Cell: TypeAlias = tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row: a name (a word of the document) and what is known."""

    name: str
    lines: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A table of two columns."""

    facts: tuple[Fact, ...]
    caption: Pair | None = None
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table; ``name`` gives its columns."""

    name: str
    rows: Iterable[tuple[Cell, ...]]
    caption: Pair | None = None
    kind: Literal["rows"] = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list, under a heading of its own where it has one."""

    items: tuple[Cell, ...]
    heading: Pair | None = None
    is_grave: bool = False
    is_numbered: bool = False
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A paragraph; a grave one cannot be overlooked."""

    words: Pair
    is_grave: bool = False
    kind: Literal["remark"] = "remark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is to be typed, on lines of its own."""

    lines: tuple[str, ...]
    kind: Literal["command"] = "command"


Part: TypeAlias = Facts | Rows | Items | Remark | Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One numbered part of a document; ``name`` gives its heading."""

    name: str
    parts: tuple[Part, ...]


def told(name: str, *lines: Line | None) -> Fact | None:
    """Return a fact, or None where nothing is known; empty foreign texts are nothing."""
    known = tuple(
        line
        for line in lines
        if line is not None and not (isinstance(line, Foreign) and not line.text)
    )
    return Fact(name=name, lines=known) if known else None


def facts(*rows: Fact | None, caption: Pair | None = None) -> Facts:
    """Return a table of those facts that are known."""
    return Facts(facts=tuple(row for row in rows if row is not None), caption=caption)
