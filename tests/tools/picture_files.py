"""Small HEIC and AVIF files with a mark in every place that they offer.

Pictures are coded by libheif and libavif; what is planted around them is written by hand. The data
are moved before the tables, so that these may grow.
"""

import io
import struct
from collections.abc import Callable

import pillow_heif
from PIL import Image

from tests.tools.films import MARK, box, boxes, changed

Taking = Callable[[bytes], bytes]


def planted_picture(kind: str, exif: bytes, xmp: bytes) -> bytes:
    """``kind`` is ``HEIF`` or ``AVIF``."""
    data = _coded(kind, exif, xmp)
    parts = dict(boxes(data))
    meta_at, data_at = data.index(b"meta") - 4, data.index(b"mdat") - 4
    ahead = data_at - meta_at
    meta = box(b"meta", parts[b"meta"][:4], _moved(parts[b"meta"][4:], ahead))
    for path, change in _CHANGES:
        (content,) = (one for kind, one in boxes(meta) if kind == b"meta")
        meta = box(b"meta", content[:4], changed(content[4:], path, change))
    return b"".join(
        (data[:meta_at], box(b"mdat", parts[b"mdat"] + b"slack " + MARK), meta,
         box(b"uuid", bytes(16), MARK), box(b"free", MARK[::-1]), box(b"sefd", b"sefd " + MARK),
         b"\0\0\0\1" + MARK)
    )  # fmt: skip


def _coded(kind: str, exif: bytes, xmp: bytes) -> bytes:
    out, picture = io.BytesIO(), Image.linear_gradient("L").resize((64, 64)).convert("RGB")
    if kind == "AVIF":
        picture.save(out, "AVIF", exif=exif, xmp=xmp, quality=70)
    else:
        made = pillow_heif.from_pillow(picture)
        made.info.update(exif=b"Exif\0\0" + exif, xmp=xmp, thumbnails=[32])
        made.save(out, quality=70)
    return out.getvalue()


def _moved(meta: bytes, ahead: int) -> bytes:
    return changed(meta, b"iloc", lambda content: _places(content, ahead))


def _places(iloc: bytes, ahead: int) -> bytes:
    """Move what lies in the file to where it is without the tables before it."""
    version, sizes = iloc[0], iloc[4:6]
    assert version in {0, 1}
    assert (sizes[0], sizes[1] & 15) == (0x44, 0)
    base_size = sizes[1] >> 4
    out, position = bytearray(iloc), 8
    for _number in range(struct.unpack_from(">H", iloc, 6)[0]):
        method = struct.unpack_from(">H", iloc, position + 2)[0] if version else 0
        position += 6 if version else 4
        base = int.from_bytes(iloc[position : position + base_size], "big")
        at = position + base_size
        extents, position = struct.unpack_from(">H", iloc, at)[0], at + 2
        for _extent in range(extents):
            (offset,) = struct.unpack_from(">I", iloc, position)
            if not method and not base:
                struct.pack_into(">I", out, position, offset - ahead)
            position += 8
        if not method and base:
            out[at - base_size : at] = (base - ahead).to_bytes(base_size, "big")
    return bytes(out)


def _named(infe: bytes) -> bytes:
    _name, _, rest = infe[12:].partition(b"\0")
    return infe[:12] + b"name " + MARK + b"\0" + rest


def _with_names(iinf: bytes) -> bytes:
    start = 6 if iinf[0] == 0 else 8
    return iinf[:start] + changed(iinf[start:], b"infe", _named)


def _with_properties(ipco: bytes) -> bytes:
    return ipco + box(b"udes", bytes(4), b"ko\0name " + MARK + b"\0\0\0")


_CHANGES: tuple[tuple[bytes, Taking], ...] = (
    (b"iinf", _with_names),
    (b"iprp/ipco", _with_properties),
    (b"hdlr", lambda content: content[:20] + b"handler " + MARK + b"\0"),
)
