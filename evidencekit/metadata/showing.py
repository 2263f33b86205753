"""Decodes one file; runs in the sandbox, by the name ``metadata.show``."""

from typing import BinaryIO

from evidencekit.metadata.calling import function
from evidencekit.metadata.kinds import KINDS
from evidencekit.metadata.shown import shown_to_json
from evidencekit.model.json import Json, JsonObject


def show(stream: BinaryIO, argument: Json) -> JsonObject | None:
    """Return digests of what is seen or heard; ``argument`` is the media type.

    None where its decoder is not installed.
    """
    place = KINDS[str(argument)].show
    if place is None:
        raise ValueError(f"nothing decodes {argument} here")
    shown = function(place)(stream)
    return None if shown is None else shown_to_json(shown)
