"""What a decoder is told before the first sample, written anew piece by piece.

ISO/IEC 14496-15 §5.3.3, §8.3.3 (avcC, hvcC), 14496-1 §7.2.6 (esds), AV1-ISOBMFF §2.3 (av1C),
VP9-ISOBMFF (vpcC), Opus-ISOBMFF §4.3.2 (dOps), FLAC-ISOBMFF (dfLa), ETSI TS 102 366 F (dac3, dec3),
3GPP TS 26.244 §6.7 (damr, d263).
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Part, box
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.sei import without_user_data

_AVC_SPS, _AVC_PPS, _AVC_EXTENSION = 7, 8, 13  # ISO/IEC 14496-10 table 7-1
_HEVC_PARAMETERS = frozenset({32, 33, 34})  # ISO/IEC 23008-2 table 7-1: VPS, SPS, PPS
_AVC_HIGH = frozenset({100, 110, 122, 144, 244, 44, 83, 86, 118, 128})
_STREAMS = frozenset(
    {0x20, 0x21, 0x40, *range(0x60, 0x6A), 0x6A, 0x6B, 0x6C, 0xA5, 0xA6, 0xA9}
)  # object types (mp4ra.org) whose streams are known to carry nothing but coded data
_MPEG4 = 0x20
_MAX_SPECIFIC = 4_096  # bytes of a DecoderSpecificInfo


def rebuild_codec(part: Part, gone: Gone) -> bytes | None:
    """Return the box anew; None for one that is not known.

    Raises :class:`MalformedError` where it holds what cannot be written without a guess.
    """
    if part.kind in _EXACT:
        sizes = _EXACT[part.kind]
        content = part.data[: max((size for size in sizes if size <= len(part.data)), default=0)]
        if not content:
            raise MalformedError(f"{part.name} is cut off")
        gone.when(len(part.data) > len(content), "unused-bytes")
        return box(part.kind, content)
    rebuild = _REBUILDERS.get(part.kind)
    if rebuild is None:
        return None
    try:
        return box(part.kind, rebuild(part.data, gone))
    except IndexError as exc:
        raise MalformedError(f"{part.name} is cut off") from exc


def _avc(data: bytes, gone: Gone) -> bytes:
    parameters, position = _counted(data, 5, 0x1F, _AVC_SPS)
    pictures, position = _counted(data, position, 0xFF, _AVC_PPS)
    out, tail = data[:5] + parameters + pictures, b""
    if data[1] in _AVC_HIGH and len(data) >= position + 4:
        extensions, end = _counted(data, position + 3, 0xFF, _AVC_EXTENSION)
        tail, position = data[position : position + 3] + extensions, end
    gone.when(len(data) > position, "unused-bytes")
    return out + tail


def _counted(data: bytes, position: int, mask: int, kind: int) -> tuple[bytes, int]:
    """Copy a number and so many units of 16 bits length, which must be of one ``kind``."""
    start, count = position, data[position] & mask
    position += 1
    for _number in range(count):
        size = int.from_bytes(data[position : position + 2], "big")
        if data[position + 2] & 0x1F != kind or position + 2 + size > len(data):
            raise MalformedError("avcC holds something else than parameter sets")
        position += 2 + size
    return data[start:position], position


def _hevc(data: bytes, gone: Gone) -> bytes:
    """Arrays of parameter sets are kept; x265 writes its settings into an array of remarks."""
    position, kept = 23, []
    for _number in range(data[22]):
        start, kind = position, data[position] & 0x3F
        count, position = int.from_bytes(data[position + 1 : position + 3], "big"), position + 3
        for _unit in range(count):
            size = int.from_bytes(data[position : position + 2], "big")
            if data[position + 2] >> 1 & 0x3F != kind:
                raise MalformedError("hvcC holds something else than it says")
            position += 2 + size
        if kind in _HEVC_PARAMETERS:
            kept.append(data[start:position])
        else:
            gone.note("encoder-remarks")
    if position > len(data):
        raise MalformedError("hvcC is cut off")
    gone.when(len(data) > position, "unused-bytes")
    return data[:22] + bytes((len(kept),)) + b"".join(kept)


def _av1(data: bytes, gone: Gone) -> bytes:
    """AV1 §5.3: of the open bitstream units only the sequence header, type 1."""
    position, kept = 4, b""
    while position < len(data):
        start, head = position, data[position]
        if not head & 2:
            raise MalformedError("av1C holds a unit without size")
        size, position = _leb128(data, position + (2 if head & 4 else 1))
        position += size
        if head >> 3 & 15 == 1:
            kept += data[start:position]
        else:
            gone.note("encoder-remarks")
    if position > len(data):
        raise MalformedError("av1C is cut off")
    return data[:4] + kept


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 56, 7):
        byte, position = data[position], position + 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, position
    raise MalformedError("a number without end")


def _vp(data: bytes, gone: Gone) -> bytes:
    gone.when(len(data) > 12, "unused-bytes")  # noqa: PLR2004
    return data[:1] + bytes(3) + data[4:10] + bytes(2)


def _elementary(data: bytes, gone: Gone) -> bytes:
    """Only type, rates and specific information of one stream (14496-1 §7.2.6.5, §7.2.6.6)."""
    whole, top = dict(_descriptors(data[4:])), b""
    skipped = 3 + sum(
        extra for bit, extra in ((0x80, 2), (0x20, 2)) if whole.get(3, b"\0\0\0")[2] & bit
    )
    top = whole.get(3, b"")
    if len(top) < skipped or top[2] & 0x40:
        raise MalformedError("esds points elsewhere")
    inner = dict(_descriptors(top[skipped:]))
    stream = inner.get(4, b"")
    if len(stream) < 13 or stream[0] not in _STREAMS:  # noqa: PLR2004
        raise MalformedError("a coded stream of a kind that is not understood")
    specific = dict(_descriptors(stream[13:])).get(5, b"")
    if len(specific) > _MAX_SPECIFIC:
        raise MalformedError("esds of impossible size")
    if stream[0] == _MPEG4:
        plain = without_user_data(specific)
        gone.when(plain != specific, "encoder")
        specific = plain
    gone.when(set(whole) - {3} or set(inner) - {4, 6}, "unused-bytes")
    described = stream[:13] + (_descriptor(5, specific) if specific else b"")
    return bytes(4) + _descriptor(3, bytes(3) + _descriptor(4, described) + _descriptor(6, b"\2"))


def _descriptors(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data):
        tag, size, position = data[position], 0, position + 1
        for _number in range(4):
            byte, position = data[position], position + 1
            size = size << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if position + size > len(data):
            raise MalformedError("a descriptor that is cut off")
        yield tag, data[position : position + size]
        position += size


def _descriptor(tag: int, content: bytes) -> bytes:
    size, length = len(content), [len(content) & 0x7F]
    while size := size >> 7:
        length.insert(0, size & 0x7F | 0x80)
    return bytes((tag, *length)) + content


def _opus(data: bytes, gone: Gone) -> bytes:
    size = 11 if not data[10] else 13 + data[1]
    gone.when(len(data) > size, "unused-bytes")
    return data[:size] if len(data) >= size else _cut("dOps")


def _flac(data: bytes, gone: Gone) -> bytes:
    """Of the blocks, STREAMINFO alone, marked as the last."""
    if data[4] & 0x7F or data[5:8] != b"\0\0\x22" or len(data) < 42:  # noqa: PLR2004
        raise MalformedError("dfLa does not begin with STREAMINFO")
    gone.when(len(data) > 42, "tags")  # noqa: PLR2004
    return bytes(4) + b"\x80\0\0\x22" + data[8:42]


def _enhanced_ac3(data: bytes, gone: Gone) -> bytes:
    position = 2
    for _number in range((data[1] & 7) + 1):
        position += 4 if data[position + 2] & 0x1E else 3
    gone.when(len(data) > position, "unused-bytes")
    return data[:position] if len(data) >= position else _cut("dec3")


def _speech(data: bytes, gone: Gone) -> bytes:
    """Vendor and version name the encoder of a telephone."""
    gone.when(data[:5].strip(b"\0") or len(data) > 9, "encoder")  # noqa: PLR2004
    return bytes(5) + data[5:9] if len(data) >= 9 else _cut("damr")  # noqa: PLR2004


def _h263(data: bytes, gone: Gone) -> bytes:
    gone.when(data[:5].strip(b"\0") or len(data) > 7, "encoder")  # noqa: PLR2004
    return bytes(5) + data[5:7] if len(data) >= 7 else _cut("d263")  # noqa: PLR2004


def _cut(name: str) -> bytes:
    raise MalformedError(f"{name} is cut off")


_REBUILDERS: Mapping[bytes, Callable[[bytes, Gone], bytes]] = MappingProxyType(
    {
        b"avcC": _avc, b"hvcC": _hevc, b"av1C": _av1, b"vpcC": _vp, b"esds": _elementary,
        b"dOps": _opus, b"dfLa": _flac, b"dec3": _enhanced_ac3, b"damr": _speech, b"d263": _h263,
    }
)  # fmt: skip
_EXACT: Mapping[bytes, tuple[int, ...]] = MappingProxyType(
    {
        b"pasp": (8,), b"clap": (32,), b"fiel": (2,), b"gama": (4,), b"btrt": (12,), b"mdcv": (24,),
        b"clli": (4,), b"SmDm": (28,), b"CoLL": (8,), b"dvcC": (24,), b"dvvC": (24,), b"amve": (8,),
        b"dac3": (3,), b"alac": (28, 52), b"srat": (8,), b"pcmC": (6,), b"frma": (4,),
        b"enda": (2,),
    }
)  # fmt: skip
"""Boxes that are numbers only, and how many bytes they may have."""
