"""Facts in a JPEG: its segments, comments, and the blocks of Exif, XMP and IPTC in them."""

import io
from mmap import mmap
from typing import BinaryIO

from evidencekit.metadata.exif.read import add_exif
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.iptc import add_iptc
from evidencekit.metadata.jpeg import segments as jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.whole import map_start
from evidencekit.metadata.xmp import add_xmp

_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_MORE = b"http://ns.adobe.com/xmp/extension/\0"
_XMP_MORE_HEAD = len(_XMP_MORE) + 32 + 4 + 4  # GUID, length, offset (XMP part 3 §1.1.3.1)
_PHOTOSHOP = b"Photoshop 3.0\0"
_MAX_IDENTIFIER = 40


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the segments say; a walk that breaks off leaves what was found before."""
    add_jpeg(facts, map_start(facts, stream))


def add_jpeg(facts: FactList, data: bytes | mmap) -> None:
    """Add the facts of a JPEG, be it a file or a part of one."""
    more_xmp = b""
    try:
        for segment in jpeg.walk(data):
            more_xmp += _add_segment(facts, segment)
            if segment.marker == jpeg.EOI:
                _add_trailer(facts, data[jpeg.trailer_start(segment) :], segment.offset + 2)
    except MalformedError as exc:
        facts.problem(f"JPEG: {exc}")
    if more_xmp:
        add_xmp(facts, more_xmp, source="extended XMP")


def _add_segment(facts: FactList, segment: jpeg.Segment) -> bytes:
    """Add one segment; returns its part of the extended XMP, which is only whole at the end."""
    source, payload = f"{segment.name} at {segment.offset}", segment.payload
    if segment.marker != jpeg.EOI:
        facts.structure(segment.name, _describe(segment), source=source)
    if segment.marker == jpeg.COM:
        text = decode_text(payload)
        facts.add("JPEG", "Comment", text, raw=text, source=source)
    elif segment.marker == jpeg.APP1 and payload.startswith(_EXIF):
        add_exif(facts, io.BytesIO(payload[len(_EXIF) :]), source=source)
    elif segment.marker == jpeg.APP1 and payload.startswith(_XMP):
        add_xmp(facts, payload[len(_XMP) :], source=source)
    elif segment.marker == jpeg.APP1 and payload.startswith(_XMP_MORE):
        return payload[_XMP_MORE_HEAD:]
    elif segment.marker == jpeg.APP13 and payload.startswith(_PHOTOSHOP):
        add_iptc(facts, payload[len(_PHOTOSHOP) :], source=source)
    elif segment.marker == jpeg.APP0 and payload.startswith(b"JFXX\0"):
        facts.structure("Thumbnail", f"{len(payload)} bytes", source=source)
    return b""


def _describe(segment: jpeg.Segment) -> str:
    size = f"{len(segment.payload)} bytes"
    if segment.entropy:
        return f"{size}, {len(segment.entropy)} bytes of picture data"
    if not jpeg.APP0 <= segment.marker <= jpeg.APP15:
        return size
    identifier = segment.payload.partition(b"\0")[0][:_MAX_IDENTIFIER]
    is_name = identifier.isascii() and identifier.decode("ascii", "replace").isprintable()
    return f"{identifier.decode()}, {size}" if identifier and is_name else size


def _add_trailer(facts: FactList, trailer: bytes, offset: int) -> None:
    if trailer:
        facts.structure("BytesAfterEnd", f"{len(trailer)} bytes", source=f"at {offset}")
