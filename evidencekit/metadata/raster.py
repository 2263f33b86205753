"""Decodes still and moving pictures by Pillow, which has no part in rebuilding them."""

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import PIL
from PIL import Image, ImageSequence

from evidencekit.metadata.shown import Shown

MAX_PIXELS = 60_000_000  # of one frame; decoded and copied it fits into the worker's memory
MAX_LARGE = 400_000_000  # where somebody allows large ones; the worker then has more memory
MAX_FRAMES = 5_000


def show(stream: BinaryIO, pixels: int) -> Shown:
    """Return a digest of each frame, as it is stored: which side is up is another value.

    Raises whatever Pillow raises, and ``ValueError`` for more ``pixels`` in a frame, or more frames
    than are decoded.
    """
    frames = []
    with opened(stream, pixels) as picture:
        for number, frame in enumerate(ImageSequence.Iterator(picture)):
            if number >= MAX_FRAMES:
                raise ValueError(f"more than {MAX_FRAMES} frames")
            frames.append(digest_of(frame))
    return Shown(frames=tuple(frames), decoder=f"Pillow {PIL.__version__}")


@contextmanager
def opened(stream: BinaryIO, pixels: int) -> Iterator[Image.Image]:
    """Open a picture of at most ``pixels``; ``ValueError`` for a larger one."""
    Image.MAX_IMAGE_PIXELS = pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(stream) as picture:
                yield picture
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as exc:
            raise ValueError(f"more than {pixels} pixels (--allow-large)") from exc


def digest_of(frame: Image.Image) -> str:
    """Return a digest of one frame: how it is stored, its palette, its values."""
    told = frame.mode, frame.size, frame.info.get("transparency"), frame.info.get("duration")
    palette = frame.getpalette("RGBA") if frame.mode == "P" else None
    digest = hashlib.sha256(repr(told).encode() + bytes(palette or b""))
    digest.update(frame.tobytes())
    return digest.hexdigest()
