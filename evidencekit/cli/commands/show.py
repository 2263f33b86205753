"""``show``: one artifact."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.opening import opened
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import whole_artifact_object
from evidencekit.model.artifact import Artifact
from evidencekit.text.catalog import _


@click.command("show", cls=Command, help=_("Show all that is recorded of the artifact ID."))
@click.argument("artifact_id", metavar="ID")
@pass_session
def command(session: Session, *, artifact_id: str) -> int:
    """Print what the ledger says; the file itself is not opened."""
    artifact = opened(session).artifact(artifact_id)
    if session.json:
        output.put_json(whole_artifact_object(artifact))
    else:
        _print(artifact)
    return 0


def _print(artifact: Artifact) -> None:
    output.fields(
        [
            (_("id"), artifact.id),
            (_("name"), artifact.name),
            (_("type"), artifact.media_type),
            (_("size"), output.size(artifact.size)),
            (_("SHA-256"), artifact.sha256),
            (_("taken in"), output.moment(artifact.acquired_at)),
            (_("by"), said("origin", artifact.origin)),
            (_("part of the act"), said("role", artifact.role) if artifact.role else None),
            (_("copy of"), artifact.derived_from),
            (_("sensitivity"), said("sensitivity", artifact.sensitivity.value)),
            (_("access"), said("access", artifact.access.value)),
        ]
    )
    for title, members in (
        (_("where it came from"), artifact.source),
        (_("how it was made"), artifact.derivation),
    ):
        if members:
            output.say(title)
            output.fields([("  " + name, output.plain(value)) for name, value in members.items()])
