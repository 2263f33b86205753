"""What one capture may still use, shared by all exchanges that are under way at once.

A reader borrows before it reads and gives back what did not come, so that all together never
receive a byte more than was allowed, however many read at the same time.
"""

import threading


class Budget:
    """``deadline`` is on the monotonic clock that the tapes are given."""

    broken_off: str | None = None
    """Why nothing more is to be sent or received, in the words of a reason; None while it may."""

    def __init__(self, *, allowed_bytes: int, deadline: float) -> None:
        self.deadline = deadline
        self._allowed = allowed_bytes
        self._free = allowed_bytes
        self._lent = 0
        self._changed = threading.Condition()

    @property
    def received_bytes(self) -> int:
        """How much has arrived, all exchanges together."""
        with self._changed:
            return self._allowed - self._free - self._lent

    @property
    def is_spent(self) -> bool:
        """Whether all that was allowed has arrived."""
        return self.received_bytes >= self._allowed

    def borrow(self, wanted: int) -> int:
        """Return how many bytes may be received now; 0 where everything has arrived.

        Waits where others have borrowed the rest, since they may give it back.
        """
        with self._changed:
            while not self._free and self._lent:
                self._changed.wait()
            granted = min(wanted, self._free)
            self._free -= granted
            self._lent += granted
            return granted

    def settle(self, granted: int, received: int) -> None:
        """End what :meth:`borrow` began."""
        with self._changed:
            self._lent -= granted
            self._free += granted - received
            self._changed.notify_all()
