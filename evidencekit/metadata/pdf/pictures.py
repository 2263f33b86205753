"""Pictures inside a PDF, each copied by the rules of its own kind."""

import io
from collections.abc import Iterator

import pikepdf
from pikepdf import Name

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Part, box, split
from evidencekit.metadata.jpeg.rebuild import rebuild as rebuild_jpeg
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.pdf.opening import unpacked
from evidencekit.metadata.rebuilt import Wish

_FAX = frozenset(
    {
        "/K", "/EndOfLine", "/EncodedByteAlign", "/Columns", "/Rows", "/EndOfBlock", "/BlackIs1",
        "/DamagedRowsBeforeError",
    }
)  # fmt: skip
_JP2 = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})
_SHORT = {"/Fl": "/FlateDecode", "/AHx": "/ASCIIHexDecode", "/A85": "/ASCII85Decode",
          "/LZW": "/LZWDecode", "/RL": "/RunLengthDecode", "/CCF": "/CCITTFaxDecode",
          "/DCT": "/DCTDecode"}  # fmt: skip
_COM, _SOT, _SOC = 0xFF64, 0xFF90, b"\xff\x4f"  # ISO/IEC 15444-1 annex A


_COMPONENTS = {
    "/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4, "/CalGray": 1, "/CalRGB": 3, "/Lab": 3,
    "/Indexed": 1, "/Separation": 1, "/G": 1, "/RGB": 3, "/CMYK": 4,
}  # fmt: skip


class Picture:
    """The data of a picture as they are to be written."""

    def __init__(
        self, data: bytes, filter_name: Name | None, parms: pikepdf.Dictionary | None
    ) -> None:
        self.data, self.filter, self.parms = data, filter_name, parms


def picture(stream: pikepdf.Stream, gone: Gone) -> Picture:
    """Return the data of an image; raises :class:`MalformedError` for what is not understood."""
    filters = [_SHORT.get(name, name) for name in _names(stream.get("/Filter"))]
    last = filters[-1] if filters else ""
    match last:
        case "/DCTDecode":
            return Picture(_jpeg(_until_last(stream, filters), gone), Name.DCTDecode, None)
        case "/JPXDecode":
            return Picture(_jpeg_2000(_until_last(stream, filters), gone), Name.JPXDecode, None)
        case "/CCITTFaxDecode":
            parms = _fax_parms(stream, len(filters))
            return Picture(_until_last(stream, filters), Name.CCITTFaxDecode, parms)
        case "/JBIG2Decode":
            raise MalformedError("a picture coded by JBIG2, which is not understood")
        case _:
            return Picture(_exact(stream, unpacked(stream), gone), None, None)


def _names(value: pikepdf.Object | None) -> Iterator[str]:
    if isinstance(value, pikepdf.Array):
        yield from (str(one) for one in value)
    elif value is not None:
        yield str(value)


def _until_last(stream: pikepdf.Stream, filters: list[str]) -> bytes:
    """Return the coded data, with the filters around them taken off."""
    if len(filters) == 1:
        return bytes(stream.read_raw_bytes())
    with pikepdf.new() as scratch:
        outer = scratch.make_stream(stream.read_raw_bytes())
        outer.Filter = pikepdf.Array([Name(name) for name in filters[:-1]])
        return unpacked(outer)


def _jpeg(data: bytes, gone: Gone) -> bytes:
    out = io.BytesIO()
    for word in rebuild_jpeg(io.BytesIO(data), out, Wish()).removed:
        gone.note(f"picture {word}")
    return out.getvalue()


def _jpeg_2000(data: bytes, gone: Gone) -> bytes:
    """Boxes by allow-list; in the codestream remarks go (ISO/IEC 15444-1 §A.9.2, annex I)."""
    if data.startswith(_SOC):
        return _codestream(data, gone)
    written = []
    for part in split(data):
        if part.kind in _JP2:
            written.append(_jp2_box(part, gone))
        else:
            gone.note("picture metadata")
    return b"".join(written)


def _jp2_box(part: Part, gone: Gone) -> bytes:
    return box(part.kind, _codestream(part.data, gone) if part.kind == b"jp2c" else part.data)


def _codestream(data: bytes, gone: Gone) -> bytes:
    kept, position = data[:2], 2
    while True:
        marker = int.from_bytes(data[position : position + 2], "big")
        if marker == _SOT:
            return kept + data[position:]
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker < 0xFF00 or end > len(data) or end <= position + 3:  # noqa: PLR2004
            raise MalformedError("a picture of JPEG 2000 that is cut off")
        if marker == _COM:
            gone.note("picture comment")
        else:
            kept += data[position:end]
        position = end


def _fax_parms(stream: pikepdf.Stream, filters: int) -> pikepdf.Dictionary | None:
    value = stream.get("/DecodeParms", stream.get("/DP"))
    found = value[filters - 1] if isinstance(value, pikepdf.Array) else value
    if not isinstance(found, pikepdf.Dictionary):
        return None
    kept = {key: found[key] for key in sorted(_FAX & set(found.keys()))}
    if any(not isinstance(one, int | bool) for one in kept.values()):
        raise MalformedError("a picture of a fax that is set by something else than numbers")
    return pikepdf.Dictionary(kept)


def _exact(stream: pikepdf.Stream, data: bytes, gone: Gone) -> bytes:
    """Cut what stands behind the last line of a picture of plain numbers."""
    bits = 1 if stream.get("/ImageMask", False) else int(stream.get("/BitsPerComponent", 0) or 0)
    components = 1 if stream.get("/ImageMask", False) else _components(stream.get("/ColorSpace"))
    if not bits or not components:
        return data
    row = (int(stream.Width) * bits * components + 7) // 8
    size = row * int(stream.Height)
    gone.when(len(data) > size, "bytes-after-picture-data")
    return data[:size]


def _components(space: pikepdf.Object | None) -> int:
    if isinstance(space, pikepdf.Array) and len(space) > 1:
        kind = str(space[0])
        if kind == "/ICCBased":
            return int(space[1].get("/N", 0))
        return len(space[1]) if kind == "/DeviceN" else _COMPONENTS.get(kind, 0)
    return _COMPONENTS.get(str(space), 0)
