"""``timeline``: the conversations of a case, message by message."""

from datetime import date
from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.opening import opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.errors import BadInput
from evidencekit.model.json import JsonObject
from evidencekit.text.catalog import _, language
from evidencekit.text.clean import clean
from evidencekit.workflow.timeline import (
    Source,
    Timeline,
    Wanted,
    read_dkim_keys,
    timeline,
    write_report,
)

PARTLY = 3
_TIME, _WHO, _FROM = 20, 14, 6
_MAX_TEXT = 500  # characters shown of one message
_KINDS = {"system": "–", "deleted": "×", "call": "☎", "unparsed": "?"}  # before what nobody said


@click.command(
    "timeline",
    cls=Command,
    help=_(
        "Show the messages in exported chats, mails and short messages in the order of time: of "
        "the artifacts ID, or of all that are such exports. Nothing is recorded."
    ),
)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--person", metavar="NAME", default="", help=_("Only what this person wrote."))
@click.option("--from", "since", metavar="DATE", help=_("Only from this day on: 2026-02-09."))
@click.option("--to", "until", metavar="DATE", help=_("Only up to this day."))
@click.option(
    "--zone",
    metavar="ZONE",
    default="",
    help=_("Time zone of messages that name none: Asia/Seoul."),
)
@click.option(
    "--dkim-keys",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("DKIM records (name and text, one a line) by which signatures of mails are checked."),
)
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help=_("Write it as a document (HTML) for people instead."),
)
@pass_session
def command(
    session: Session,
    *,
    ids: tuple[str, ...],
    dkim_keys: Path | None,
    report: Path | None,
    person: str,
    since: str | None,
    until: str | None,
    zone: str,
) -> int:
    """Print a table, or with --json one object a message."""
    case = opened(session)
    wanted = Wanted(
        person=person,
        since=_day(since),
        until=_day(until),
        zone=zone,
        dkim_keys=read_dkim_keys(dkim_keys) if dkim_keys is not None else {},
    )
    with timeline(case, ids, wanted) as found:
        if report is None:
            _print(session, found)
        else:
            write_report(case, found, wanted, report, language=language())
            _print_report(session, report)
        is_partial = any(_tell(session, source) for source in found.sources)
    return PARTLY if is_partial else 0


def _print_report(session: Session, path: Path) -> None:
    if session.json:
        output.put_json({"path": str(path)})
    else:
        output.say(_("timeline: {path}"), path=str(path))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise BadInput(
            _("{text} is no date").format(text=text), hint=_("write it like this: 2026-02-09")
        ) from exc


def _print(session: Session, found: Timeline) -> None:
    if session.json:
        for row in found.rows():
            output.put_json(row)
        return
    is_empty = True
    for row in found.rows():
        if is_empty:
            heads = ((_("When"), _TIME), (_("Who"), _WHO), (_("In"), _FROM))
            output.row(heads, _("Message"))
        is_empty = False
        _print_row(row)
    if is_empty:
        output.note(_("no messages"), quiet=session.quiet)


def _print_row(row: JsonObject) -> None:
    sign = _KINDS.get(str(row["kind"]), "")
    said = clean(f"{sign} {row['text']}".strip(), limit=_MAX_TEXT)
    when = str(row["local"] or row["at_raw"] or "").replace("T", " ")
    marks = _marks(row)
    said = f"{said} {marks}" if marks else said
    cells = (
        (clean(when[:19]), _TIME),
        (clean(str(row["sender"])), _WHO),
        (str(row["artifact"]), _FROM),
    )
    output.row(cells, said)


def _marks(row: JsonObject) -> str:
    """Say what came of the signatures of a mail: only of what was checked, that it was."""
    found = row["dkim"] if isinstance(row["dkim"], list) else []
    told = [one for one in found if isinstance(one, dict)]
    good = [clean(str(one["domain"]), limit=60) for one in told if one["result"] == "verified"]
    bad = [clean(str(one["domain"]), limit=60) for one in told if one["result"] == "failed"]
    words = [_("[DKIM of {domain}: good]").format(domain=one) for one in good]
    words += [_("[DKIM of {domain}: does not fit]").format(domain=one) for one in bad]
    if len(good) + len(bad) < len(told):
        words.append(_("[DKIM: not checked]"))
    return " ".join(words)


def _tell(session: Session, source: Source) -> bool:
    """Say what was not understood or assumed; returns whether something is missing."""
    name = source.artifact.id
    failed = source.told.get("failed") or source.told.get("refused")
    if failed:
        output.note(
            _("{id} could not be read: {why}").format(id=name, why=clean(str(failed), limit=200)),
            quiet=session.quiet,
        )
        return True
    notes = source.told.get("notes")
    if isinstance(notes, list) and "day-before-month assumed" in notes:
        output.note(
            _("{id}: whether the day or the month comes first is not said; day first was assumed")
            .format(id=name),
            quiet=session.quiet,
        )  # fmt: skip
    count = source.count("unparsed")
    if count:
        output.note(
            _("{id}: {count} lines were not understood; they stand in the list with ?").format(
                id=name, count=count
            ),
            quiet=session.quiet,
        )
    return bool(count)
