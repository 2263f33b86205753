"""Fingerprints of a picture or a film; runs in the sandbox by ``fingerprint.picture``, ``.film``.

One procedure, ``pdq/1``: the primary picture as it is stored (which side is up is not heeded, since
the turned forms are there), in red, green and blue, cut to the crop where there is one, and made
smaller to fit 512 × 512 where it is larger, as Pillow makes thumbnails: by a box to no less than
twice that, then by Lanczos. Between procedures distances are larger than the paper gives them.
"""

from typing import BinaryIO

import numpy as np
from PIL import Image

from evidencekit.metadata.fingerprint.pdq import Pdq, pdq
from evidencekit.metadata.frames import film_decoder, key_frames, still
from evidencekit.metadata.raster import MAX_PIXELS
from evidencekit.model.json import Json, JsonObject

PROCEDURE = "pdq/1"
SIDE, SMALLEST = 512, 16
"""Pixels: of what is fingerprinted at most, and of a crop at least."""
MAX_KEY_FRAMES = 100


def picture(stream: BinaryIO, argument: Json) -> JsonObject:
    """Return the fingerprints; ``argument`` holds ``crop`` (x, y, width, height) and ``pixels``.

    ``pixels`` is how many a picture may have. Raises whatever Pillow raises.
    """
    crop, limit = _asked(argument)
    with still(stream, limit) as image:
        size = image.size
        found, measures = _fingerprint(image, crop)
    return {
        "procedure": PROCEDURE, "hashes": list(found.hashes), "quality": found.quality,
        "size": list(size), "scaled": list(measures),
    }  # fmt: skip


def film(stream: BinaryIO, argument: Json) -> JsonObject | None:
    """Return the fingerprint of each key frame; None where PyAV is not installed.

    Raises ``ValueError`` for frames of more ``pixels`` than ``argument`` allows.
    """
    _crop, limit = _asked(argument)
    frames: list[Json] = []
    try:
        for seconds, image in key_frames(stream, limit, MAX_KEY_FRAMES):
            found, _measures = _fingerprint(image, None)
            ms = None if seconds is None else int(round(seconds, 3) * 1000)
            frames.append(
                {"ms": ms, "hash": found.hashes[0], "hashes": list(found.hashes),
                 "quality": found.quality}
            )  # fmt: skip
        return {"procedure": PROCEDURE, "frames": frames, "decoder": film_decoder()}
    except ImportError:
        return None


def _asked(argument: Json) -> tuple[tuple[int, int, int, int] | None, int]:
    match argument:
        case {"crop": None, "pixels": int(pixels)}:
            return None, pixels
        case {"crop": [int(x), int(y), int(width), int(height)], "pixels": int(pixels)}:
            return (x, y, width, height), pixels
        case _:
            return None, MAX_PIXELS


def _fingerprint(
    image: "Image.Image", crop: tuple[int, int, int, int] | None
) -> tuple[Pdq, tuple[int, int]]:
    if crop is not None:
        x, y, width, height = crop
        if min(width, height) < SMALLEST or x < 0 or y < 0:
            raise ValueError(f"a crop of less than {SMALLEST} pixels, or outside of the picture")
        if x + width > image.width or y + height > image.height:
            raise ValueError("a crop outside of the picture")
        image = image.crop((x, y, x + width, y + height))
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return pdq(np.asarray(image, dtype=np.uint8)), image.size
