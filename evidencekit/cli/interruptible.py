"""What Ctrl-C, ``kill`` and a terminal that goes away do while pages are captured.

The first signal asks the capture to end and to keep what has come; a second one ends it where it
is; a third one kills the process, as it would anywhere else.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from evidencekit.capture.interruption import Interruption
from evidencekit.cli.session import Session
from evidencekit.errors import Interrupted
from evidencekit.text.catalog import _

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible(session: Session) -> Iterator[Interruption]:
    """Yield what signals ask; afterwards they do again what they did before.

    A signal that we were started to ignore (``nohup``) stays ignored.
    """
    interruption = Interruption()
    is_silent = session.quiet or session.json

    def ask(number: int, _frame: object) -> None:
        if interruption.is_asked():
            _restore(dict.fromkeys(before, signal.SIG_DFL))
        elif not is_silent:
            _say_so()
        interruption.ask(number)

    before = _listen(ask)
    try:
        yield interruption
    except OSError as exc:  # nobody can be told anything on a terminal that has gone
        if interruption.number is not None:
            raise Interrupted(interruption.number) from exc
        raise
    finally:
        _restore(before)


def _listen(ask: Callable[[int, object], None]) -> Mapping[int, Any]:
    """Return the handlers that were replaced."""
    if threading.current_thread() is not threading.main_thread():  # no other may set handlers
        return {}
    before: dict[int, Any] = {one: signal.getsignal(one) for one in _SIGNALS}
    heard = {one: was for one, was in before.items() if was is not signal.SIG_IGN}
    for one in heard:
        signal.signal(one, ask)
    return heard


def _restore(before: Mapping[int, Any]) -> None:
    for one, was in before.items():
        signal.signal(one, was)


def _say_so() -> None:
    # Past the buffers of Python, in which the signal may have arrived.
    text = _("ending; what has come is being kept (once more: end at once)")
    with suppress(OSError):
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"\n{text}\n".encode())
