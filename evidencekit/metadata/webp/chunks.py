"""WebP as a list of chunks, every length checked on the way (WebP container specification §2.3)."""

from collections.abc import Iterator
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError

MAX_CHUNKS = 100_000
_HEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """One chunk."""

    kind: bytes
    offset: int
    """Of its head, in what was walked."""
    data: bytes
    padding: bytes
    """The byte that makes its size even, which should be zero; empty where there is none."""

    @property
    def name(self) -> str:
        """Its four letters."""
        return self.kind.decode("latin-1")


def body_of(data: bytes) -> bytes:
    """Return what stands between the head of the file and the end that it states."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise MalformedError("no WebP")
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise MalformedError("ends before it says that it does")
    return data[12:end]


def walk(body: bytes, start: int = 0) -> Iterator[Chunk]:
    """Yield the chunks of a file, or those in a frame from ``start`` on."""
    position = start
    for _number in range(MAX_CHUNKS):
        if position == len(body):
            return
        head = body[position : position + _HEAD]
        size = int.from_bytes(head[4:], "little")
        data = body[position + _HEAD : position + _HEAD + size]
        if len(head) < _HEAD or len(data) < size:
            raise MalformedError(f"a chunk at {position} is cut off")
        after = position + _HEAD + size
        padding = body[after : after + size % 2]
        yield Chunk(kind=head[:4], offset=position, data=data, padding=padding)
        position = after + len(padding)
    raise MalformedError(f"more than {MAX_CHUNKS} chunks")


def make_chunk(kind: bytes, data: bytes) -> bytes:
    """Encode one chunk."""
    return kind + len(data).to_bytes(4, "little") + data + bytes(len(data) % 2)


def make_file(body: bytes) -> bytes:
    """Encode the file."""
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body
