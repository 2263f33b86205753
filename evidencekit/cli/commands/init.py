"""``init``: make a case."""

from pathlib import Path

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.opening import here
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session, pass_session, read_text, require_text
from evidencekit.cli.typed import without_case
from evidencekit.errors import BadInput
from evidencekit.model.event import Actor
from evidencekit.store.case import Kind, require_room
from evidencekit.text.catalog import _
from evidencekit.workflow import cases

_FROM_FILE = _("Texts may be @FILE: then the file says them, and no shell history does.")


@click.command(
    "init",
    cls=Command,
    help=_(
        "Make a case in the folder CASE. Title and actor are asked for where they are not given."
    ),
    epilog=_FROM_FILE,
)
@click.argument("folder", metavar="CASE", type=click.Path(path_type=Path))
@click.option("--title", help=_("What the case is called, here and in reports."))
@click.option("--actor", help=_("Who opens it; an alias is enough."))
@click.option("--org", help=_("Organisation of who opens it."))
@click.option("--role", help=_("Role of who opens it."))
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    help=_(
        "What it is for; fixed for ever. support: nothing leaves it unencrypted by itself. "
        "Asked for on a terminal; else investigation."
    ),
)
@click.option("--encrypt-to", multiple=True, metavar="AGE1...", help=_("Not in this release."))
@pass_session
def command(
    session: Session,
    *,
    folder: Path,
    title: str | None,
    actor: str | None,
    org: str | None,
    role: str | None,
    kind: str | None,
    encrypt_to: tuple[str, ...],
) -> int:
    """Make the case and say where the next step is."""
    if encrypt_to:
        # Refused rather than ignored: whoever asks for it relies on it.
        raise BadInput(
            _("this release cannot make an encrypted case"),
            hint=_("keep the case on an encrypted disk, and export with --encrypt-to"),
        )
    require_room(folder)
    org, role = org or session.org, role or session.role
    who = Actor(
        alias=require_text(session, actor or session.actor, option="--actor", ask=_("Your alias")),
        org=read_text(org) if org is not None else None,
        role=read_text(role) if role is not None else None,
    )
    name = require_text(session, title, option="--title", ask=_("Title of the case"))
    chosen = Kind(kind or _ask_kind(session))
    made = cases.init(folder, title=name, actor=who, kind=chosen, setting=here())
    if session.json:
        output.put_json(
            {"case": str(folder), "id": made.id, "kind": made.kind.value, "title": name}
        )
    else:
        output.say(_("case made: {path} ({kind})"), path=folder, kind=said("kind", made.kind.value))
        added = without_case("-C", folder, "add")
        output.note(_("next: {command} FILE..."), quiet=session.quiet, command=added)
    return 0


def _ask_kind(session: Session) -> str:
    if not session.can_ask():
        return Kind.INVESTIGATION.value
    kinds = click.Choice([kind.value for kind in Kind])
    asked = _("Kind of case: investigation, or support of a victim; cannot be changed later")
    return str(click.prompt(asked, type=kinds, default=Kind.INVESTIGATION.value, err=True))
