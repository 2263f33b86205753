"""Open what a command works on: the case, the installation, who acts."""

from pathlib import Path

from evidencekit.cli.session import Session
from evidencekit.model.event import Actor
from evidencekit.store.case import Case, open_case
from evidencekit.workflow.cases import find
from evidencekit.workflow.setting import Setting, default_setting


def opened(session: Session) -> Case:
    """Open the case that was named, else the one around the current folder.

    A named one is taken literally: were its parents searched too, a slip of the pen could put
    evidence into the wrong case.
    """
    return open_case(session.case) if session.case is not None else find(Path.cwd())


def here() -> Setting:
    """Return this installation's setting."""
    return default_setting()


def actor_of(session: Session, case: Case) -> Actor | None:
    """Return who acts, or None for who opened the case."""
    if session.actor is None and session.org is None and session.role is None:
        return None
    if session.actor is not None:
        return Actor(alias=session.actor, org=session.org, role=session.role)
    first = case.first_actor()
    return Actor(alias=first.alias, org=session.org or first.org, role=session.role or first.role)
