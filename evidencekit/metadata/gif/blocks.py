"""GIF as a list of blocks, every length checked on the way (GIF89a specification §12-§27)."""

from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError

MAX_BLOCKS = 200_000
SIGNATURES = frozenset({b"GIF87a", b"GIF89a"})
CONTROL, COMMENT, TEXT, APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
IMAGE, EXTENSION, TRAILER = 0x2C, 0x21, 0x3B
_SCREEN, _DESCRIPTOR = 7, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Head of the file: size of the canvas, and the table of colours."""

    descriptor: bytes
    """Seven bytes, §18."""
    colours: bytes
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An image, an extension, or the end."""

    kind: int
    """``IMAGE``, ``TRAILER``, or the label of an extension."""
    offset: int
    end: int
    head: bytes = b""
    """Of an image its descriptor and colours; of an extension the first of its sub-blocks."""
    data: bytes = b""
    """Sub-blocks put together: of an image the coded pixels after their first byte."""
    minimum: int = 0
    """Of an image: LZW minimum code size."""


def read_screen(data: bytes) -> Screen:
    """Read the head; raises :class:`MalformedError` where it is cut off."""
    if data[:6] not in SIGNATURES or len(data) < 6 + _SCREEN:
        raise MalformedError("no GIF")
    descriptor = data[6 : 6 + _SCREEN]
    end = 13 + _table_size(descriptor[4])
    return Screen(descriptor=descriptor, colours=_exact(data, 13, end), end=end)


def walk(data: bytes, start: int) -> Iterator[Block]:
    """Yield blocks up to and including the trailer."""
    position = start
    for _number in range(MAX_BLOCKS):
        block = _read_block(data, position)
        yield block
        if block.kind == TRAILER:
            return
        position = block.end
    raise MalformedError(f"more than {MAX_BLOCKS} blocks")


def make_sub_blocks(data: bytes) -> bytes:
    """Encode data as sub-blocks of 255 bytes, ended by an empty one."""
    pieces = (data[at : at + 255] for at in range(0, len(data), 255))
    return b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\0"


def _read_block(data: bytes, position: int) -> Block:
    kind = data[position] if position < len(data) else None
    if kind == TRAILER:
        return Block(kind=TRAILER, offset=position, end=position + 1)
    if kind == IMAGE:
        return _read_image(data, position)
    if kind == EXTENSION and position + 1 < len(data):
        blocks, end = _sub_blocks(data, position + 2)
        return Block(
            kind=data[position + 1],
            offset=position,
            end=end,
            head=blocks[0] if blocks else b"",
            data=b"".join(blocks[1:]),
        )
    raise MalformedError(f"no block where one must stand, at {position}")


def _read_image(data: bytes, position: int) -> Block:
    descriptor = _exact(data, position + 1, position + 1 + _DESCRIPTOR)
    colours_end = position + 1 + _DESCRIPTOR + _table_size(descriptor[8])
    head = _exact(data, position + 1, colours_end)
    minimum = _exact(data, colours_end, colours_end + 1)[0]
    blocks, end = _sub_blocks(data, colours_end + 1)
    return Block(
        kind=IMAGE, offset=position, end=end, head=head, data=b"".join(blocks), minimum=minimum
    )


def _sub_blocks(data: bytes, position: int) -> tuple[list[bytes], int]:
    blocks = []
    while size := _exact(data, position, position + 1)[0]:
        blocks.append(_exact(data, position + 1, position + 1 + size))
        position += 1 + size
    return blocks, position + 1


def _table_size(flags: int) -> int:
    """§18, §20: a table of colours if the highest bit is set, as large as the lowest three say."""
    return int(3 * 2 ** ((flags & 7) + 1)) if flags & 0x80 else 0


def _exact(data: bytes, start: int, end: int) -> bytes:
    found = data[start:end]
    if len(found) != end - start:
        raise MalformedError("cut off")
    return found
