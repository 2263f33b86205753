"""A browser that is lost costs its own page alone, and the record says that there was a visit."""

from pathlib import Path

import pytest

from evidencekit.errors import BrowserUnavailable, VisitLost
from evidencekit.model.capture import PageCapture
from evidencekit.model.event import Actor
from evidencekit.protocols import Observer
from evidencekit.store.case import Case, Kind, create_case
from evidencekit.workflow import capture as workflow
from evidencekit.workflow.setting import Setting

URLS = ("http://one.example/", "http://two.example/")


class Losing:
    """An engine whose browser fails each time, as it is told."""

    name = "browser"

    def __init__(self, *failures: BrowserUnavailable) -> None:
        self._failures = iter(failures)

    def capture(self, _url: str, _workdir: Path, _observer: Observer) -> PageCapture:
        raise next(self._failures)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    setting = Setting(home=tmp_path / "home")
    return create_case(
        tmp_path / "case",
        title="lost",
        kind=Kind.INVESTIGATION,
        actor=Actor(alias="tester"),
        machine=setting.machine(),
    )


def captured(
    case: Case, monkeypatch: pytest.MonkeyPatch, *failures: BrowserUnavailable
) -> tuple[str, list[tuple[str, list[str]]]]:
    """Capture both URLs; returns what was raised, and address and reasons of each event."""
    monkeypatch.setattr(workflow, "_choose", lambda *_a, **_k: (Losing(*failures), None))
    setting = Setting(home=case.root.parent / "home")
    with pytest.raises(BrowserUnavailable) as raised:
        list(workflow.capture(case, URLS, is_covert=True, setting=setting))
    bodies = [event.body for event in case.events() if event.line.action == "capture"]
    details = [dict(body.detail) for body in bodies if body is not None]
    return raised.value.message, [(str(d["url"]), list(d["reasons"])) for d in details]  # type: ignore[arg-type]


def test_lost_visits_are_recorded_and_the_next_page_is_tried(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = VisitLost("it died", reason="browser-died")
    raised, events = captured(case, monkeypatch, first, BrowserUnavailable("no start"))
    assert events == [(URLS[0], ["browser-died"]), (URLS[1], ["browser-not-started"])]
    assert raised == "it died"


def test_a_browser_that_does_not_start_at_all_visits_nobody(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised, events = captured(case, monkeypatch, BrowserUnavailable("no start"))
    assert (raised, events) == ("no start", [])
