"""What lies inside one chunk of pictures: remarks of programs and cameras are left out there.

MJPEG: each picture by the rules of JPEG, its coded data bit for bit. H.264: SEI user data, as in
other films. MPEG-4 Part 2 (ISO/IEC 14496-2 §6.2.2.1): user data but the names of known encoders,
which decoders need to know their faults.
"""

import hashlib
import io
import re
from dataclasses import dataclass

from evidencekit.metadata.jpeg.rebuild import rebuild as rebuild_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Wish
from evidencekit.metadata.sei import remarks, without_remarks, without_user_data

_START = re.compile(rb"\x00\x00\x01")
_FIELDS = re.compile(rb"\xff\xe0..AVI1[\x01\x02]", re.DOTALL)
_LENGTH = 4  # bytes, as MP4 has it before a unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One chunk as it is to be written."""

    data: bytes
    digest: bytes
    """Of its coded data, the same of source and copy."""
    removed: tuple[str, ...] = ()
    is_changed: bool = False
    """Whether coded data are not as they were."""
    told: tuple[str, ...] = ()
    """Remarks that stay."""


def frame(data: bytes, coding: str, wish: Wish) -> Frame:
    """Return a chunk without remarks; raises :class:`MalformedError` for one that is none."""
    match coding:
        case "mjpeg":
            return _mjpeg(data)
        case "h264":
            return _h264(data, wish)
        case "mpeg4":
            return _mpeg4(data)
        case _:
            return Frame(data=data, digest=hashlib.sha256(data).digest())


def _mjpeg(data: bytes) -> Frame:
    if not data:  # a picture that is the one before
        return Frame(data=data, digest=b"")
    if _FIELDS.match(data, 2):
        raise MalformedError("pictures of two halves each, which are not understood")
    out = io.BytesIO()
    made = rebuild_jpeg(io.BytesIO(data), out, Wish())
    removed = tuple(f"picture {one}" for one in made.removed if one != "bytes-after-end")
    digest = bytes.fromhex(made.content_sha256)
    return Frame(data=out.getvalue(), digest=digest, removed=removed)


def _h264(data: bytes, wish: Wish) -> Frame:
    """Units after start codes (ISO/IEC 14496-10 annex B) are looked into as those of MP4 are."""
    starts = [found.start() for found in _START.finditer(data)]
    if data[: starts[0] if starts else len(data)].strip(b"\0"):
        raise MalformedError("a picture of H.264 that does not begin with one")
    if not starts:
        return Frame(data=data, digest=hashlib.sha256(data).digest())
    units = [data[at + 3 : end] for at, end in zip(starts, [*starts[1:], len(data)], strict=True)]
    plain = [_trimmed(unit) for unit in units]
    sample = b"".join(len(one).to_bytes(_LENGTH, "big") + one for one in plain)
    kept = without_remarks(sample, "h264", _LENGTH, keeps_encoders=not wish.drops_remarks)
    told = tuple(one.shown for one in remarks(kept, "h264", _LENGTH))
    digest = hashlib.sha256(data).digest()
    if kept == sample:
        return Frame(data=data, digest=digest, told=told)
    return Frame(data=_started(kept), digest=digest, is_changed=True, told=told)


def _trimmed(unit: bytes) -> bytes:
    """Leave out zeros that belong to the start code behind (annex B.1.1)."""
    return unit.rstrip(b"\0") or unit


def _started(sample: bytes) -> bytes:
    made, at = [], 0
    while at < len(sample):
        size = int.from_bytes(sample[at : at + _LENGTH], "big")
        made.append(b"\0\0\0\1" + sample[at + _LENGTH : at + _LENGTH + size])
        at += _LENGTH + size
    return b"".join(made)


def _mpeg4(data: bytes) -> Frame:
    kept = without_user_data(data)
    digest = hashlib.sha256(data).digest()
    return Frame(data=kept, digest=digest, is_changed=kept != data)
