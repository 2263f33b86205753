"""Where data packed by the LZW of TIFF end (TIFF 6.0 §13): counted, never unpacked."""

from evidencekit.metadata.malformed import MalformedError

_CLEAR, _END, _FIRST = 256, 257, 258
_NARROW, _WIDE = 9, 12  # bits of a code
_CUT_OFF = "picture data that are cut off"


def lzw_end(data: bytes, size: int) -> int:
    """Return how many bytes give ``size`` bytes; raises :class:`MalformedError`."""
    codes, table, made = _Codes(data), _Table(), 0
    while made <= size:
        code = codes.next(table.width)
        if code is None:
            if made == size:  # some writers leave the end out
                return len(data)
            raise MalformedError(_CUT_OFF)
        if code == _END:
            break
        made += table.take(code)
    if made != size:
        raise MalformedError("picture data of another size than the picture")
    return codes.bytes_read


class _Codes:
    """Codes of changing width, the highest bit first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position, self._bits = data, 0, 8 * len(data)

    @property
    def bytes_read(self) -> int:
        return (self._position + 7) // 8

    def next(self, width: int) -> int | None:
        """Return the next code; None where there is none."""
        start, bit = divmod(self._position, 8)
        if self._position + width > self._bits:
            return None
        self._position += width
        three = self._data[start : start + 3].ljust(3, b"\0")
        return int.from_bytes(three, "big") >> (24 - bit - width) & ((1 << width) - 1)


class _Table:
    """How long each string of the table is; the strings themselves nobody needs."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._lengths, self._before, self.width = [1] * _FIRST, 0, _NARROW

    def take(self, code: int) -> int:
        """Return how many bytes a code gives, and grow the table."""
        if code == _CLEAR:
            self._clear()
            return 0
        length = self._length(code)
        if self._before:
            self._lengths.append(self._before + 1)
        self._before = length
        if len(self._lengths) + 1 >= 1 << self.width and self.width < _WIDE:  # a code early
            self.width += 1
        return length

    def _length(self, code: int) -> int:
        if code < len(self._lengths):
            return self._lengths[code]
        if code == len(self._lengths) and self._before:
            return self._before + 1
        raise MalformedError("picture data that are no LZW")
