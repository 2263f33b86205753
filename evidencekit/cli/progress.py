"""Progress on stderr, only where somebody watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from evidencekit.cli.session import Session
from evidencekit.protocols import Observer, Silent


@contextmanager
def watching(session: Session) -> Iterator[Observer]:
    """Yield an observer that shows bars, or a silent one; the bars go when the work is done."""
    if session.quiet or session.json or not sys.stderr.isatty():
        yield Silent()
        return
    from evidencekit.cli.bars import bars  # noqa: PLC0415 (rich is loaded for those who look)

    with bars() as shown:
        yield shown
