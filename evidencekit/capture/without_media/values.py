"""The same for what is structured: JSON of a page, and what a record of ours says of it.

A string is cleaned as text after its escapes are resolved. Lists and objects of nothing but
numbers are how scripts write bytes, and lists of many short codes how they write a long one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from evidencekit.capture.bounded_json import parse_bounded
from evidencekit.capture.without_media.codes import MAX_RUN, Cleaning
from evidencekit.model.json import Json

MAX_NUMBERS = 32
"""In one list or object; more of them are counted only."""
MAX_DEPTH = 40
_MIN_PARTS = 8
_CODE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")


def cleaned_json_text(text: str, cleaning: Cleaning) -> str | None:
    """Return a JSON text cleaned and written anew; None where it is no JSON."""
    try:
        value = parse_bounded(text, max_depth=MAX_DEPTH)
    except (ValueError, RecursionError):
        return None
    return json.dumps(cleaned_value(value, cleaning), ensure_ascii=False, default=str)


def cleaned_value(value: object, cleaning: Cleaning) -> Json:
    """Return a value with every text in it cleaned, names of members too."""
    match value:
        case str():
            return cleaning.text(value)
        case bool() | int() | None:
            return value
        case Mapping():
            if _are_numbers(value.values()):
                return _counted(value.values(), cleaning, "numbers")
            return {
                cleaning.text(str(name)): cleaned_value(one, cleaning)
                for name, one in value.items()
            }
        case Sequence():
            return _listed(value, cleaning)
        case _:
            return str(value)


def _listed(values: Sequence[object], cleaning: Cleaning) -> Json:
    if _are_numbers(values):
        return _counted(values, cleaning, "numbers")
    if _are_parts(values):
        return _counted(values, cleaning, "runs")
    return [cleaned_value(one, cleaning) for one in values]


def _counted(values: Iterable[object], cleaning: Cleaning, rule: str) -> str:
    return cleaning.length_of("".join(str(one) for one in values), rule)


def _are_numbers(values: Iterable[object]) -> bool:
    numbers = [isinstance(one, int | float) for one in values]
    return len(numbers) > MAX_NUMBERS and sum(numbers) > len(numbers) // 2


def _are_parts(values: Sequence[object]) -> bool:
    texts = [one for one in values if isinstance(one, str)]
    is_code = len(texts) >= _MIN_PARTS and all(_CODE.issuperset(one) for one in texts)
    return is_code and sum(map(len, texts)) >= MAX_RUN
