"""Puts lines together to pieces: a line that begins no message goes on with the one before.

A line without time that reads like one of the program itself is a piece of its own only if no
further words follow; a person may still have written it, and the piece says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from evidencekit.metadata.chats.lines import Line
from evidencekit.metadata.chats.message import SAID, UNCERTAIN, Piece

ReadLine = Callable[[Line], Piece | None]
"""Returns the piece that begins with a line; None for a line that begins none."""
MAX_LINES = 20_000
"""Lines of one message; further ones are not understood."""


def pieces_of(lines: Iterator[Line], read: ReadLine) -> Iterator[Piece]:
    """Yield pieces that cover all lines, in order."""
    current: _Growing | None = None
    doubtful: list[_Growing] = []
    for line in lines:
        begun = read(line)
        if current is not None and current.takes(line, begun, doubtful):
            continue
        if current is not None:
            yield current.closed()
            yield from (one.closed() for one in doubtful)
            doubtful = []
        current = _Growing(begun or unparsed(line), line)
    if current is not None:
        yield current.closed()
        yield from (one.closed() for one in doubtful)


class _Growing:
    """A piece and the lines that it has so far."""

    def __init__(self, piece: Piece, line: Line) -> None:
        self._piece = piece
        self.lines = [line]

    def takes(self, line: Line, begun: Piece | None, doubtful: "list[_Growing]") -> bool:
        """Take a line that goes on with this piece, or put it with those of which this is open."""
        if self._piece.kind not in SAID or len(self.lines) + len(doubtful) >= MAX_LINES:
            return False
        if begun is not None:
            if UNCERTAIN not in begun.warnings:
                return False
            doubtful.append(_Growing(begun, line))
        elif doubtful and not line.text.strip():
            doubtful[-1].lines.append(line)
        else:
            self.lines += [one for held in doubtful for one in held.lines]
            doubtful.clear()
            self.lines.append(line)
        return True

    def closed(self) -> Piece:
        """Return the piece with all of its lines."""
        if len(self.lines) == 1:
            return self._piece
        texts = [self._piece.text, *(line.text for line in self.lines[1:])]
        return replace(
            self._piece,
            end=self.lines[-1].end,
            text="\n".join(texts).rstrip("\n"),
            raw="".join(line.raw for line in self.lines),
        )


def unparsed(line: Line) -> Piece:
    """Return a line that nobody understood."""
    return Piece(
        kind="unparsed", start=line.start, end=line.end, line=line.number, text=line.text,
        raw=line.raw,
    )  # fmt: skip
