"""Pictures of the page as the browser painted it: the first screen, and the whole in tiles.

Tiles are what was painted, not cut from a larger picture: each is asked for by itself, since one
surface of the compositor is limited, and so is one message to us. A page of ordinary length is a
single tile. Tiles are numbered in reading order and name the part of the page that they show.
"""

import math
from collections.abc import Iterator
from pathlib import Path

from evidencekit.capture.chromium.cdp import Params
from evidencekit.capture.page.view import Call, View, data_of, whole_or_none

TILE_WIDTH_PX, TILE_HEIGHT_PX = 4096, 8192  # Chromium's limit for one surface is 16384
MAX_COLUMNS, MAX_TILES = 4, 24
MAX_BYTES = 256 << 20
"""Of all tiles together."""


def viewport(call: Call, folder: Path, _frame: str) -> Iterator[View]:
    """Keep what stands on the screen without scrolling."""
    data = data_of(call("Page.captureScreenshot", {"format": "png"}))
    with whole_or_none(folder / "viewport.png") as path:
        path.write_bytes(data)
    yield View(role="screenshot-viewport", path=path, media_type="image/png")


def full_page(call: Call, folder: Path, _frame: str) -> Iterator[View]:
    """Keep the whole of the page, up to the limits; the last tile says where it was cut."""
    size = call("Page.getLayoutMetrics", {}).get("cssContentSize")
    width, height = _side(size, "width"), _side(size, "height")
    areas = plan_tiles(width, height)
    shown = areas[-1]["x"] + areas[-1]["width"], areas[-1]["y"] + areas[-1]["height"]
    left = MAX_BYTES
    for number, area in enumerate(areas, 1):
        name = "screenshot.png" if len(areas) == 1 else f"screenshot-{number}.png"
        data = data_of(call("Page.captureScreenshot", _beyond(area)))
        with whole_or_none(folder / name) as path:
            path.write_bytes(data)
        left -= len(data)
        is_last = number == len(areas) or left <= 0
        is_cut = is_last and (number < len(areas) or shown != (width, height))
        yield View(
            role="screenshot",
            path=path,
            media_type="image/png",
            cut=f"{width}x{height}px" if is_cut else None,
            area=area if len(areas) > 1 else None,
        )
        if is_last:
            return


def plan_tiles(width: int, height: int) -> list[dict[str, int]]:
    """Divide a page into areas in reading order, the last of a row and of a column smaller."""
    columns = min(MAX_COLUMNS, math.ceil(width / TILE_WIDTH_PX))
    rows = min(MAX_TILES // columns, math.ceil(height / TILE_HEIGHT_PX))
    return [
        {
            "x": column * TILE_WIDTH_PX,
            "y": row * TILE_HEIGHT_PX,
            "width": min(TILE_WIDTH_PX, width - column * TILE_WIDTH_PX),
            "height": min(TILE_HEIGHT_PX, height - row * TILE_HEIGHT_PX),
        }
        for row in range(rows)
        for column in range(columns)
    ]


def _beyond(area: dict[str, int]) -> Params:
    return {"format": "png", "captureBeyondViewport": True, "clip": {**area, "scale": 1}}


def _side(size: object, name: str) -> int:
    value = size.get(name) if isinstance(size, dict) else None
    return max(1, int(value)) if isinstance(value, int | float) else 1
