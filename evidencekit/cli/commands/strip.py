"""``strip``: a copy without metadata."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.session import Session, pass_session, read_text
from evidencekit.cli.shapes import artifact_object
from evidencekit.text.catalog import _
from evidencekit.workflow.strip import strip


@click.command(
    "strip",
    cls=ActingCommand,
    help=_(
        "Make a copy of the artifact ID without place, device and names in it, as a new "
        "artifact. The original stays as it is; the picture is not touched."
    ),
)
@click.argument("artifact_id", metavar="ID")
@click.option("--purpose", default="share", show_default=True, help=_("What the copy is for."))
@pass_session
def command(session: Session, *, artifact_id: str, purpose: str) -> int:
    """Make the copy and say what is gone from it."""
    case = opened(session)
    result = strip(
        case,
        artifact_id,
        purpose=read_text(purpose),
        actor=actor_of(session, case),
        setting=here(),
    )
    done = result.stripped
    if session.json:
        output.put_json(
            {
                **artifact_object(result.artifact),
                "removed": list(done.removed),
                "kept": list(done.kept),
                "lossless": done.lossless,
            }
        )
        return 0
    output.say(_("copy made: {id} (of {original})"), id=result.artifact.id, original=artifact_id)
    removed = ", ".join(done.removed) or _("nothing: there was nothing to remove")
    output.fields([(_("removed"), removed), (_("kept"), ", ".join(done.kept) or None)])
    return 0
