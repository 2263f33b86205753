"""``log``: the chain of custody."""

from collections.abc import Iterator
from dataclasses import replace

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.kinds import act_name
from evidencekit.cli.opening import opened
from evidencekit.cli.reasons import in_language, said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import event_object
from evidencekit.export.acts import remarks_of
from evidencekit.export.members import text_of
from evidencekit.formats.artifact import ids_in
from evidencekit.model.event import Body
from evidencekit.store.case import Event
from evidencekit.text.catalog import _

_SEQ, _TIME, _ACT, _ACTOR = 4, 23, 14, 10


@click.command(
    "log",
    cls=Command,
    help=_("Show who did what, when, in order. Reading is not checking: that is verify."),
)
@pass_session
def command(session: Session) -> int:
    """Print one event a line."""
    case = opened(session)
    if not session.json:
        heads = ((_("No."), _SEQ), (_("Time"), _TIME), (_("Act"), _ACT), (_("Actor"), _ACTOR))
        output.row(heads, _("What"))
    for event in case.events():
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
    told = [_("{n}×").format(n=len(ids))] if ids else []
    if event.body is not None:
        told += _told(event.line.action, event.body)
    output.row(
        (
            (event.line.seq, _SEQ),
            (output.moment(event.line.at), _TIME),
            (act_name(event.line.action), _ACT),
            (output.elide(actor, _ACTOR), _ACTOR),
        ),
        "  ".join(part for part in told if part),
    )


def _told(action: str, body: Body) -> Iterator[str]:
    """Yield what the act was about; foreign text."""
    if action == "capture":
        verdict = text_of(body.detail, "verdict")
        yield text_of(body.detail, "url")
        yield "" if verdict == "complete" else f"({said('verdict', verdict)})"
        return
    if action == "add":
        names = [str(item.members.get("name")) for item in body.artifacts if item is not None]
        yield names[0] + (", …" if len(names) > 1 else "") if names else ""
    if action.startswith("init."):
        yield f"[{said('kind', action.removeprefix('init.'))}]"
    if action == "export.begin":  # the bundle is named where it is done
        body = replace(body, detail={**body.detail, "bundle": None})
    yield from (in_language(remark) for remark in remarks_of(action, body))
