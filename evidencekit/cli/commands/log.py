"""``log``: the chain of custody."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.opening import opened
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import event_object
from evidencekit.formats.artifact import ids_in
from evidencekit.store.case import Event
from evidencekit.text.catalog import _


@click.command(
    "log",
    cls=Command,
    help=_("Show who did what, when, in order. Reading is not checking: that is verify."),
)
@pass_session
def command(session: Session) -> int:
    """Print one event a line."""
    for event in opened(session).events():
        ids = _artifact_ids(event)
        if session.json:
            output.put_json(event_object(event, ids))
        else:
            _print(event, ids)
    return 0


def _artifact_ids(event: Event) -> list[str | None]:
    return list(ids_in(event.body)) if event.body is not None else []


def _print(event: Event, ids: list[str | None]) -> None:
    actor = event.body.actor.alias if event.body is not None else _("(withheld)")
    told = ""
    if event.body is not None:
        told = str(event.body.detail.get("url") or event.body.detail.get("title") or "")
    count = f"{len(ids)}×" if ids else ""
    output.columns(
        [
            (event.line.seq, 4),
            (output.moment(event.line.at), 23),
            (said("action", event.line.action), 18),
            (actor, 12),
            (count, 4),
            (told, 0),
        ]
    )
