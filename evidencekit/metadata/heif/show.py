"""Decodes HEIC and AVIF: by libheif in pillow-heif, an extra, and by Pillow itself."""

import hashlib
from typing import BinaryIO

from PIL import features

from evidencekit.metadata.raster import show as show_by_pillow
from evidencekit.metadata.shown import Shown


def show(stream: BinaryIO, pixels: int) -> Shown | None:
    """Return a digest of the primary picture, which is what is shown; None without pillow-heif.

    Raises whatever it raises, and ``ValueError`` for a picture of more ``pixels``.
    """
    try:
        import pillow_heif  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    found = pillow_heif.open_heif(stream, convert_hdr_to_8bit=False)
    picture = found[found.primary_index]
    width, height = picture.size
    if width * height > pixels:
        raise ValueError(f"more than {pixels} pixels (--allow-large)")
    digest = hashlib.sha256(f"{picture.mode} {width}x{height} {picture.stride}".encode())
    digest.update(picture.data)
    return Shown(frames=(digest.hexdigest(),), decoder=f"pillow-heif {pillow_heif.__version__}")


def show_avif(stream: BinaryIO, pixels: int) -> Shown | None:
    """Return a digest of an AVIF, where this Pillow was built to decode one."""
    return show_by_pillow(stream, pixels) if features.check("avif") else None
