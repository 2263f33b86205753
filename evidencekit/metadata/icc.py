"""Colour profiles: read as numbers, rebuilt as numbers (ICC.1:2022).

A profile says how colours look, and by the way who made it, when, on which screen. Ours holds only
what changes colours: primaries and tone curves. sRGB is what every viewer assumes, so such a
profile is not needed at all. Lookup tables are not understood, and so not passed on.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from evidencekit.metadata.malformed import MalformedError

MAX_PROFILE = 4 * 2**20
_MAX_TAGS = 100
_HEADER = 128
_ONE = 65536  # s15Fixed16Number, §4.6
_XYZ_SIZE = 20  # §10.31, one triple
_D50 = (0x0000F6D6, 0x00010000, 0x0000D32D)  # §7.2.16: the PCS illuminant, exactly
_XYZ_TAGS = (b"rXYZ", b"gXYZ", b"bXYZ")
_CURVE_TAGS = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}  # §10.18 table 68
_SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
_TOLERANCE = 0.002  # of a primary; two makers' sRGB differ by less, Adobe RGB by 0.17
_CURVE_TOLERANCE = 0.004  # of linear light; a step of 8 bits at half brightness


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile that is all numbers: a matrix and curves, or one curve for greys."""

    space: bytes
    """``RGB `` or ``GRAY``."""
    numbers: Mapping[bytes, bytes]
    """Tag data of the allow-listed tags, each checked to hold nothing else."""


def read_profile(profile: bytes) -> Profile:
    """Decode by allow-list; raises :class:`MalformedError` for what cannot be rebuilt."""
    space = profile[16:20]
    if profile[36:40] != b"acsp" or profile[20:24] != b"XYZ " or space not in _CURVE_TAGS:
        raise MalformedError("a colour profile of a kind that is not understood")
    tags = read_tags(profile)
    curves = {name: _exact_curve(tags.get(name, b"")) for name in _CURVE_TAGS[space]}
    if any(name in tags for name in (b"A2B0", b"A2B1", b"D2B0")):
        raise MalformedError("a colour profile with lookup tables is not understood")
    matrix = {name: _exact_xyz(tags.get(name, b"")) for name in _XYZ_TAGS if space == b"RGB "}
    return Profile(space=space, numbers=matrix | curves)


def is_srgb(profile: Profile) -> bool:
    """Tell whether leaving the profile out shows the same colours."""
    if profile.space != b"RGB ":
        return False
    primaries = (_read_xyz(profile.numbers[name]) for name in _XYZ_TAGS)
    is_matrix = all(
        abs(have - want) < _TOLERANCE
        for row, wanted in zip(primaries, _SRGB, strict=True)
        for have, want in zip(row, wanted, strict=True)
    )
    return is_matrix and all(_is_srgb_curve(profile.numbers[n]) for n in _CURVE_TAGS[b"RGB "])


def make_profile(profile: Profile) -> bytes:
    """Encode the numbers with a header and texts that are the same for everybody."""
    return encode_profile(profile.numbers, device=b"mntr", space=profile.space, connection=b"XYZ ")


def encode_profile(
    numbers: Mapping[bytes, bytes], *, device: bytes, space: bytes, connection: bytes
) -> bytes:
    """Encode tags that are numbers only, for a class of device (§7.2.5) and two colour spaces."""
    text = "picture".encode("utf-16-be")
    words = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28) + text
    tags = {b"desc": words, b"cprt": words, b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3I", *_D50)}
    tags |= numbers
    offset = _HEADER + 4 + 12 * len(tags)
    table, body = [struct.pack(">I", len(tags))], b""
    for name, data in tags.items():
        table.append(struct.pack(">4sII", name, offset + len(body), len(data)))
        body += data + bytes(-len(data) % 4)
    head = _make_header(offset + len(body), device, space, connection)
    return head + b"".join(table) + body


def _make_header(size: int, device: bytes, space: bytes, connection: bytes) -> bytes:
    """§7.2, every field that names a maker, a device or a time left zero."""
    return (
        struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04300000, device, space, connection)
        + bytes(12)  # date and time
        + b"acsp"
        + bytes(28)  # platform, flags, maker, model, attributes, intent (perceptual)
        + struct.pack(">3I", *_D50)
        + bytes(_HEADER - 80)
    )


def read_tags(profile: bytes, *, most: int = MAX_PROFILE) -> dict[bytes, bytes]:
    """Return all tags of a profile of at most ``most`` bytes; those that are cut off are short."""
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    if count > _MAX_TAGS or len(profile) > most:
        raise MalformedError("a colour profile of impossible size")
    tags = {}
    for number in range(count):
        entry = profile[_HEADER + 4 + 12 * number : _HEADER + 16 + 12 * number]
        offset, size = int.from_bytes(entry[4:8], "big"), int.from_bytes(entry[8:12], "big")
        tags[entry[:4]] = profile[offset : offset + size]
    return tags


def _exact_xyz(data: bytes) -> bytes:
    if len(data) != _XYZ_SIZE or not data.startswith(b"XYZ \0\0\0\0"):
        raise MalformedError("a colour profile without primaries")
    return data


def _exact_curve(data: bytes) -> bytes:
    """Return a curve as long as it says it is, so that nothing rides behind it."""
    if data.startswith(b"curv\0\0\0\0"):
        size = 12 + 2 * int.from_bytes(data[8:12], "big")
    elif data.startswith(b"para\0\0\0\0") and data[10:12] == b"\0\0":
        size = 12 + 4 * _PARAMETERS.get(int.from_bytes(data[8:10], "big"), 2**20)
    else:
        raise MalformedError("a colour profile without tone curves")
    if len(data) < size:
        raise MalformedError("a colour profile that is cut off")
    return data[:size]


def _read_xyz(data: bytes) -> tuple[float, ...]:
    return tuple(value / _ONE for value in struct.unpack(">3i", data[8:20]))


def _is_srgb_curve(data: bytes) -> bool:
    points = [step / 32 for step in range(33)]
    try:
        return all(abs(_apply(data, x) - _srgb_curve(x)) < _CURVE_TOLERANCE for x in points)
    except ArithmeticError:  # hostile parameters: a power of zero or beyond all numbers
        return False


def _srgb_curve(x: float) -> float:
    """IEC 61966-2-1, encoded value to linear light."""
    return x / 12.92 if x <= 0.04045 else float(((x + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004


def _apply(data: bytes, x: float) -> float:
    if data.startswith(b"curv"):
        return _apply_samples(struct.unpack(f">{(len(data) - 12) // 2}H", data[12:]), x)
    kind = int.from_bytes(data[8:10], "big")
    numbers = [value / _ONE for value in struct.unpack(f">{_PARAMETERS[kind]}i", data[12:])]
    g, a, b, c, d, e, f = (numbers + [0.0] * 7)[:7] if kind else (numbers[0], 1, 0, 0, -1, 0, 0)
    if kind in {1, 2}:  # the formula with a toe at -b/a
        return float(max(a * x + b, 0.0) ** g + c)
    return float(max(a * x + b, 0.0) ** g + e) if x >= d else c * x + f


def _apply_samples(samples: tuple[int, ...], x: float) -> float:
    match samples:
        case ():
            return x
        case (gamma,):
            return float(x ** (gamma / 256))
        case _:
            place = x * (len(samples) - 1)
            low = min(int(place), len(samples) - 2)
            return (samples[low] + (samples[low + 1] - samples[low]) * (place - low)) / 65535
