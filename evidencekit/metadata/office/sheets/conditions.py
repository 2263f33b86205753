"""Looks that depend on values (ECMA-376-1 §18.3.1.18): those that say no more than how.

A rule with a formula may name hidden cells, other files and words that nobody sees; it goes, and
the account says so. A rule that would hide a value is refused: without it, the value would show.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from xml.etree.ElementTree import Element

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.office.names import S
from evidencekit.metadata.office.sheets.number_formats import hides
from evidencekit.metadata.office.sheets.styles import Styles
from evidencekit.metadata.office.values import is_on

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def conditions(one: Element, styles: Styles, gone: Gone) -> Iterator[Element]:
    """Yield the rules of one area that stay, with the new numbers of their looks."""
    kept = [rule for rule in one.iterfind(f"{S}cfRule") if _stays(rule, styles, gone)]
    if kept:
        new = Element(one.tag, {"sqref": one.get("sqref", "")})
        new.extend([_renumbered(rule, styles) for rule in kept])
        yield new


def _stays(rule: Element, styles: Styles, gone: Gone) -> bool:
    look = rule.get("dxfId")
    if look is not None and (code := styles.conditional_code(look)) and hides(code):
        raise MalformedError("a condition that hides what is in a cell")
    formulas = [one.text or "" for one in rule.iterfind(f"{S}formula")]
    limits = [one.get("val", "0") for one in rule.iter(f"{S}cfvo")]
    is_plain = all(_NUMBER.fullmatch(one) for one in (*formulas, *limits))
    if not is_plain and hides_values(rule):
        raise MalformedError("a condition that hides what is in a cell")
    gone.when(not is_plain, "conditional-formats")
    return is_plain


def hides_values(rule: Element) -> bool:
    """Return whether bars or signs stand in place of values."""
    return any(not is_on(one.get("showValue"), by_default=True) for one in rule.iter())


def _renumbered(rule: Element, styles: Styles) -> Element:
    new = deepcopy(rule)
    if (look := rule.get("dxfId")) is not None:
        new.set("dxfId", str(styles.conditional(look)))
    return new
