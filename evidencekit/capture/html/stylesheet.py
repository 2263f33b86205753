"""Finds what a stylesheet refers to: ``url()``, ``src()``, ``@import`` and ``image-set()``."""

from collections.abc import Iterator, Sequence
from typing import Any

import tinycss2

from evidencekit.capture.html.thinned import thinned

_URL_FUNCTIONS = frozenset({"url", "src"})
_STRING_FUNCTIONS = frozenset({"image-set", "-webkit-image-set"})


def css_references(text: str) -> Iterator[tuple[str, bool]]:
    """Yield references as written, with True for an ``@import``; never raises.

    ``@namespace`` names no file. Conditions (``@media``, ``@supports``) are not judged: what a
    stylesheet names under some condition is part of what was published.
    """
    yield from references_in(thinned(text))


def references_in(text: str) -> Iterator[tuple[str, bool]]:
    """Do the same with every rule read, which takes much longer."""
    pending: list[tuple[Sequence[Any], bool]] = [
        (tinycss2.parse_component_value_list(text, skip_comments=True), False)
    ]
    while pending:
        nodes, takes_strings = pending.pop()
        rule: str | None = None
        for node in nodes:
            if node.type == "at-keyword":
                rule = node.lower_value
            elif node.type == "literal" and node.value == ";":
                rule = None
            elif rule != "namespace":
                yield from _named(node, is_import=rule == "import", takes_strings=takes_strings)
            inner = _inside(node)
            if inner is not None:
                pending.append(
                    (inner, node.type == "function" and node.lower_name in _STRING_FUNCTIONS)
                )


def _named(node: Any, *, is_import: bool, takes_strings: bool) -> Iterator[tuple[str, bool]]:
    if node.type == "url" or (node.type == "string" and (is_import or takes_strings)):
        yield node.value, is_import
    elif node.type == "function" and node.lower_name in _URL_FUNCTIONS:
        for argument in node.arguments:
            if argument.type == "string":
                yield argument.value, is_import


def _inside(node: Any) -> Sequence[Any] | None:
    if node.type == "function":
        return node.arguments  # type: ignore[no-any-return]  # tinycss2 is untyped
    if node.type.endswith(" block"):
        return node.content  # type: ignore[no-any-return]  # tinycss2 is untyped
    return None
