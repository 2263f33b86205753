"""A file outside every case is copied beside itself, or nothing is left behind."""

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.transcripts import Cli
from tests.tools import media
from tests.tools.planted import PLANTED

MARK = b"MARK-7f3a91"
TAKEN = "2026:05:01 10:00:01"


def photo(folder: Path) -> Path:
    block = media.exif({media.MAKE: MARK.decode()}, photo={media.DATE_ORIGINAL: TAKEN})
    path = folder / "사진.jpg"
    path.write_bytes(media.Jpeg(before=media.exif_segment(block)).encode())
    return path


@pytest.mark.parametrize(("purpose", "is_told"), [("share", False), ("court", True)])
def test_a_copy_lies_beside_the_file(cli: Cli, purpose: str, is_told: bool) -> None:
    original = photo(cli.folder)
    before = original.read_bytes()
    (done,) = cli("strip", "사진.jpg", "--for", purpose, "--json").ok().objects
    copy = (cli.folder / str(done["path"])).read_bytes()

    assert MARK not in copy
    assert (TAKEN.encode() in copy) is is_told
    assert done["lossless"] is True
    assert original.read_bytes() == before
    assert sorted(one.name for one in cli.folder.glob("*.jpg")) == ["사진-stripped.jpg", "사진.jpg"]


def test_a_file_of_that_name_is_not_replaced(cli: Cli) -> None:
    photo(cli.folder)
    (cli.folder / "mine.jpg").write_bytes(b"mine")

    assert cli("strip", "사진.jpg", "--out", "mine.jpg").code == 10
    assert (cli.folder / "mine.jpg").read_bytes() == b"mine"


@pytest.mark.parametrize("what", ["folder", "link.jpg", "broken.jpg", "text.txt"])
def test_what_cannot_be_copied_leaves_nothing_behind(cli: Cli, what: str) -> None:
    (cli.folder / "folder").mkdir()
    (cli.folder / "link.jpg").symlink_to(photo(cli.folder))
    (cli.folder / "broken.jpg").write_bytes(photo(cli.folder).read_bytes()[:-2])
    (cli.folder / "text.txt").write_text("text")
    before = sorted(cli.folder.iterdir())

    assert cli("strip", what).code == 10
    assert sorted(cli.folder.iterdir()) == before


def test_a_folder_that_is_not_there_is_named(cli: Cli) -> None:
    photo(cli.folder)
    done = cli("strip", "사진.jpg", "--out", "nowhere/copy.jpg")

    assert done.code == 10
    assert "nowhere: there is no such file or folder" in done.err


def test_a_trial_shows_each_value_that_would_go_and_keeps_nothing(cli: Cli) -> None:
    photo(cli.folder)
    before = sorted(cli.folder.iterdir())
    (done,) = cli("strip", "사진.jpg", "--dry-run", "--json").ok().objects
    values = done["values"]
    assert isinstance(values, list)
    shown = cli("strip", "사진.jpg", "--dry-run").ok().out

    assert {MARK.decode(), TAKEN} <= {
        one["readable"] for one in values if isinstance(one, dict) and "readable" in one
    }
    assert MARK.decode() in shown
    assert sorted(cli.folder.iterdir()) == before


def test_a_trial_in_a_case_records_nothing(cli: Cli) -> None:
    original = photo(cli.folder)
    cli("init", "사건", "--title", "t", "--actor", "a").ok()
    cli("add", str(original), "--case", "사건").ok()
    files = sorted(one for one in (cli.folder / "사건").rglob("*") if one.is_file())
    (artifact,) = cli("list", "--case", "사건", "--json").ok().objects
    logged = cli("log", "--case", "사건", "--json").ok().objects
    done = cli("strip", artifact["id"], "--dry-run", "--case", "사건", "--json").ok().object

    assert MARK.decode() in str(done["values"])
    assert cli("log", "--case", "사건", "--json").ok().objects == logged
    assert sorted(one for one in (cli.folder / "사건").rglob("*") if one.is_file()) == files


def test_a_picture_of_more_than_60_million_pixels_is_copied_where_that_is_allowed(cli: Cli) -> None:
    Image.new("L", (10_000, 6_100), 77).save(cli.folder / "large.png")
    assert "--allow-large" in cli("strip", "large.png").err
    assert not (cli.folder / "large-stripped.png").exists()
    cli("strip", "large.png", "--allow-large").ok()
    assert (cli.folder / "large-stripped.png").exists()


def test_a_pdf_becomes_pictures_of_its_pages_where_that_is_wished(cli: Cli) -> None:
    (cli.folder / "a.pdf").write_bytes(PLANTED["planted.pdf"].data())
    done = cli("strip", "a.pdf", "--as-pictures", "--json").ok().object
    assert done["changed"] == ["pages-as-pictures"]
    assert done["lossless"] is False
