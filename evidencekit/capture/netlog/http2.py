"""The frames of one direction of an HTTP/2 connection, out of its bytes (RFC 9113 §4.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What a client sends before its first frame (RFC 9113 §3.4)."""
DATA, HEADERS, RST_STREAM = 0, 1, 3
_HEAD = 9
_END_STREAM, _PADDED = 0x1, 0x8
_STREAM_BITS = 0x7FFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame, or a piece of one; ``payload`` as it is, padding and all."""

    kind: int
    flags: int
    stream: int
    payload: bytes

    @property
    def ends_stream(self) -> bool:
        """Whether the sender says that it sends no more on this stream."""
        return self.kind in {DATA, HEADERS} and bool(self.flags & _END_STREAM)

    @property
    def data(self) -> bytes:
        """Of a DATA frame, without its padding (RFC 9113 §6.1)."""
        if not self.flags & _PADDED or not self.payload:
            return self.payload
        return self.payload[1 : max(1, len(self.payload) - self.payload[0])]


class Frames:
    """Takes the bytes as they come; ``preface`` is what stands before the first frame."""

    def __init__(self, preface: bytes = b"") -> None:
        self._pending = b""
        self._skip = len(preface)
        self._under_way: tuple[int, int] | None = None
        """Flags and stream of a DATA frame that is coming."""
        self._left = 0
        """Of its payload."""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield what is now there; to be exhausted before the next call.

        Frames are whole, but for DATA without padding: it is yielded in pieces as it comes, the
        last of them with the flags, since a stream may end in the middle of one.
        """
        come = self._pending + data[self._skip :]
        self._skip = max(0, self._skip - len(data))
        at = 0
        while found := self._next(come, at):
            size, frame = found
            at += size
            if frame is not None:
                yield frame
        self._pending = come[at:]

    def _next(self, come: bytes, at: int) -> tuple[int, Frame | None] | None:
        """Return how much is taken and what it is, None where more has to come."""
        if self._under_way is not None:
            return self._piece(come, at, *self._under_way)
        if len(come) - at < _HEAD:
            return None
        size = int.from_bytes(come[at : at + 3], "big")
        kind, flags = come[at + 3], come[at + 4]
        stream = int.from_bytes(come[at + 5 : at + _HEAD], "big") & _STREAM_BITS
        if kind == DATA and size and not flags & _PADDED:
            self._under_way, self._left = (flags, stream), size
            return _HEAD, None
        end = at + _HEAD + size
        if len(come) < end:
            return None
        return end - at, Frame(
            kind=kind, flags=flags, stream=stream, payload=come[at + _HEAD : end]
        )

    def _piece(self, come: bytes, at: int, flags: int, stream: int) -> tuple[int, Frame] | None:
        payload = come[at : at + self._left]
        if not payload:
            return None
        self._left -= len(payload)
        if self._left:
            flags &= ~_END_STREAM
        else:
            self._under_way = None
        return len(payload), Frame(kind=DATA, flags=flags, stream=stream, payload=payload)
