"""Which members of a RAR 5 are locked: said by its headers, which libarchive 3.6 passes over.

RAR 5.0 archive format: blocks of a checksum, a size, a type, flags, and by these the sizes of an
extra area and of data. Read here as far as that goes, and no further.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_BLOCKS = 200_000
_HEADER = 2**16  # bytes of one that are looked at; those of archivers are below a kilobyte
_SIGNATURE = 8  # bytes
_FILE, _SERVICE, _END = 2, 3, 5
_HAS_EXTRA, _HAS_DATA, _ENCRYPTION = 0x01, 0x02, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    kind: int
    extra: bytes


def locked_members(stream: BinaryIO) -> frozenset[int]:
    """Return the numbers of encrypted files, from 0; what is damaged ends the list."""
    found, number = set(), 0
    for block in _blocks(stream):
        if block.kind == _FILE:
            if any(kind == _ENCRYPTION for kind in _records(block.extra)):
                found.add(number)
            number += 1
    return frozenset(found)


def _blocks(stream: BinaryIO) -> Iterator[_Block]:
    position = _SIGNATURE
    for _number in range(MAX_BLOCKS):
        stream.seek(position + 4)  # behind the checksum
        head = stream.read(_HEADER)
        try:
            size, at = _vint(head, 0)
            end = at + size
            kind, at = _vint(head, at)
            flags, at = _vint(head, at)
            extra_size, at = _vint(head, at) if flags & _HAS_EXTRA else (0, at)
            data_size, at = _vint(head, at) if flags & _HAS_DATA else (0, at)
        except IndexError:
            return
        if not at <= end <= len(head) or kind == _END:
            return
        yield _Block(kind=kind, extra=head[end - extra_size : end] if extra_size else b"")
        position += 4 + end + data_size


def _records(extra: bytes) -> Iterator[int]:
    """Yield the kind of each record of an extra area."""
    at = 0
    while at < len(extra):
        try:
            size, start = _vint(extra, at)
            kind, _ = _vint(extra, start)
        except IndexError:
            return
        yield kind
        at = max(start + size, at + 1)


def _vint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte and where it ends; ``IndexError`` beyond the end."""
    value = shift = 0
    for _byte in range(10):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004
            return value, at
    raise IndexError
