"""Blocks of a cluster: which track, when, and the coded frames in them (RFC 9559 §10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.matroska import names
from evidencekit.metadata.matroska.ebml import Element, Piece, element, read, split, vint, walk

_LACING, _KEY_FRAME, _KEPT_FLAGS, _KEPT_IN_GROUP = 0x06, 0x80, 0x8F, 0x0E


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block, in a group or alone."""

    track: int
    time: bytes
    """Two bytes, relative to the cluster."""
    flags: int
    frame: bytes
    """The coded frame; of laced blocks several, with their sizes before them."""
    group: Sequence[Piece] | None
    """What else is in its group; None for a block that stands alone."""

    @property
    def is_laced(self) -> bool:
        """Whether it holds several frames."""
        return bool(self.flags & _LACING)

    @property
    def is_key_frame(self) -> bool:
        """Whether a player can begin here."""
        if self.group is None:
            return bool(self.flags & _KEY_FRAME)
        return all(one.number != names.REFERENCE for one in self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """When a cluster begins."""

    value: int


def blocks_of(stream: BinaryIO, cluster: Element, end: int) -> Iterator[Block | Timestamp]:
    """Yield what a cluster says; one of unknown size ends where something else begins."""
    parents = names.TOP if cluster.end is None else ()
    for one in walk(stream, cluster.body, cluster.end or end, parents=parents):
        if one.number == names.TIMESTAMP:
            yield Timestamp(value=int.from_bytes(read(stream, one), "big"))
        elif one.number == names.SIMPLE_BLOCK:
            yield _block(read(stream, one), None)
        elif one.number == names.GROUP:
            yield _grouped(read(stream, one))


def make_block(block: Block, frame: bytes) -> bytes:
    """Encode a block with ``frame`` in it; of its group, durations and references stay."""
    if block.group is None:
        head = _track(block.track) + block.time + bytes((block.flags & _KEPT_FLAGS,))
        return element(names.SIMPLE_BLOCK, head, frame)
    head = _track(block.track) + block.time + bytes((block.flags & _KEPT_IN_GROUP,))
    kept = {names.BLOCK_DURATION, names.REFERENCE, names.DISCARD}
    rest = (element(one.number, one.data) for one in block.group if one.number in kept)
    return element(names.GROUP, element(names.BLOCK, head, frame), *rest)


def _grouped(data: bytes) -> Block:
    pieces = list(split(data))
    found = [one for one in pieces if one.number == names.BLOCK]
    if len(found) != 1:
        raise MalformedError("a group without exactly one block")
    return _block(found[0].data, [one for one in pieces if one.number != names.BLOCK])


def _block(data: bytes, group: Sequence[Piece] | None) -> Block:
    track, width = vint(data)
    if len(data) < width + 3:
        raise MalformedError("a block that is cut off")
    return Block(
        track=track,
        time=data[width : width + 2],
        flags=data[width + 2],
        frame=data[width + 3 :],
        group=group,
    )


def _track(number: int) -> bytes:
    if number < 2**7 - 1:
        return bytes((0x80 | number,))
    raise MalformedError("more than 126 tracks")
