"""What holds for one run of the command line, whatever the command."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from evidencekit.errors import BadInput
from evidencekit.text.catalog import _


@dataclass(slots=True)
class Session:
    """The options that every command knows; filled while click reads the command line."""

    case: Path | None = None
    json: bool = False
    quiet: bool = False
    no_input: bool = False
    actor: str | None = None
    org: str | None = None
    role: str | None = None
    given: tuple[str, ...] = ()
    """Options of this command as they were given, for hints that repeat it."""

    def can_ask(self) -> bool:
        """Tell whether somebody is there to answer a question."""
        return not self.no_input and sys.stdin.isatty() and sys.stderr.isatty()


pass_session = click.make_pass_decorator(Session, ensure=True)


def require_text(session: Session, value: str | None, *, option: str, ask: str) -> str:
    """Return an option's text; ``@file`` reads it, nothing given asks for it."""
    if value is None:
        if not session.can_ask():
            raise click.UsageError(_("Missing option {option}.").format(option=f"'{option}'"))
        value = str(click.prompt(ask, err=True))
    return read_text(value)


def read_text(value: str) -> str:
    """Return ``value``, or what the file behind ``@file`` says, without the space around it."""
    if not value.startswith("@"):
        return value
    path = Path(value[1:])
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise BadInput(
            _("{path} cannot be read as text").format(path=path),
            hint=_("a text that begins with @ names a file that holds it"),
        ) from exc
