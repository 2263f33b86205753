"""What is packed inside a stripped PNG besides its pixels: the colour profile."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from evidencekit.metadata.icc import MAX_PROFILE
from evidencekit.metadata.png.chunks import walk
from evidencekit.metadata.whole import read_whole


def inner(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the profile, inflated as far as one may be long. Pixels are the picture."""
    for chunk in walk(read_whole(stream)):
        if chunk.kind == b"iCCP":
            packed = chunk.data.partition(b"\0")[2][1:]
            yield zlib.decompressobj().decompress(packed, MAX_PROFILE)
