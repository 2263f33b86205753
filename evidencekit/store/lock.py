"""One writer at a time; the second waits, or says who holds the case (docs/format/case.md §5)."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from evidencekit.errors import CaseLocked
from evidencekit.formats.case import LEDGER, SPOOL
from evidencekit.formats.times import write_time
from evidencekit.text.catalog import _

WAIT_S = 10.0
_POLL_S = 0.05
_HOLDER = "holder.json"


@contextmanager
def hold(root: Path, *, command: str, at: datetime, wait_s: float = WAIT_S) -> Iterator[int]:
    """Hold the case at ``root`` for writing; yields the descriptor of its ledger, for appending.

    Raises :class:`CaseLocked` when another process still holds it after ``wait_s`` seconds.
    """
    fd = os.open(root / LEDGER, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _acquire(fd, root, wait_s)
        _sign_in(root, command, at)
        yield fd
    finally:
        os.close(fd)


def _acquire(fd: int, root: Path, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _locked(root) from None
            time.sleep(_POLL_S)
        else:
            return


def _sign_in(root: Path, command: str, at: datetime) -> None:
    # For people only: nothing is decided by it, so it need not be durable.
    (root / SPOOL).mkdir(exist_ok=True)
    holder = {"pid": os.getpid(), "command": command, "since": write_time(at)}
    (root / SPOOL / _HOLDER).write_text(json.dumps(holder), encoding="utf-8")


def _locked(root: Path) -> CaseLocked:
    holder: object = None
    with suppress(OSError, ValueError):
        holder = json.loads((root / SPOOL / _HOLDER).read_text(encoding="utf-8"))
    if not isinstance(holder, dict):
        return CaseLocked(_("another process is writing to this case"))
    return CaseLocked(
        _("process {pid} ({command}) has been writing to this case since {since}").format(
            pid=holder.get("pid"), command=holder.get("command"), since=holder.get("since")
        ),
        hint=_("wait until it is done, or stop it, and run the command again"),
    )
