"""What every source does: yield finds that can be read, refuse what cannot, never raise."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.intake.files import FileSource, StreamSource
from evidencekit.model.find import Find, Refused
from evidencekit.protocols import Source
from tests.tools.fakes import FakeSource, a_find

DATA = b"one and the same content"


def folder_source(folder: Path) -> Source:
    (folder / "in").mkdir()
    (folder / "in" / "note.txt").write_bytes(DATA)
    (folder / "in" / "link").symlink_to("note.txt")
    return FileSource([folder / "in"], leave_out=folder / "case")


def single_file_source(folder: Path) -> Source:
    (folder / "note.txt").write_bytes(DATA)
    return FileSource([folder / "note.txt"], leave_out=folder / "case")


def stream_source(_folder: Path) -> Source:
    return StreamSource(io.BytesIO(DATA), name="note.txt")


def fake_source(_folder: Path) -> Source:
    return FakeSource([a_find(DATA), Refused(name="link", why="symlink")])


@pytest.fixture(params=[folder_source, single_file_source, stream_source, fake_source])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    make: Callable[[Path], Source] = request.param
    return make(tmp_path)


def test_the_content_of_a_find_is_what_was_there(source: Source) -> None:
    read = []
    for item in source.collect():
        if isinstance(item, Find):
            with item.content.open() as stream:
                read.append(stream.read())
    assert read == [DATA]


def test_a_find_says_how_it_came_and_when(source: Source) -> None:
    for item in source.collect():
        if isinstance(item, Find):
            assert item.origin == "intake"
            assert item.acquired_at.tzinfo is not None
            assert item.name == "note.txt"


def test_what_cannot_be_taken_is_refused_with_a_reason(source: Source) -> None:
    refused = [item for item in source.collect() if isinstance(item, Refused)]

    assert [(os.path.basename(item.name), item.why) for item in refused] in (  # noqa: PTH119
        [],
        [("link", "symlink")],
    )
