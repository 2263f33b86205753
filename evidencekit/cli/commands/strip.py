"""``strip``: a copy without metadata."""

import click

from evidencekit.cli import output
from evidencekit.cli.command import ActingCommand
from evidencekit.cli.opening import actor_of, here, opened
from evidencekit.cli.reasons import listed
from evidencekit.cli.session import Session, pass_session, read_text
from evidencekit.cli.shapes import artifact_object
from evidencekit.model.artifact import Artifact
from evidencekit.store.case import Case
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
@click.option("--again", is_flag=True, help=_("Make another copy although there is one."))
@pass_session
def command(session: Session, *, artifact_id: str, purpose: str, again: bool) -> int:
    """Make the copy, unless there is one, and say what is gone from it."""
    case = opened(session)
    existing = None if again else _existing(case, artifact_id)
    if existing is not None:
        _print(session, existing, made=False)
        return 0
    result = strip(
        case,
        artifact_id,
        purpose=read_text(purpose),
        actor=actor_of(session, case),
        setting=here(),
    )
    _print(session, result.artifact, made=True)
    return 0


def _existing(case: Case, artifact_id: str) -> Artifact | None:
    """Return the newest copy that an earlier run made; it was made from the same bytes."""
    found = [
        row.id for row in case.rows() if row.derived_from == artifact_id and row.origin == "strip"
    ]
    return case.artifact(found[-1]) if found else None


def _print(session: Session, copy: Artifact, *, made: bool) -> None:
    done = copy.derivation
    if session.json:
        members = {name: done.get(name) for name in ("removed", "kept", "lossless")}
        output.put_json({**artifact_object(copy), **members, **({} if made else {"already": True})})
        return
    sentence = _("copy made: {id} (of {original})")
    if not made:
        sentence = _("a copy is here already: {id} (of {original}); --again makes another")
    output.say(sentence, id=copy.id, original=copy.derived_from)
    removed = listed("part", done.get("removed")) or _("nothing: there was nothing to remove")
    output.fields([(_("removed"), removed), (_("kept"), listed("part", done.get("kept")) or None)])
