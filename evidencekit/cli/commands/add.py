"""``add``: take in files and folders."""

import sys
from pathlib import Path

import click

from evidencekit.cli.bringing import add_guided
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.progress import watching
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.taken import Count, conclude, tell
from evidencekit.errors import PolicyForbids
from evidencekit.model.artifact import Sensitivity
from evidencekit.text.catalog import _
from evidencekit.workflow.guided import Manner, may_be_read
from evidencekit.workflow.ingest import add

_STDIN = "-"


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
@click.option(
    "--no-unpack",
    is_flag=True,
    help=_("Keep archives closed; else what lies in zip, tar and gzip is taken in as well."),
)
@click.option(
    "--guided",
    is_flag=True,
    help=_("Ask step by step who brought it and what was agreed; makes a support case if needed."),
)
@click.option(
    "--guided-from",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("The same from FILE (JSON, docs/format/intake.md)."),
)
@click.option(
    "--keep-csam",
    metavar="REASON",
    default="",
    help=_("For centres that the law tells to keep suspected child abuse material: which law."),
)
@pass_session
def command(
    session: Session,
    *,
    paths: tuple[str, ...],
    name: str | None,
    sensitivity: str,
    no_unpack: bool,
    guided: bool,
    guided_from: Path | None,
    keep_csam: str,
) -> int:
    """Print each artifact as soon as it is durable."""
    if name is not None and _STDIN not in paths:
        raise click.UsageError(_("--name is for standard input; give PATH - as well"))
    manner = Manner(kept_because=keep_csam, opens_archives=not no_unpack)
    if guided or guided_from is not None:
        return add_guided(session, paths, guided_from, manner)
    return _plain(session, paths, name, Sensitivity(sensitivity), manner)


def _plain(
    session: Session,
    paths: tuple[str, ...],
    name: str | None,
    sensitivity: Sensitivity,
    manner: Manner,
) -> int:
    case, count = opened(session), Count()
    if not may_be_read(case, sensitivity, kept_because=manner.kept_because):
        raise PolicyForbids(
            _("in a support case suspected child abuse material is not read, only noted"),
            hint=_("add --guided asks what has to be noted"),
        )
    stream = (sys.stdin.buffer, name or "stdin") if _STDIN in paths else None
    with watching(session) as observer:
        for outcome in add(
            case,
            [Path(path) for path in paths if path != _STDIN],
            stream=stream,
            actor=actor_of(session, case),
            sensitivity=sensitivity,
            detail={"kept_because": manner.kept_because} if manner.kept_because else None,
            opens_archives=manner.opens_archives,
            setting=here(),
            observer=observer,
        ):
            observer.hide()
            tell(session, outcome, count)
    return conclude(session, count)
