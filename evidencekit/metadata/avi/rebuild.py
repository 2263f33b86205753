"""An AVI written anew: heads from numbers, chunks of what is seen and heard, an index of its own.

Several RIFF parts become one. Streams of text and of other data go, as do lists of texts, dates,
Exif of cameras, filling, and the indexes of the source.
"""

import hashlib
import struct
from array import array
from collections.abc import Mapping
from typing import BinaryIO

from evidencekit.metadata.avi.chunks import Parts, encode, parts_of, read_chunk, samples
from evidencekit.metadata.avi.frames import Frame, frame
from evidencekit.metadata.avi.heads import Heads, Stream, each_number, read_heads, write_heads
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.sound.riff import Chunk

MAX_CHUNK = 96 * 2**20  # bytes of one picture or stretch of sound
_MOST = 2**32 - 2**26  # bytes of one RIFF
_KEY = 0x10  # AVIIF_KEYFRAME
_MAX_VALUES = 64


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the film anew; raises :class:`MalformedError` where that needs a guess."""
    gone = Gone()
    parts = parts_of(stream, gone)
    heads = read_heads(stream, parts.heads[0], gone)
    copying = _Copying(stream, out, heads, wish, gone)
    copying.run(parts)
    return Rebuilt(
        removed=gone.words,
        kept=("encoder-remarks",) if copying.told else (),
        content_sha256=copying.content_sha256,
        kept_values=tuple(copying.told),
        changed=("coded-remarks",) if copying.is_changed else (),
    )


class _Copying:
    """Copies chunks one by one, and puts right what stands before them."""

    def __init__(
        self, stream: BinaryIO, out: BinaryIO, heads: Heads, wish: Wish, gone: Gone
    ) -> None:
        self._stream, self._out, self._heads = stream, out, heads
        self._wish, self._gone = wish, gone
        self._streams: Mapping[int, tuple[int, Stream]] = {
            before: (after, heads.streams[after]) for before, after in each_number(heads)
        }
        self._digests = [hashlib.sha256() for _ in heads.streams]
        self._index = array("I")
        self._pictures = 0
        self.told: dict[str, None] = {}
        self.is_changed = False

    @property
    def content_sha256(self) -> str:
        """Over the digests of the coded data of each stream."""
        return hashlib.sha256(b"".join(one.digest() for one in self._digests)).hexdigest()

    def run(self, parts: Parts) -> None:
        """Write everything."""
        keys = _keys(self._stream, parts.index)
        head = write_heads(self._heads, pictures=0)
        start = 12 + len(head)
        self._out.write(bytes(start + 12))
        for chunk in samples(self._stream, parts, self._gone):
            self._take(chunk, start + 8, keys)
        end = self._out.tell()
        index = encode(b"idx1", self._index_bytes())
        self._out.write(index)
        self._out.seek(0)
        total = end + len(index) - 8
        self._out.write(b"RIFF" + total.to_bytes(4, "little") + b"AVI ")
        self._out.write(write_heads(self._heads, pictures=self._pictures))
        self._out.write(b"LIST" + (end - start - 8).to_bytes(4, "little") + b"movi")
        self._out.seek(0, 2)

    def _take(self, chunk: Chunk, base: int, keys: "_Keys") -> None:
        number = int(chunk.kind[:2]) if chunk.kind[:2].isdigit() else -1
        if number not in self._streams:
            self._gone.note("unused-bytes")
            return
        after, one = self._streams[number]
        kind = chunk.kind[2:]
        if kind not in ({b"dc", b"db"} if one.kind == b"vids" else {b"wb"}):
            raise MalformedError("a chunk that changes a palette, or of no kind that is known")
        made = frame(read_chunk(self._stream, chunk, MAX_CHUNK), one.coding, self._wish)
        self._note(made)
        self._digests[after].update(len(made.digest).to_bytes(1, "big") + made.digest)
        place = self._out.tell()
        if place + len(made.data) > _MOST:
            raise MalformedError("more than one RIFF can hold")
        name = f"{after:02}".encode() + kind
        self._out.write(encode(name, made.data))
        flag = _KEY if keys.next(chunk.kind, is_sound=one.kind == b"auds") else 0
        fields = int.from_bytes(name, "little"), flag, place - base, len(made.data)
        self._index.extend(array("I", fields))
        self._pictures += one.kind == b"vids" and after == self._first_seen()

    def _note(self, made: Frame) -> None:
        for word in made.removed:
            self._gone.note(word)
        for text in made.told:
            if len(self.told) < _MAX_VALUES:
                self.told[text] = None
        self.is_changed |= made.is_changed

    def _first_seen(self) -> int:
        return next(
            (number for number, one in enumerate(self._heads.streams) if one.kind == b"vids"), -1
        )

    def _index_bytes(self) -> bytes:
        return struct.pack(f"<{len(self._index)}I", *self._index)


class _Keys:
    """Which pictures stand for themselves, as the index of the source says, stream by stream."""

    def __init__(self, flags: Mapping[bytes, list[bool]]) -> None:
        self._flags = {kind: iter(found) for kind, found in flags.items()}
        self._has_any = bool(flags)

    def next(self, kind: bytes, *, is_sound: bool) -> bool:
        """Tell of the next chunk of a kind; without an index each counts."""
        if not self._has_any or is_sound:
            return True
        return next(self._flags.get(kind, iter(())), False)


def _keys(stream: BinaryIO, index: Chunk | None) -> _Keys:
    found: dict[bytes, list[bool]] = {}
    if index is not None:
        data = read_chunk(stream, index, MAX_CHUNK)
        for at in range(0, len(data) - 15, 16):
            flags = int.from_bytes(data[at + 4 : at + 8], "little")
            found.setdefault(data[at : at + 4], []).append(bool(flags & _KEY))
    return _Keys(found)
