"""Code words of the records, said to people as the documents of a bundle say them.

Scripts and records keep the words themselves. What is returned may hold foreign text: it is for
the values of :mod:`evidencekit.cli.output` only.
"""

from evidencekit.export.words import term
from evidencekit.text.catalog import language


def said(kind: str, code: str) -> str:
    """Return a code word in the user's language, or as it is where nobody gave it words."""
    pair = term(kind, code)
    return pair.ko if language() == "ko" else pair.en


def reason(words: str) -> str:
    """Return a reason such as ``http-status 404`` in words, its argument after it."""
    code, _space, argument = words.partition(" ")
    return said("reason", code) + (f" ({argument})" if argument else "")
