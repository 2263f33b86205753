"""Where the coded pixels of a GIF image end (GIF89a specification, appendix F).

Behind that code a decoder reads nothing, and anything can stand there.
"""

from evidencekit.metadata.malformed import MalformedError

_MAX_BITS = 12
_SMALLEST, _LARGEST = 1, 11  # of minimum code sizes that are coded in 12 bits


def coded_pixels(data: bytes, minimum: int, pixels: int) -> bytes:
    """Return the codes of ``pixels`` pixels, and the code that ends them where there is one.

    Bits after the last code are zero. Raises :class:`MalformedError` for codes that are none.
    """
    if not _SMALLEST <= minimum <= _LARGEST:
        raise MalformedError("pixels coded with an impossible size of codes")
    bits = _used_bits(data, minimum, pixels)
    used, spare = -(-bits // 8), -bits % 8
    kept = bytearray(data[:used])
    if spare and kept:
        kept[-1] &= 0xFF >> spare
    return bytes(kept)


def _used_bits(data: bytes, minimum: int, pixels: int) -> int:  # noqa: C901 (runs once a code)
    """Count bits up to the end code, or to the last pixel where no end code follows it."""
    clear, end = 1 << minimum, (1 << minimum) + 1
    lengths = [1] * clear + [0, 0]
    width, previous, shown, position = minimum + 1, -1, 0, 0
    held, count, at = 0, 0, 0
    size = len(data)
    while True:
        while count < width:
            if at == size:
                return position  # nothing ends it
            held |= data[at] << count
            at, count = at + 1, count + 8
        code = held & ((1 << width) - 1)
        if shown >= pixels and code != end:
            return position
        held, count, position = held >> width, count - width, position + width
        if code == end:
            return position
        if code == clear:
            del lengths[end + 1 :]
            width, previous = minimum + 1, -1
            continue
        if code > len(lengths) or (code == len(lengths) and previous < 0):
            raise MalformedError("pixels coded with a code that was not made")
        if previous >= 0 and len(lengths) < 1 << _MAX_BITS:
            lengths.append(lengths[previous] + 1)
        shown += lengths[code]
        previous = code
        if len(lengths) == 1 << width and width < _MAX_BITS:
            width += 1
