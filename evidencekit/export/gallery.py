"""The page of blurred previews: squares of one colour, drawn as shapes; no picture is in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evidencekit.export.page import page
from evidencekit.export.words import term
from evidencekit.model.artifact import Artifact
from evidencekit.model.json import Json

_MOST = 12
_HEX = re.compile(r"[0-9a-f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One preview. The name is foreign text."""

    id: str
    name: str
    size: int
    ms: int | None
    """Of a film: where in it."""
    width: int
    height: int
    colours: tuple[str, ...]
    """Six hexadecimal digits for each square, line by line."""

    @classmethod
    def of(cls, artifact: Artifact, answer: Json) -> "Tile":
        """Take what a worker says, on no trust; ``ValueError`` for anything else than squares."""
        match answer:
            case {
                "ms": int() | None as ms,
                "width": int(width),
                "height": int(height),
                "rgb": str(rgb),
            } if _are_squares(width, height, rgb):
                return cls(
                    id=artifact.id,
                    name=artifact.name,
                    size=artifact.size,
                    ms=ms,
                    width=width,
                    height=height,
                    colours=tuple(rgb[at : at + 6] for at in range(0, len(rgb), 6)),
                )
            case _:
                raise ValueError("no preview")


def _are_squares(width: int, height: int, rgb: str) -> bool:
    is_small = 0 < width <= _MOST and 0 < height <= _MOST
    return is_small and len(rgb) == 6 * width * height and bool(_HEX.fullmatch(rgb))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """One that is not shown, and why: a stable word."""

    id: str
    why: str


def render_gallery(
    tiles: Sequence[Tile], unseen: Sequence[Unseen], *, language: str
) -> Iterator[bytes]:
    """Yield the page in pieces."""
    return page(
        "gallery.html.j2",
        document="gallery",
        columns={"unseen": {"unseen.id": 30, "unseen.why": 70}},
        language=language,
        tiles=tiles,
        drawn=_drawn,
        at=_at,
        unseen=[(one.id, term("why-unseen", one.why)) for one in unseen],
    )


def _drawn(tile: Tile) -> Markup:
    """Draw the squares; all that goes in are numbers and colours that were checked."""
    squares = "".join(
        f'<rect x="{number % tile.width}" y="{number // tile.width}" width="1.02" height="1.02" '
        f'fill="#{colour}"/>'
        for number, colour in enumerate(tile.colours)
    )
    box = f"0 0 {tile.width} {tile.height}"
    return Markup(f'<svg viewBox="{box}" aria-hidden="true">{squares}</svg>')  # noqa: S704


def _at(tile: Tile) -> str:
    if tile.ms is None:
        return ""
    minutes, seconds = divmod(tile.ms // 1000, 60)
    return f"{minutes}:{seconds:02}"
