"""Reads the facts of one file; runs in the sandbox, by the name ``metadata.read``."""

from typing import BinaryIO

from evidencekit.metadata.calling import function
from evidencekit.metadata.exif.read import VERSION
from evidencekit.metadata.facts import FactList
from evidencekit.metadata.identify.magic import MAX_HEAD, opinion_to_json, second_opinion
from evidencekit.metadata.kinds import KINDS
from evidencekit.model.json import Json, JsonObject


def read(stream: BinaryIO, argument: Json) -> JsonObject:
    """Return facts, problems, libmagic's opinion of the type and the version of exifread.

    ``argument`` is the media type.
    """
    opinion = second_opinion(stream.read(MAX_HEAD))
    stream.seek(0)
    facts, kind = FactList(), KINDS.get(str(argument))
    if kind is None:
        facts.problem(f"no reader for {argument} in this release")
    else:
        function(kind.read)(facts, stream)
    return {**facts.to_json(), "exifread": VERSION, "opinion": opinion_to_json(opinion)}


def opinion(stream: BinaryIO, argument: Json) -> JsonObject:
    """Return what libmagic alone takes a file for, by the name ``metadata.opinion``."""
    del argument
    return opinion_to_json(second_opinion(stream.read(MAX_HEAD)))
