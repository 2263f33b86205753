"""A whole file of boxes, for those that write one anew (ISO/IEC 14496-12 §4.2, §4.3)."""

from collections.abc import Collection
from io import SEEK_END
from typing import BinaryIO

from evidencekit.metadata.gone import Gone
from evidencekit.metadata.isobmff.boxes import Box, walk
from evidencekit.metadata.malformed import MalformedError


def boxes_of(stream: BinaryIO, gone: Gone, *, needed: Collection[bytes]) -> list[Box]:
    """Return all boxes; what follows those that are ``needed``, and is none, is not part of it."""
    boxes: list[Box] = []
    try:
        for one in walk(stream, stream.seek(0, SEEK_END)):
            boxes.append(one)  # noqa: PERF402 (what came before an error counts)
    except MalformedError:
        if not set(needed) <= {one.kind for one in boxes}:
            raise
        gone.note("bytes-after-end")
    return boxes


def file_type(data: bytes, brands: Collection[bytes], gone: Gone) -> tuple[bytes, bytes]:
    """Return the first brand of ``ftyp``, and the rest anew: the other brands that are known.

    The version after the first is for nobody.
    """
    major, others = data[:4], [data[at : at + 4] for at in range(8, len(data) - 3, 4)]
    kept = [one for one in others if one in brands]
    gone.when(len(kept) < len(others) or data[4:8].strip(b"\0"), "file-type-details")
    return major, bytes(4) + b"".join(kept)
