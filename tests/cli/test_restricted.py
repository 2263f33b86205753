"""What people and scripts are told of a record that others may not have."""

from collections.abc import Callable, Iterator

import pytest

from tests.cli.transcripts import Done
from tests.tools.hostile_server import HostileServer, page, says

Case = Callable[..., Done]


@pytest.fixture
def server() -> Iterator[HostileServer]:
    shown = page(b"<title>t</title><p>hello", b"Set-Cookie: sid=q8Zk2Lw9Xv4TbN7rYh3e; Path=/")
    with HostileServer({"/": says(shown)}) as running:
        yield running


@pytest.fixture
def ids(case: Case, server: HostileServer) -> list[str]:
    done = case("capture", server.url(), "--engine", "http", "--allow-private", "--json").ok()
    return list(done.object["artifacts"])


@pytest.mark.network
def test_list_and_show_say_that_the_record_is_restricted_and_the_copy_is_not(
    case: Case, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original, copy, _listed = ids
    listed = {line.split()[0]: line for line in case("list").ok().out.splitlines() if line}
    assert "Access restricted: http" in listed[original]
    assert "estricted" not in listed[copy]
    assert case("show", original, "--json").ok().object["access"] == "restricted"
    assert "cookie set by the server 1" in case("show", copy).ok().out
    monkeypatch.setenv("EVIDENCEKIT_LANG", "ko")
    assert "열람 제한: http" in case("list").ok().out


@pytest.mark.network
def test_the_event_counts_credentials_and_names_no_value(case: Case, ids: list[str]) -> None:
    event = case("log", "--json").ok().objects[-1]
    assert event["artifacts"] == ids
    assert event["detail"]["credentials"]["found"] == {"set-cookie": 1}
    assert "q8Zk2Lw9Xv4TbN7rYh3e" not in str(event)


@pytest.mark.network
def test_an_export_says_what_it_holds_back_and_how_to_hand_it_over(
    case: Case, ids: list[str]
) -> None:
    plan = case("export", "--profile", "police", "--dry-run", "--json").ok().object
    assert plan["held_back"] == [{"id": ids[0], "why": "restricted"}]
    assert ids[1] in plan["shown"]
    every = case(
        "export", "--profile", "police", "--dry-run", "--include-restricted", "--json"
    ).ok()
    assert every.object["held_back"] == []
    assert (
        f"held back: {ids[0]} (access restricted)"
        in case("export", "--profile", "police", "--dry-run").ok().out
    )
