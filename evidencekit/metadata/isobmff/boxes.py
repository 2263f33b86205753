"""Boxes of an ISO base media file, each header checked against the space that there is (§4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.metadata.malformed import MalformedError

MAX_BOXES = 100_000  # of one level
MAX_IN_MEMORY = 96 * 2**20  # bytes of one box that is read whole: tables of a ten-hour film have 30
_SHORT, _LONG, _USER = 8, 16, 16  # bytes: of a header, of one with a long size, of a user type


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of a file: where it stands."""

    kind: bytes
    """Its four letters; QuickTime uses any bytes."""
    start: int
    body: int
    """Where its content begins; behind the user type of a ``uuid``."""
    end: int
    user_type: bytes = b""
    """The sixteen bytes that name a ``uuid``."""

    @property
    def name(self) -> str:
        """Its kind as people read it."""
        return name_of(self.kind)

    def read(self, stream: BinaryIO) -> bytes:
        """Return the content; raises :class:`MalformedError` where it is too long to be held."""
        if self.end - self.body > MAX_IN_MEMORY:
            raise MalformedError(f"{self.name} of more than {MAX_IN_MEMORY} bytes")
        stream.seek(self.body)
        return stream.read(self.end - self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One box inside another that is held in memory."""

    kind: bytes
    data: bytes
    """Its content, without the header; that of a ``uuid`` begins with its user type."""
    offset: int
    """Where the box begins in the file."""

    @property
    def name(self) -> str:
        """Its kind as people read it."""
        return name_of(self.kind)


def name_of(kind: bytes) -> str:
    """Return four bytes as they are written; ``©`` is byte 0xA9 in QuickTime."""
    return kind.decode("latin-1")


def walk(stream: BinaryIO, size: int) -> Iterator[Box]:
    """Yield the boxes of a file of ``size`` bytes.

    Raises :class:`MalformedError` where something else stands; what was yielded before holds.
    """
    position = 0
    for _number in range(MAX_BOXES):
        if position == size:
            return
        stream.seek(position)
        head = stream.read(_LONG + _USER)
        header, length = _header(head, size - position, position, may_reach_the_end=True)
        kind, end = head[4:8], position + length
        user_type = head[header : header + _USER] if kind == b"uuid" else b""
        body = min(position + header + len(user_type), end)
        yield Box(kind=kind, start=position, body=body, end=end, user_type=user_type)
        position = end
    raise MalformedError(f"more than {MAX_BOXES} boxes")


def split(data: bytes, offset: int = 0) -> Iterator[Part]:
    """Yield the boxes that ``data`` consists of, which stands at ``offset`` in the file.

    Four zero bytes may end it (QuickTime File Format, "User data atoms").
    """
    position = 0
    for _number in range(MAX_BOXES):
        if data[position:] in {b"", bytes(4)}:
            return
        head = data[position : position + _LONG]
        header, length = _header(head, len(data) - position, offset + position)
        content = data[position + header : position + length]
        yield Part(kind=head[4:8], data=content, offset=offset + position)
        position += length
    raise MalformedError(f"more than {MAX_BOXES} boxes")


def box(kind: bytes, *contents: bytes) -> bytes:
    """Encode a box that is smaller than 4 GB."""
    content = b"".join(contents)
    return (_SHORT + len(content)).to_bytes(4, "big") + kind + content


def long_header(kind: bytes, content: int) -> bytes:
    """Encode the header of a box with ``content`` bytes, of whatever size."""
    if content + _SHORT < 2**32:
        return (content + _SHORT).to_bytes(4, "big") + kind
    return (1).to_bytes(4, "big") + kind + (content + _LONG).to_bytes(8, "big")


def _header(
    head: bytes, left: int, offset: int, *, may_reach_the_end: bool = False
) -> tuple[int, int]:
    """Return the sizes of the header and of the whole box."""
    length, header = int.from_bytes(head[:4], "big"), _SHORT
    if length == 0 and may_reach_the_end and len(head) >= _SHORT:
        return header, left
    if length == 1:
        length, header = int.from_bytes(head[8:16], "big"), _LONG
    if len(head) < header or not header <= length <= left:
        raise MalformedError(f"no box where one must stand, at {offset}")
    return header, length
