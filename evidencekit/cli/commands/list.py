"""``list``: what the case holds."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.opening import opened
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import artifact_object
from evidencekit.text.catalog import _


@click.command(
    "list", cls=Command, help=_("List the artifacts of the case, in the order they came.")
)
@pass_session
def command(session: Session) -> int:
    """Print line by line, so that a case of a million artifacts begins at once."""
    is_empty = True
    for row in opened(session).rows():
        is_empty = False
        if session.json:
            output.put_json(artifact_object(row))
        else:
            size = output.size(row.size)
            output.columns([(row.id, 8), (size, 9), (row.media_type, 24), (row.name, 0)])
    if is_empty and not session.json:
        output.note(_("the case holds nothing yet"), quiet=session.quiet)
    return 0
