"""Colour spaces of a PDF (ISO 32000-2 §8.6), profiles written anew from numbers."""

import struct

from evidencekit.metadata.icc import make_profile, read_profile
from evidencekit.metadata.malformed import MalformedError

_HEADER, _MAX_TAGS, _MAX_SIZE = 128, 100, 16 * 2**20
_TABLES = (b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2")
_FORMS = frozenset({b"mft1", b"mft2", b"mAB ", b"mBA "})
_SPACES = frozenset({b"CMYK", b"RGB ", b"GRAY", b"Lab "})


def rebuild_profile(profile: bytes) -> bytes:
    """Return a profile of numbers only, of a matrix and curves or of tables (ICC.1:2022 §9)."""
    try:
        return make_profile(read_profile(profile))
    except MalformedError:
        return _tables(profile)


def _tables(profile: bytes) -> bytes:
    """Keep the tables between a device and the connection space, and what is white."""
    space, connection = profile[16:20], profile[20:24]
    if profile[36:40] != b"acsp" or space not in _SPACES or len(profile) > _MAX_SIZE:
        raise MalformedError("a colour profile of a kind that is not understood")
    found = _tags(profile)
    kept = {name: found[name] for name in _TABLES if found.get(name, b"")[:4] in _FORMS}
    if b"A2B0" not in kept:
        raise MalformedError("a colour profile without tables")
    white = b"XYZ \0\0\0\0" + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    text = "picture".encode("utf-16-be")
    words = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28) + text
    return _encode({b"desc": words, b"cprt": words, b"wtpt": white, **kept}, space, connection)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    if count > _MAX_TAGS:
        raise MalformedError("a colour profile of impossible size")
    found = {}
    for number in range(count):
        name, offset, size = struct.unpack_from(
            ">4sII", profile.ljust(2**12), _HEADER + 4 + 12 * number
        )
        found[name] = profile[offset : offset + size]
    return found


def _encode(tags: dict[bytes, bytes], space: bytes, connection: bytes) -> bytes:
    position, table, body = _HEADER + 4 + 12 * len(tags), [], b""
    for name, data in tags.items():
        table.append(struct.pack(">4sII", name, position + len(body), len(data)))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", position + len(body), b"\0\0\0\0", 0x04300000, b"prtr", space,
                       connection)  # fmt: skip
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(_HEADER, b"\0") + struct.pack(">I", len(tags)) + b"".join(table) + body
