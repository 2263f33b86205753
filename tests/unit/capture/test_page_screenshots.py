"""How a page is divided into pictures."""

import pytest

from evidencekit.capture.page.screenshots import MAX_TILES, TILE_HEIGHT_PX, plan_tiles


@pytest.mark.parametrize(
    ("width", "height", "tiles"),
    [(1, 1, 1), (1366, 900, 1), (4096, 8192, 1), (1366, 8193, 2), (4097, 100, 2), (9000, 20000, 9)],
)
def test_tiles_cover_the_page_exactly(width: int, height: int, tiles: int) -> None:
    areas = plan_tiles(width, height)
    assert len(areas) == tiles
    assert sum(area["width"] * area["height"] for area in areas) == width * height
    assert areas[-1]["x"] + areas[-1]["width"] == width
    assert areas[-1]["y"] + areas[-1]["height"] == height


def test_page_without_end_is_cut_at_the_same_height() -> None:
    areas = plan_tiles(1366, 10**9)
    assert len(areas) == MAX_TILES
    assert sum(area["height"] for area in areas) == MAX_TILES * TILE_HEIGHT_PX
    assert len(plan_tiles(10**9, 10**9)) <= MAX_TILES
