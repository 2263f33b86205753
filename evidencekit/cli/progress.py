"""Progress on stderr, only where somebody watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from evidencekit.cli.session import Session
from evidencekit.protocols import Observer, Silent


class Watcher(Observer, Protocol):
    """An observer whose bars share the terminal with results."""

    def hide(self) -> None:
        """Clear the bars; call it before anything is printed."""


class Unwatched(Silent):
    """Shows nothing."""

    def hide(self) -> None:
        """Do nothing: there is nothing to clear."""


@contextmanager
def watching(session: Session) -> Iterator[Watcher]:
    """Yield an observer that shows bars, or a silent one; the bars go when the work is done."""
    if session.quiet or session.json or not sys.stderr.isatty():
        yield Unwatched()
        return
    from evidencekit.cli.bars import bars  # noqa: PLC0415 (rich is loaded for those who look)

    with bars() as shown:
        yield shown
