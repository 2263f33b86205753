"""Takes the chunks off an HTTP/1.1 body (RFC 9112 §7.1).

Exactly what Chromium takes for chunks, no more (chromium: ``net/http/http_chunked_decoder.cc``): a
reader of another mind would record another body than the browser was given. Lines may end with LF
alone, a size may be followed by spaces or an extension; nothing else is forgiven.
"""

import re

MAX_LINE_BYTES = 16 << 10
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,64}) *(?:;.*)?", re.DOTALL)
_MAX_SIZE = 1 << 63


class Chunks:
    """Takes the bytes as they come, until :attr:`is_over` or :attr:`is_broken`."""

    def __init__(self) -> None:
        self.is_over = False
        """The last chunk and the trailers have come."""
        self.is_broken = False
        """These were no chunks; what came before is the body as far as it goes."""
        self.trailers: list[str] = []
        """Fields after the last chunk, as they came (RFC 9112 §7.1.2)."""
        self._left = 0
        self._line = bytearray()
        self._ends_chunk = False
        self._is_last = False

    def feed(self, data: bytes) -> bytes:
        """Return the part of the body that is in ``data``."""
        found, at = bytearray(), 0
        while at < len(data) and not (self.is_over or self.is_broken):
            if self._left:
                piece = data[at : at + self._left]
                found += piece
                at += len(piece)
                self._left -= len(piece)
                self._ends_chunk = not self._left
            else:
                at = self._take_line(data, at)
        return bytes(found)

    def _take_line(self, data: bytes, at: int) -> int:
        end = data.find(b"\n", at)
        self._line += data[at : end if end >= 0 else len(data)]
        if len(self._line) > MAX_LINE_BYTES:
            self.is_broken = True
        if end < 0:
            return len(data)
        line = bytes(self._line).removesuffix(b"\r")
        self._line.clear()
        self._take(line)
        return end + 1

    def _take(self, line: bytes) -> None:
        if self._is_last:
            if line:
                self.trailers.append(line.decode("latin-1"))
            else:
                self.is_over = True
        elif self._ends_chunk:
            self._ends_chunk = False
            self.is_broken = bool(line)
        else:
            self._begin(_SIZE.fullmatch(line))

    def _begin(self, size: re.Match[bytes] | None) -> None:
        self._left = int(size[1], 16) if size is not None else _MAX_SIZE
        self.is_broken = self._left >= _MAX_SIZE
        self._is_last = not self._left
