"""Without libmagic there is no second opinion, and nothing else is lost."""

import sys
from collections.abc import Iterator

import pytest

from evidencekit.metadata.identify import magic


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
