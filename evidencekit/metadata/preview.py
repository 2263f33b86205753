"""Previews in which nobody can be made out; runs in the sandbox, by the name ``preview.make``.

A picture becomes at most :data:`BLOCKS` squares along its longer side, each of one colour: enough
to tell a screenshot from a beach, and one picture of a series from the next.
"""

from typing import BinaryIO

from PIL import Image

from evidencekit.metadata.frames import key_frames, still
from evidencekit.model.json import Json, JsonObject

BLOCKS = 12
MAX_FRAMES, _LOOKED_AT = 6, 60
"""Key frames of a film that are shown, of the first that there are."""


def make(stream: BinaryIO, argument: Json) -> JsonObject | None:
    """Return ``tiles``; ``argument`` holds whether it is a film (``film``) and how many ``pixels``.

    None where films are not decoded here. Raises whatever decoders raise.
    """
    match argument:
        case {"film": False, "pixels": int(pixels)}:
            with still(stream, pixels) as image:
                return {"tiles": [_tile(image, None)]}
        case {"film": True, "pixels": int(pixels)}:
            return _film(stream, pixels)
        case _:
            raise ValueError("neither a picture nor a film")


def _film(stream: BinaryIO, pixels: int) -> JsonObject | None:
    try:
        found: list[Json] = [
            _tile(image, at) for at, image in key_frames(stream, pixels, _LOOKED_AT)
        ]
    except ImportError:
        return None
    step = max(1, -(-len(found) // MAX_FRAMES))
    return {"tiles": found[::step]}


def _tile(image: Image.Image, at: float | None) -> JsonObject:
    scale = BLOCKS / max(image.size)
    size = tuple(max(1, min(BLOCKS, round(side * scale))) for side in image.size)
    small = image.resize((size[0], size[1]), Image.Resampling.BOX)
    return {
        "ms": None if at is None else int(at * 1000),
        "width": size[0],
        "height": size[1],
        "rgb": small.convert("RGB").tobytes().hex(),
    }
