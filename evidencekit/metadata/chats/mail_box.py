"""Where the mails of a box begin (mbox, RFC 4155), and how lines in it were changed.

A line ``From …`` begins a mail where it ends in a date and a field follows. ``Content-Length`` is
not believed: by it whoever sends a mail could hide the mails that follow.
"""

import re
from collections.abc import Iterator

_BEGIN = b"From "
_DATED = re.compile(
    rb"From [^\r\n]{0,500}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? "
    rb"[^\r\n]{0,40}?\d\d:\d\d[^\r\n]{0,100}"
)
_FIELD = re.compile(rb"\r?\n(?:>?From |[!-9;-~]{1,200}[ \t]*:)")
_LINE = re.compile(rb"[^\r\n]*")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_BLANK = (b"\n\n", b"\n\r\n")


def is_box(data: bytes) -> bool:
    """Whether mails are in a box, or the file is one mail."""
    return data[:100].lstrip(b"\xef\xbb\xbf\r\n").startswith(_BEGIN)


def begins(data: bytes) -> Iterator[int]:
    """Yield where the mails of a box begin.

    Where not even the first has a date, an empty line before it has to do.
    """
    first = data.find(_BEGIN, 0, 100)
    is_dated = _DATED.match(data, max(first, 0)) is not None
    position = first
    while position >= 0:
        if position == first or _begins(data, position, is_dated=is_dated):
            yield position
        position = data.find(b"\nFrom ", position)
        position += position >= 0


def _begins(data: bytes, position: int, *, is_dated: bool) -> bool:
    line = (_DATED if is_dated else _LINE).match(data, position)
    if line is None or _FIELD.match(data, line.end()) is None:
        return False
    return is_dated or data[max(0, position - 3) : position].endswith(_BLANK)


def unquoted(content: bytes) -> bytes:
    """Take one ``>`` from before each ``From`` at the beginning of a line, as boxes put it there.

    Old ones put it only before lines without one, and then a line may lose one that was its own.
    """
    return _QUOTED.sub(rb"\1", content)
