"""Reads the facts of one file; runs in the sandbox, by the name ``metadata.read``."""

from typing import BinaryIO

from evidencekit.metadata.calling import function
from evidencekit.metadata.exif.read import VERSION
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.kinds import KINDS
from evidencekit.model.json import Json, JsonObject


def read(stream: BinaryIO, argument: Json) -> JsonObject:
    """Return facts, problems and the version of exifread; ``argument`` is the media type."""
    facts, kind = FactList(), KINDS.get(str(argument))
    if kind is None:
        facts.problem(f"no reader for {argument} in this release")
    else:
        function(kind.read)(facts, stream)
    return {**facts.to_json(), "exifread": VERSION}
