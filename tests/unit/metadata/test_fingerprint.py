"""A known picture is found again, an unknown one is not, and nothing near is missed."""

import io
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evidencekit.metadata.fingerprint.lists import Listed, Unreadable, read_list
from evidencekit.metadata.fingerprint.matching import near, table_of
from evidencekit.metadata.fingerprint.pdq import distance, pdq
from evidencekit.metadata.fingerprint.picture import film, picture
from evidencekit.metadata.raster import MAX_PIXELS
from evidencekit.model.json import Json
from evidencekit.sandbox.limits import Limits
from evidencekit.sandbox.runner import ParserFailed, Worker
from tests.tools import films
from tests.tools.scenes import Picture, flat, scene

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors/fingerprint/pdq.json").read_text(encoding="utf-8")
)["vectors"]
ASKED: Json = {"crop": None, "pixels": MAX_PIXELS}


def saved(picture_of: Picture, **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture_of).save(out, **{"format": "PNG", **options})  # type: ignore[arg-type]
    return out.getvalue()


def first(data: bytes) -> str:
    return str(picture(io.BytesIO(data), ASKED)["hashes"][0])  # type: ignore[index]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["seed"]))
def test_hashes_and_quality_are_those_of_the_library_of_its_authors(
    vector: dict[str, object],
) -> None:
    made = pdq(scene(vector["seed"], width=vector["width"], height=vector["height"]))  # type: ignore[arg-type]
    assert list(made.hashes) == vector["hashes"]
    assert made.quality == vector["quality"]


def test_the_turned_forms_are_those_of_the_turned_picture() -> None:
    whole = scene(7, width=400, height=300)
    forms = pdq(whole).hashes
    views = [np.rot90(whole, -turns) for turns in range(4)]
    views += [np.fliplr(view) for view in views]
    for form, view in zip(forms, views, strict=True):
        assert distance(form, pdq(np.ascontiguousarray(view)).hashes[0]) <= 31


def test_what_was_made_smaller_or_compressed_again_is_found() -> None:
    whole = scene(8, width=800, height=600)
    known = first(saved(whole))
    for changed in (
        saved(whole, format="JPEG", quality=20),
        saved(np.asarray(Image.fromarray(whole).resize((400, 300)))),
        saved(np.asarray(Image.fromarray(whole).convert("L").convert("RGB"))),
    ):
        assert distance(known, first(changed)) <= 31


def test_other_pictures_are_far_and_a_flat_one_says_nothing() -> None:
    hashes = [pdq(scene(seed)).hashes[0] for seed in range(10, 22)]
    assert min(distance(a, b) for a in hashes for b in hashes if a is not b) > 31
    assert pdq(flat()).quality == 0


def test_a_crop_is_the_picture_in_a_screenshot() -> None:
    inner = scene(9, width=300, height=200)
    screen = flat(240)[:, :, :].repeat(2, axis=0).repeat(2, axis=1).copy()
    screen[100:300, 50:350] = inner
    asked: Json = {"crop": [50, 100, 300, 200], "pixels": MAX_PIXELS}
    cut = picture(io.BytesIO(saved(screen)), asked)
    assert distance(str(cut["hashes"][0]), first(saved(inner))) == 0  # type: ignore[index]
    assert cut["scaled"] == [300, 200]
    with pytest.raises(ValueError, match="outside"):
        picture(io.BytesIO(saved(screen)), {"crop": [600, 100, 300, 200], "pixels": MAX_PIXELS})


def test_key_frames_of_a_film_have_their_times() -> None:
    told = film(io.BytesIO(films.coded_film()), None)
    assert told is not None
    frames = told["frames"]
    assert isinstance(frames, list)
    assert [one["ms"] for one in frames] == [0]


def test_grey_of_any_depth_looks_the_same() -> None:
    eight = scene(5).mean(axis=2)
    found: set[str] = set()
    for values in (eight.astype(np.uint8), (eight * 256).astype(np.uint16), eight.astype(np.int32),
                   (eight * 2**16).astype(np.int32), (eight / 255).astype(np.float32),
                   eight.astype(np.float32)):  # fmt: skip
        stream = io.BytesIO()
        Image.fromarray(values).save(stream, "TIFF")
        hashes = picture(stream, ASKED)["hashes"]
        assert isinstance(hashes, list)
        found.add(str(hashes[0]))
    assert max(distance(one, other) for one in found for other in found) <= 4


def test_a_film_of_more_pixels_than_allowed_is_refused_unless_allowed() -> None:
    coded = films.coded_film()
    with pytest.raises(ValueError, match="pixels"):
        film(io.BytesIO(coded), {"crop": None, "pixels": 100})
    assert film(io.BytesIO(coded), {"crop": None, "pixels": MAX_PIXELS})


def test_a_bomb_ends_no_more_than_its_own_worker() -> None:
    bomb = saved(np.zeros((10_000, 7_000), dtype=np.uint8))
    with Worker(Limits(memory_bytes=2**31)) as worker:
        answer = worker.call("fingerprint.picture", io.BytesIO(bomb), ASKED)
        assert isinstance(answer, ParserFailed)
        assert "more than" in answer.detail
        good = worker.call("fingerprint.picture", io.BytesIO(saved(scene(1))), ASKED)
    assert isinstance(good, dict)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_near_is_missed(data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    wanted = int.from_bytes(rng.bytes(32), "big")
    known = [int.from_bytes(rng.bytes(32), "big") for _ in range(50)]
    for count in range(0, 64, 3):
        flipped = wanted
        for bit in rng.choice(256, size=count, replace=False):
            flipped ^= 1 << int(bit)
        known.append(flipped)
    hashes = [f"{one:064x}" for one in known]
    threshold = data.draw(st.integers(0, 60))
    found = near([f"{wanted:064x}"], table_of(hashes), threshold=threshold)
    counted = [(wanted ^ one).bit_count() for one in known]
    assert {(one.index, one.distance) for one in found} == {
        (place, count) for place, count in enumerate(counted) if count <= threshold
    }
    assert [one.distance for one in found] == sorted(one.distance for one in found)


def test_lists_are_read_in_the_forms_in_which_they_come(tmp_path: Path) -> None:
    one, other = "ab" * 32, "CD" * 32
    path = tmp_path / "list.csv"
    path.write_text(
        f'\ufeffhash,label\n{one},"case 3, photo"\n# a remark\n\nnothing here\n'
        f'{{"pdq": "{other}", "id": 7}}\n{"ef" * 33}\n',
        encoding="utf-8",
    )
    assert list(read_list(path)) == [
        Listed(hash=one, label="case 3, photo", line=2), Unreadable(line=5),
        Listed(hash=other.lower(), label="7", line=6), Unreadable(line=7),
    ]  # fmt: skip


def test_the_hash_of_another_column_is_never_taken_for_it(tmp_path: Path) -> None:
    one, other = "ab" * 32, "cd" * 32
    path = tmp_path / "list.csv"
    path.write_text(f"sha256,pdq,id\n{one},{other},7\n{one},,8\n", encoding="utf-8")
    assert list(read_list(path)) == [
        Listed(hash=other, label=f"{one} 7", line=2), Unreadable(line=3),
    ]  # fmt: skip
    path.write_text(f'{{"sha256": "{one}", "pdq": "{other}"}}\n{one},{other}\n', encoding="utf-8")
    assert list(read_list(path)) == [
        Listed(hash=other, label=one, line=1), Unreadable(line=2),
    ]  # fmt: skip


def test_a_line_of_brackets_ends_no_list(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('{"a": ' + "[" * 60_000 + "\n" + "ab" * 32 + "\n", encoding="utf-8")
    assert list(read_list(path)) == [
        Unreadable(line=1), Listed(hash="ab" * 32, label="", line=2),
    ]  # fmt: skip


def test_of_an_endless_line_no_more_than_its_start_is_held(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{'0' * 64}\n{'x' * 3_000_000}\n{'1' * 64}\n", encoding="ascii")
    tracemalloc.start()
    found = list(read_list(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [one.line for one in found] == [1, 2, 3]
    assert [type(one) for one in found] == [Listed, Unreadable, Listed]
    path.write_text("2" * 64 + "," + "x" * 70_000 + "\n", encoding="ascii")
    assert list(read_list(path)) == [Unreadable(line=1)]  # not listed by a half
    assert peak < 1_000_000


def test_a_film_of_more_pixels_than_are_allowed_is_not_decoded() -> None:
    with pytest.raises(ValueError, match="pixels in a frame"):
        film(io.BytesIO(films.coded_film()), {"crop": None, "pixels": 100})
