"""Work done ahead in a few threads, its outcomes handed back in the order in which it was given.

What is done at once depends on how fast the world answers; the order in which it is read, and
recorded, does not.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, Self, TypeVar

AT_ONCE = 12
AT_ONCE_FOR_ONE = 6  # as browsers, for each host
WINDOW = 64
"""How far ahead of the first that is not handed back yet: each holds what it has received."""
_ASK_AGAIN_S = 0.1
Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


@dataclass(slots=True, eq=False)
class _Job(Generic[Task, Outcome]):
    task: Task
    host: str
    outcome: "Future[Outcome]" = field(default_factory=Future)
    is_begun: bool = False

    @property
    def is_under_way(self) -> bool:
        return self.is_begun and not self.outcome.done()


class Ahead(Generic[Task, Outcome]):
    """Used by one thread; ``work`` is called by others, and what it raises :meth:`next` raises.

    Leaving the context waits for nobody: what is under way then ends by itself, unheard. Outcomes
    that nobody was handed go to ``discard``, then or later.
    """

    def __init__(
        self, work: Callable[[Task], Outcome], *, discard: Callable[[Outcome], None]
    ) -> None:
        self._work = work
        self._discard = discard
        self._is_left = False
        self._jobs: deque[_Job[Task, Outcome]] = deque()
        self._to_do: SimpleQueue[_Job[Task, Outcome] | None] = SimpleQueue()
        self._threads = 0
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        with self._changed:
            self._is_left = True
            unheard = [job.outcome for job in self._jobs if job.outcome.done()]
        for outcome in unheard:
            if outcome.exception() is None:
                self._discard(outcome.result())
        for _each in range(self._threads):
            self._to_do.put(None)

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, task: Task, *, host: str) -> None:
        """Put ``task`` at the end."""
        self._jobs.append(_Job(task, host))

    def next(self, *, may_wait: Callable[[], bool] = lambda: True) -> tuple[Task, Outcome] | None:
        """Return the first that was not returned yet, when it is done.

        ``may_wait`` is asked again and again; None where it is not done and may not be waited for.
        """
        first = self._jobs[0]
        with self._changed:
            while not first.outcome.done():
                if not may_wait():
                    return None
                self._begin_more()
                self._changed.wait(_ASK_AGAIN_S)
        self._begin_more()
        self._jobs.popleft()
        return first.task, first.outcome.result()

    def drop(self) -> int:
        """Forget what has not been begun, and return how much that was."""
        kept = deque(job for job in self._jobs if job.is_begun)
        dropped = len(self._jobs) - len(kept)
        self._jobs = kept
        return dropped

    def _begin_more(self) -> None:
        window = list(islice(self._jobs, WINDOW))
        busy = Counter(job.host for job in window if job.is_under_way)
        for job in window:
            if busy.total() >= AT_ONCE:
                return
            if not job.is_begun and busy[job.host] < AT_ONCE_FOR_ONE:
                busy[job.host] += 1
                self._begin(job, needed=busy.total())

    def _begin(self, job: _Job[Task, Outcome], *, needed: int) -> None:
        job.is_begun = True
        if self._threads < needed:
            self._threads += 1
            # A daemon: an interrupted capture ends without waiting for a server that hangs.
            threading.Thread(target=self._run, daemon=True).start()
        self._to_do.put(job)

    def _run(self) -> None:
        while (job := self._to_do.get()) is not None:
            try:
                outcome = self._work(job.task)
            except BaseException as exc:  # noqa: BLE001 (raised again by next)
                job.outcome.set_exception(exc)
            else:
                self._hand_over(job, outcome)
            with self._changed:
                self._changed.notify()

    def _hand_over(self, job: _Job[Task, Outcome], outcome: Outcome) -> None:
        with self._changed:
            if not self._is_left:
                job.outcome.set_result(outcome)
                return
        self._discard(outcome)
