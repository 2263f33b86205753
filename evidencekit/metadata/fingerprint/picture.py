"""Fingerprints of a picture or a film; runs in the sandbox by ``fingerprint.picture``, ``.film``.

One procedure, ``pdq/1``: the primary picture as it is stored (which side is up is not heeded, since
the turned forms are there), in red, green and blue, cut to the crop where there is one, and made
smaller to fit 512 × 512 where it is larger, as Pillow makes thumbnails: by a box to no less than
twice that, then by Lanczos. Between procedures distances are larger than the paper gives them.
"""

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidencekit.metadata.fingerprint.pdq import Pdq, pdq
from evidencekit.metadata.raster import MAX_PIXELS, opened
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
    _register_heif()
    with opened(stream, limit) as image:
        size = image.size
        found, measures = _fingerprint(_in_colour(image), crop)
    return {
        "procedure": PROCEDURE, "hashes": list(found.hashes), "quality": found.quality,
        "size": list(size), "scaled": list(measures),
    }  # fmt: skip


def film(stream: BinaryIO, argument: Json) -> JsonObject | None:
    """Return the fingerprint of each key frame; None where PyAV is not installed.

    Raises ``ValueError`` for frames of more ``pixels`` than ``argument`` allows.
    """
    _crop, limit = _asked(argument)
    try:
        import av  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    frames: list[Json] = []
    with av.open(stream, "r") as container:
        track: Any = container.streams.video[0]
        _limited(track.codec_context.width * track.codec_context.height, limit)
        track.codec_context.skip_frame = "NONKEY"
        track.codec_context.thread_count = 1
        for frame in container.decode(track):
            if len(frames) >= MAX_KEY_FRAMES:
                break
            _limited(frame.width * frame.height, limit)  # a film may change its measures
            found, _measures = _fingerprint(frame.to_image(), None)
            at = None if frame.time is None else round(frame.time, 3)
            frames.append(
                {"ms": None if at is None else int(at * 1000), "hash": found.hashes[0],
                 "hashes": list(found.hashes), "quality": found.quality}
            )  # fmt: skip
    return {"procedure": PROCEDURE, "frames": frames, "decoder": f"PyAV {av.__version__}"}


def _limited(pixels: int, limit: int) -> None:
    if pixels > limit:
        raise ValueError(f"more than {limit} pixels in a frame (--allow-large)")


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


def _in_colour(image: "Image.Image") -> "Image.Image":
    """Grey of more than 8 bits is made 8; Pillow would take all above 255 for white.

    Of 16 bits the upper half is taken. Where a file does not say how many there are, so many are
    assumed as its largest value needs, in whole bytes; fractions of 1 are taken for such.
    """
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        values = np.clip(values, 0, None)
        return _grey(values * 255 / max(1.0, float(values.max())))
    if image.mode.startswith("I"):
        grey = np.clip(np.asarray(image, dtype=np.int64), 0, None)
        used = 16 if image.mode.startswith("I;16") else int(grey.max()).bit_length()
        return _grey(grey >> max(0, (used + 7) // 8 * 8 - 8))
    return image.convert("RGB")


def _grey(values: NDArray[Any]) -> "Image.Image":
    return Image.fromarray(values.astype(np.uint8)).convert("RGB")


def _register_heif() -> None:
    try:
        import pillow_heif  # noqa: PLC0415 (an extra)
    except ImportError:
        return
    pillow_heif.register_heif_opener(thumbnails=False)
