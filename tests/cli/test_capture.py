"""What capturing pages comes to, as exit codes and lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evidencekit.cli.commands.capture import _exit_code
from evidencekit.demo import site
from evidencekit.model.capture import CaptureVerdict as V
from tests.cli.transcripts import Done
from tests.tools.authority import Authority
from tests.tools.doctored_browser import browser_with_renamed_event
from tests.tools.hostile_server import HostileServer, page, says

Case = Callable[..., Done]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([V.COMPLETE], 0),
        ([V.COMPLETE, V.COMPLETE], 0),
        ([V.PARTIAL], 3),
        ([V.BLOCKED], 3),
        ([V.COMPLETE, V.FAILED], 3),
        ([V.BLOCKED, V.FAILED], 3),
        ([V.FAILED, V.FAILED], 30),
    ],
)
def test_the_exit_code_judges_all_pages(verdicts: list[V], expected: int) -> None:
    assert _exit_code(verdicts) == expected


@pytest.mark.network
def test_a_page_and_a_dead_address_are_recorded_each_by_one_event(case: Case) -> None:
    with site.serve() as url:
        done = case(
            "capture", url, "http://127.0.0.1:9/", "--engine", "http", "--allow-private", "--json"
        )
    assert done.code == 3
    page, dead = done.objects
    assert (page["verdict"], page["engine"], page["reasons"]) == ("complete", "http", [])
    assert (page["url"], dead["verdict"]) == (url, "failed")
    events = [event for event in case("log", "--json").ok().objects if event["seq"] > 2]
    assert [event["detail"]["url"] for event in events] == [url, "http://127.0.0.1:9/"]
    assert {event["action"] for event in events} == {"capture"}
    assert events[0]["artifacts"] == page["artifacts"]


@pytest.mark.network
def test_an_address_inside_the_network_needs_leave(case: Case) -> None:
    with site.serve() as url:
        done = case("capture", url, "--engine", "http", "--json")
    assert (done.code, done.object["verdict"]) == (30, "failed")


@pytest.mark.browser
@pytest.mark.network
def test_a_network_log_that_cannot_be_read_is_33_and_names_the_way_round(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    with browser_with_renamed_event("SSL_CONNECT", "TLS_CONNECT") as browser, site.serve() as url:
        monkeypatch.setenv("EVIDENCEKIT_BROWSER", str(browser))
        done = case("capture", url, "--engine", "browser", "--allow-private", "--covert")
        assert done.code == 33
        assert "lacks SSL_CONNECT" in done.err
        assert "--recorder protocol" in done.err
        wanted = ("--recorder", "protocol", "--allow-private", "--covert", "--json")
        done = case("capture", url, *wanted).ok()
    assert "recorded-by-protocol" in done.object["notes"]


def test_the_http_engine_has_no_recorder(case: Case) -> None:
    done = case("capture", "http://127.0.0.1:9/", "--engine", "http", "--recorder", "protocol")
    assert (done.code, "--recorder" in done.err) == (2, True)


def test_a_recorder_is_not_dropped_where_there_is_no_browser(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_BROWSER", "/nothing")
    assert case("capture", "http://127.0.0.1:9/", "--recorder", "protocol").code == 33


@pytest.mark.parametrize("words", [("--no-media",), ("--sensitivity", "csam_suspected")])
def test_without_media_nothing_is_recorded_by_what_reads_bodies(
    case: Case, words: tuple[str, ...]
) -> None:
    done = case("capture", "http://127.0.0.1:9/", "--recorder", "protocol", *words)
    assert (done.code, "--recorder" in done.err) == (13, True)
    assert len(case("log", "--json").ok().objects) == 2


def test_one_wrong_address_stops_all_before_anything_is_fetched(case: Case) -> None:
    assert case("capture", "http://127.0.0.1:9/", "file:///etc/passwd").code == 10
    assert len(case("log", "--json").ok().objects) == 2


@pytest.mark.network
def test_a_proxy_is_recorded_and_its_password_nowhere(case: Case, tmp_path: Path) -> None:
    proxy = "socks5://a-user:a-word@127.0.0.1:9"
    done = case("capture", "http://site.example/", "--engine", "http", "--proxy", proxy, "--json")
    assert (done.code, done.object["reasons"]) == (30, ["proxy-not-reached"])
    event = case("log", "--json").ok().objects[-1]
    assert event["detail"]["facts"]["proxy"] == "socks5://127.0.0.1:9"
    assert "a-word" not in done.out + done.err
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"a-word" in path.read_bytes()]


@pytest.mark.network
def test_the_hint_for_addresses_inside_does_not_leave_the_proxy_out(case: Case) -> None:
    proxy = "socks5://a-user:a-word@127.0.0.1:9"
    done = case("capture", "http://127.0.0.1/", "--engine", "http", "--proxy", proxy)
    assert "--allow-private --proxy socks5://127.0.0.1:9 http://127.0.0.1/" in done.err
    assert "a-word" not in done.out + done.err


def test_what_is_no_proxy_stops_all_and_is_not_repeated(case: Case) -> None:
    done = case("capture", "http://site.example/", "--proxy", "gopher://a-user:a-word@x")
    assert done.code == 10
    assert "a-word" not in done.out + done.err
    assert len(case("log", "--json").ok().objects) == 2


@pytest.mark.network
@pytest.mark.parametrize("wish", [["--no-media"], ["--sensitivity", "csam_suspected"]])
def test_pages_are_captured_without_media_on_demand_and_where_child_abuse_is_suspected(
    case: Case, wish: list[str]
) -> None:
    with site.serve() as url:
        where = ("--engine", "http", "--allow-private", "--covert")
        done = case("capture", url, *where, *wish, "--json")
    assert (done.code, done.object["verdict"]) == (3, "partial")
    assert done.object["reasons"] == ["without-media"]
    event = case("log", "--json").ok().objects[-1]
    told = event["detail"]["facts"]["without_media"]
    assert told["blocked"] > 0
    assert {one["stage"] for one in told["listed"]} == {"not-sent"}
    assert event["detail"]["facts"]["exchanges"] == 1
    shown = case("capture", "--help").ok().out
    assert "--no-media" in shown


@pytest.mark.network
def test_a_bad_certificate_is_refused_with_the_way_on_and_its_danger(
    case: Case, tmp_path: Path
) -> None:
    tls = Authority().server(tmp_path)
    with HostileServer({"/": says(page(b"x"))}, tls=tls) as server:
        url = server.url()
        done = case("capture", url, "--engine", "http", "--allow-private")
        assert done.code == 30
        assert "nobody can tell whether it was the site that answered" in done.err
        assert f"capture --allow-private --accept-invalid-tls {url}" in done.err

        again = case("capture", url, "--engine", "http", "--allow-private", "--accept-invalid-tls")
    assert again.code == 0
    assert "captured although the certificate was not verified" in again.out
    assert "127.0.0.1 self-signed certificate in certificate chain" in again.out
    assert "--accept-invalid-tls" not in again.err
    detail = case("log", "--json").ok().objects[-1]["detail"]
    why = "self-signed certificate in certificate chain"
    assert detail["notes"] == [f"tls-not-verified 127.0.0.1 {why}"]
    assert detail["facts"]["accepts_invalid_tls"] is True


@pytest.mark.network
@pytest.mark.parametrize(
    "caution", ["--no-media", "--covert", "--passive", "--sensitivity=csam_suspected"]
)
def test_the_way_on_leaves_no_caution_out(case: Case, caution: str) -> None:
    done = case("capture", "http://127.0.0.1:9/", "--engine", "http", caution)
    assert f"capture {caution} --allow-private http://127.0.0.1:9/" in done.err


@pytest.mark.network
def test_the_way_on_is_not_offered_where_it_leads_nowhere(case: Case) -> None:
    with HostileServer({"/": says(page(b"x"))}) as server:
        url = server.url().replace("http:", "https:")
        done = case("capture", url, "--engine", "http", "--allow-private")
    assert done.code == 30
    assert "--accept-invalid-tls" not in done.err


@pytest.mark.network
def test_a_name_in_other_letters_is_shown_both_ways_with_a_warning(case: Case) -> None:
    given = ("capture", "http://\u0430\u0440\u0440\u04cf\u0435.example/", "--engine", "http")
    shown = "\u0430\u0440\u0440\u04cf\u0435.example (xn--80ak6aa92e.example)"
    said = case(*given, "--proxy", "socks5://127.0.0.1:9", "--covert")
    assert said.out.count(shown) == 2
    told = case(*given, "--proxy", "socks5://127.0.0.1:9", "--covert", "--json").object
    wanted = {f"host-in-other-letters {shown}", f"looks-latin CYRILLIC {shown}"}
    assert wanted <= set(told["notes"])
    assert wanted <= set(case("log", "--json").ok().objects[-1]["detail"]["notes"])
