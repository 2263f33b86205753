"""The words of the documents in a bundle: pairs of Korean and English, kept as data.

One TOML file for each document lies in ``templates/``, so that an official can correct a sentence
without reading code. Both languages always travel together.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

TEMPLATES = Path(__file__).with_name("templates")


class Pair(NamedTuple):
    """The same words in both languages."""

    ko: str
    en: str

    def filled(self, **values: object) -> "Pair":
        """Put values into both; a value that is a pair goes in language by language."""
        return Pair(
            self.ko.format(**{name: _side(value, "ko") for name, value in values.items()}),
            self.en.format(**{name: _side(value, "en") for name, value in values.items()}),
        )


@lru_cache(maxsize=8)
def load_words(document: str) -> Mapping[str, Pair]:
    """Return the words of one document; tables become prefixes, as in ``action.seal``."""
    text = (TEMPLATES / f"{document}.toml").read_text(encoding="utf-8")
    return MappingProxyType(dict(_pairs(tomllib.loads(text), "")))


def term(kind: str, code: str) -> Pair:
    """Return what people call one of our code words, or the code itself where nobody gave it one.

    A code may come from outside (a profile's name): the pair is then foreign text.
    """
    return load_words("terms").get(f"{kind}.{code}", Pair(code, code))


def term_with_argument(kind: str, words: str, form: str = "{} {}") -> Pair:
    """Return words that have a name, else the first as people call it, and the rest.

    That is unchanged but where it is itself a word of the same kind.
    """
    if f"{kind}.{words}" in load_words("terms"):
        return term(kind, words)
    code, _space, argument = words.partition(" ")
    pair = term(kind, code)
    if not argument:
        return pair
    known = f"{kind}.{argument}" in load_words("terms")
    rest = term(kind, argument) if known else Pair(argument, argument)
    return Pair(form.format(pair.ko, rest.ko), form.format(pair.en, rest.en))


def _pairs(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Pair]]:
    for name, value in table.items():
        if not isinstance(value, dict):
            raise TypeError(f"{prefix}{name}: not a pair")
        if value.keys() == {"ko", "en"}:
            yield prefix + name, Pair(value["ko"].strip(), value["en"].strip())
        else:
            yield from _pairs(value, f"{prefix}{name}.")


def _side(value: object, language: str) -> object:
    return getattr(value, language) if isinstance(value, Pair) else value
