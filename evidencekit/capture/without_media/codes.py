"""Takes out of a text what could be bytes in disguise, and leaves how long it was.

A page can carry a picture in any text: as ``data:`` URL, base64, hexadecimal, percent escapes, a
list of numbers, or raw. What looks like one of these, and is long enough to matter, is replaced by
``[n characters]``; when in doubt, it is. Words that people write pass: the rules look for long runs
without words in them. Each rule goes over a text once; none backtracks.

What no rule can find is a code that its author made up, such as one word for each byte.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import unquote_to_bytes

MAX_RUN = 200
"""Of letters of base64 or hexadecimal: 150 bytes, less than the tables of any JPEG."""
MAX_PARTS = 4000
"""Of shorter runs, all together in one document; more are a picture in pieces."""
MAX_WORD = 400
"""Of anything without a space in it, such as an address."""
MAX_NUMBERS = 48
"""One after the other, with nothing but separators between them."""
_PIECE = 16
_BLOCK = 128
_ODD_SHARE = 0.04
"""In a block. Of random bytes a third is odd; of what people write, hardly anything."""
_BINARY_SHARE = 0.1
"""In a document, which then is none."""
_TEXT_SHARE = 0.3
_WRITTEN = frozenset(
    "\t\n\r\f\xa0\xa7\xa9\xab\xad\xae\xb0\xb7\xbb\u200b\u200c\u200d\u200e\u200f\ufeff"
)
"""People and their programs do write these."""
# "\/" and the escapes of script, URLs and markup stand for one letter each, inside a run.
_ESCAPE = r"\\/|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}|&#x?[0-9A-Fa-f]{1,6};"
_LETTER = rf"(?:[A-Za-z0-9+/_=-]|{_ESCAPE})"
# What may break a run into lines or literals: white space, quotes, commas, "+", "\n", "&quot;".
_BREAK = r"(?:[\s\"'`,+;()\[\]\\|]|\\[nrt]|&(?:quot|amp|apos|nbsp);|<br>)"
_RUN = re.compile(rf"(?:{_LETTER}{{{_PIECE},}}+{_BREAK}{{0,12}}+)++")
_PERCENT = re.compile(rf"(?:%[0-9A-Fa-f]{{2}}|[A-Za-z0-9_.~!*'()/+-]){{{MAX_RUN},}}+")
_MANY_ESCAPES = 20
# Hexadecimal, octal, binary with something between the bytes; base64 in groups of one length.
_GROUPS = re.compile(
    r"(?<![A-Za-z0-9+/=])(?:(?:(?:0x|\\x)?[0-9A-Fa-f]{1,8}[\s,:;\"'-]{1,4}+){24,}+|"
    + "|".join(rf"(?:[A-Za-z0-9+/=_-]{{{n}}}[\s,;\"']{{1,3}}+){{24,}}+" for n in range(3, _PIECE))
    + ")"
)
_NUMBERS = re.compile(
    rf"(?:-?(?:0x[0-9A-Fa-f]{{1,2}}|\d{{1,3}}(?:\.\d{{0,6}})?)[\s,;:|\"'\[\]]{{1,6}}+)"
    rf"{{{MAX_NUMBERS},}}+"
)
_LETTERS = re.compile(rf"\w{{{MAX_RUN},}}+")  # of any script: no language goes on without a space
_WORD = re.compile(rf"[^\s\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff]{{{MAX_WORD + 1},}}+")
_DATA = re.compile(
    r"\b(?:data\s*:\s*(?:[\w.+-]{1,60}/[\w.+*-]{1,60}|[^\s,]{0,80};\s*base64|,|;)|blob\s*:)",
    re.IGNORECASE,
)
_PART = re.compile(r"[A-Za-z0-9+/_=-]{12,}+")
_LONG_PART = 24
"""Shorter ones are a code only where capitals, small letters and digits are mixed."""
_START = re.compile(r"(?:(?:[A-Za-z]{1,11}|[0-9]{1,11})?[/=]){0,4}+(?:[A-Za-z]{1,11}$)?")
"""The end of a host, short folders and names of parameters before what may be a code."""
_URL = re.compile(r"https?://[^?#]{1,300}", re.IGNORECASE)
_STANDS_FOR = re.compile(_ESCAPE)
_T = TypeVar("_T")


class Cleaning:
    """Cleans the texts of one page; what was taken out is counted in :attr:`replaced`.

    With ``is_strict`` short runs go too. Whether that is needed is known when all was read once.
    """

    def __init__(self, *, is_strict: bool = False) -> None:
        self.replaced: Counter[str] = Counter()
        """How many by rule, and ``characters`` of all of them together."""
        self._is_strict = is_strict
        self._parts = 0

    @property
    def has_many_parts(self) -> bool:
        """Whether what was let pass in short runs is too much, all together."""
        return self._parts > MAX_PARTS

    def text(self, text: str) -> str:
        """Return ``text`` without what could be bytes."""
        text = self._without_odd_blocks(text)
        found = _DATA.search(text)
        if found is not None:  # to the end: a picture may stand in it as markup, with any character
            text = text[: found.start()] + self.length_of(text[found.start() :], "data-urls")
        for rule, pattern, may_stay in _RULES:
            text = self._apply(text, rule, pattern, may_stay)
        return _PART.sub(self._part, text)

    def twice(self, clean: Callable[["Cleaning"], _T]) -> _T:
        """Return what ``clean`` makes; what it makes strictly where too much has passed by now.

        One of these may clean many texts one after the other: then it counts all of them together.
        """
        made = clean(self)
        return clean(Cleaning(is_strict=True)) if self.has_many_parts else made

    def length_of(self, text: str, rule: str) -> str:
        """Return what stands in the place of ``text``."""
        if not text:
            return ""
        self.replaced[rule] += 1
        self.replaced["characters"] += len(text)
        return f"[{len(text)} characters]"

    def _apply(
        self, text: str, rule: str, pattern: re.Pattern[str], may_stay: Callable[[str], bool]
    ) -> str:
        def judged(found: re.Match[str]) -> str:
            run = found[0].rstrip()
            return found[0] if may_stay(run) else self._instead(run, rule) + found[0][len(run) :]

        return pattern.sub(judged, text)

    def _part(self, found: re.Match[str]) -> str:
        part = found[0]
        start = _START.match(part)
        kept = start[0] if start is not None else ""
        code = part[len(kept) :]
        if not _may_be_code(part):
            return part
        self._parts += len(code)
        return kept + self.length_of(code, "parts") if self._is_strict else part

    def _instead(self, found: str, rule: str) -> str:
        start = _URL.match(found) if rule == "words" else None
        kept = start[0] if start is not None else ""
        return kept + self.length_of(found[len(kept) :], rule)

    def _without_odd_blocks(self, text: str) -> str:
        if not _may_be_odd(text):
            return text
        if "\0" in text:  # nobody writes one; where a script did, nothing beside it is trusted
            return self.length_of(text, "binary")
        blocks = [text[at : at + _BLOCK] for at in range(0, len(text), _BLOCK)]
        return "".join(
            self.length_of(one, "binary") if odd_share(one) > _ODD_SHARE else one for one in blocks
        )


def _may_be_code(part: str) -> bool:
    has_digits = any(map(str.isdigit, part))
    if len(part) >= _LONG_PART:
        return has_digits and any(map(str.isalpha, part))
    return has_digits and any(map(str.isupper, part)) and any(map(str.islower, part))


def is_binary(text: str) -> bool:
    """Return whether what calls itself text is none."""
    return odd_share(text) > _BINARY_SHARE


def odd_share(text: str) -> float:
    """Return which share of the characters people do not write.

    These are controls, the signs of Latin-1, private and unassigned ones, and what decoders put in
    the place of bytes.
    """
    if not text or not _may_be_odd(text):
        return 0.0
    counts = Counter(text)
    return sum(count for one, count in counts.items() if _is_odd(one)) / len(text)


def _may_be_odd(text: str) -> bool:
    return not (text.isascii() and text.isprintable())


def _is_odd(one: str) -> bool:
    if one in _WRITTEN:
        return False
    is_sign = "\x7f" <= one <= "\xbf"
    return is_sign or one == "\ufffd" or unicodedata.category(one) in {"Cc", "Cn", "Co", "Cs"}


def _is_short_run(run: str) -> bool:
    """Return whether a run may stay: too short to matter, or words that were only escaped."""
    are_words = run.islower() and not any(map(str.isdigit, run))  # names-with-hyphens, one by one
    return len(run) < MAX_RUN or are_words or _are_escaped_words(run)


def _is_not_escaped(run: str) -> bool:
    return run.count("%") < _MANY_ESCAPES or _are_escaped_words(run)


def _are_escaped_words(run: str) -> bool:
    plain = _unescaped(run)
    letters = sum(not one.isascii() and one.isalpha() for one in plain)
    return letters > _TEXT_SHARE * len(plain) and odd_share(plain) <= _ODD_SHARE


def _unescaped(run: str) -> str:
    octets = unquote_to_bytes(_STANDS_FOR.sub(_plain, run))
    for codec in ("utf-8", "cp949"):
        try:
            return octets.decode(codec)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


def _plain(found: re.Match[str]) -> str:
    escape = found[0]
    if escape.startswith("%"):
        return escape
    if escape == "\\/":
        return "/"
    digits = escape[2:].strip(";xX")
    base = 16 if escape.startswith(("\\", "&#x")) else 10
    try:
        return chr(int(digits, base)).encode("utf-8", "replace").decode()
    except (ValueError, OverflowError):
        return "\0"


def _never(_found: str) -> bool:
    return False


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("runs", _PERCENT, _is_not_escaped),
    ("runs", _RUN, _is_short_run),
    ("groups", _GROUPS, _never),
    ("numbers", _NUMBERS, _never),
    ("words", _LETTERS, _never),
    ("words", _WORD, _are_escaped_words),
)
