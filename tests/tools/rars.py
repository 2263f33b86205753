"""RAR 5 archives of members that are stored, made byte by byte (RAR 5.0 archive format)."""

import zlib
from collections.abc import Sequence

SIGNATURE = b"Rar!\x1a\x07\x01\x00"
_FILE, _END, _MAIN = 2, 5, 1
_HAS_DATA, _HAS_TIME, _HAS_SUM, _IS_FOLDER = 0x02, 0x02, 0x04, 0x01
_ENCRYPTED, _REDIRECTED = 1, 5


def number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def header(kind: int, flags: int, body: bytes, *, data: bytes = b"", extra: bytes = b"") -> bytes:
    has_data = data or kind == _FILE
    flags |= (_HAS_DATA if has_data else 0) | (1 if extra else 0)
    inner = number(kind) + number(flags)
    inner += number(len(extra)) if extra else b""
    inner += (number(len(data)) if has_data else b"") + body + extra
    sized = number(len(inner)) + inner
    return zlib.crc32(sized).to_bytes(4, "little") + sized + data


def file(name: bytes, data: bytes, *, modified: int = 1_790_000_000, extra: bytes = b"") -> bytes:
    body = number(_HAS_TIME | _HAS_SUM) + number(len(data)) + number(0o100644)
    body += modified.to_bytes(4, "little") + zlib.crc32(data).to_bytes(4, "little")
    body += number(0) + number(1) + number(len(name)) + name
    return header(_FILE, 0, body, data=data, extra=extra)


def record(kind: int, body: bytes) -> bytes:
    inner = number(kind) + body
    return number(len(inner)) + inner


def link(name: bytes, target: bytes) -> bytes:
    told = number(1) + number(0) + number(len(target)) + target
    return file(name, b"", extra=record(_REDIRECTED, told))


def locked(name: bytes, data: bytes) -> bytes:
    told = number(0) + number(0) + bytes((15,)) + bytes(16) + bytes(16)
    return file(name, data, extra=record(_ENCRYPTED, told))


def rar(parts: Sequence[bytes]) -> bytes:
    return SIGNATURE + header(_MAIN, 0, number(0)) + b"".join(parts) + header(_END, 0, number(0))


def old_rar(name: bytes, data: bytes) -> bytes:
    """An archive of RAR 4, whose names are in the letters of the machine that made it."""
    start = b"Rar!\x1a\x07\0" + _old(0x73, 0, bytes(6))
    told = len(data).to_bytes(4, "little") * 2 + b"\x02" + zlib.crc32(data).to_bytes(4, "little")
    told += b"\x6a\x48\x49\x5d" + b"\x14\x30" + len(name).to_bytes(2, "little") + bytes(4) + name
    return start + _old(0x74, 0x8000, told) + data + _old(0x7B, 0x4000, b"")


def _old(kind: int, flags: int, body: bytes) -> bytes:
    head = (
        bytes((kind,)) + flags.to_bytes(2, "little") + (7 + len(body)).to_bytes(2, "little") + body
    )
    return (zlib.crc32(head) & 0xFFFF).to_bytes(2, "little") + head
