"""Fields of a mail's head (RFC 5322 §2.2), decoded as far as they can be (RFC 2047)."""

import codecs
import re
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header
from email.utils import parseaddr, parsedate_to_datetime

MAX_HEAD = 2**20
"""Bytes of a head; what follows them is body."""
MAX_FIELDS = 1_000
MAX_FIELD = 4_000
"""Characters of a field that are decoded; it is kept as long as it is."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"^([!-9;-~]{1,200})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_KOREAN = frozenset({"euc-kr", "euc_kr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "korean"})

_OF_NAMES = frozenset({"idna", "punycode"})  # of hosts; for long texts they take for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The fields of a mail or of a part, in order, and where its body begins."""

    fields: Sequence[tuple[str, str]]
    body: int
    is_cut: bool
    """More fields than are told, or no end within the limit."""

    def first(self, name: str) -> str:
        """Return the first field of a name, in lower case, unfolded; empty where there is none."""
        for one, value in self.fields:
            if one.lower() == name:
                return _FOLD.sub("", value[: MAX_FIELD * 2])[:MAX_FIELD].strip()
        return ""

    def numbered(self) -> Mapping[str, str]:
        """Return all fields in order; of those that are there several times, numbered."""
        found: dict[str, str] = {}
        seen: dict[str, int] = {}
        for name, value in self.fields:
            seen[name] = number = seen.get(name, 0) + 1
            found[name if number == 1 else f"{name} ({number})"] = value
        return found


def read_head(data: bytes, start: int, end: int) -> Head:
    """Read the fields from ``start`` up to the first empty line."""
    limit = min(end, start + MAX_HEAD)
    if data.startswith((b"\n", b"\r\n"), start):
        return Head(fields=(), body=data.index(b"\n", start) + 1, is_cut=False)
    close = _HEAD_END.search(data, start, limit)
    head_end = close.start() if close is not None else limit
    fields = [
        (found[1].decode("ascii"), _text(found[2]).strip())
        for found, _ in zip(
            _FIELD.finditer(data[start:head_end]), range(MAX_FIELDS + 1), strict=False
        )
    ]
    return Head(
        fields=fields[:MAX_FIELDS],
        body=close.end() if close is not None else limit,
        is_cut=len(fields) > MAX_FIELDS or (close is None and limit < end),
    )


def _text(value: bytes) -> str:
    """Mails of Korea have unencoded names in either encoding."""
    for encoding in ("utf-8", "cp949"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("utf-8", "replace")


def decoded(value: str) -> str:
    """Return a field with its encoded words (RFC 2047) read; as it is where they are none."""
    if "=?" not in value:
        return value
    try:
        return "".join(_pieces(value))
    except (MessageError, NotBase64, ValueError, TypeError, LookupError):
        return value


def _pieces(value: str) -> Iterator[str]:
    for piece, charset in decode_header(value):
        yield piece if isinstance(piece, str) else as_text(piece, charset or "utf-8")


def as_text(data: bytes, charset: str) -> str:
    """Decode; names of encodings are hostile, and Korean ones mean that of Windows."""
    name = "cp949" if charset.lower() in _KOREAN else charset
    try:
        name = "utf-8" if codecs.lookup(name).name in _OF_NAMES else name
        return data.decode(name, "replace")
    except (LookupError, ValueError, TypeError):  # among them names of codecs that are no encodings
        return data.decode("utf-8", "replace")


def address(value: str) -> tuple[str, str]:
    """Return name and address of the first person in a field."""
    name, found = parseaddr(value)
    return decoded(name), found


def moment(value: str) -> datetime | None:
    """Return a date (RFC 5322 §3.3); without zone where it says that it has none (``-0000``)."""
    try:
        return parsedate_to_datetime(value[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
