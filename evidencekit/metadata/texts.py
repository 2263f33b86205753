"""Bytes of unknown encoding as text, the same way for every kind of metadata."""

_LEGACY = ("utf-8", "cp949", "latin-1")  # the last takes anything


def decode_text(data: bytes) -> str:
    """Decode text that should be ASCII or UTF-8 but comes from Korean or Western software."""
    for encoding in _LEGACY:
        try:
            return data.decode(encoding).rstrip("\0")
        except UnicodeDecodeError:
            continue
    return ""


def decode_utf16(data: bytes, *, order: str) -> str:
    """Decode UTF-16; ``order`` is ``le`` or ``be`` and yields to a byte-order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").rstrip("\0")
    return data.decode(f"utf-16-{order}", errors="replace").rstrip("\0")
