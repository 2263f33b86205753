"""What went wrong, in the words and with the code that people and scripts get."""

import errno
import sys
from dataclasses import dataclass

import click

from evidencekit.cli import output
from evidencekit.cli.session import Session
from evidencekit.cli.typed import completed
from evidencekit.errors import BadInput, DiskUnavailable, EvidencekitError, Interrupted
from evidencekit.text.catalog import _

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG})
USAGE, BUG, INTERRUPTED = 2, 70, 130
_BY_SIGNAL = 128  # what a shell adds to the number of the signal that ended a process


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One line for people, one code for scripts."""

    code: str
    message: str
    exit_code: int
    hint: str | None = None


def failure_of(exc: BaseException) -> Failure:
    """Return what to report for anything that reached the edge."""
    match exc:
        case EvidencekitError():
            return Failure(
                code=exc.code, message=exc.message, hint=exc.hint, exit_code=exc.exit_code
            )
        case click.ClickException():
            return _usage(exc)
        case click.Abort() | KeyboardInterrupt() | EOFError():
            return _interrupted(exc)
        case OSError():
            return _system(exc)
        case _:
            return Failure(
                code="bug",
                message=_("this is a fault of the program: {kind}").format(kind=type(exc).__name__),
                hint=_("EVIDENCEKIT_DEBUG=1 shows where; what was recorded before is safe"),
                exit_code=BUG,
            )


def report(failure: Failure, session: Session, *, is_json: bool) -> None:
    """Tell people on stderr and, where JSON was asked for, scripts on stdout."""
    hint = completed(failure.hint, session) if failure.hint is not None else None
    if is_json:
        error = {
            "code": failure.code,
            "message": failure.message,
            "hint": hint,
            "exit_code": failure.exit_code,
        }
        output.put_json({"error": error})
    sys.stdout.flush()
    output.complain(failure.message, hint=hint)


def _interrupted(exc: BaseException) -> Failure:
    code = INTERRUPTED
    for one in (exc, exc.__cause__):  # click turns what a key was pressed for into its own
        if isinstance(one, Interrupted):
            code = _BY_SIGNAL + one.number
    return Failure(code="interrupted", message=_("interrupted"), exit_code=code)


def _usage(exc: click.ClickException) -> Failure:
    hint = None
    if isinstance(exc, click.UsageError) and exc.ctx is not None:
        hint = _("{command} --help says how it is used").format(command=exc.ctx.command_path)
    return Failure(code="usage", message=exc.format_message(), hint=hint, exit_code=USAGE)


def _system(exc: OSError) -> Failure:
    kind = DiskUnavailable if exc.errno in _DISK else BadInput
    named = f"{exc.filename}: {exc.strerror}" if exc.filename is not None else str(exc)
    hint = None
    if exc.errno == errno.ENOSPC:
        hint = _("make room and run the same command again; nothing acknowledged is lost")
    return Failure(code=kind.code, message=named, hint=hint, exit_code=kind.exit_code)
