"""Facts in a PNG: its chunks, texts, times, density, and the blocks of Exif and XMP in them."""

import io
import struct
import zlib
from typing import BinaryIO

from evidencekit.metadata.exif.read import add_exif
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.png import chunks as png
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.whole import read_start
from evidencekit.metadata.xmp import add_xmp

MAX_INFLATED = 2**20  # bytes of one compressed text
_XMP_KEYWORD = "XML:com.adobe.xmp"
_RAW_PROFILE = "Raw profile type "  # ImageMagick's way to put Exif and IPTC into a text chunk


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the chunks say; a walk that breaks off leaves what was found before."""
    data = read_start(facts, stream)
    counts: dict[str, tuple[int, int, int]] = {}
    try:
        for chunk in png.walk(data):
            first, number, size = counts.get(chunk.name, (chunk.offset, 0, 0))
            counts[chunk.name] = (first, number + 1, size + len(chunk.data))
            _add_chunk(facts, chunk)
            if chunk.kind == b"IEND" and (after := len(data) - png.trailer_start(chunk)):
                facts.structure("BytesAfterEnd", f"{after} bytes", source=f"at {chunk.offset + 12}")
    except MalformedError as exc:
        facts.problem(f"PNG: {exc}")
    for name, (first, number, size) in counts.items():
        facts.structure(name, f"{number} × {size} bytes", source=f"{name} at {first}")


def _add_chunk(facts: FactList, chunk: png.Chunk) -> None:
    source = f"{chunk.name} at {chunk.offset}"
    try:
        match chunk.kind:
            case b"tEXt" | b"zTXt" | b"iTXt":
                keyword, text = _read_text(chunk)
                _add_text(facts, chunk.name, keyword, text, source)
            case b"eXIf":
                add_exif(facts, io.BytesIO(chunk.data), source=source)
            case b"tIME":
                year, *rest = struct.unpack(">H5B", chunk.data)
                shown = "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(year, *rest)
                facts.add("tIME", "LastModified", f"{shown} UTC", raw=shown, source=source)
            case b"pHYs":
                across, down, unit = struct.unpack(">IIB", chunk.data)
                shown = f"{across} × {down} per {'metre' if unit else 'unknown unit'}"
                facts.add("pHYs", "PixelDensity", shown, raw=f"{across} {down}", source=source)
            case b"iCCP":
                name = decode_text(chunk.data.partition(b"\0")[0])
                facts.add("iCCP", "ProfileName", name, raw=name, source=source)
            case _:
                pass  # counted in the structure
    except (struct.error, zlib.error, MalformedError) as exc:
        facts.problem(f"{source}: {exc}")


def _add_text(facts: FactList, group: str, keyword: str, text: str, source: str) -> None:
    if keyword == _XMP_KEYWORD:
        add_xmp(facts, text.encode("utf-8"), source=source)
        return
    facts.add(group, keyword, text, raw=text, source=source)
    if keyword.startswith(_RAW_PROFILE):
        _add_raw_profile(facts, text, source)


def _add_raw_profile(facts: FactList, text: str, source: str) -> None:
    """Hexadecimal after a name and a length, each on its line; seen holding Exif."""
    try:
        block = bytes.fromhex("".join(text.split()[2:]))
    except ValueError:
        facts.problem(f"{source}: raw profile is not hexadecimal")
        return
    if block.startswith(b"Exif\0\0"):
        add_exif(facts, io.BytesIO(block[6:]), source=source)


def _read_text(chunk: png.Chunk) -> tuple[str, str]:
    """PNG 3rd ed. §11.3.3; tEXt and zTXt say Latin-1, but Korean software writes what it likes."""
    keyword, _, rest = chunk.data.partition(b"\0")
    if chunk.kind == b"tEXt":
        return decode_text(keyword), decode_text(rest)
    if chunk.kind == b"zTXt":
        return decode_text(keyword), decode_text(_inflate(rest[1:]))
    is_compressed, rest = rest[:1] == b"\1", rest[2:]
    _language, _, rest = rest.partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    return decode_text(keyword), decode_text(_inflate(text) if is_compressed else text)


def _inflate(data: bytes) -> bytes:
    engine = zlib.decompressobj()
    inflated = engine.decompress(data, MAX_INFLATED)
    if engine.unconsumed_tail:
        raise MalformedError(f"text inflates to more than {MAX_INFLATED} bytes")
    return inflated
