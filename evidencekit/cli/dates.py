"""Early dating told to people: a line that has a token, or has none."""

from evidencekit.cli import output
from evidencekit.cli.session import Session
from evidencekit.text.catalog import _
from evidencekit.workflow.dating import Dated, Undated


def note_date(session: Session, outcome: Dated | Undated) -> None:
    """Say it on stderr; it is no result, and its absence loses nothing."""
    if isinstance(outcome, Dated):
        output.note(
            _("dated by {tsa}: {time}"),
            quiet=session.quiet or session.json,
            tsa=outcome.tsa,
            time=output.moment(outcome.gen_time),
        )
    else:
        output.warn(_("recorded, but not dated: {why}"), why=outcome.why)
