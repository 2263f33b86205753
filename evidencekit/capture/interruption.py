"""A request to end a capture, heard where it can be obeyed without losing what has come.

A signal arrives between any two instructions: in the middle of a record, too. So the first one is
only noted. Who waits for a page asks :meth:`Interruption.is_asked`; work that can be given up as a
whole runs under :meth:`Interruption.run`. A second one is obeyed wherever we are.
"""

from collections.abc import Callable
from typing import TypeVar

from evidencekit.errors import Interrupted

T = TypeVar("T")


class Interruption:
    """Used by the main thread alone, which is where Python runs the handlers of signals."""

    def __init__(self) -> None:
        self.number: int | None = None
        """Of the first signal; None as long as there was none."""
        self._may_break_off = False

    def is_asked(self) -> bool:
        """Return whether we are to end."""
        return self.number is not None

    def ask(self, number: int) -> None:
        """Note a signal; raises :class:`Interrupted` where it is obeyed at once."""
        is_first = self.number is None
        if is_first:
            self.number = number
        if self._may_break_off or not is_first:
            raise Interrupted(number)

    def require_none(self) -> None:
        """Raise :class:`Interrupted` if we were asked to end."""
        if self.number is not None:
            raise Interrupted(self.number)

    def run(self, work: Callable[[], T]) -> T | None:
        """Return what ``work`` returns, None where it was given up or not begun."""
        try:
            self._may_break_off = True
            outcome = None if self.is_asked() else work()
            self._may_break_off = False
        except Interrupted:
            self._may_break_off = False
            return None
        except BaseException:
            self._may_break_off = False
            raise
        return outcome
