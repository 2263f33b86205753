"""A command in a hint can be typed as it is shown; a question comes after every avoidable error."""

from collections.abc import Callable

import pytest

from tests.cli.test_input import on_terminal
from tests.cli.transcripts import ROOT, Cli, Done

Case = Callable[..., Done]
PHOTO = ROOT / "evidencekit/demo/samples/photo-turned.jpg"


def test_hints_name_the_case(case: Case) -> None:
    assert "evidencekit -C CASE list" in case("show", "a9-9").err
    assert "evidencekit -C CASE seal --key file:KEY.pem" in case("seal").err
    assert "evidencekit -C CASE seal" in case("export", "--profile", "police", "--out", "x").err


def test_hints_name_the_program_as_it_was_called(
    cli: Cli, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_COMMAND", "script/run")
    assert "script/run -C CASE list" in case("show", "a9-9").err
    monkeypatch.setenv("EVIDENCEKIT_CASE", "CASE")
    assert "script/run list" in cli("show", "a9-9").err


def test_a_folder_with_a_space_is_quoted(cli: Cli) -> None:
    done = cli("init", "my case", "--title", "t", "--actor", "a").ok()
    assert "evidencekit -C 'my case' add" in done.err


@pytest.mark.network
def test_an_address_inside_is_refused_with_the_way_to_allow_it(case: Case) -> None:
    url = "http://127.0.0.1:9/"
    done = case("capture", url, "--engine", "http")
    assert f"evidencekit -C CASE capture --allow-private {url}" in done.err
    assert "--allow-private" not in case("capture", url, "--engine", "http", "--json").err


@pytest.mark.network
def test_the_missing_timestamp_is_fetched_with_the_same_options(
    cli: Cli, case: Case, key: str
) -> None:
    url = "http://127.0.0.1:9/"
    done = case("seal", "--key", key, "--tsa", url)
    assert f"evidencekit -C CASE seal --timestamp-pending --tsa {url}" in done.err


def test_the_recipient_is_told_what_this_bundle_needs(cli: Cli, case: Case, key: str) -> None:
    case("seal", "--key", key).ok()
    clear = case("export", "--profile", "police", "--out", "bag", "--key", key).ok()
    assert "evidencekit verify bag --trust KEY.crt\n" in clear.err
    recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
    sealed = case("export", "--profile", "police", "--out", "b.age", "--encrypt-to", recipient).ok()
    assert "verify b.age --identity AGE_KEY --trust KEY.crt\n" in sealed.err
    refused = cli("verify", "b.age", "--trust", "KEY.crt").err
    assert "evidencekit verify b.age --identity AGE_KEY --trust KEY.crt" in refused


def test_another_computer_is_vouched_for_in_this_case(
    cli: Cli, case: Case, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    monkeypatch.setenv("EVIDENCEKIT_HOME", str(cli.folder / "other"))
    case("add", "c.txt").ok()
    refused = case("seal", "--key", key).err
    assert f"evidencekit -C CASE seal --key {key} --accept-device" in refused


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "--profile", "police", "--out", "in"),
        ("export", "--profile", "police", "--out", "nowhere/x"),
        ("export", "--profile", "nobody", "--out", "x"),
        ("export", "--profile", "police", "--out", "x", "--encrypt-to", "age1x"),
        ("seal",),
    ],
)
def test_no_passphrase_is_asked_for_in_vain(
    cli: Cli, case: Case, key: str, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    case("seal", "--key", key).ok()
    monkeypatch.delenv("EVIDENCEKIT_PASSPHRASE")
    words = ["-C", "CASE", *arguments, "--key", key]
    code, shown = on_terminal(cli.folder, words, [])
    assert code == 10, shown
    assert "Passphrase" not in shown


@pytest.mark.parametrize(
    "arguments",
    [("init", "CASE"), ("key", "new", "--out", "in/a.txt"), ("key", "new", "--out", "CASE/K")],
)
def test_nothing_is_asked_where_the_place_is_taken(
    cli: Cli, case: Case, arguments: tuple[str, ...]
) -> None:
    code, shown = on_terminal(cli.folder, list(arguments), [])
    assert code == 10, shown


def test_a_key_without_its_certificate_is_named_before_the_passphrase(
    cli: Cli, case: Case, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "KEY.crt").unlink()
    monkeypatch.delenv("EVIDENCEKIT_PASSPHRASE")
    code, shown = on_terminal(cli.folder, ["-C", "CASE", "seal", "--key", key], [])
    assert code == 12, shown
    assert "KEY.crt" in shown


def test_a_second_strip_names_the_copy_that_is_there(case: Case) -> None:
    photo = case("add", str(PHOTO), "--json").ok().object["id"]
    first = case("strip", photo, "--json").ok().object
    second = case("strip", photo, "--json").ok().object
    assert second == {**first, "already": True}
    assert f"{first['id']} (of {photo}); --again" in case("strip", photo).ok().out
    assert case("strip", photo, "--again", "--json").ok().object["id"] != first["id"]
    assert len([row for row in case("list", "--json").objects if row["origin"] == "strip"]) == 2


@pytest.mark.network
def test_a_bundle_whose_documents_nobody_dated_is_3(case: Case, key: str) -> None:
    case("seal", "--key", key).ok()
    words = ("--out", "bag", "--key", key, "--tsa", "http://127.0.0.1:9/", "--json")
    done = case("export", "--profile", "police", *words)
    assert done.code == 3
    assert done.object["missing"][0]["code"] == "tsa-unavailable"
