"""The metadata record: what a file says about itself, as a document of the case.

Read in a worker process, since these are the parsers that hostile files are made for. The record
never holds a thumbnail, only that there is one; every value in it is hostile text.
"""

from dataclasses import dataclass
from typing import BinaryIO

from evidencekit import __version__
from evidencekit.formats.canonical import encode
from evidencekit.metadata.facts import MAX_FACTS, Fact, fact_from_json, fact_to_json
from evidencekit.metadata.identify.magic import (
    Opinion,
    OpinionUnavailable,
    opinion_from_json,
    opinion_to_json,
)
from evidencekit.model.json import Json
from evidencekit.sandbox.runner import ParserFailed, Worker

FORMAT = "evidencekit/metadata/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The facts of one file and what went wrong while they were read."""

    media_type: str
    facts: tuple[Fact, ...]
    problems: tuple[str, ...]
    """What could not be read, in English, as recorded; may quote the file: hostile text."""
    exifread: str | None
    """Version of the library that read Exif; None where nothing was read."""
    opinion: Opinion | OpinionUnavailable
    """What libmagic takes the file for."""
    failed: ParserFailed | None = None
    """Set where the reader itself was ended; then ``facts`` is empty."""


def record(stream: BinaryIO, *, media_type: str, worker: Worker) -> Record:
    """Read the facts of the whole of ``stream``; never raises for what the file holds."""
    answer = worker.call("metadata.read", stream, media_type)
    found = answer if isinstance(answer, ParserFailed) else _read_answer(answer, media_type)
    return found if isinstance(found, Record) else _empty_record(media_type, found)


def encode_record(found: Record) -> bytes:
    """Encode as ``evidencekit/metadata/1`` (RFC 8785)."""
    return encode(
        {
            "format": FORMAT,
            "media_type": found.media_type,
            "second_opinion": opinion_to_json(found.opinion),
            "reader": {"evidencekit": __version__, "exifread": found.exifread},
            "facts": [fact_to_json(fact) for fact in found.facts],
            "problems": list(found.problems),
        }
    )


def _empty_record(media_type: str, failed: ParserFailed) -> Record:
    problem = f"not read: {failed.why} {failed.detail}".strip()
    return Record(
        media_type=media_type,
        facts=(),
        problems=(problem,),
        exifread=None,
        failed=failed,
        opinion=OpinionUnavailable(why="not asked"),
    )


def _read_answer(answer: Json, media_type: str) -> Record | ParserFailed:
    """Take nothing on trust: a worker answers what a hostile file made of it."""
    match answer:
        case {
            "facts": list(facts),
            "problems": list(problems),
            "exifread": str(version),
            "opinion": opinion,
        }:
            if len(facts) > MAX_FACTS:
                return ParserFailed(why="crashed", detail="more facts than it may find")
            try:
                read = tuple(fact_from_json(fact) for fact in facts)
            except ValueError:
                return ParserFailed(why="crashed", detail="an answer that is none")
            said = tuple(str(problem) for problem in problems)
            return Record(
                media_type=media_type,
                facts=read,
                problems=said,
                exifread=version,
                opinion=opinion_from_json(opinion),
            )
        case _:
            return ParserFailed(why="crashed", detail="an answer that is none")
