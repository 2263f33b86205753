"""A stylesheet without the rules that refer to nothing, which are most of it.

Reading a stylesheet costs some hundred times as much as seeing where strings, comments and brackets
end, and that is all this pattern knows.
"""

import re

# A block that can be left out whole has no block or at-rule in it, no escape outside strings, and
# every bracket closed. All repetitions are possessive, so that any stylesheet is read in one go.
_COMMENT = r"/\*(?s:.*?)\*/"
_IN_DOUBLE, _IN_SINGLE = r"(?:[^\"\\\r\n\f]|\\(?s:.))*+", r"(?:[^'\\\r\n\f]|\\(?s:.))*+"
_STRING = rf"\"{_IN_DOUBLE}\"|'{_IN_SINGLE}'"
_FLAT = r"[^{}()\[\]\"'\\@/]++|/(?!\*)"
_INNER = rf"\((?:{_FLAT})*+\)"
_BRACKETS = rf"\((?:{_FLAT}|{_INNER})*+\)"
_BLOCK = rf"\{{(?:{_FLAT}|{_BRACKETS}|{_STRING}|{_COMMENT})*+\}}"
_WORDS = r"[^{}()\[\]\"'\\@/;]"
# An address without quotes ends at the first bracket, whatever stands in it, or with the sheet; so
# does one that is malformed (CSS Syntax 3 §4.3.6, §4.3.14). A string ends with its line (§4.3.5).
_ADDRESS = (
    r"(?<=(?i:url))(?<![-\w\u0080-\U0010ffff](?i:url))\(\s*+(?![\"'])(?:[^)\\]|\\(?s:.))*+\)?"
)
_KEPT = (
    rf"{_COMMENT}|/\*(?s:.*)|\"{_IN_DOUBLE}\"?|'{_IN_SINGLE}'?|{_ADDRESS}"
    rf"|@{_WORDS}*+|\\(?s:.)?{_WORDS}*+"
)
_PIECE = re.compile(rf"{_KEPT}|(?P<rule>{_WORDS}*+{_BLOCK})|{_WORDS}++")
_ANY_URL = re.compile(
    r"(?:\\?u|\\0{0,4}[57]5\s?)(?:\\?r|\\0{0,4}[57]2\s?)(?:\\?l|\\0{0,4}[46]c\s?)\(", re.IGNORECASE
)
_REFERS = re.compile(r"(?:url|src|image-set)\(", re.IGNORECASE)
_MAY_NAME = re.compile(r"(?:url|src|image-set)\(|@import|\\", re.IGNORECASE)
_LINE_END = re.compile(r"[\r\n\f]")


def thinned(text: str) -> str:
    """Leave out rules that refer to nothing; what is left names the same as ``text``."""
    if not _MAY_NAME.search(text):
        return ""
    if any("\\" in name[0] for name in _ANY_URL.finditer(text)):
        return text  # the word itself is hidden in escapes
    left = _PIECE.sub(_without, text)
    return left if _MAY_NAME.search(left) else ""


def _without(piece: re.Match[str]) -> str:
    rule = piece["rule"]
    if rule is None or _REFERS.search(rule):
        return piece[0]
    # A comment parts what stood on both sides, and what ends a broken string still ends it.
    return "\n/**/" if _LINE_END.search(rule) else "/**/"
