"""Colour profiles of any kind, also of presses, written anew from numbers (ICC.1:2022)."""

from evidencekit.metadata.icc import encode_profile, make_profile, read_profile, read_tags
from evidencekit.metadata.malformed import MalformedError

_MAX_SIZE = 16 * 2**20  # bytes: profiles of presses have large tables
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
    if profile[36:40] != b"acsp" or space not in _SPACES:
        raise MalformedError("a colour profile of a kind that is not understood")
    found = read_tags(profile, most=_MAX_SIZE)
    kept = {name: found[name] for name in _TABLES if found.get(name, b"")[:4] in _FORMS}
    if b"A2B0" not in kept:
        raise MalformedError("a colour profile without tables")
    return encode_profile(kept, device=b"prtr", space=space, connection=connection)
