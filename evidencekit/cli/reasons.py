"""Code words of the records, said to people as the documents of a bundle say them.

Scripts and records keep the words themselves. What is returned may hold foreign text: it is for
the values of :mod:`evidencekit.cli.output` only.
"""

from evidencekit.export.words import Pair, term, term_with_argument
from evidencekit.text.catalog import language


def said(kind: str, code: str) -> str:
    """Return a code word in the user's language, or as it is where nobody gave it words."""
    return in_language(term(kind, code))


def in_language(pair: Pair) -> str:
    """Return the side of a pair that the user reads."""
    return pair.ko if language() == "ko" else pair.en


def listed(kind: str, codes: object) -> str:
    """Return code words such as ``orientation 6`` in words, one after the other."""
    words = [str(code) for code in codes] if isinstance(codes, list | tuple) else []
    return ", ".join(in_language(term_with_argument(kind, word)) for word in words)


def reason(words: str) -> str:
    """Return a reason such as ``http-status 404`` in words, its argument after it."""
    return in_language(term_with_argument("reason", words, "{} ({})"))
