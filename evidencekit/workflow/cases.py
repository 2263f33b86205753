"""Make a case, find the one around here, read it."""

from pathlib import Path

from evidencekit.errors import BadInput
from evidencekit.formats.case import CASE_FILE
from evidencekit.model.event import Actor
from evidencekit.store.case import Case, Kind, create_case, open_case
from evidencekit.text.catalog import _
from evidencekit.workflow.setting import Setting

MAX_TEXT = 500  # characters of a title, a name, an organisation


def init(
    path: Path, *, title: str, actor: Actor, kind: Kind = Kind.INVESTIGATION, setting: Setting
) -> Case:
    """Make a case at ``path``; raises :class:`BadInput` where something lies there."""
    for what, text in (("title", title), ("actor", actor.alias)):
        if not text.strip():
            raise BadInput(_("{what} must not be empty").format(what=what))
    for text in (title, actor.alias, actor.org or "", actor.role or ""):
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise BadInput(_("a text holds bytes that are no characters"))
    for text in (title, actor.alias, actor.org or "", actor.role or ""):
        if len(text) > MAX_TEXT:
            raise BadInput(_("a text is longer than {n} characters").format(n=MAX_TEXT))
    return create_case(path, title=title, kind=kind, actor=actor, machine=setting.machine())


def find(start: Path) -> Case:
    """Open the case that ``start`` is, or lies in."""
    for folder in (start, *start.resolve().parents):
        if (folder / CASE_FILE).is_file():
            return open_case(folder)
    return open_case(start)
