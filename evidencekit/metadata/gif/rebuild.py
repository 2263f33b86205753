"""A GIF written anew from what shows the picture, and nothing else (GIF89a specification).

Kept bit for bit: coded pixels up to the code that ends them, and tables of colours. Written anew:
the size of the canvas, place and timing of each image, how often the animation runs. Comments,
texts, other extensions and whatever stands behind pixels or behind the end go.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from evidencekit.metadata.gif import blocks as gif
from evidencekit.metadata.gif.blocks import Block, Screen, make_sub_blocks, read_screen, walk
from evidencekit.metadata.gif.lzw import coded_pixels
from evidencekit.metadata.gone import Gone
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.rebuilt import Rebuilt, Wish
from evidencekit.metadata.whole import read_whole

LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_CONTROL_SIZE, _LOOP_SIZE = 4, 3
_SIZE_AND_ORDER = 0x87  # of flags: whether there are colours and how many, not how they are sorted
_IMAGE_FLAGS = 0xC7  # and whether lines are interlaced


def rebuild(stream: BinaryIO, out: BinaryIO, wish: Wish) -> Rebuilt:
    """Write the picture anew; raises :class:`MalformedError` where that needs a guess."""
    del wish  # there is no place for a time, and there are no remarks
    data, gone = read_whole(stream), Gone()
    screen = read_screen(data)
    found = tuple(walk(data, screen.end))
    gone.when(found[-1].end < len(data), "bytes-after-end")
    digest = hashlib.sha256(screen.colours)
    pieces = [b"GIF89a", _screen(screen), screen.colours, *_blocks(found, gone, digest)]
    rebuilt = b"".join(pieces) + bytes((gif.TRAILER,))
    gone.when(not gone.words and rebuilt != data, "fill-bytes")
    out.write(rebuilt)
    is_animated = sum(block.kind == gif.IMAGE for block in found) > 1
    return Rebuilt(
        removed=gone.words,
        kept=("animation",) if is_animated else (),
        content_sha256=digest.hexdigest(),
    )


def _screen(screen: Screen) -> bytes:
    flags = screen.descriptor[4] & _SIZE_AND_ORDER | 0x70  # eight bits a colour
    return screen.descriptor[:4] + bytes((flags,)) + screen.descriptor[5:]


def _blocks(found: Sequence[Block], gone: Gone, digest: "hashlib._Hash") -> Iterator[bytes]:
    control, loops, images = b"", 0, 0
    for block in found:
        match block.kind:
            case gif.CONTROL:
                control = _control(block, gone)
            case gif.IMAGE:
                images += 1
                yield control + _image(block, gone, digest)
                control = b""
            case gif.APPLICATION if block.head in LOOPS and not loops:
                loops += 1
                yield _loop(block, gone)
            case gif.TRAILER:
                pass
            case _:
                gone.note(_word(block))
                control = b"" if block.kind == gif.TEXT else control
    gone.when(control, "frame-details")
    if not images:
        raise MalformedError("no picture in it")


def _control(block: Block, gone: Gone) -> bytes:
    """§23: disposal, transparency, and how long an image is shown."""
    if len(block.head) != _CONTROL_SIZE:
        raise MalformedError("a control extension of a wrong length")
    gone.when(block.data, "unused-bytes")
    flags, transparent = block.head[0] & 0x1F, block.head[3] if block.head[0] & 1 else 0
    content = bytes((flags,)) + block.head[1:3] + bytes((transparent,))
    return bytes((gif.EXTENSION, gif.CONTROL)) + make_sub_blocks(content)


def _image(block: Block, gone: Gone, digest: "hashlib._Hash") -> bytes:
    width, height = (int.from_bytes(block.head[at : at + 2], "little") for at in (4, 6))
    coded = coded_pixels(block.data, block.minimum, width * height)
    gone.when(len(coded) < len(block.data), "bytes-after-picture-data")
    digest.update(block.head[9:] + bytes((block.minimum,)) + coded)
    head = block.head[:8] + bytes((block.head[8] & _IMAGE_FLAGS,)) + block.head[9:]
    return bytes((gif.IMAGE,)) + head + bytes((block.minimum,)) + make_sub_blocks(coded)


def _loop(block: Block, gone: Gone) -> bytes:
    """Netscape's extension: how often the animation runs, and what nobody reads any more."""
    if len(block.data) < _LOOP_SIZE or block.data[0] & 7 != 1:
        raise MalformedError("an animation that does not say how often it runs")
    gone.when(len(block.data) > _LOOP_SIZE, "unused-bytes")
    content = b"\x01" + block.data[1:_LOOP_SIZE]
    head = bytes((gif.EXTENSION, gif.APPLICATION, 11)) + b"NETSCAPE2.0"
    return head + make_sub_blocks(content)


def _word(block: Block) -> str:
    if block.kind == gif.APPLICATION:
        return {b"XMP DataXMP": "xmp", b"ICCRGBG1012": "colour-profile"}.get(
            block.head, "application-data"
        )
    return {gif.COMMENT: "comment", gif.TEXT: "text"}.get(block.kind, "chunk")
