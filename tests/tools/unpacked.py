"""Everything that lies in a file, unpacked by whatever unpacks it: for searching, not for reading.

Shares no code with what it judges.
"""

import base64
import binascii
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress

_MAX = 2**24  # bytes of one piece
_MAX_DEPTH = 3
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}(?:\r?\n[A-Za-z0-9+/]{4,}={0,2})*")
_ZLIB = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78][\x01\x5e\x9c\xda]")


def everything_in(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield the bytes, as they are and with UTF-16 taken apart, and what is packed in them."""
    yield data
    yield data.replace(b"\0", b"")
    if depth == _MAX_DEPTH:
        return
    for piece in (*_inflated(data), *_members(data), *_decoded(data)):
        yield from everything_in(piece, depth + 1)


def _inflated(data: bytes) -> Iterator[bytes]:
    for found in _ZLIB.finditer(data):
        with suppress(zlib.error):
            piece = zlib.decompressobj().decompress(data[found.start() :], _MAX)
            if len(piece) > 4:
                yield piece


def _members(data: bytes) -> Iterator[bytes]:
    broken = (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error)
    with suppress(*broken), zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            with archive.open(member) as stream:
                yield stream.read(_MAX)


def _decoded(data: bytes) -> Iterator[bytes]:
    for run in _BASE64.findall(data):
        plain = re.sub(rb"\s", b"", run)
        for start in range(4):
            part = plain[start:]
            with suppress(binascii.Error):
                yield base64.b64decode(part[: len(part) // 4 * 4])
