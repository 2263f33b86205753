"""Pictures as they are seen, in red, green and blue: a still one, or the key frames of a film.

For what is made *of* pictures (fingerprints, blurred previews), never for showing them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from evidencekit.metadata.raster import opened


@contextmanager
def still(stream: BinaryIO, pixels: int) -> Iterator[Image.Image]:
    """Yield a picture of at most ``pixels``; raises whatever Pillow raises, and ``ValueError``."""
    _register_heif()
    with opened(stream, pixels) as image:
        yield _in_colour(image)


def key_frames(stream: BinaryIO, pixels: int, most: int) -> Iterator[tuple[float | None, Any]]:
    """Yield seconds and picture of the first key frames of a film.

    Raises ``ImportError`` without PyAV, an extra, ``ValueError`` for frames of more ``pixels``, and
    whatever PyAV raises.
    """
    import av  # noqa: PLC0415 (an extra)

    with av.open(stream, "r") as container:
        track: Any = container.streams.video[0]
        _limited(track.codec_context.width * track.codec_context.height, pixels)
        track.codec_context.skip_frame = "NONKEY"
        track.codec_context.thread_count = 1
        for number, frame in enumerate(container.decode(track)):
            if number >= most:
                return
            _limited(frame.width * frame.height, pixels)  # a film may change its measures
            yield frame.time, frame.to_image()


def film_decoder() -> str:
    """Return name and version of what decodes films; raises ``ImportError`` without it."""
    import av  # noqa: PLC0415 (an extra)

    return f"PyAV {av.__version__}"


def _limited(pixels: int, limit: int) -> None:
    if pixels > limit:
        raise ValueError(f"more than {limit} pixels in a frame (--allow-large)")


def _in_colour(image: Image.Image) -> Image.Image:
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


def _grey(values: NDArray[Any]) -> Image.Image:
    return Image.fromarray(values.astype(np.uint8)).convert("RGB")


def _register_heif() -> None:
    try:
        import pillow_heif  # noqa: PLC0415 (an extra)
    except ImportError:
        return
    pillow_heif.register_heif_opener(thumbnails=False)
