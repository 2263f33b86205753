"""A counsellor is asked who brought it; what may not be read is noted and never opened."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_input import on_terminal
from tests.cli.transcripts import Cli

INTAKE: dict[str, Any] = {
    "format": "evidencekit/intake/1",
    "capacity": "representative",
    "relation": "mother",
    "alias": "victim A",
    "sensitivity": "intimate",
    "checked": [{"document": "가족관계증명서", "by": "desk 3", "on": "2026-02-09"}],
    "agreed": ["keep", "deletion-request"],
    "device": "a telephone",
    "handing": "in-person",
    "circumstances": "found online",
    "statements": ["statement.txt"],
}


@pytest.fixture
def brought(cli: Cli) -> Cli:
    (cli.folder / "in").mkdir()
    (cli.folder / "in/a.txt").write_bytes(b"first")
    (cli.folder / "in/b.txt").write_bytes(b"second")
    (cli.folder / "statement.txt").write_text("what happened", encoding="utf-8")
    return cli


def guided(cli: Cli, *more: str, **changes: Any) -> Any:
    path = cli.folder / "intake.json"
    path.write_text(json.dumps({**INTAKE, **changes}), encoding="utf-8")
    return cli("-C", "C", "--actor", "desk 3", "add", "--guided-from", "intake.json", *more, "in")


def events(cli: Cli) -> list[dict[str, Any]]:
    return cli("-C", "C", "log", "--json").ok().objects


def test_a_support_case_is_made_and_the_act_says_who_brought_it(brought: Cli) -> None:
    guided(brought).ok()
    made, statement, files = events(brought)
    assert made["action"] == "init.support"
    told = files["detail"]["intake"]
    assert told == {
        key: value for key, value in INTAKE.items() if key != "statements"
    } | {"account": ""}  # fmt: skip
    assert statement["actor"]["alias"] == "desk 3"
    shown = [brought("-C", "C", "show", one, "--json").ok().objects[0] for one in ("a2-1", "a3-1")]
    assert [(one["role"], one["sensitivity"]) for one in shown] == [
        ("statement", "normal"), (None, "intimate"),
    ]  # fmt: skip


def test_what_may_not_be_read_is_noted_and_never_opened(
    brought: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    is_watched = [True]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if (
            is_watched[0]
            and event == "open"
            and arguments
            and isinstance(arguments[0], str | bytes)
        ):
            opened.append(os.fsdecode(arguments[0]))

    sys.addaudithook(hook)
    for name in ("a.txt", "b.txt"):
        (brought.folder / "in" / name).chmod(0)  # whoever opened it would have to be root
    before = [(brought.folder / "in" / name).stat().st_atime_ns for name in ("a.txt", "b.txt")]
    done = guided(brought, sensitivity="csam_suspected").ok()
    is_watched[0] = False
    after = [(brought.folder / "in" / name).stat().st_atime_ns for name in ("a.txt", "b.txt")]

    assert not [path for path in opened if Path(path).name in {"a.txt", "b.txt"}]
    assert after == before
    assert "none was opened" in done.err
    noted = events(brought)[-1]
    assert noted["artifacts"] == []
    assert noted["detail"]["policy"] == "no-copy"
    assert [(one["path"], one["size"]) for one in noted["detail"]["unread"]] == [
        ("in/a.txt", 5), ("in/b.txt", 6),
    ]  # fmt: skip
    assert brought("-C", "C", "list", "--json").ok().objects == []


def test_a_plain_add_of_it_is_refused_in_a_support_case(brought: Cli) -> None:
    brought("init", "C", "--title", "t", "--actor", "a", "--kind", "support").ok()
    done = brought("-C", "C", "add", "--sensitivity", "csam_suspected", "in")
    assert done.code == 13
    assert "not read" in done.err


def test_a_centre_that_keeps_says_why_and_that_is_recorded(brought: Cli) -> None:
    guided(brought, "--keep-csam", "statute X", sensitivity="csam_suspected").ok()
    assert events(brought)[-1]["detail"]["kept_because"] == "statute X"
    assert events(brought)[-1]["actor"]["alias"] == "desk 3"


def test_without_circumstances_there_would_be_nothing(brought: Cli) -> None:
    done = guided(brought, sensitivity="csam_suspected", circumstances="")
    assert done.code == 10
    assert "circumstances" in done.err


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"capacity": "friend"}, "capacity"),
        ({"alias": " "}, "alias"),
        ({"agreed": ["everything"]}, "agreed"),
        ({"checked": [{"document": "x", "by": "y", "on": "yesterday"}]}, "checked.on"),
        ({"consent": True}, "consent"),
        ({"alias": "a" * 3000}, "alias"),
        ({"format": "evidencekit/intake/2"}, "evidencekit/intake/1"),
    ],
)
def test_a_slip_of_the_pen_is_named_and_nothing_is_taken_in(
    changes: dict[str, Any], member: str, brought: Cli
) -> None:
    done = guided(brought, **changes)
    assert done.code == 10
    assert member in done.err
    assert not (brought.folder / "C").exists()


def test_on_a_terminal_everything_is_asked_in_korean(brought: Cli) -> None:
    answers = ["2", "1", "피해자 가", "", "y", "y", "n", "휴대전화", "", "1", "지인이 알려 줌", ""]
    code, shown = on_terminal(
        brought.folder,
        ["-C", "C", "--actor", "상담 3", "--lang", "ko", "add", "--guided", "in"],
        answers,
    )
    assert code == 0, shown
    told = events(brought)[-1]["detail"]["intake"]
    assert (told["alias"], told["capacity"], told["sensitivity"]) == (
        "피해자 가",
        "victim",
        "intimate",
    )
    assert told["agreed"] == ["keep", "deletion-request"]
    assert (told["device"], told["handing"]) == ("휴대전화", "in-person")


def test_without_a_terminal_nothing_is_asked(brought: Cli) -> None:
    done = brought.apart("-C", "C", "add", "--guided", "in")
    assert done.code == 2
    assert "--guided-from" in done.err
