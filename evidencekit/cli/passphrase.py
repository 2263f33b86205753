"""Passphrases: from a file, the environment or a prompt; never from the command line.

What stands on a command line is seen by everybody who may list processes, and stays in the
history of the shell.
"""

import os
from pathlib import Path

import click

from evidencekit.cli.session import Session
from evidencekit.errors import KeyUnusable
from evidencekit.text.catalog import _

VARIABLE = "EVIDENCEKIT_PASSPHRASE"
_MAX_BYTES = 4096


def given_passphrase(file: Path | None) -> str | None:
    """Return the passphrase that was given without a question, if one was."""
    if file is not None:
        return _first_line(file)
    return os.environ.get(VARIABLE) or None


def require_passphrase(
    session: Session, file: Path | None, *, ask: str, confirm: bool = False
) -> str:
    """Return a passphrase, asking where somebody can answer; raises :class:`KeyUnusable`."""
    given = given_passphrase(file)
    if given is not None:
        return given
    if not session.can_ask():
        raise KeyUnusable(
            _("a passphrase is needed, and nobody can be asked for it"),
            hint=_("give it by --passphrase-file or EVIDENCEKIT_PASSPHRASE"),
        )
    return str(click.prompt(ask, hide_input=True, confirmation_prompt=confirm, err=True, type=str))


def _first_line(file: Path) -> str:
    try:
        # Not open_regular: <(pass show key) is a pipe, and a good way to give a passphrase.
        with file.open("rb") as stream:
            return stream.read(_MAX_BYTES).partition(b"\n")[0].rstrip(b"\r").decode("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise KeyUnusable(
            _("{path}: the passphrase cannot be read from it").format(path=file)
        ) from exc
