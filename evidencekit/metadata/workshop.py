"""The processes in which a copy is made, decoded and judged: each by another one than made it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import Worker

ORDINARY = 200 * 2**20
"""Bytes of a file for which the limits of an ordinary workshop do."""
_SPEED = 10 * 2**20  # bytes a second that the slowest step does on a slow machine
_GROWTH = 2, 2**22  # a copy may be so many times as large, and so many bytes more
_MEMORY, _MORE_MEMORY = 2**30, 3 * 2**30  # bytes; more where large pictures are decoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Three workers, started when they are needed, and reused."""

    size: int
    """Bytes of the largest file that their limits are meant for."""
    maker: Worker
    decoder: Worker
    judge: Worker


@contextmanager
def open_workshop(size: int = ORDINARY, *, for_large: bool = False) -> Iterator[Workshop]:
    """Yield a workshop for files of at most ``size`` bytes, and for large pictures."""
    size = max(size, ORDINARY)
    limits = _limits(size, _MORE_MEMORY if for_large else _MEMORY)
    with Worker(limits) as maker, Worker(limits) as decoder, Worker(limits) as judge:
        yield Workshop(size=size, maker=maker, decoder=decoder, judge=judge)


def _limits(size: int, memory: int) -> Limits:
    seconds = (20 + size // _SPEED) * memory // _MEMORY
    factor, more = _GROWTH
    return Limits(
        wall_s=float(seconds),
        cpu_s=seconds,
        memory_bytes=memory,
        output_bytes=factor * size + more,
    )
