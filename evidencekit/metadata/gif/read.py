"""Facts in a GIF: comments, texts, and what programs put into extensions of their own."""

from typing import BinaryIO

from evidencekit.metadata.facts import FactList
from evidencekit.metadata.gif import blocks as gif
from evidencekit.metadata.gif.blocks import Block, read_screen, walk
from evidencekit.metadata.malformed import MalformedError
from evidencekit.metadata.texts import decode_text
from evidencekit.metadata.whole import read_start
from evidencekit.metadata.xmp import add_xmp

_APPLICATION_HEAD = 14  # bytes before the data of an application extension
_NAMES = {gif.IMAGE: "Image", gif.CONTROL: "Control", gif.TEXT: "PlainText",
          gif.COMMENT: "Comment", gif.APPLICATION: "Application"}  # fmt: skip


def read(facts: FactList, stream: BinaryIO) -> None:
    """Add what the blocks say; a walk that breaks off leaves what was found before."""
    data = read_start(facts, stream)
    counts: dict[str, tuple[int, int]] = {}
    try:
        for block in walk(data, read_screen(data).end):
            if block.kind == gif.TRAILER:
                if block.end < len(data):
                    said = f"{len(data) - block.end} bytes"
                    facts.structure("BytesAfterEnd", said, source=f"at {block.end}")
                continue
            name = _NAMES.get(block.kind, f"extension {block.kind:02x}")
            first, number = counts.get(name, (block.offset, 0))
            counts[name] = (first, number + 1)
            _add_block(facts, block, data)
    except MalformedError as exc:
        facts.problem(f"GIF: {exc}")
    for name, (first, number) in counts.items():
        facts.structure(name, f"{number} ×", source=f"{name} at {first}")


def _add_block(facts: FactList, block: Block, data: bytes) -> None:
    source = f"{_NAMES.get(block.kind, 'extension')} at {block.offset}"
    if block.kind == gif.COMMENT:
        text = decode_text(block.head + block.data)
        facts.add("GIF", "Comment", text, raw=text, source=source)
    elif block.kind == gif.TEXT:
        text = decode_text(block.data)
        facts.add("GIF", "PlainText", text, raw=text, source=source)
    elif block.kind == gif.APPLICATION:
        facts.structure("Application", decode_text(block.head), source=source)
        if block.head == b"XMP DataXMP":
            # Not cut into sub-blocks (XMP part 3 §1.1.2), so it is read as it lies.
            packet = data[block.offset + _APPLICATION_HEAD : block.end]
            add_xmp(facts, packet.rpartition(b"\x01\xff")[0] or packet, source=source)
        elif (text := decode_text(block.data).strip("\0\1")) and text.isprintable():
            facts.add("GIF", decode_text(block.head), text, raw=text, source=source)
