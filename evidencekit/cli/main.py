"""The edge: texts and streams are set up, a command runs, whatever happens gets an exit code.

The only broad ``except`` of the program is here. A traceback is shown only on request, since it
can carry file names and values (DESIGN §9).
"""

import gettext
import io
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

import click

from evidencekit.cli.command import LANGUAGES
from evidencekit.cli.failure import USAGE, Failure, failure_of, report
from evidencekit.cli.root import make_root
from evidencekit.cli.session import Session
from evidencekit.text.catalog import DOMAIN, LOCALE_DIR, language

DEBUG = "EVIDENCEKIT_DEBUG"
LANG = "EVIDENCEKIT_LANG"
_BROKEN_PIPE = 141  # what a shell shows for SIGPIPE; nobody is left to read a message


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code (docs/reference/exit-codes.md)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    is_json = "--json" in _options(arguments)
    _set_up_texts(arguments)
    _set_up_streams()
    session = Session()
    try:
        result = make_root().main(
            arguments, prog_name="evidencekit", standalone_mode=False, obj=session
        )
        sys.stdout.flush()
    except BrokenPipeError:
        return _leave_quietly()
    except SystemExit as exc:  # click turns a closed pipe into exit 1, which means INVALID here
        if isinstance(exc.__context__, BrokenPipeError):
            return _leave_quietly()
        raise
    except click.exceptions.NoArgsIsHelpError as exc:
        exc.show()  # on stderr: nothing was asked for, so this is no result
        return USAGE
    except (Exception, KeyboardInterrupt) as exc:  # noqa: BLE001 (the edge)
        return _fail(failure_of(exc), exc, session, is_json=is_json)
    return result if isinstance(result, int) else 0


def _fail(failure: Failure, exc: BaseException, session: Session, *, is_json: bool) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exception(exc)
    try:
        report(failure, session, is_json=is_json)
        sys.stdout.flush()
    except BrokenPipeError:
        return _leave_quietly()
    except OSError:  # a full disk behind stdout: the exit code still has to come out
        _silence_stdout()
    return failure.exit_code


def _set_up_texts(arguments: Sequence[str]) -> None:
    chosen = _language_option(arguments)
    if chosen is not None:
        os.environ[LANG] = chosen
    # click's own texts come from gettext's global domain, which listens to LANGUAGE only.
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)


def _language_option(arguments: Sequence[str]) -> str | None:
    options = _options(arguments)
    for place, argument in enumerate(options):
        name, is_joined, value = argument.partition("=")
        if name == "--lang":
            value = value if is_joined else "".join(options[place + 1 : place + 2])
            return value if value in LANGUAGES else None
    return None


def _options(arguments: Sequence[str]) -> Sequence[str]:
    # What stands after "--" is a name, however it looks.
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _set_up_streams() -> None:
    # A file name that is not UTF-8 must not turn a message about it into a crash.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_quietly() -> int:
    _silence_stdout()
    return _BROKEN_PIPE


def _silence_stdout() -> None:
    # Python flushes stdout once more at exit, and would end with an exit code of its own.
    with suppress(OSError, io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
