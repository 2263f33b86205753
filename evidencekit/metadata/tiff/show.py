"""Decodes the pages of a TIFF by Pillow, but for small versions of them, which no copy has."""

from typing import Any, BinaryIO

import PIL
from PIL import ImageSequence

from evidencekit.metadata.raster import MAX_FRAMES, digest_of, opened
from evidencekit.metadata.shown import Shown

_SUBFILE, _OLD_SUBFILE = 254, 255


def show(stream: BinaryIO, pixels: int) -> Shown:
    """Return a digest of each page; raises what Pillow raises, and ``ValueError`` as it does."""
    frames = []
    with opened(stream, pixels) as picture:
        for number, page in enumerate(ImageSequence.Iterator(picture)):
            if number >= MAX_FRAMES:
                raise ValueError(f"more than {MAX_FRAMES} pages")
            if page.width * page.height > pixels:
                raise ValueError(f"more than {pixels} pixels (--allow-large)")
            if not _is_small_version(page):
                frames.append(digest_of(page))
    return Shown(frames=tuple(frames), decoder=f"Pillow {PIL.__version__}")


def _is_small_version(page: Any) -> bool:
    tags = page.tag_v2
    return bool(int(tags.get(_SUBFILE, 0)) & 1) or tags.get(_OLD_SUBFILE) == 2  # noqa: PLR2004
