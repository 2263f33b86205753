"""Commands in hints, as the user would type them here: same program, same case, same options."""

import os
import re
import shlex
from pathlib import Path

from evidencekit.cli.session import Session

_PROGRAM = "EVIDENCEKIT_COMMAND"  # script/run says here how it was called
_CASE = "EVIDENCEKIT_CASE"
_IN_CASE = (
    "list", "show", "log", "add", "capture", "route", "metadata", "strip", "timeline",
    "fingerprint", "match", "gallery", "seal", "export",
)  # fmt: skip
_UNNAMED = re.compile(r"(?<!evidencekit )(?<!\S)seal (?=--)")
_NAMED = re.compile(r"\bevidencekit (?=[a-z])")
_NAMED_IN_CASE = re.compile(rf"\bevidencekit (?=(?:{'|'.join(_IN_CASE)})(?![a-z-]))")


def typed(session: Session, *words: str | Path) -> str:
    """Return a command line that works on the same case, quoted for a shell."""
    return shlex.join([_program(), *_case(session), *map(str, words)])


def without_case(*words: str | Path) -> str:
    """Return a command line that works on no case, quoted for a shell."""
    return shlex.join([_program(), *map(str, words)])


def given(option: str, values: tuple[str, ...] | tuple[Path, ...]) -> list[str]:
    """Return a repeatable option as it was given."""
    return [word for value in values for word in (option, str(value))]


def completed(hint: str, session: Session) -> str:
    """Complete the commands in a hint of the library, which knows no program and no case."""
    again = shlex.join(["seal", *session.given])
    hint = _UNNAMED.sub(lambda _found: f"evidencekit {again} ", hint)
    in_case = shlex.join([_program(), *_case(session)]) + " "
    hint = _NAMED_IN_CASE.sub(lambda _found: in_case, hint)
    return _NAMED.sub(lambda _found: shlex.quote(_program()) + " ", hint)


def _program() -> str:
    return os.environ.get(_PROGRAM) or "evidencekit"


def _case(session: Session) -> list[str]:
    named = session.case
    return ["-C", str(named)] if named is not None and str(named) != os.environ.get(_CASE) else []
