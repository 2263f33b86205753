"""Whether the documents in OLE containers are under a password or packed, by their own marks."""

import struct
import zlib
from collections.abc import Iterator

import olefile

_PACKED, _PASSWORD, _DISTRIBUTED, _RIGHTS = 1, 2, 4, 16
"""Bits of the header of HWP 5 (revision 1.3, table 2)."""
_FILE_PASS, _MAX_RECORDS = 0x2F, 16  # [MS-XLS] §2.4.117: right after the first record
_HEADER = 40  # bytes
_LOCKED = "locked with a password"


def why_locked(ole: olefile.OleFileIO) -> Iterator[str]:
    """Yield what keeps the document from being read."""
    flags = _hwp_flags(ole)
    if (
        flags & _PASSWORD
        or ole.exists("EncryptedPackage")
        or ole.exists("EncryptedSummary")
        or _is_word_locked(ole)
        or _is_book_locked(ole)
    ):
        yield _LOCKED
    if flags & _DISTRIBUTED:
        yield "made for distribution: its text is encoded"
    if flags & _RIGHTS:
        yield "under digital rights management"


def packed_in(ole: olefile.OleFileIO, data: bytes, *, limit: int) -> bytes:
    """Return a stream of a document unpacked, where HWP packs it; at most ``limit`` bytes."""
    if not _hwp_flags(ole) & _PACKED:
        return data
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, limit)


def _hwp_flags(ole: olefile.OleFileIO) -> int:
    header = hwp_header(ole)
    return int.from_bytes(header[36:40], "little")  # 0 of nothing


def hwp_header(ole: olefile.OleFileIO) -> bytes:
    """Return the 40 bytes that say how a document of HWP is kept; none of others."""
    header = _start(ole, "FileHeader", _HEADER)
    is_one = header.startswith(b"HWP Document File") and len(header) == _HEADER
    return header if is_one else b""


def _is_word_locked(ole: olefile.OleFileIO) -> bool:
    """[MS-DOC] §2.5.2: fEncrypted."""
    flags = _start(ole, "WordDocument", 12)[11:]
    return bool(flags) and bool(flags[0] & 1)


def _is_book_locked(ole: olefile.OleFileIO) -> bool:
    head = _start(ole, "Workbook", 4096) or _start(ole, "Book", 4096)
    at = 0
    for _count in range(_MAX_RECORDS):
        if at + 4 > len(head):
            return False
        number, size = struct.unpack_from("<HH", head, at)
        if number == _FILE_PASS:
            return True
        at += 4 + size
    return False


def _start(ole: olefile.OleFileIO, name: str, size: int) -> bytes:
    if not ole.exists(name) or ole.get_type(name) != olefile.STGTY_STREAM:
        return b""
    data: bytes = ole.openstream(name).read(size)
    return data
