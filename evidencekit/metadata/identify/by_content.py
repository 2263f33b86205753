"""Of which type a file is, by its first bytes: our own table, then a light walk into containers.

Pure and quick, since every file of a case passes here. Only what is there counts, never the name.
Where two types fit (polyglots) the one whose magic stands at the very start wins; libmagic gives a
second opinion (:mod:`evidencekit.metadata.identify.magic`); a disagreement is recorded, not
resolved.
"""

from collections.abc import Callable
from dataclasses import dataclass

from evidencekit.metadata.identify.packed import identify_gzip, identify_ole, identify_zip
from evidencekit.metadata.identify.textual import identify_text
from evidencekit.metadata.identify.types import EMPTY, UNKNOWN, extension_for, is_extension_mismatch
from evidencekit.metadata.identify.weak import identify_weakly

__all__ = ["HEAD_SIZE", "Identified", "identify", "is_extension_mismatch"]

HEAD_SIZE = 16_384  # enough for the first members of a zip and most OLE directories


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """What a file is, as far as its first bytes say."""

    media_type: str
    extension: str
    """Canonical for the type, ``[a-z0-9]{1,8}``, with ``.gz`` behind it for a compressed WARC."""


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),  # BigTIFF
    (b"MM\x00+", "image/tiff"),
    (b"\xff\x0a", "image/jxl"),  # bare codestream, ISO 18181-1
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-elf"),
    (b"WARC/1.", "application/warc"),
    (b"{\\rtf", "text/rtf"),
)
_BY_FIRST_BYTE = {
    first: tuple(entry for entry in _MAGIC if entry[0][0] == first)
    for first in {magic[0] for magic, _ in _MAGIC}
}


def identify(head: bytes, *, size: int) -> Identified:
    """Identify a file of ``size`` bytes that starts with ``head`` (up to ``HEAD_SIZE`` of it).

    Never raises; what nothing fits is ``application/octet-stream``.
    """
    media_type = _media_type(head, size)
    return Identified(media_type=media_type, extension=extension_for(media_type))


def _media_type(head: bytes, size: int) -> str:
    if size == 0 or not head:
        return EMPTY
    for magic, media_type in _BY_FIRST_BYTE.get(head[0], ()):
        if head.startswith(magic):
            return media_type
    return (
        _by_container(head)
        or identify_weakly(head, size=size)
        or identify_text(head, is_whole=size <= len(head))
        or UNKNOWN
    )


def _by_container(head: bytes) -> str | None:
    if head[4:8] in _FIRST_BOXES:
        return _identify_boxes(head)
    walk = _CONTAINERS.get(head[:4])
    return walk(head) if walk is not None else None


_RIFF = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide"})
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic-sequence",
    b"hevx": "image/heic-sequence",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"M4P ": "audio/mp4",
    b"crx ": "image/x-canon-cr3",
}


def _identify_boxes(head: bytes) -> str | None:
    """ISO 14496-12 §4.3: the major brand decides; for the neutral ``mif1`` a compatible one."""
    if head[4:8] != b"ftyp":
        return "video/quicktime"  # QuickTime before 2004 had no file type box
    length = int.from_bytes(head[:4], "big")
    major = head[8:12]
    compatible = [head[i : i + 4] for i in range(16, min(length, 256, len(head) - 3), 4)]
    if major in {b"mif1", b"msf1", b"miaf"}:
        found = (_BRANDS[brand] for brand in compatible if brand in _BRANDS)
        return next((kind for kind in found if kind.startswith("image/")), "image/heif")
    if major.startswith((b"3gp", b"3g2", b"3ge", b"3gs")):
        return "video/3gpp"
    return _BRANDS.get(major, "video/mp4")


def _identify_riff(head: bytes) -> str | None:
    return _RIFF.get(head[8:12])


def _identify_ebml(head: bytes) -> str:
    """RFC 8794 §11.2.8: element DocType, 0x4282, here of four letters."""
    return "video/webm" if b"\x42\x82\x84webm" in head[:128] else "video/x-matroska"


def _identify_ogg(head: bytes) -> str:
    return "video/ogg" if head[28:35] == b"\x80theora" else "audio/ogg"


_CONTAINERS: dict[bytes, Callable[[bytes], str | None]] = {
    b"PK\x03\x04": identify_zip,
    b"PK\x05\x06": identify_zip,  # empty
    b"PK\x07\x08": identify_zip,  # split, in one piece
    b"RIFF": _identify_riff,
    b"\x1a\x45\xdf\xa3": _identify_ebml,
    b"OggS": _identify_ogg,
    b"\x1f\x8b\x08\x00": identify_gzip,
    b"\x1f\x8b\x08\x08": identify_gzip,
    b"\xd0\xcf\x11\xe0": identify_ole,
}
