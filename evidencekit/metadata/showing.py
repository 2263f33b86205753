"""Decodes one file; runs in the sandbox, by the name ``metadata.show``."""

from typing import BinaryIO

from evidencekit.metadata.calling import function
from evidencekit.metadata.kinds import KINDS
from evidencekit.metadata.shown import shown_to_json
from evidencekit.model.json import Json, JsonObject


def show(stream: BinaryIO, argument: Json) -> JsonObject | None:
    """Return digests of what is seen or heard.

    ``argument`` holds ``media_type`` and how many ``pixels`` a picture may have. None where its
    decoder is not installed.
    """
    match argument:
        case {"media_type": str(media_type), "pixels": int(pixels)}:
            place = KINDS[media_type].show
        case _:
            raise ValueError("no media type, or no number of pixels")
    if place is None:
        raise ValueError(f"nothing decodes {media_type} here")
    shown = function(place)(stream, pixels)
    return None if shown is None else shown_to_json(shown)
