"""What a zip says besides its entries: the records at its end, and the extra fields of headers.

Both may say a thing twice, and readers differ in whom they believe: so each says the truth, or
that the other one does; and neither has room for a second set of files.
"""

import struct
from typing import NamedTuple

from evidencekit.files.tree import UnsafeInput

IN_ZIP64 = 0xFFFFFFFF  # APPNOTE 4.4.8: the number stands in the Zip64 form only
ZIP64 = 0x0001
END_MAGIC = b"PK\x05\x06"
_MANY = 0xFFFF  # the same, of numbers of 16 bits
_END = struct.Struct("<4sHHHHIIH")
_LOCATOR = struct.Struct("<4sIQI")
_LOCATOR_MAGIC = b"PK\x06\x07"
_RECORD = struct.Struct("<4sQHHIIQQQQ")
_RECORD_MAGIC = b"PK\x06\x06"
_RECORD_REST = _RECORD.size - 12  # APPNOTE 4.3.14.1: without magic and this number
_RECORD_VERSION = 45  # a second version, from 62 on, encrypts the directory
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_CENTRAL_MAGIC = b"PK\x01\x02"
_LOCAL_ZIP64 = struct.Struct("<QQ")
LOCATOR_SIZE = _LOCATOR.size
MAX_END = _RECORD.size + _LOCATOR.size + _END.size

_HARMLESS = {
    0x5455: {1, 5, 9, 13},  # times
    0x7875: {7, 11, 15, 19},  # owners
    0x5855: {8, 12},  # times and owners, as they once were written
    0x000A: {32},  # times of NTFS
}
"""What common zip programs add, and how long it is: no room for a file and its header."""


class Directory(NamedTuple):
    """Where the directory is, and how many files it names."""

    offset: int
    size: int
    files: int


class Said(NamedTuple):
    """What the headers of an entry say, in their order."""

    packed: int
    size: int
    offset: int = 0


def require_end(last: bytes, tail: bytes, true: Directory) -> None:
    """Raise :class:`UnsafeInput` unless ``tail``, which follows the directory, ends the zip.

    ``last`` is as much of the end of the directory as would be read as a locator, had it the form.
    The Zip64 form may say again what the plain one says: zipfile writes so from 2 GiB on.
    """
    end = tail[-_END.size :]
    before = tail[: -_END.size]
    if len(end) != _END.size or not end.startswith(END_MAGIC):
        raise UnsafeInput("something follows the end of the zip")
    _, disk, first_disk, here, total, size, offset, comment_size = _END.unpack(end)
    if comment_size:
        raise UnsafeInput("something follows the end of the zip")
    if (disk, first_disk) != (0, 0):
        raise UnsafeInput("a zip in several parts")
    if before:
        _require_zip64(before, true)
    elif last.startswith(_LOCATOR_MAGIC):
        raise UnsafeInput("the end of the zip is said to be elsewhere")
    said = (
        (here, true.files, _MANY),
        (total, true.files, _MANY),
        (size, true.size, IN_ZIP64),
        (offset, true.offset, IN_ZIP64),
    )
    for one, other, marker in said:
        if one != other and not (before and one == marker):
            raise UnsafeInput("the end of the zip does not say what its directory holds")


def _require_zip64(raw: bytes, true: Directory) -> None:
    if len(raw) != _RECORD.size + _LOCATOR.size:
        raise UnsafeInput("something stands between the directory and the end of the zip")
    magic, rest, _, version, *numbers = _RECORD.unpack_from(raw)
    if (magic, rest, version) != (_RECORD_MAGIC, _RECORD_REST, _RECORD_VERSION):
        raise UnsafeInput("something stands between the directory and the end of the zip")
    if numbers != [0, 0, true.files, true.files, true.size, true.offset]:
        raise UnsafeInput("the end of the zip does not say what its directory holds")
    if raw[_RECORD.size :] != _LOCATOR.pack(_LOCATOR_MAGIC, 0, true.offset + true.size, 1):
        raise UnsafeInput("the end of the zip is said to be elsewhere")


def require_central(raw: bytes, name: bytes, true: Said, path: str) -> None:
    """Raise :class:`UnsafeInput` unless ``raw`` is one entry of the directory, and says ``true``.

    It holds in its Zip64 field just what its other fields say is there.
    """
    if len(raw) < _CENTRAL.size:
        raise UnsafeInput("the directory says more than it holds", path=path)
    magic, *_, packed, size, name_size, extra_size, comment_size, disk, _, _, offset = (
        _CENTRAL.unpack_from(raw)
    )
    if magic != _CENTRAL_MAGIC or len(raw) != _CENTRAL.size + name_size + extra_size + comment_size:
        raise UnsafeInput("the directory says more than it holds", path=path)
    if raw[_CENTRAL.size : _CENTRAL.size + name_size] != name:
        raise UnsafeInput("local and central name differ", path=path)
    if comment_size:
        raise UnsafeInput("an entry with a comment", path=path)
    at = _CENTRAL.size + name_size
    zip64 = extra_fields(raw[at : at + extra_size], path).get(ZIP64)
    said = ((size, true.size), (packed, true.packed), (offset, true.offset))
    needed = b"".join(struct.pack("<Q", other) for one, other in said if one == IN_ZIP64)
    if any(one not in (other, IN_ZIP64) for one, other in said):
        raise UnsafeInput("an entry with two sizes or places", path=path)
    if disk == _MANY or zip64 != (needed or None):
        raise UnsafeInput("an entry with two sizes or places", path=path)


def require_local(said: Said, extra: bytes, true: Said, path: str, *, is_streamed: bool) -> None:
    """Raise :class:`UnsafeInput` unless a local header says the true sizes wherever it says any.

    If it was streamed, zero will do: the truth follows the data.
    """
    zip64 = extra_fields(extra, path).get(ZIP64)
    whole = said[:2]
    if zip64 is not None:
        if len(zip64) != _LOCAL_ZIP64.size:  # APPNOTE 4.5.3: both sizes
            raise UnsafeInput("an extra field that is not whole", path=path)
        size, packed = _LOCAL_ZIP64.unpack(zip64)
        whole = packed, size
    elif IN_ZIP64 in whole:
        raise UnsafeInput("local and central size differ", path=path)
    for one, full, other in zip(said[:2], whole, true[:2], strict=True):
        allowed = (other, 0) if is_streamed else (other,)
        if full not in allowed or one not in (*allowed, IN_ZIP64):
            raise UnsafeInput("local and central size differ", path=path)


def extra_fields(extra: bytes, path: str) -> dict[int, bytes]:
    """Split the extra fields of a header; raises :class:`UnsafeInput` for any but harmless ones."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind in found:
            raise UnsafeInput("an extra field twice", path=path)
        if kind != ZIP64 and size not in _HARMLESS.get(kind, ()):
            raise UnsafeInput("an extra field that may hide something", path=path)
        found[kind] = extra[at + 4 : at + 4 + size]
        at += 4 + size
    if at != len(extra):
        raise UnsafeInput("an extra field that is not whole", path=path)
    return found
