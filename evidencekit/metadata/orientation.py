"""The one Exif value that a stripped picture keeps: which side is up.

Exif is a TIFF file (TIFF 6.0 §2; Exif 2.32 §4.5). Read here by a minimal reader of its own, since
what is *written* must follow from no more than this one number.
"""

import struct

from evidencekit.metadata.malformed import MalformedError

UPRIGHT = 1
_ORIENTATION, _SHORT = 0x0112, 3
_VALUES = range(1, 9)  # TIFF 6.0 p. 36
_MAX_ENTRIES = 1000
_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}


def read_orientation(exif: bytes) -> int:
    """Return the orientation in IFD 0 of a TIFF block; upright where it says none or nonsense.

    Raises :class:`MalformedError` where a viewer may or may not find one: an entry that is cut off.
    """
    order = _ORDERS.get(exif[:4])
    if order is None:
        return UPRIGHT  # no viewer reads a block without this
    start = _unpack(f"{order}I", exif, 4)
    count = min(_unpack(f"{order}H", exif, start), _MAX_ENTRIES)
    for number in range(count):
        entry = start + 2 + 12 * number
        if _unpack(f"{order}H", exif, entry) == _ORIENTATION:
            return _value(exif, entry, order)
    return UPRIGHT


def make_exif(orientation: int) -> bytes:
    """Return the smallest TIFF block that says ``orientation`` and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, orientation, 0)
    return b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


def _value(exif: bytes, entry: int, order: str) -> int:
    kind, count = _unpack(f"{order}H", exif, entry + 2), _unpack(f"{order}I", exif, entry + 4)
    if kind != _SHORT or count != 1:
        return UPRIGHT
    value = _unpack(f"{order}H", exif, entry + 8)
    return value if value in _VALUES else UPRIGHT


def _unpack(form: str, block: bytes, offset: int) -> int:
    try:
        value: int = struct.unpack_from(form, block, offset)[0]
    except struct.error as exc:
        raise MalformedError("Exif is cut off") from exc
    return value
