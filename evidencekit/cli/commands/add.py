"""``add``: take in files and folders."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.dates import note_date
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.progress import watching
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import artifact_object, refused_object
from evidencekit.errors import BadInput
from evidencekit.model.artifact import Sensitivity
from evidencekit.model.find import Refused
from evidencekit.text.catalog import _, ngettext
from evidencekit.workflow.dating import Dated, Undated
from evidencekit.workflow.ingest import Added, Already, Outcome, add

_PART_MISSING = 3
_STDIN = "-"


@dataclass(slots=True)
class _Count:
    added: int = 0
    already: int = 0
    refused: int = 0


@click.command(
    "add",
    cls=ActingCommand,
    help=_(
        "Take in files and folders as they are; the originals are only read. The same command "
        "run again takes up what is missing. PATH - reads standard input."
    ),
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path())
@click.option("--name", help=_("Name of what comes from standard input."))
@click.option(
    "--sensitivity",
    type=click.Choice([item.value for item in Sensitivity]),
    default=Sensitivity.NORMAL.value,
    show_default=True,
    help=_("How careful everybody has to be with all of it."),
)
@pass_session
def command(session: Session, *, paths: tuple[str, ...], name: str | None, sensitivity: str) -> int:
    """Print each artifact as soon as it is durable."""
    if name is not None and _STDIN not in paths:
        raise click.UsageError(_("--name is for standard input; give PATH - as well"))
    case, count = opened(session), _Count()
    stream = (sys.stdin.buffer, name or "stdin") if _STDIN in paths else None
    with watching(session) as observer:
        for outcome in add(
            case,
            [Path(path) for path in paths if path != _STDIN],
            stream=stream,
            actor=actor_of(session, case),
            sensitivity=Sensitivity(sensitivity),
            setting=here(),
            observer=observer,
        ):
            observer.hide()
            _tell(session, outcome, count)
    return _conclude(session, count)


def _tell(session: Session, outcome: Outcome, count: _Count) -> None:
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


def _conclude(session: Session, count: _Count) -> int:
    if not count.added and not count.already:
        raise BadInput(_("nothing was taken in"))
    if not session.json:
        taken = ngettext("{n} artifact taken in", "{n} artifacts taken in", count.added)
        output.note(taken, quiet=session.quiet, n=count.added)
    return _PART_MISSING if count.refused else 0
