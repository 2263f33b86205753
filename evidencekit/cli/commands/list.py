"""``list``: what the case holds."""

from collections.abc import Iterator

import click

from evidencekit.cli import output
from evidencekit.cli.command import Command
from evidencekit.cli.kinds import kind_name, place_name
from evidencekit.cli.opening import opened
from evidencekit.cli.reasons import said
from evidencekit.cli.session import Session, pass_session
from evidencekit.cli.shapes import artifact_object
from evidencekit.formats.artifact import read_artifact
from evidencekit.model.artifact import Artifact
from evidencekit.model.find import Access
from evidencekit.store.case import Case
from evidencekit.text.catalog import _

_ID, _TIME, _SIZE, _KIND = 6, 20, 8, 14
_OF_PATH, _OF_URL = 0.25, 0.5  # how much of it stays before a cut: the end of a path tells more


@click.command(
    "list", cls=Command, help=_("List the artifacts of the case, in the order they came.")
)
@pass_session
def command(session: Session) -> int:
    """Print line by line, so that a case of a million artifacts begins at once."""
    case = opened(session)
    if session.json:
        for row in case.rows():
            output.put_json(artifact_object(row))
        return 0
    is_empty = True
    for artifact in _artifacts(case):
        if is_empty:
            heads = (("ID", _ID), (_("Taken in"), _TIME), (_("Size"), -_SIZE), (_("Kind"), _KIND))
            output.row(heads, _("From"))
        is_empty = False
        _print(artifact)
    if is_empty:
        output.note(_("the case holds nothing yet"), quiet=session.quiet)
    return 0


def _artifacts(case: Case) -> Iterator[Artifact]:
    """Yield what is neither withheld nor purged; the index does not know when and where from."""
    for event in case.events():
        for line in event.body.artifacts if event.body is not None else ():
            if line is not None:
                yield read_artifact(line.members)


def _print(artifact: Artifact) -> None:
    cells = (
        (artifact.id, _ID),
        (output.moment(artifact.acquired_at, to="%H:%M"), _TIME),
        (output.size(artifact.size), -_SIZE),
        (kind_name(artifact), _KIND),
    )
    head = _OF_URL if "url" in artifact.source else _OF_PATH
    place = place_name(artifact)
    if artifact.access is Access.RESTRICTED:
        place = f"{said('access', artifact.access.value)}: {place}"
    output.row(cells, place, head=head)
