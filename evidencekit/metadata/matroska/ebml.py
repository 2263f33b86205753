"""Elements of an EBML file, each head checked against the space that there is (RFC 8794 §4-§6)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.metadata.malformed import MalformedError

MAX_ELEMENTS = 5_000_000  # of one level: blocks of a day of film
MAX_IN_MEMORY = 256 * 2**20  # bytes of one element that is read whole
_MAX_ID, _MAX_SIZE = 4, 8  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of a file: where it stands."""

    number: int
    """Its identifier, the marker bits in it, as the RFC writes it."""
    start: int
    body: int
    end: int | None
    """None where its size is unknown: it ends where its parent goes on, or with the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One element inside another that is held in memory."""

    number: int
    data: bytes


def walk(
    stream: BinaryIO, start: int, end: int, *, parents: Collection[int] = ()
) -> Iterator[Element]:
    """Yield elements from ``start`` on, as far as ``end`` or an element that is of ``parents``.

    What is inside one of unknown size follows it as if it were on the same level. Raises
    :class:`MalformedError` where something else stands.
    """
    position = start
    for _number in range(MAX_ELEMENTS):
        if position >= end:
            return
        stream.seek(position)
        number, size, head = _head(stream.read(_MAX_ID + _MAX_SIZE), position)
        if number in parents:
            return
        body = position + head
        if size is not None and body + size > end:
            raise MalformedError(f"an element at {position} is cut off")
        stop = None if size is None else body + size
        yield Element(number=number, start=position, body=body, end=stop)
        position = body if stop is None else stop
    raise MalformedError(f"more than {MAX_ELEMENTS} elements")


def read(stream: BinaryIO, element: Element) -> bytes:
    """Return the content; raises :class:`MalformedError` where it is too long to be held."""
    if element.end is None or element.end - element.body > MAX_IN_MEMORY:
        raise MalformedError(f"an element at {element.start} is too large, or has no size")
    stream.seek(element.body)
    return stream.read(element.end - element.body)


def split(data: bytes) -> Iterator[Piece]:
    """Yield the elements that ``data`` consists of."""
    position = 0
    while position < len(data):
        number, size, head = _head(data[position : position + _MAX_ID + _MAX_SIZE], position)
        body = position + head
        if size is None or body + size > len(data):
            raise MalformedError("an element inside another is cut off")
        yield Piece(number=number, data=data[body : body + size])
        position = body + size


def element(number: int, *contents: bytes) -> bytes:
    """Encode an element, its size in the shortest form."""
    content = b"".join(contents)
    return identifier(number) + size_of(len(content)) + content


def identifier(number: int) -> bytes:
    """Encode an identifier."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def size_of(size: int, *, width: int = 0) -> bytes:
    """Encode a size in ``width`` bytes, or in as few as there can be."""
    if not width:
        width = next(one for one in range(1, _MAX_SIZE + 1) if size < 2 ** (7 * one) - 1)
    return (size | 1 << 7 * width).to_bytes(width, "big")


def unsigned(number: int, value: int) -> bytes:
    """Encode an element that is a number."""
    return element(number, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def vint(data: bytes, position: int = 0) -> tuple[int, int]:
    """Return a number of variable width, without its marker, and how many bytes it has."""
    first = data[position] if position < len(data) else 0
    width = 9 - first.bit_length()
    if not first or position + width > len(data):
        raise MalformedError("a number that is cut off")
    value = int.from_bytes(data[position : position + width], "big")
    return value & ((1 << 7 * width) - 1), width


def _head(data: bytes, position: int) -> tuple[int, int | None, int]:
    """Return identifier, size and the bytes that both take."""
    first = data[0] if data else 0
    width = 9 - first.bit_length()
    if not first or width > _MAX_ID or len(data) < width:
        raise MalformedError(f"no element where one must stand, at {position}")
    size, more = vint(data, width)
    is_unknown = size == (1 << 7 * more) - 1
    return int.from_bytes(data[:width], "big"), None if is_unknown else size, width + more
