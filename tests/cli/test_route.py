"""``route``, and what ``capture`` asks afterwards, against registries on loopback."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidencekit.demo import site
from evidencekit.store.case import open_case
from tests.cli.transcripts import Cli, Done
from tests.tools.hostile_server import HostileServer, page
from tests.tools.registry import answer, network, registry

Case = Callable[..., Done]
pytestmark = pytest.mark.network
PAGE = page(
    b"<html lang=ko><title>T</title><meta name=author content=kim><video src=/v.mp4></video>",
    b"Date: Sat, 21 Nov 2026 12:00:00 GMT",
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileServer]:
    """A registry of 127.0.0.0/24 that is also asked which address we show, and serves a page."""
    answers: dict[str, Any] = {
        "/ip/127.0.0.1": network(),
        "/mine": answer(b"198.51.100.7"),
        "/page": PAGE,
        "/v.mp4": answer(b"moving"),
    }
    with registry(answers) as made:
        monkeypatch.setenv("EVIDENCEKIT_RDAP", made.url("/"))
        yield made


def asked(server: HostileServer) -> list[str]:
    return [talk.target for talk in server.talks]


# route


def test_route_names_network_country_and_whom_to_ask(cli: Cli, server: HostileServer) -> None:
    done = cli("route", server.url("/page"), "--allow-private").ok()
    assert "TEST-NET" in done.out
    assert "KR" in done.out
    assert "Network desk – abuse@network.test" in done.out
    assert asked(server) == ["/ip/127.0.0.1"]  # the site itself is not visited


def test_route_gives_scripts_the_same(cli: Cli, server: HostileServer) -> None:
    found = cli("route", server.url("/page"), "--allow-private", "--json").ok().object
    assert (found["addresses"], found["artifacts"]) == (["127.0.0.1"], [])
    (registration,) = found["registrations"]
    assert (registration["country"], registration["country_of"]) == ("KR", "network")
    assert registration["to_ask"][0]["emails"] == ["abuse@network.test"]


def test_route_in_a_case_keeps_the_answers_as_they_came(
    cli: Cli, case: Case, server: HostileServer
) -> None:
    found = case("route", server.url("/page"), "--allow-private", "--json").ok().object
    event = case("log", "--json").ok().objects[-1]
    assert (event["action"], event["artifacts"]) == ("route", found["artifacts"])
    assert event["detail"]["registrations"] == found["registrations"]
    roles = {one: case("show", one, "--json").ok().object["role"] for one in found["artifacts"]}
    assert set(roles.values()) == {"warc-look-up", "rdap-ip"}
    (kept,) = [one for one, role in roles.items() if role == "rdap-ip"]
    assert (
        stored(cli.folder / "CASE", kept)
        == server.talk("/ip/127.0.0.1").sent.partition(b"\r\n\r\n")[2]
    )


def test_a_route_can_be_sealed_and_handed_over(
    cli: Cli, case: Case, key: str, server: HostileServer
) -> None:
    case("route", server.url("/page"), "--allow-private").ok()
    case("seal", "--key", key).ok()
    case("export", "--profile", "police", "--out", "B", "--key", key).ok()
    report = cli("verify", "B", "--trust", "KEY.crt", "--json").ok().object
    assert report["verdict"] == "VALID"


def test_route_outside_a_case_writes_nothing(cli: Cli, server: HostileServer) -> None:
    before = set(cli.folder.rglob("*"))
    cli("route", server.url("/page"), "--allow-private").ok()
    assert {p for p in cli.folder.rglob("*") if p.is_file()} <= before


def test_no_registry_in_reach_is_exit_30_and_still_an_event(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_RDAP", "http://127.0.0.1:9/")
    done = case("route", "http://127.0.0.1:9/", "--allow-private", "--json")
    assert done.code == 30
    assert done.object["inquiries"][0]["outcome"] == "connection-refused"
    assert case("log", "--json").ok().objects[-1]["action"] == "route"


def test_an_address_that_no_registry_knows_is_exit_3(cli: Cli, server: HostileServer) -> None:
    done = cli("route", "http://127.0.0.77/", "--allow-private")
    assert done.code == 3
    assert "not known to the registry" in done.out
    assert "nobody is named" in done.out


def test_the_public_server_is_not_told_of_inner_addresses(cli: Cli) -> None:
    done = cli("route", "http://127.0.0.1/", "--allow-private", "--json")
    assert done.code == 3
    assert [one["outcome"] for one in done.object["inquiries"]] == ["not-public"]


@pytest.mark.parametrize(
    ("variable", "arguments"),
    [
        ("ftp://x/", ["route", "http://127.0.0.1/"]),
        ("http://127.0.0.1:9/", ["route", "no-url"]),
        ("http://127.0.0.1:9/", ["route", "http://127.0.0.1/", "--public-ip", "file:///x"]),
    ],
)
def test_what_is_no_web_address_is_bad_input(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, variable: str, arguments: list[str]
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_RDAP", variable)
    assert cli(*arguments).code == 10


def test_a_deceiving_name_is_shown_both_ways_with_a_warning(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidencekit.workflow.route.resolve_host", lambda _host, _port: [])
    monkeypatch.setenv("EVIDENCEKIT_RDAP", "http://127.0.0.1:9/")
    done = cli("route", "https://аррӏе.invalid/")
    assert "аррӏе.invalid" in done.out
    assert "xn--80ak6aa92e.invalid" in done.out
    assert "look like Latin" in done.err


def test_what_a_registry_says_drives_no_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = network(name="\x1b[2Jgone", country="K\u202eR", status=["[red]", "\x07"])
    with registry({"/ip/127.0.0.1": evil}) as server:
        monkeypatch.setenv("EVIDENCEKIT_RDAP", server.url("/"))
        done = cli("route", server.url(), "--allow-private").ok()
        again = cli("route", server.url(), "--allow-private", "--json").ok()
    for text in (done.out, again.out):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[red]" in done.out


def test_route_speaks_korean(cli: Cli, server: HostileServer) -> None:
    done = cli.apart("--lang", "ko", "route", server.url("/page"), "--allow-private").ok()
    assert "문의할 곳" in done.out
    assert "127.0.0.1 주소가 속한 망" in done.out


# capture


def capture(case: Case, server: HostileServer, *more: str) -> Done:
    url = server.url("/page")
    return case("capture", url, "--engine", "http", "--allow-private", "--json", *more).ok()


def events(case: Case) -> list[dict[str, Any]]:
    return case("log", "--json").ok().objects[2:]


def test_registries_are_asked_after_the_page_and_never_before(
    case: Case, server: HostileServer
) -> None:
    capture(case, server)
    assert asked(server) == ["/page", "/v.mp4", "/ip/127.0.0.1"]
    assert [event["action"] for event in events(case)] == ["capture", "route"]


def test_covert_sends_nothing_but_the_page(
    case: Case, server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_TSA", server.url("/tsa"))
    capture(case, server, "--covert")
    assert asked(server) == ["/page", "/v.mp4"]
    assert [event["action"] for event in events(case)] == ["capture"]


@pytest.mark.parametrize("is_covert", [True, False])
def test_covert_asks_no_name_server_what_dnssec_says(
    case: Case, server: HostileServer, monkeypatch: pytest.MonkeyPatch, *, is_covert: bool
) -> None:
    names: list[str] = []

    def observe(name: str) -> tuple[()]:
        names.append(name)
        return ()

    monkeypatch.setattr("evidencekit.workflow.capture.observe_dns", observe)
    monkeypatch.setattr("socket.getaddrinfo", _at_loopback)
    url = server.url("/page", host="page.test")
    more = ["--covert"] if is_covert else []
    case("capture", url, "--engine", "http", "--allow-private", *more)
    assert names == ([] if is_covert else ["page.test"])


def _at_loopback(_host: str, port: int, **_options: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_covert_and_a_public_address_exclude_each_other(case: Case, server: HostileServer) -> None:
    url = server.url("/page")
    assert case("capture", url, "--covert", "--public-ip", server.url("/mine")).code == 2
    assert asked(server) == []


def test_the_address_that_we_show_is_asked_for_only_on_demand(
    case: Case, server: HostileServer
) -> None:
    capture(case, server)
    assert "/mine" not in asked(server)
    capture(case, server, "--public-ip", server.url("/mine"))
    found = events(case)[-1]["detail"]["public_address"]
    assert (found["address"], found["service"]) == ("198.51.100.7", server.url("/mine"))


def test_one_host_is_asked_about_once_in_a_run(case: Case, server: HostileServer) -> None:
    url = server.url("/page")
    case("capture", url, url + "?2", "--engine", "http", "--allow-private")
    assert asked(server).count("/ip/127.0.0.1") == 1


def test_a_registry_that_fails_changes_no_verdict(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_RDAP", "http://127.0.0.1:9/")
    with site.serve() as url:
        done = case("capture", url, "--engine", "http", "--allow-private", "--json").ok()
    assert done.object["verdict"] == "complete"
    assert events(case)[-1]["detail"]["inquiries"][0]["outcome"] == "connection-refused"


def test_the_page_and_its_clock_are_quoted_in_the_event_and_by_show(
    case: Case, server: HostileServer
) -> None:
    page_id = capture(case, server).object["artifacts"][0]
    detail = events(case)[0]["detail"]
    assert {"about": "author", "value": "kim", "where": "meta[author]"} in detail["context"][
        "statements"
    ]
    assert detail["context"]["media"] == [{"url": server.url("/v.mp4"), "where": "video[src]"}]
    assert detail["facts"]["clock_offset"]["date"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    shown = case("show", page_id).ok().out
    assert "as the page states of itself; nobody has checked it" in shown
    assert "kim  (meta[author])" in shown
    assert case("show", page_id, "--json").ok().object["context"] == detail["context"]


def stored(root: Path, artifact_id: str) -> bytes:
    kept = open_case(root)
    with kept.open_object(kept.artifact(artifact_id).sha256) as stream:
        return stream.read()
