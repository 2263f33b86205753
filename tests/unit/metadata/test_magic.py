"""Without libmagic there is no second opinion, and nothing else is lost."""

import sys
from collections.abc import Iterator
from io import BytesIO

import pytest

from evidencekit.metadata.identify import magic
from evidencekit.metadata.identify.agreeing import is_agreed
from evidencekit.metadata.identify.magic import Opinion
from evidencekit.metadata.record import record
from evidencekit.sandbox.runner import Worker
from tests.tools.planted import PLANTED


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    magic._load.cache_clear()
    yield
    magic._load.cache_clear()


def test_a_machine_without_libmagic_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylibmagic", None)
    monkeypatch.setitem(sys.modules, "magic", None)

    opinion = magic.second_opinion(b"%PDF-1.7\n")

    assert isinstance(opinion, magic.OpinionUnavailable)
    assert "could not be loaded" in opinion.why


@pytest.mark.parametrize("name", PLANTED)
def test_libmagic_agrees_on_every_planted_file_or_knows_no_type(name: str, worker: Worker) -> None:
    planted = PLANTED[name]
    found = record(BytesIO(planted.data()), media_type=planted.media_type, worker=worker)
    assert isinstance(found.opinion, Opinion)
    assert is_agreed(planted.media_type, found.opinion.media_type)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("image/png", "image/jpeg"), ("image/svg+xml", "image/png"), ("video/mp4", "audio/x-m4a")],
)
def test_another_type_is_a_disagreement(ours: str, theirs: str) -> None:
    assert not is_agreed(ours, theirs)
