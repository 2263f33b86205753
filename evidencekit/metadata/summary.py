"""The few facts that people ask for first: when, where, with what."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from evidencekit.metadata.facts import STRUCTURE, Fact

_WHEN = (  # in order of trust; each with the tag that may hold its offset from UTC
    ("EXIF", "DateTimeOriginal", "OffsetTimeOriginal"),
    ("EXIF", "DateTimeDigitized", "OffsetTimeDigitized"),
    ("QuickTime", "com.apple.quicktime.creationdate", ""),
    ("QuickTime", "©day", ""),
    ("QuickTime", "CreateDate", ""),
    ("Matroska", "DateUTC", ""),
    ("XMP", "exif:DateTimeOriginal", ""),
    ("XMP", "photoshop:DateCreated", ""),
    ("XMP", "xmp:CreateDate", ""),
    ("Image", "DateTime", "OffsetTime"),
    ("tEXt", "Creation Time", ""),
    ("iTXt", "Creation Time", ""),
    ("tIME", "LastModified", ""),
    ("PDF", "CreationDate", ""),
    ("bext", "OriginationDate", ""),
    ("RIFF", "IDIT", ""),
    ("Office core", "created", ""),
    ("OLE", "CreateDate", ""),
)
_APPLE, _ANDROID = "com.apple.quicktime.", "com.android."
_MAKE = (
    ("Image", "Make"),
    ("QuickTime", f"{_APPLE}make"),
    ("QuickTime", f"{_ANDROID}manufacturer"),
    ("QuickTime", "©mak"),
    ("XMP", "tiff:Make"),
)
_MODEL = (
    ("Image", "Model"),
    ("QuickTime", f"{_APPLE}model"),
    ("QuickTime", f"{_ANDROID}model"),
    ("QuickTime", "©mod"),
    ("GPMF", "MINF"),
    ("GPMF", "DVNM"),
    ("XMP", "tiff:Model"),
)
_SERIAL = (
    ("EXIF", "BodySerialNumber"),
    ("MakerNote", "SerialNumber"),
    ("GPMF", "CASN"),
    ("XMP", "aux:SerialNumber"),
)
_SOFTWARE = (
    ("Image", "Software"),
    ("XMP", "xmp:CreatorTool"),
    ("tEXt", "Software"),
    ("iTXt", "Software"),
    ("QuickTime", f"{_APPLE}software"),
    ("QuickTime", "©swr"),
    ("QuickTime", "©too"),
    ("Matroska", "WritingApp"),
    ("PDF", "Creator"),
    ("PDF", "Producer"),
    ("MPEG", "Encoder"),
    ("Vorbis", "Vendor"),
    ("RIFF", "ISFT"),
    ("Office app", "Application"),
    ("OLE", "Application"),
)
_EXIF_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the file claims; anybody can write anything there. Hostile text."""

    when: str | None
    """Local time of the device as it says, with the offset from UTC where that is said."""
    where: str | None
    """``latitude, longitude`` in decimal degrees."""
    device: str | None
    serial: str | None
    software: str | None
    has_thumbnail: bool


def summary(facts: Iterable[Fact]) -> Summary:
    """Pick the first of each kind, in the order of what is set by the device itself."""
    found: dict[tuple[str, str], str] = {}
    for fact in facts:
        if fact.readable.strip():
            found.setdefault((fact.group, fact.tag), fact.readable.strip())
    return Summary(
        when=_when(found),
        where=_where(found),
        device=_device(_first(found, _MAKE), _first(found, _MODEL)),
        serial=_first(found, _SERIAL),
        software=_first(found, _SOFTWARE),
        has_thumbnail=(STRUCTURE, "Thumbnail") in found,
    )


_Found = dict[tuple[str, str], str]


def _first(found: _Found, keys: Iterable[tuple[str, str]]) -> str | None:
    return next((found[key] for key in keys if key in found), None)


def _when(found: _Found) -> str | None:
    for group, tag, offset_tag in _WHEN:
        said = found.get((group, tag))
        if said is None or not any(digit in said for digit in "123456789"):
            continue  # 0000:00:00 is how cameras say that nobody set the clock
        offset = found.get((group, offset_tag)) or found.get(("EXIF", offset_tag))
        shown = _EXIF_DATE.sub(r"\1-\2-\3 \4", said)
        return f"{shown} {offset}" if offset else shown
    return None


def _where(found: _Found) -> str | None:
    latitude, longitude = found.get(("GPS", "Latitude")), found.get(("GPS", "Longitude"))
    return f"{latitude}, {longitude}" if latitude and longitude else None


def _device(make: str | None, model: str | None) -> str | None:
    if make and model and model.lower().startswith(make.lower()):
        return model
    return " ".join(part for part in (make, model) if part) or None
