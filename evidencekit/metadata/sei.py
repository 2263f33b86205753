"""Remarks inside coded pictures: SEI user data of H.264 and H.265, user data of MPEG-4 Part 2.

ISO/IEC 14496-10 §7.3.2.3, annex D; ISO/IEC 23008-2 §7.3.2.4; ISO/IEC 14496-2 §6.2.2.1. Encoders
write their settings there, some cameras the place and the time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Codec = Literal["h264", "h265", "mpeg4"]
UNREGISTERED = 5  # payloadType of user data without a registered owner
_UUID = 16
_SEI_UNITS: dict[Codec, frozenset[int]] = {
    "h264": frozenset({6}), "h265": frozenset({39, 40}), "mpeg4": frozenset(),
}  # fmt: skip
_HEADER: dict[Codec, int] = {"h264": 1, "h265": 2, "mpeg4": 0}
_ENCODERS = frozenset(
    {
        bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef"),  # x264
        bytes.fromhex("2ca2de09b51747dbbb55a4fe7fc2fc4e"),  # x265
    }
)
_USER_DATA = re.compile(rb"\x00\x00\x01\xb2(.*?)(?=\x00\x00\x01|\Z)", re.DOTALL)
_ENCODER = re.compile(rb"(?:XviD|DivX|Lavc|FFmpe)[A-Za-z0-9._ -]{0,40}\x00*")
_EMULATION = re.compile(rb"\0\0\x03(?=[\0-\x03]|\Z)")
_MUST_ESCAPE = re.compile(rb"\0\0(?=[\0-\x03])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """User data of nobody in particular."""

    uuid: bytes
    text: bytes

    @property
    def shown(self) -> str:
        """The text as it is recorded, and looked for in a copy."""
        return self.text.rstrip(b"\0").decode("utf-8", errors="replace").strip()

    @property
    def is_of_encoder(self) -> bool:
        """Whether a known encoder wrote its settings: they name a program, and nobody."""
        return self.uuid in _ENCODERS


def remarks(sample: bytes, codec: Codec, length_size: int) -> Iterator[Remark]:
    """Yield the remarks in one sample; each unit of it begins with its size in ``length_size``.

    Of MPEG-4 Part 2 none stays that would have to be told but names of known encoders.
    """
    if codec == "mpeg4":
        return
    for unit in _units(sample, length_size):
        if _is_sei(unit, codec):
            yield from (
                _remark(body) for kind, body in _messages(unit, codec) if kind == UNREGISTERED
            )


def without_remarks(
    sample: bytes, codec: Codec, length_size: int, *, keeps_encoders: bool
) -> bytes:
    """Return the sample without remarks, bit for bit as it was where there are none.

    ``keeps_encoders`` leaves those that a known encoder wrote. What cannot be walked comes back as
    it is: a decoder would not find a remark there either.
    """
    if codec == "mpeg4":
        return without_user_data(sample)
    written, is_changed = [], False
    for unit in _units(sample, length_size):
        kept = _kept(unit, codec, keeps_encoders=keeps_encoders) if _is_sei(unit, codec) else unit
        is_changed |= kept != unit
        if kept:
            written.append(len(kept).to_bytes(length_size, "big") + kept)
    return b"".join(written) if is_changed else sample


def without_user_data(sample: bytes) -> bytes:
    """Return pictures of MPEG-4 Part 2 without user data.

    Names of known encoders stay: decoders need them to know their faults.
    """
    return _USER_DATA.sub(lambda one: one[0] if _ENCODER.fullmatch(one[1]) else b"", sample)


def _units(sample: bytes, length_size: int) -> Iterator[bytes]:
    position = 0
    while position + length_size <= len(sample):
        size = int.from_bytes(sample[position : position + length_size], "big")
        position += length_size
        yield sample[position : position + size]
        position += size


def _is_sei(unit: bytes, codec: Codec) -> bool:
    if len(unit) <= _HEADER[codec]:
        return False
    kind = unit[0] & 0x1F if codec == "h264" else unit[0] >> 1 & 0x3F
    return kind in _SEI_UNITS[codec]


def _kept(unit: bytes, codec: Codec, *, keeps_encoders: bool) -> bytes:
    messages = list(_messages(unit, codec))
    kept = [
        (kind, body)
        for kind, body in messages
        if kind != UNREGISTERED or (keeps_encoders and _remark(body).is_of_encoder)
    ]
    if len(kept) == len(messages):
        return unit
    if not kept:
        return b""
    body = b"".join(_number(kind) + _number(len(data)) + data for kind, data in kept) + b"\x80"
    return unit[: _HEADER[codec]] + _MUST_ESCAPE.sub(b"\0\0\x03", body)


def _messages(unit: bytes, codec: Codec) -> Iterator[tuple[int, bytes]]:
    data = _EMULATION.sub(b"\0\0", unit[_HEADER[codec] :])
    position = 0
    while position + 2 < len(data):  # the last byte ends the unit
        kind, position = _read_number(data, position)
        size, position = _read_number(data, position)
        yield kind, data[position : position + size]
        position += size


def _read_number(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    while data[position : position + 1] == b"\xff":
        value, position = value + 255, position + 1
    return value + int.from_bytes(data[position : position + 1], "big"), position + 1


def _number(value: int) -> bytes:
    return b"\xff" * (value // 255) + bytes((value % 255,))


def _remark(body: bytes) -> Remark:
    return Remark(uuid=body[:_UUID], text=body[_UUID:])
