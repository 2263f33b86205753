"""The media types that we tell apart, and the file-name extensions that go with them.

The first extension of a type is the canonical one: bundles name files ``data/<id>.<extension>`` by
what was detected, never by what somebody called the file.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

UNKNOWN = "application/octet-stream"
EMPTY = "inode/x-empty"
FALLBACK_EXTENSION = "bin"

_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

EXTENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
        "image/png": ("png", "apng"),
        "image/gif": ("gif",),
        "image/webp": ("webp",),
        "image/heic": ("heic", "heif", "hif"),
        "image/heic-sequence": ("heics", "heic", "heif"),
        "image/heif": ("heif", "heic", "hif"),
        "image/avif": ("avif",),
        "image/x-canon-cr3": ("cr3",),
        "image/tiff": ("tif", "tiff", "dng", "cr2", "nef", "arw"),  # raw files are TIFF inside
        "image/jxl": ("jxl",),
        "image/bmp": ("bmp", "dib"),
        "image/svg+xml": ("svg",),
        "video/mp4": ("mp4", "m4v", "mov"),  # phones write .mov with an ISO brand
        "video/quicktime": ("mov", "qt", "mp4"),
        "video/3gpp": ("3gp", "3g2"),
        "video/x-matroska": ("mkv", "mka", "mks"),
        "video/webm": ("webm", "weba"),
        "video/x-msvideo": ("avi",),
        "video/ogg": ("ogv", "ogg"),
        "audio/mp4": ("m4a", "m4b", "mp4"),
        "audio/wav": ("wav", "wave"),
        "audio/mpeg": ("mp3", "mp2", "mpga"),
        "audio/ogg": ("ogg", "oga", "opus", "spx"),
        "audio/flac": ("flac",),
        "audio/amr": ("amr",),
        "application/pdf": ("pdf", "ai"),
        "application/zip": ("zip", "jar", "cbz"),
        f"{_OFFICE}.wordprocessingml.document": ("docx", "docm"),
        f"{_OFFICE}.spreadsheetml.sheet": ("xlsx", "xlsm"),
        f"{_OFFICE}.presentationml.presentation": ("pptx", "pptm", "ppsx"),
        f"{_ODF}.text": ("odt",),
        f"{_ODF}.spreadsheet": ("ods",),
        f"{_ODF}.presentation": ("odp",),
        "application/hwp+zip": ("hwpx",),
        "application/epub+zip": ("epub",),
        "application/wacz": ("wacz",),
        "application/vnd.android.package-archive": ("apk",),
        "application/x-7z-compressed": ("7z",),
        "application/vnd.rar": ("rar",),
        "application/gzip": ("gz", "tgz"),
        "application/x-tar": ("tar",),
        "application/x-hwp": ("hwp",),
        "application/msword": ("doc", "dot"),
        "application/vnd.ms-excel": ("xls", "xlt"),
        "application/vnd.ms-powerpoint": ("ppt", "pps"),
        "application/x-ole-storage": ("ole", "doc", "xls", "ppt", "hwp", "msg", "db"),
        "application/vnd.sqlite3": ("sqlite", "sqlite3", "db"),
        "application/vnd.microsoft.portable-executable": ("exe", "dll", "scr", "com"),
        "application/x-elf": ("elf", "so"),
        "application/warc": ("warc",),
        "application/warc+gzip": ("warc.gz", "gz", "warc"),
        "application/json": ("json", "jsonl", "ndjson", "har"),
        "application/xml": ("xml", "xhtml", "rss", "xsd", "gpx", "kml"),
        "application/mbox": ("mbox", "mbx"),
        "message/rfc822": ("eml", "mht", "mhtml"),
        "text/html": ("html", "htm", "xhtml"),
        "text/rtf": ("rtf", "doc"),
        "text/plain": ("txt", "text", "log", "csv", "tsv", "md", "srt", "vcf", "ics"),
        EMPTY: (FALLBACK_EXTENSION,),
        UNKNOWN: (FALLBACK_EXTENSION, "dat"),
    }
)

_TEXTUAL = frozenset(
    {
        "application/json", "application/xml", "application/mbox", "message/rfc822", "text/html",
        "text/plain", "image/svg+xml", "application/warc",
    }
)  # fmt: skip
_KNOWN = frozenset(extension for names in EXTENSIONS.values() for extension in names)
_OF_TEXT = frozenset(extension for kind in _TEXTUAL for extension in EXTENSIONS[kind])
_SAFE = re.compile(r"[a-z0-9]{1,8}(?:\.gz)?")


def extension_for(media_type: str) -> str:
    """Return the canonical extension, ``bin`` for a type that is not ours; always path-safe."""
    names = EXTENSIONS.get(media_type, ())
    return names[0] if names and _SAFE.fullmatch(names[0]) else FALLBACK_EXTENSION


def is_extension_mismatch(name: str, media_type: str) -> bool:
    """Tell whether a file name promises another type than what was found.

    Names without an extension, or with one that we do not know, promise nothing. Plain text may
    bear the name of any textual kind, since its start need not show which one it is.
    """
    extension = _extension_of(name)
    if extension not in _KNOWN or media_type == EMPTY:
        return False
    if media_type == "text/plain" and extension in _OF_TEXT:
        return False
    return extension not in EXTENSIONS.get(media_type, ())


def _extension_of(name: str) -> str:
    stem, dot, extension = name.rstrip(". ").rpartition(".")  # Windows ignores those at the end
    return extension.lower() if dot and stem else ""
