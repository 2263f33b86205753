"""``add --guided``: who brought it, what was agreed, and what may not be read."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.asking import ask_intake
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.progress import watching
from evidencekit.cli.session import Session, require_text
from evidencekit.cli.taken import PART_MISSING, Count, conclude, tell
from evidencekit.files.opening import read_whole
from evidencekit.formats.intake import MAX_SIZE, read_intake
from evidencekit.model.event import Actor
from evidencekit.model.intake import Intake
from evidencekit.model.json import Json
from evidencekit.store.case import Case, Kind
from evidencekit.text.catalog import _, ngettext
from evidencekit.workflow.cases import init
from evidencekit.workflow.guided import Manner, bring, may_be_read, note_unread

_STDIN = "-"


def add_guided(
    session: Session, paths: tuple[str, ...], source: Path | None, manner: Manner
) -> int:
    """Ask or read who brought it, then take it in, or note it where it may not be read."""
    if _STDIN in paths:
        raise click.UsageError(_("--guided takes files and folders, not standard input"))
    if source is None and not session.can_ask():
        raise click.UsageError(_("--guided asks questions: on a terminal, or use --guided-from"))
    intake = (
        read_intake(read_whole(source, limit=MAX_SIZE))
        if source is not None
        else ask_intake(session.actor or "")
    )
    case, count = _support_case(session, intake), Count()
    brought = [Path(path) for path in paths]
    if not may_be_read(case, intake.sensitivity, kept_because=manner.kept_because):
        return _note(session, case, brought, intake)
    with watching(session) as observer:
        for outcome in bring(
            case,
            brought,
            intake,
            manner=manner,
            actor=actor_of(session, case),
            setting=here(),
            observer=observer,
        ):
            observer.hide()
            tell(session, outcome, count)
    return conclude(session, count)


def _support_case(session: Session, intake: Intake) -> Case:
    """Open the case; where a folder is named that is not there, make a support case."""
    if session.case is None or session.case.exists():
        return opened(session)
    alias = require_text(session, session.actor, option="--actor", ask=_("Your alias"))
    title = _("support: {alias}").format(alias=intake.alias)
    actor = Actor(alias=alias, org=session.org, role=session.role)
    made = init(session.case, title=title, actor=actor, kind=Kind.SUPPORT, setting=here())
    output.note(_("support case made: {path}"), quiet=session.quiet, path=session.case)
    return made


def _note(session: Session, case: Case, paths: list[Path], intake: Intake) -> int:
    """Say what was noted, and that nothing was read."""
    found = note_unread(case, paths, intake, actor=actor_of(session, case), setting=here())
    if session.json:
        unread: list[Json] = [dict(one) for one in found.files]
        output.put_json(
            {"unread": unread, "unread_unknown": list(found.unasked), "policy": "no-copy"}
        )
        return PART_MISSING if found.unasked else 0
    for one in found.files:
        output.columns([(output.size(int(str(one["size"]))), 10), (one["path"], 0)])
    output.note(
        ngettext(
            "{n} file noted by name and size; it was not opened and not copied",
            "{n} files noted by name and size; none was opened or copied",
            len(found.files),
        ),
        quiet=session.quiet,
        n=len(found.files),
    )
    for path in found.unasked:
        output.warn(_("{path}: not even name and size of what is in it are known"), path=path)
    output.warn(_("do not copy, send or open such files; report them to the police"))
    return PART_MISSING if found.unasked else 0
