"""Where runs of letters begin in a large region, found for all its bytes at once.

A regular expression tries each byte of a picture for itself, which takes most of the time of a
search; nearly all of them begin no run.
"""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_PRINTABLE = bytes(int(0x20 <= byte <= 0x7E) for byte in range(256))  # noqa: PLR2004
_ZERO = bytes(int(byte == 0) for byte in range(256))
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}(?:\s{1,4}[A-Za-z0-9+/_-]{4,})*")
_IN_BASE64 = bytes(int(bytes((byte,)).isalnum() or byte in b"+/_-") for byte in range(256))
_SHORTEST, _SHORTEST_BASE64 = 6, 16
_RUN = re.compile(rb"[\x20-\x7e]+")
_RUN_LE = re.compile(rb"(?:[\x20-\x7e]\x00)+")
_RUN_BE = re.compile(rb"(?:\x00[\x20-\x7e])+")


def printable_runs(region: bytes) -> Iterator[bytes]:
    """Yield each run of six or more printable ASCII characters, of one byte or of two (UTF-16)."""
    printable, zero = _mask(region, _PRINTABLE), _mask(region, _ZERO)
    for at in _starts(printable, _SHORTEST, 1):
        yield _matched(_RUN, region, at)
    low = printable[:-1] & zero[1:]
    for at in _starts(low, _SHORTEST, 2):
        yield _matched(_RUN_LE, region, at).replace(b"\0", b"")
    for at in _starts(zero[:-1] & printable[1:], _SHORTEST, 2):
        yield _matched(_RUN_BE, region, at).replace(b"\0", b"")


def base64_runs(region: bytes) -> Iterator[bytes]:
    """Yield each run of sixteen or more letters of base64, over the ends of lines."""
    behind = 0
    for at in _starts(_mask(region, _IN_BASE64), _SHORTEST_BASE64, 1):
        if at >= behind:
            run = _matched(_BASE64, region, at)
            behind = at + len(run)
            yield run


def _mask(region: bytes, table: bytes) -> Mask:
    return np.frombuffer(region.translate(table), dtype=np.bool_)


def _starts(mask: Mask, shortest: int, stride: int) -> Iterator[int]:
    """Yield where runs of at least ``shortest`` units of ``stride`` bytes begin, in order."""
    if len(mask) < shortest * stride:
        return
    runs, length = mask, 1
    while length < shortest:  # runs of ``length`` become runs of up to twice that
        step = min(length, shortest - length)
        runs = runs[: -step * stride] & runs[step * stride :]
        length += step
    is_first = runs.copy()
    is_first[stride:] &= ~mask[: len(runs) - stride]
    yield from np.flatnonzero(is_first).tolist()


def _matched(pattern: re.Pattern[bytes], region: bytes, at: int) -> bytes:
    found = pattern.match(region, at)
    return found.group() if found is not None else b""
