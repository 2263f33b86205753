"""A second reading by an installed ExifTool, for whoever doubts ours; asked now, never recorded.

It runs once per file, since one bad file cuts its answer for a whole batch.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evidencekit.errors import BadInput
from evidencekit.metadata.crosscheck import Said, is_recorded, said_by_exiftool
from evidencekit.metadata.facts import Fact
from evidencekit.model.artifact import Artifact
from evidencekit.model.json import Json
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.program import run_program
from evidencekit.sandbox.runner import ParserFailed
from evidencekit.store.case import Case
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

_LIMITS = Limits(wall_s=60.0, cpu_s=50, memory_bytes=2**30, files=64)
# No configuration of the user's (it may hold code); numbers as numbers; what films hold frame by
# frame; the file from standard input.
_OPTIONS = ("-config", "", "-json", "-G1", "-a", "-n", "-ee", "-api", "LargeFileSupport=1", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """What ExifTool says, and which of it our record lacks."""

    version: str
    both: Mapping[str, int]
    """How many facts of each kind are in both."""
    lacking: tuple[Said, ...]
    """What only ExifTool says."""


def cross_check(case: Case, artifact: Artifact, facts: Iterable[Fact]) -> CrossCheck:
    """Ask; raises :class:`BadInput` where it is not installed, or says nothing."""
    found = shutil.which("exiftool")
    if found is None:
        raise BadInput(
            _("exiftool is not installed"),
            hint=_("it is an optional second reader; nothing needs it"),
        )
    with case.open_object(artifact.sha256) as stream:
        answer = _read(run_program([found, *_OPTIONS], stream, _LIMITS))
    said = list(dict.fromkeys(said_by_exiftool(answer)))
    facts = tuple(facts)
    shared = [one for one in said if is_recorded(one, facts)]
    return CrossCheck(
        version=clean(str(answer.get("ExifTool:ExifToolVersion", "?")), limit=20),
        both={one.kind: sum(other.kind == one.kind for other in shared) for one in shared},
        lacking=tuple(one for one in said if one not in shared),
    )


def _read(said: bytes | ParserFailed) -> Mapping[str, Json]:
    if isinstance(said, ParserFailed):
        raise BadInput(_("exiftool gave no answer ({why})").format(why=said.why))
    try:
        answer: Json = json.loads(said, parse_float=str)
    except (ValueError, RecursionError) as exc:
        raise BadInput(_("exiftool gave no answer that can be read")) from exc
    match answer:
        case [dict(found)]:
            return found
        case _:
            raise BadInput(_("exiftool gave no answer that can be read"))
