"""The parts of a mail (RFC 2045 ff.), each with the bytes that it takes in the file.

Own, since libraries that read mails give no places and keep a mail several times in memory.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import cast

from evidencekit.metadata.chats.mail_box import unquoted
from evidencekit.metadata.chats.mail_fields import Head, as_text, decoded, read_head

MAX_PARTS = 500
"""Of one mail, those of mails within it included; further ones are not told apart."""
MAX_DEPTH = 20
_SPACE = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_OF_PARTS = ("content-type", "content-disposition", "content-transfer-encoding")
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part that has no parts of its own."""

    data: bytes
    head: Head
    end: int
    number: str
    """Which part of which part: ``1/2``; empty where the mail has no parts."""
    type: str
    name: str
    charset: str
    encoding: str
    disposition: str

    @property
    def is_file(self) -> bool:
        """Whether it is, or may be, a file that was sent with the mail."""
        return (
            self.disposition == "attachment" or bool(self.name) or not self.type.startswith("text/")
        )

    @property
    def is_as_sent(self) -> bool:
        """Whether its bytes stand in the file as they are, not encoded."""
        return self.encoding in _IDENTITY

    def content(self, *, is_in_box: bool) -> bytes | None:
        """Return its bytes; None where nobody knows how they are encoded."""
        raw = self.data[self.head.body : self.end]
        if self.encoding == "base64":
            return _from_base64(raw)
        if is_in_box:
            raw = unquoted(raw)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(raw)
        return raw if self.is_as_sent else None

    def text(self, *, is_in_box: bool) -> str:
        """Return what it says; a part whose encoding nobody knows says what stands there."""
        content = self.content(is_in_box=is_in_box)
        if content is None:
            content = self.data[self.head.body : self.end]
        return as_text(content, self.charset or "utf-8").replace("\r\n", "\n")


def _from_base64(raw: bytes) -> bytes:
    """Pass over what is no base64 (RFC 2045 §6.8); the end may lack its filling."""
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        clean = _NO_BASE64.sub(b"", raw)
        clean = clean[: len(clean) - (len(clean) % 4 == 1)]
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def parts_of(data: bytes, start: int, end: int) -> Iterator[Part]:
    """Yield the parts of the mail between ``start`` and ``end``; all that is in them is hostile."""
    for part, _ in zip(_parts(data, start, end, "", 0), range(MAX_PARTS), strict=False):
        yield part


def _parts(data: bytes, start: int, end: int, number: str, depth: int) -> Iterator[Part]:
    head = read_head(data, start, end)
    about = _about(head)
    boundary = _boundary(about)
    if boundary and depth < MAX_DEPTH:
        places = _within(data, head.body, end, boundary)
        first = next(places, None)
        if first is not None:
            inner = f"{number}/" if number else ""
            yield from _parts(data, *first, f"{inner}1", depth + 1)
            for count, place in enumerate(places, start=2):
                yield from _parts(data, *place, f"{inner}{count}", depth + 1)
            return
    yield _part(data, head, end, number, about)


def _about(head: Head) -> "Message[str, str]":
    """Let the standard library read the parameters of fields (RFC 2231), which needs no body."""
    about: Message[str, str] = Message()
    for name in _OF_PARTS:
        value = head.first(name)
        if value:
            about[name] = value
    return about


def _boundary(about: "Message[str, str]") -> bytes:
    if about.get_content_maintype() != "multipart":
        return b""
    try:
        return str(about.get_boundary() or "").encode("utf-8", "replace")
    except (ValueError, TypeError, LookupError):
        return b""


def _within(data: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of what stands between lines of the boundary (RFC 2046 §5.1.1)."""
    mark = b"--" + boundary
    begun: int | None = None
    position = data.find(mark, start, end)
    while position >= 0:
        after = position + len(mark)
        is_last = data.startswith(b"--", after)
        line = _SPACE.match(data, after + 2 * is_last, end)
        if line is not None and (position == start or data[position - 1 : position] == b"\n"):
            if begun is not None:
                yield begun, max(begun, _before_line_end(data, position))
            begun = None if is_last else line.end()
            if is_last:
                return
        position = data.find(mark, after, end)
    if begun is not None:
        yield begun, end


def _before_line_end(data: bytes, position: int) -> int:
    """Return where the line before a boundary ends: its end belongs to the boundary."""
    position -= data[position - 1 : position] == b"\n"
    return position - (data[position - 1 : position] == b"\r")


def _part(data: bytes, head: Head, end: int, number: str, about: "Message[str, str]") -> Part:
    try:
        name = decoded(about.get_filename() or "")
        charset = str(about.get_content_charset() or "")
        disposition = str(about.get_content_disposition() or "")
    except (ValueError, TypeError, LookupError):
        name, charset, disposition = "", "", ""
    # Parts that nothing divides are shown as they stand.
    is_divided = about.get_content_maintype() == "multipart"
    kind = "text/plain" if is_divided else about.get_content_type()
    encoding = cast("str", about.get("content-transfer-encoding", "")).split(";")[0]
    return Part(
        data=data, head=head, end=end, number=number, type=kind, name=name, charset=charset,
        encoding=encoding.strip().lower(), disposition=disposition,
    )  # fmt: skip
