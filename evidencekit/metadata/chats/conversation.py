"""Puts lines together to pieces: a line that begins no message goes on with the one before."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from evidencekit.metadata.chats.lines import Line
from evidencekit.metadata.chats.message import SAID, Piece

ReadLine = Callable[[Line], Piece | None]
"""Returns the piece that begins with a line; None for a line that begins none."""
MAX_LINES = 20_000
"""Lines of one message; further ones are not understood."""


def pieces_of(lines: Iterator[Line], read: ReadLine) -> Iterator[Piece]:
    """Yield pieces that cover all lines, in order."""
    current: Piece | None = None
    texts: list[str] = []
    raws: list[str] = []
    for line in lines:
        begun = read(line)
        if (
            begun is None
            and current is not None
            and current.kind in SAID
            and len(texts) < MAX_LINES
        ):
            texts.append(line.text)
            raws.append(line.raw)
            current = replace(current, end=line.end)
            continue
        if current is not None:
            yield _closed(current, texts, raws)
        current = begun or unparsed(line)
        texts, raws = [current.text], [line.raw]
    if current is not None:
        yield _closed(current, texts, raws)


def unparsed(line: Line) -> Piece:
    """Return a line that nobody understood."""
    return Piece(kind="unparsed", start=line.start, end=line.end, line=line.number, text=line.text)


def _closed(piece: Piece, texts: list[str], raws: list[str]) -> Piece:
    return replace(piece, text="\n".join(texts).rstrip("\n"), raw="".join(raws))
