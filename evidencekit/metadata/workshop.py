"""The processes in which a copy is made, decoded and judged: each by another one than made it."""

from types import TracebackType
from typing import Self

from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import Worker

ORDINARY = 200 * 2**20
"""Bytes of a file for which the limits of an ordinary workshop do."""
_SPEED = 10 * 2**20  # bytes a second that the slowest step does on a slow machine
_GROWTH = 2, 2**22  # a copy may be so many times as large, and so many bytes more
_MEMORY = 2**30


class Workshop:
    """Three workers for files of at most ``size`` bytes; started when needed, and reused."""

    def __init__(self, size: int = ORDINARY) -> None:
        limits = _limits(max(size, ORDINARY))
        self.size = max(size, ORDINARY)
        self.maker = Worker(limits)
        self.decoder = Worker(limits)
        self.judge = Worker(limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in (self.maker, self.decoder, self.judge):
            worker.close()


def _limits(size: int) -> Limits:
    seconds = 20 + size // _SPEED
    factor, more = _GROWTH
    return Limits(
        wall_s=float(seconds),
        cpu_s=seconds,
        memory_bytes=_MEMORY,
        output_bytes=factor * size + more,
    )
