"""Fingerprints are made when they are asked for, stay in the case, and find what is known."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from tests.cli.transcripts import Cli
from tests.tools import films
from tests.tools.scenes import Picture, scene


def png(picture: Picture) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def filled(cli: Cli) -> Cli:
    cli("init", "C", "--title", "t", "--actor", "a").ok()
    (cli.folder / "in").mkdir()
    (cli.folder / "in/a.png").write_bytes(png(scene(1, width=400, height=300)))
    mirrored = np.ascontiguousarray(np.fliplr(scene(1, width=400, height=300)))
    (cli.folder / "in/b.jpg").write_bytes(_jpeg(mirrored))
    (cli.folder / "in/c.png").write_bytes(png(scene(2)))
    (cli.folder / "in/d.mp4").write_bytes(films.coded_film())
    (cli.folder / "in/e.txt").write_bytes(b"text")
    cli("-C", "C", "add", "in").ok()
    return cli


def _jpeg(picture: Picture) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=40)
    return out.getvalue()


def test_a_mirrored_copy_is_found_in_the_case_and_an_other_picture_is_not(filled: Cli) -> None:
    filled("-C", "C", "fingerprint", "a2-1", "a2-2", "a2-3").ok()
    told = filled("-C", "C", "match", "a2-1", "--json").ok().objects[0]
    assert [(one["label"], one["variant"]) for one in told["found"]] == [("a2-2", "mirrored")]
    assert told["looked_at"] == 2


def test_a_list_is_searched_and_its_bad_lines_are_named(filled: Cli) -> None:
    made = filled("-C", "C", "fingerprint", "a2-1", "--json").ok().objects[0]["fingerprint"]
    (filled.folder / "list.csv").write_text(f"hash,id\n{made['hashes'][0]},x-1\nrubbish\n")
    done = filled("-C", "C", "match", "a2-1", "--against", "list.csv")
    assert done.code == 3
    assert "x-1" in done.out
    assert "no fingerprint: 3" in done.err
    told = filled("-C", "C", "match", made["hashes"][0], "--against", "list.csv", "--json")
    assert told.objects[0]["found"][0]["distance"] == 0


def test_another_case_is_searched(filled: Cli) -> None:
    filled("-C", "C", "fingerprint", "a2-1").ok()
    filled("init", "D", "--title", "t", "--actor", "a").ok()
    filled("-C", "D", "add", "in/b.jpg").ok()
    filled("-C", "D", "fingerprint", "a2-1").ok()
    told = filled("-C", "D", "match", "a2-1", "--against", "C", "--json").ok().objects[0]
    assert [one["label"] for one in told["found"]] == ["a2-1"]


def test_a_film_has_key_frames_and_the_md5_of_its_bytes(filled: Cli) -> None:
    made = filled("-C", "C", "fingerprint", "a2-4", "--digest", "sha1", "--json").ok().objects[0]
    told = made["fingerprint"]
    data = films.coded_film()
    assert len(told["frames"]) == 1
    assert told["md5"] == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert told["sha1"] == hashlib.sha1(data, usedforsecurity=False).hexdigest()


def test_a_film_is_found_as_it_is_and_mirrored(filled: Cli) -> None:
    made = filled("-C", "C", "fingerprint", "a2-4", "--json").ok().objects[0]["fingerprint"]
    hashes = made["frames"][0]["hashes"]
    (filled.folder / "list.csv").write_text(f"hash,id\n{hashes[0]},x\n{hashes[4]},y\n")
    told = filled("-C", "C", "match", "a2-4", "--against", "list.csv", "--json").ok().objects[0]
    found = {one["label"]: (one["distance"], one["variant"]) for one in told["found"]}
    assert found["x"] == (0, "as it is")
    assert found["y"][0] == 0


def test_a_hash_of_a_turned_copy_is_found_in_the_case_once(filled: Cli) -> None:
    made = filled("-C", "C", "fingerprint", "a2-1", "--json").ok().objects[0]["fingerprint"]
    told = filled("-C", "C", "match", made["hashes"][2], "--json").ok().objects[0]
    assert [(one["label"], one["distance"], one["variant"]) for one in told["found"]] == [
        ("a2-1", 0, "turned 180°"),
    ]  # fmt: skip
    assert told["looked_at"] == 1


def test_a_hash_and_a_list_have_no_turned_forms(filled: Cli) -> None:
    made = filled("-C", "C", "fingerprint", "a2-1", "--json").ok().objects[0]["fingerprint"]
    (filled.folder / "list.csv").write_text(f"hash,id\n{made['hashes'][0]},x\n")
    done = filled("-C", "C", "match", made["hashes"][0], "--against", "list.csv", "--json").ok()
    assert [one["variant"] for one in done.objects[0]["found"]] == [""]


def test_an_export_holds_fingerprints_back(filled: Cli, key: str) -> None:
    made = filled("-C", "C", "fingerprint", "a2-1", "--json").ok().objects[0]
    filled("-C", "C", "seal", "--key", key).ok()
    filled("-C", "C", "export", "--profile", "police", "--out", "B").ok()
    held = [path for path in (filled.folder / "B").rglob("*") if path.is_file()]
    hashes = made["fingerprint"]["hashes"]
    assert not [path for path in held if hashes[0].encode() in path.read_bytes()]
    assert filled("verify", "B").code in {0, 3}


def test_what_is_no_picture_is_refused_and_nothing_is_recorded(filled: Cli) -> None:
    before = filled("-C", "C", "list", "--json").ok().objects
    assert filled("-C", "C", "fingerprint", "a2-5").code == 10
    assert filled("-C", "C", "fingerprint", "a2-1", "--crop", "1,2,3").code == 10
    assert filled("-C", "C", "match", "a2-1").code == 10
    assert filled("-C", "C", "list", "--json").ok().objects == before


def test_one_that_cannot_be_fingerprinted_does_not_hold_up_the_others(filled: Cli) -> None:
    (filled.folder / "broken.png").write_bytes(png(scene(3))[:3000])
    filled("-C", "C", "add", "broken.png").ok()
    (broken,) = (
        one["id"] for one in filled("-C", "C", "list", "--json").ok().objects
        if one["name"] == "broken.png"
    )  # fmt: skip
    done = filled("-C", "C", "fingerprint", "a2-1", broken, "a2-5", "a2-3", "--json")

    assert done.code == 3
    assert [one["fingerprint"]["of"] for one in done.objects] == ["a2-1", "a2-3"]
    assert f"{broken}:" in done.err
    assert "a2-5:" in done.err


def test_a_grey_picture_of_16_bits_is_known_by_its_8_upper_ones(filled: Cli) -> None:
    grey = scene(5)[:, :, 0]
    for name, picture in (("8.png", grey), ("16.png", grey.astype(np.uint16) * 256 + 7)):
        Image.fromarray(picture).save(filled.folder / name)
        filled("-C", "C", "add", name).ok()
    ids = [
        one["id"] for one in filled("-C", "C", "list", "--json").ok().objects
        if one["name"] in {"8.png", "16.png"}
    ]  # fmt: skip
    found = [
        one["fingerprint"]["hashes"]
        for one in filled("-C", "C", "fingerprint", *ids, "--json").ok().objects
    ]

    assert found[0] == found[1]


def test_a_fingerprint_leaves_only_when_it_is_asked_for_by_its_name(filled: Cli) -> None:
    filled("-C", "C", "fingerprint", "a2-1").ok()
    plan = ("-C", "C", "export", "--profile", "police", "--dry-run", "--include-restricted")
    held = filled(*plan, "--json").ok().object
    assert [one["why"] for one in held["held_back"]] == ["fingerprint"]
    assert "fingerprint of a picture" in filled(*plan).ok().out
    assert filled(*plan, "--include-fingerprints", "--json").ok().object["held_back"] == []


def test_large_pictures_and_films_are_fingerprinted_only_where_that_is_allowed(filled: Cli) -> None:
    Image.new("L", (10_000, 6_100), 77).save(filled.folder / "large.png")
    filled("-C", "C", "add", "large.png").ok()
    assert filled("-C", "C", "fingerprint", "a3-1").code == 10
    made = filled("-C", "C", "fingerprint", "a3-1", "a2-4", "--allow-large", "--json").ok().objects
    assert [len(one["fingerprint"].get("hashes", [])) for one in made] == [8, 0]
