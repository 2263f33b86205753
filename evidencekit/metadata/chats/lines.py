"""Lines of a text in the encodings of Korean machines, each with its place in bytes."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = "cp949"
_SAMPLE = 2**20
_INVISIBLE = dict.fromkeys((0x200E, 0x200F, 0x202A, 0x202C, 0xFEFF))  # marks of direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; its end is part of its bytes and not of its text."""

    number: int
    start: int
    end: int
    text: str
    """Without marks of direction, which WhatsApp puts before names and dates."""
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file of text."""

    data: bytes
    encoding: str
    start: int
    """After the mark of its encoding."""


def as_text(data: bytes, *, is_whole: bool = True) -> Text:
    """Tell the encoding: by its mark, UTF-8 where that fits, else CP949.

    The beginning of a file, which is not whole, may end within a character.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Text(data=data, encoding=encoding, start=len(mark))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(
            data[:_SAMPLE], final=is_whole and len(data) <= _SAMPLE
        )
    except UnicodeDecodeError:
        return Text(data=data, encoding=_LEGACY, start=0)
    return Text(data=data, encoding="utf-8", start=0)


def lines_of(text: Text) -> Iterator[Line]:
    """Yield lines; bytes that are none in the encoding are replaced, their places stay right."""
    end_mark = "\n".encode(text.encoding)
    position, number = text.start, 0
    while position < len(text.data):
        number += 1
        end = _line_end(text.data, end_mark, position)
        raw = text.data[position:end].decode(text.encoding, errors="replace")
        shown = raw.rstrip("\r\n").translate(_INVISIBLE)
        yield Line(number=number, start=position, end=end, text=shown, raw=raw)
        position = end


def _line_end(data: bytes, mark: bytes, position: int) -> int:
    """Find the end of a line; two bytes of UTF-16 count only where one character begins."""
    found = data.find(mark, position)
    while found >= 0 and (found - position) % len(mark):
        found = data.find(mark, found + 1)
    return len(data) if found < 0 else found + len(mark)
