"""Change bytes, one at a time: what is sealed must notice every one of them."""

from collections.abc import Callable, Iterator

from evidencekit.errors import EvidenceDoubted


def flipped(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield ``data`` with one byte changed, for every byte, in three ways."""
    for at, byte in enumerate(data):
        for mask in (0x01, 0x80, 0xFF):
            yield at, data[:at] + bytes([byte ^ mask]) + data[at + 1 :]


def accepted_flips(data: bytes, read: Callable[[bytes], object]) -> list[int]:
    """Return the places where a change went unnoticed; errors that are not ours are raised."""
    unnoticed = []
    for at, changed in flipped(data):
        try:
            read(changed)
        except EvidenceDoubted:
            continue
        unnoticed.append(at)
    return unnoticed
