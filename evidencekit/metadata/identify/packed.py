"""What a zip, gzip or OLE container really is: by its first members, without unpacking it."""

import re
import zlib

_MIMETYPE_MEMBER = re.compile(rb"PK\x03\x04.{26}mimetype([\x21-\x7e]{5,80}?)(?:PK|\Z)", re.DOTALL)
_MEMBER = re.compile(rb"PK\x03\x04.{4}(..).{8}.{8}(..)(..)", re.DOTALL)
_MAX_MEMBERS = 40
_MAX_INFLATED = 16_384

_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
_BY_FOLDER = (
    (b"word/", f"{_OFFICE}.wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}.presentationml.presentation"),
)
_BY_MIMETYPE = frozenset(
    {
        "application/hwp+zip", "application/epub+zip",
        f"{_ODF}.text", f"{_ODF}.spreadsheet", f"{_ODF}.presentation",
    }
)  # fmt: skip
_BY_OLE_NAME = (
    ("HwpSummaryInformation", "application/x-hwp"),
    ("WordDocument", "application/msword"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Workbook", "application/vnd.ms-excel"),
)


def identify_zip(head: bytes) -> str:
    """Tell documents that are zip files from plain ones (APPNOTE 6.3.10 §4.3.7)."""
    declared = _MIMETYPE_MEMBER.match(head)  # EPUB OCF §4.3, ODF 1.3 part 2 §3.3: first and stored
    if declared is not None:
        mimetype = declared[1].decode("ascii")
        return mimetype if mimetype in _BY_MIMETYPE else "application/zip"
    names = _member_names(head)
    if b"[Content_Types].xml" in names:
        return _identify_office(names, head)
    if b"AndroidManifest.xml" in names:
        return "application/vnd.android.package-archive"
    if names and (names[0] == b"datapackage.json" or _is_warc_name(names[0])):
        return "application/wacz"  # WACZ 1.1.1 §3: datapackage.json and archive/*.warc.gz
    return "application/zip"


def _is_warc_name(name: bytes) -> bool:
    return name.startswith(b"archive/") and name.endswith((b".warc.gz", b".warc"))


def _member_names(head: bytes) -> list[bytes]:
    names = []
    for found in _MEMBER.finditer(head):
        length = int.from_bytes(found[2], "little")
        names.append(head[found.end() : found.end() + length])
        if len(names) == _MAX_MEMBERS:
            break
    return names


def _identify_office(names: list[bytes], head: bytes) -> str:
    for folder, media_type in _BY_FOLDER:
        if any(name.startswith(folder) for name in names):
            return media_type
    listing = _inflate_content_types(head)
    for folder, media_type in _BY_FOLDER:
        if b"/" + folder in listing:
            return media_type
    return "application/zip"


def _inflate_content_types(head: bytes) -> bytes:
    for found in _MEMBER.finditer(head):
        name_ends = found.end() + int.from_bytes(found[2], "little")
        if head[found.end() : name_ends] == b"[Content_Types].xml":
            data = head[name_ends + int.from_bytes(found[3], "little") :]
            return data if found[1] == b"\0\0" else _inflate(data, -zlib.MAX_WBITS, _MAX_INFLATED)
    return b""


def _inflate(data: bytes, window: int, limit: int) -> bytes:
    """Inflate the start of ``data`` as far as it goes."""
    try:
        return zlib.decompressobj(window).decompress(data, limit)
    except zlib.error:
        return b""


def identify_gzip(head: bytes) -> str:
    """Tell a compressed WARC by the first bytes of its first record."""
    start = _inflate(head[:1024], zlib.MAX_WBITS | 16, 8)
    return "application/warc+gzip" if start.startswith(b"WARC/1.") else "application/gzip"


def identify_ole(head: bytes) -> str:
    """Tell HWP 5 and old Office by a stream name ([MS-CFB] §2.6.1), where the head shows it."""
    if b"HWP Document File" in head:  # HWP 5.0 revision 1.3, table 2: stream FileHeader
        return "application/x-hwp"
    for name, media_type in _BY_OLE_NAME:
        if name.encode("utf-16-le") in head:
            return media_type
    return "application/x-ole-storage"
