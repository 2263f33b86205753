"""Strict DER (X.690 §10-11): one encoding for each value, so that no byte can change unnoticed.

Parsers forgive long lengths, odd booleans and trailing bytes. Signed content is protected by its
signature; what lies around it is protected by this.
"""

from evidencekit.errors import EvidenceDoubted

MAX_DEPTH = 40
_CONSTRUCTED = 0x20
_HIGH_TAG = 0x1F
_CONTAINERS = (0x30, 0x31)  # SEQUENCE and SET: what DER builds from parts (X.690 §10.2)


def require_der(data: bytes, *, what: str) -> None:
    """Raise :class:`EvidenceDoubted` unless ``data`` is exactly one DER value."""
    try:
        end = _value(memoryview(data), 0, 0)
    except (IndexError, ValueError) as exc:
        raise EvidenceDoubted(f"{what}: not DER ({exc})") from exc
    if end != len(data):
        raise EvidenceDoubted(f"{what}: bytes after its end")


def sequence(content: bytes) -> bytes:
    """Wrap encoded values as one SEQUENCE.

    Taking an asn1crypto value apart and wrapping its content again gives back the bytes that were
    read; its own ``dump()`` re-encodes a value whose length ends in 80, taking it for indefinite.
    """
    return bytes([_CONTAINERS[0]]) + _encode_length(len(content)) + content


def set_of(content: bytes) -> bytes:
    """Wrap encoded values as one SET, in the order given."""
    return bytes([_CONTAINERS[1]]) + _encode_length(len(content)) + content


def _encode_length(size: int) -> bytes:
    if size < 0x80:  # noqa: PLR2004 (short form)
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([0x80 | len(digits)]) + digits


def _value(data: memoryview, at: int, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    tag = data[at]
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise ValueError("tag number above 30")
    if tag & 0xE0 == _CONSTRUCTED and tag not in _CONTAINERS:
        raise ValueError("string in pieces")
    size, start = _length(data, at + 1)
    end = start + size
    if end > len(data):
        raise ValueError("longer than the whole")
    if tag & _CONSTRUCTED:
        while start < end:
            start = _value(data[:end], start, depth + 1)
    else:
        _primitive(tag, bytes(data[start:end]))
    return end


def _length(data: memoryview, at: int) -> tuple[int, int]:
    first = data[at]
    if first < 0x80:  # noqa: PLR2004 (short form, X.690 §8.1.3.4)
        return first, at + 1
    count = first & 0x7F
    size = int.from_bytes(bytes(data[at + 1 : at + 1 + count]))
    if count == 0 or size < 0x80 or data[at + 1] == 0:  # noqa: PLR2004
        raise ValueError("length not in its shortest form")
    return size, at + 1 + count


def _primitive(tag: int, content: bytes) -> None:
    match tag:
        case 0x01 if content not in (b"\x00", b"\xff"):
            raise ValueError("boolean is neither 00 nor FF")
        case 0x02 if not _is_shortest(content):
            raise ValueError("integer not in its shortest form")
        case 0x03 if not content or content[0] > 7 or _has_stray_bits(content):  # noqa: PLR2004
            raise ValueError("bit string with stray bits")
        case 0x05 if content:
            raise ValueError("null with content")
        case _:
            return


def _is_shortest(content: bytes) -> bool:
    if len(content) < 2:  # noqa: PLR2004
        return len(content) == 1
    return not (
        (content[0] == 0 and content[1] < 0x80)  # noqa: PLR2004
        or (content[0] == 0xFF and content[1] >= 0x80)  # noqa: PLR2004
    )


def _has_stray_bits(content: bytes) -> bool:
    unused = content[0]
    return bool(unused and (len(content) == 1 or content[-1] & ((1 << unused) - 1)))
