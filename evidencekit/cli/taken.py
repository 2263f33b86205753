"""Tells of what was taken in, one by one, and at the end how many."""

from dataclasses import dataclass

from evidencekit.cli import output
from evidencekit.cli.dates import note_date
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session
from evidencekit.cli.shapes import artifact_object, refused_object
from evidencekit.errors import BadInput
from evidencekit.model.find import Refused
from evidencekit.text.catalog import _, ngettext
from evidencekit.workflow.dating import Dated, Undated
from evidencekit.workflow.ingest import Added, Already, Outcome

PART_MISSING = 3
"""Exit code where something was not taken in (docs/reference/exit-codes.md)."""


@dataclass(slots=True)
class Count:
    """How many of each, while they are told of."""

    added: int = 0
    already: int = 0
    refused: int = 0


def tell(session: Session, outcome: Outcome, count: Count) -> None:
    """Print one outcome as soon as it is durable."""
    match outcome:
        case Added():
            count.added += 1
            if session.json:
                output.put_json(artifact_object(outcome.artifact))
            else:
                output.columns([(outcome.artifact.id, 8), (outcome.artifact.name, 0)])
        case Already():
            count.already += 1
            if session.json:
                output.put_json({**artifact_object(outcome.row), "already": True})
            else:
                output.say(
                    _("{id}  {name}  (was here already)"), id=outcome.row.id, name=outcome.row.name
                )
        case Refused():
            count.refused += 1
            if session.json:
                output.put_json(refused_object(outcome))
            else:
                output.warn(
                    _("not taken in: {name} ({why})"),
                    name=outcome.name,
                    why=said("why", outcome.why),
                )
        case Dated() | Undated():
            note_date(session, outcome)


def conclude(session: Session, count: Count) -> int:
    """Print how many there were; returns the exit code. Raises :class:`BadInput` for none."""
    if not count.added and not count.already:
        raise BadInput(_("nothing was taken in"))
    if not session.json:
        taken = ngettext("{n} artifact taken in", "{n} artifacts taken in", count.added)
        output.note(taken, quiet=session.quiet, n=count.added)
    return PART_MISSING if count.refused else 0
