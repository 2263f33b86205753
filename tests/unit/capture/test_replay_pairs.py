"""Pictures of a page are compared by the part of it that they show, whatever they are called."""

from pathlib import Path

from evidencekit.capture.page.view import View
from evidencekit.capture.replay.check import paired


def tile(name: str, x: int = 0, y: int = 0) -> View:
    area = {"x": x, "y": y, "width": 1366, "height": 8192}
    return View(role="screenshot", path=Path(name), media_type="image/png", area=area)


WHOLE = View(role="screenshot", path=Path("screenshot.png"), media_type="image/png")


def test_tiles_are_paired_by_where_they_begin_and_not_by_their_names() -> None:
    captured = [tile("screenshot-1.png"), tile("screenshot-2.png", y=8192)]
    shown = [tile("screenshot-1.png"), tile("screenshot-2.png", x=4096), tile("3.png", y=8192)]
    assert paired(captured, shown) == [
        (Path("screenshot-1.png"), Path("screenshot-1.png")),
        (None, Path("screenshot-2.png")),
        (Path("screenshot-2.png"), Path("3.png")),
    ]


def test_a_page_of_one_picture_begins_where_one_of_tiles_does() -> None:
    tiles = [tile("screenshot-1.png"), tile("screenshot-2.png", y=8192)]
    first = (Path("screenshot.png"), Path("screenshot-1.png"))
    assert paired([WHOLE], tiles) == [first, (None, Path("screenshot-2.png"))]
    assert paired(tiles, [WHOLE]) == [first[::-1], (Path("screenshot-2.png"), None)]


def test_without_pictures_on_a_side_there_is_nothing_to_compare() -> None:
    assert paired([WHOLE], []) == paired([], [WHOLE]) == []
