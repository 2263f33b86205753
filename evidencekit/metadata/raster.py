"""Decodes still and moving pictures by Pillow, which has no part in rebuilding them."""

import hashlib
import warnings
from typing import BinaryIO

import PIL
from PIL import Image, ImageSequence

from evidencekit.metadata.shown import Shown

MAX_PIXELS = 60_000_000  # of one frame; decoded and copied it fits into the worker's memory
MAX_FRAMES = 5_000


def show(stream: BinaryIO) -> Shown:
    """Return a digest of each frame, as it is stored: which side is up is another value.

    Raises whatever Pillow raises, and ``ValueError`` for more frames than are decoded.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    frames = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(stream) as picture:
            for number, frame in enumerate(ImageSequence.Iterator(picture)):
                if number >= MAX_FRAMES:
                    raise ValueError(f"more than {MAX_FRAMES} frames")
                frames.append(_digest(frame))
    return Shown(frames=tuple(frames), decoder=f"Pillow {PIL.__version__}")


def _digest(frame: Image.Image) -> str:
    told = frame.mode, frame.size, frame.info.get("transparency"), frame.info.get("duration")
    palette = frame.getpalette("RGBA") if frame.mode == "P" else None
    digest = hashlib.sha256(repr(told).encode() + bytes(palette or b""))
    digest.update(frame.tobytes())
    return digest.hexdigest()
