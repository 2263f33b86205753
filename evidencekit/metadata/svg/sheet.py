"""Style sheets and style attributes in drawings (CSS Syntax 3, Selectors 4), by a strict part.

Understood are selectors of types, classes and ids, one inside the other. Rules for devices, for
movement and for fonts of one's own are refused: what is seen would depend on them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import tinycss2

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.svg.allowed import PROPERTIES, WITHOUT_EFFECT

MAX_RULES = 5_000
MAX_COMPOUNDS = 8  # of one selector
_TOUCHED = frozenset({"hover", "active", "focus", "visited", "link", "focus-visible"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One property with its value, as it stands in the source."""

    name: str
    value: str
    is_important: bool

    @property
    def end(self) -> str:
        """What stands behind the value."""
        return "!important" if self.is_important else ""


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element has to be."""

    kind: str
    """Name of an element, or ``*``."""
    ids: tuple[str, ...]
    classes: tuple[str, ...]
    is_child: bool
    """Whether it must lie directly in the one before."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with its settings."""

    selector: tuple[Compound, ...]
    settings: tuple[Setting, ...]

    @property
    def weight(self) -> tuple[int, int, int]:
        """Specificity (Selectors 4 §17)."""
        ids = sum(len(one.ids) for one in self.selector)
        classes = sum(len(one.classes) for one in self.selector)
        return ids, classes, sum(one.kind != "*" for one in self.selector)


def settings(text: str, gone: Gone) -> tuple[Setting, ...]:
    """Parse a style attribute; raises :class:`MalformedError` for what is not understood."""
    return tuple(_settings(tinycss2.parse_blocks_contents(text, skip_comments=True), gone))


def rules(text: str, gone: Gone) -> tuple[Rule, ...]:
    """Parse a style sheet; raises :class:`MalformedError` for what is not understood."""
    found: list[Rule] = []
    for node in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if node.type == "qualified-rule":
            found.extend(_rules(node, gone))
        elif node.type == "at-rule":
            _judge(node, gone)
        else:
            raise MalformedError("a style sheet that is not understood")
        if len(found) > MAX_RULES:
            raise MalformedError(f"more than {MAX_RULES} rules of style")
    return tuple(found)


def _judge(node: Any, gone: Gone) -> None:
    """Leave out what a drawing that fetches nothing does not follow; all else is refused."""
    name = node.lower_at_keyword
    if name in {"charset", "namespace", "page"}:
        gone.note("settings")
    elif name == "import" or (name == "font-face" and not _is_within(node)):
        gone.note("links")
    else:
        raise MalformedError(f"@{name} in a style sheet")


def _is_within(node: Any) -> bool:
    """Whether a font lies in the drawing itself, so that its letters are drawn with it."""
    return "data:" in tinycss2.serialize(node.content or []).lower()


def _rules(node: Any, gone: Gone) -> Iterator[Rule]:
    declared = tuple(
        _settings(tinycss2.parse_blocks_contents(node.content, skip_comments=True), gone)
    )
    for part in _split(node.prelude):
        selector = _selector(part)
        if selector is None:
            gone.note("actions")
        elif declared:
            yield Rule(selector, declared)


def _settings(nodes: Iterable[Any], gone: Gone) -> Iterator[Setting]:
    for node in nodes:
        if node.type in {"whitespace", "comment"}:
            continue
        if node.type != "declaration":
            raise MalformedError("a style that is not understood")
        name = node.lower_name
        value = tinycss2.serialize([one for one in node.value if one.type != "comment"]).strip()
        if name in PROPERTIES and "\\" not in value:
            yield Setting(name, value, bool(node.important))
        elif name.startswith(("-", "transition-")) or name in WITHOUT_EFFECT:
            gone.note("settings")
        else:
            raise MalformedError(f"a style of {name}, which is not understood")


def _split(prelude: Iterable[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield part
            part = []
        elif token.type != "comment":
            part.append(token)
    yield part


def _selector(tokens: list[Any]) -> tuple[Compound, ...] | None:
    """Return a selector; None for one that holds only where somebody points or clicks."""
    reader = _Selector()
    for at, token in enumerate(tokens):
        if token.type == "literal" and token.value == ":":
            follows = tokens[at + 1] if at + 1 < len(tokens) else None
            if follows is not None and getattr(follows, "lower_value", "") in _TOUCHED:
                return None
        reader.take(token)
    return reader.end()


class _Selector:
    """Takes one token after the other."""

    def __init__(self) -> None:
        self._done: list[Compound] = []
        self._kind = ""
        self._ids: list[str] = []
        self._classes: list[str] = []
        self._awaits_class = self._is_child = False

    def take(self, token: Any) -> None:
        if self._awaits_class and token.type != "ident":
            raise MalformedError("a selector that is not understood")
        if token.type == "ident" and self._awaits_class:
            self._classes.append(token.value)
            self._awaits_class = False
        elif token.type == "ident" and not self._is_begun:
            self._kind = token.value
        elif token.type == "hash":
            self._ids.append(token.value)
        elif token.type == "whitespace":
            self._close()
        else:
            self._take_sign(token)

    def _take_sign(self, token: Any) -> None:
        sign = token.value if token.type == "literal" else None
        if sign == ".":
            self._awaits_class = True
        elif sign == "*" and not self._is_begun:
            self._kind = "*"
        elif sign == ">" and (self._is_begun or self._done):
            self._close()
            self._is_child = True
        else:
            raise MalformedError("a selector that is not understood")

    @property
    def _is_begun(self) -> bool:
        return bool(self._kind or self._ids or self._classes)

    def _close(self) -> None:
        if self._is_begun:
            one = Compound(
                self._kind or "*", tuple(self._ids), tuple(self._classes), self._is_child
            )
            self._done.append(one)
            self._kind, self._ids, self._classes = "", [], []
            self._is_child = False

    def end(self) -> tuple[Compound, ...]:
        self._close()
        is_whole = self._done and not self._awaits_class and not self._is_child
        if not is_whole or len(self._done) > MAX_COMPOUNDS:
            raise MalformedError("a selector that is not understood")
        return tuple(self._done)
