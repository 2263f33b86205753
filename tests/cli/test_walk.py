"""The main walk of DESIGN §8, as scripts use it."""

import io
import json
from collections.abc import Callable

import pytest

from evidencekit.demo.authority import DemoAuthority, serve
from tests.cli.transcripts import Cli, Done

Case = Callable[..., Done]
ARTIFACT = ["id", "sha256", "size", "media_type", "name", "origin", "derived_from"]


def test_a_new_key_is_private_and_its_certificate_lies_beside_it(cli: Cli, key: str) -> None:
    assert (cli.folder / "KEY.pem").stat().st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in (cli.folder / "KEY.pem").read_bytes()
    assert b"BEGIN CERTIFICATE" in (cli.folder / "KEY.crt").read_bytes()
    shown = cli("key", "show", key, "--json").ok().object
    assert shown["subject"] == "CN=Desk 3"
    assert shown["locked"] is True


def test_a_key_is_never_replaced(cli: Cli, key: str) -> None:
    before = (cli.folder / "KEY.pem").read_bytes()
    assert cli("key", "new", "--out", "KEY.pem", "--name", "Desk 4").code == 10
    assert (cli.folder / "KEY.pem").read_bytes() == before


def test_a_key_is_not_kept_in_a_case(cli: Cli, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCEKIT_PASSPHRASE", "four words in row")
    assert cli("key", "new", "--out", "CASE/KEY.pem", "--name", "Desk 3").code == 10
    assert not (cli.folder / "CASE/KEY.pem").exists()


def test_a_request_for_a_certificate_is_made_instead(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVIDENCEKIT_PASSPHRASE", "four words in row")
    made = cli("key", "new", "--out", "K.pem", "--name", "Desk 3", "--csr", "--json").ok().object
    assert made["certificate"] == "K.csr"
    assert not (cli.folder / "K.crt").exists()


def test_add_prints_every_artifact_and_list_prints_the_same(cli: Cli, case: Case) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    added = case("add", "c.txt", "--json").ok().object
    assert list(added) == ARTIFACT
    assert added["name"] == "c.txt"
    listed = case("list", "--json").ok().objects
    assert [row["name"] for row in listed] == ["a.txt", "b.txt", "c.txt"]
    assert listed[-1] == added


def test_add_takes_standard_input_under_a_name(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    added = case("add", "-", "--name", "statement.txt", "--json").ok().object
    assert (added["name"], added["size"]) == ("statement.txt", 5)


def test_add_again_names_what_was_here_already(case: Case) -> None:
    again = case("add", "in", "--json").ok().objects
    assert [row["already"] for row in again] == [True, True]


def test_add_with_a_link_takes_the_rest_and_says_so(cli: Cli, case: Case) -> None:
    (cli.folder / "more").mkdir()
    (cli.folder / "more/link").symlink_to("/etc/passwd")
    (cli.folder / "more/real.txt").write_bytes(b"real")
    done = case("add", "more", "--json")
    assert done.code == 3
    refused = next(row for row in done.objects if row.get("refused"))
    assert refused["refused"] == "symlink"
    assert refused["id"] is None
    assert list(refused)[: len(ARTIFACT)] == ARTIFACT


def test_add_of_nothing_usable_is_bad_input(cli: Cli, case: Case) -> None:
    (cli.folder / "link").symlink_to("/etc/passwd")
    assert case("add", "link").code == 10


def test_show_tells_where_it_came_from_and_keeps_the_salt(case: Case) -> None:
    shown = case("show", "a2-1", "--json").ok().object
    assert shown["source"]["kind"] == "file"
    assert "salt" not in shown
    assert "a.txt" in case("show", "a2-1").ok().out


def test_log_has_one_object_an_event(case: Case) -> None:
    first, second = case("log", "--json").ok().objects
    assert list(first) == ["seq", "at", "action", "actor", "artifacts", "detail"]
    assert (first["action"], first["detail"]["title"]) == ("init.investigation", "A case")
    assert (second["seq"], second["artifacts"]) == (2, ["a2-1", "a2-2"])
    assert second["actor"] == {"alias": "desk 3", "org": None, "role": None}


def test_another_actor_is_recorded(cli: Cli, case: Case) -> None:
    (cli.folder / "c.txt").write_bytes(b"third")
    cli("-C", "CASE", "--actor", "desk 9", "--org", "Busan", "add", "c.txt").ok()
    last = case("log", "--json").ok().objects[-1]
    assert last["actor"] == {"alias": "desk 9", "org": "Busan", "role": None}


def test_seal_then_verify_the_case_with_its_certificate(case: Case, key: str, cli: Cli) -> None:
    sealed = case("seal", "--key", key, "--json").ok().object
    assert list(sealed)[:5] == [
        "seal",
        "manifest_sha256",
        "signature",
        "timestamps",
        "time_proven",
    ]
    assert (sealed["seal"], sealed["timestamps"], sealed["time_proven"]) == (1, [], False)
    report = cli("verify", "CASE", "--trust", "KEY.crt", "--json").ok().object
    assert next(iter(report)) == "verdict"
    assert report["verdict"] == "VALID"
    assert set(report["checks"][0]) == {"name", "status", "detail", "path"}
    assert cli("verify", "CASE", "--json").code == 3


def test_the_second_seal_needs_no_key_and_none_is_in_the_case(
    cli: Cli, case: Case, key: str
) -> None:
    case("seal", "--key", key).ok()
    (cli.folder / "c.txt").write_bytes(b"third")
    case("add", "c.txt").ok()
    assert case("seal", "--json").ok().object["seal"] == 2
    held = b"".join(p.read_bytes() for p in (cli.folder / "CASE").rglob("*") if p.is_file())
    assert b"KEY.pem" not in held
    assert "KEY.pem" in (cli.folder / "home/keys.json").read_text()


@pytest.mark.network
def test_a_seal_is_dated_by_an_authority(
    cli: Cli, case: Case, key: str, authority: DemoAuthority
) -> None:
    (cli.folder / "root.pem").write_bytes(authority.root.pem)
    with serve(authority) as url:
        done = case("seal", "--key", key, "--tsa", url, "--tsa-ca", "root.pem", "--json").ok()
    assert done.object["time_proven"] is True
    assert done.object["timestamps"][0]["tsa"] == url


@pytest.mark.network
def test_a_seal_without_its_authority_is_made_and_completed_later(
    cli: Cli, case: Case, key: str, authority: DemoAuthority
) -> None:
    done = case("seal", "--key", key, "--tsa", "http://127.0.0.1:9/", "--json")
    assert done.code == 31
    assert done.object["seal"] == 1
    assert done.object["missing"][0]["code"] == "tsa-unavailable"
    with serve(authority) as url:
        later = case("seal", "--timestamp-pending", "--tsa", url, "--json").ok().object
    assert (later["seal"], len(later["timestamps"])) == (1, 1)


@pytest.mark.network
def test_a_seal_with_one_of_two_authorities_is_partial(
    case: Case, key: str, authority: DemoAuthority
) -> None:
    with serve(authority) as url:
        done = case("seal", "--key", key, "--tsa", url, "--tsa", "http://127.0.0.1:9/", "--json")
    assert done.code == 3
    assert len(done.object["timestamps"]) == 1


def test_export_then_verify(cli: Cli, case: Case, key: str) -> None:
    case("seal", "--key", key).ok()
    planned = case("export", "--profile", "police", "--dry-run", "--json").ok().object
    assert planned["shown"] == ["a2-1", "a2-2"]
    exported = case("export", "--profile", "police", "--out", "b.zip", "--json").ok().object
    assert list(exported)[:4] == ["path", "profile", "artifacts", "held_back"]
    assert (exported["artifacts"], exported["signed"]) == (2, True)
    assert cli("verify", "b.zip", "--trust", "KEY.crt", "--json").ok().object["verdict"] == "VALID"
    assert cli("verify", "b.zip", "--json").object["verdict"] == "UNTRUSTED"


def test_a_bundle_whose_seals_are_not_dated_asks_for_no_authority(
    cli: Cli, case: Case, key: str
) -> None:
    case("seal", "--key", key).ok()
    case("export", "--profile", "police", "--out", "bag").ok()
    for name in ("report/report.html", "VERIFY.txt"):
        text = (cli.folder / "bag" / name).read_text(encoding="utf-8")
        assert "tsa-root.pem" not in text
        assert "no timestamp" in text


def test_export_without_a_passphrase_at_hand_leaves_the_documents_unsigned(
    cli: Cli, case: Case, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case("seal", "--key", key).ok()
    monkeypatch.delenv("EVIDENCEKIT_PASSPHRASE")
    done = case("export", "--profile", "police", "--out", "bag", "--json").ok()
    assert done.object["signed"] is False
    assert done.object["warnings"]
    assert cli("verify", "bag", "--trust", "KEY.crt").code == 3


def test_a_changed_bundle_is_invalid_and_the_verdict_comes_first(
    cli: Cli, case: Case, key: str
) -> None:
    case("seal", "--key", key).ok()
    case("export", "--profile", "police", "--out", "bag").ok()
    target = next((cli.folder / "bag/data").iterdir())
    target.chmod(0o644)
    target.write_bytes(b"other")
    done = cli("verify", "bag", "--trust", "KEY.crt")
    assert done.code == 1
    assert done.out.splitlines()[0] == "INVALID: not as it was sealed"
    assert done.out.index("Does not hold") < done.out.index("Holds")
    assert target.name in done.out


def test_who_signed_is_said_with_the_fingerprint_where_nobody_is_trusted(
    cli: Cli, case: Case, key: str
) -> None:
    case("seal", "--key", key).ok()
    fingerprint = cli("key", "show", key, "--json").ok().object["fingerprint"]
    assert fingerprint in cli("verify", "CASE").out


def test_doctor_names_what_it_looked_for(cli: Cli) -> None:
    found = cli("doctor", "--json").ok().objects
    assert {"python", "home", "clock", "browser", "openssl"} <= {row["name"] for row in found}
    assert all(row["ok"] or row["costs"] for row in found)


def test_metadata_of_a_text_file_says_that_there_is_none(case: Case) -> None:
    view = case("metadata", "a2-1", "--json").ok().object
    assert view["id"] == "a2-1"
    assert view["record"] is None


@pytest.mark.network
def test_a_page_that_nobody_serves_is_recorded_as_failed(case: Case) -> None:
    url = "http://127.0.0.1:9/"
    done = case("capture", url, "--engine", "http", "--allow-private", "--json")
    assert done.code == 30
    expected = ["url", "final_url", "verdict", "reasons", "engine", "artifacts"]
    assert list(done.object)[:6] == expected
    last = case("log", "--json").ok().objects[-1]
    assert (last["action"], last["detail"]["url"]) == ("capture", url)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(cli: Cli, shell: str) -> None:
    assert "_EVIDENCEKIT_COMPLETE" in cli("completion", shell).ok().out


def test_completion_answers_without_loading_commands(cli: Cli) -> None:
    done = cli.apart(
        _EVIDENCEKIT_COMPLETE="bash_complete", COMP_WORDS="evidencekit se", COMP_CWORD="1"
    )
    assert done.out.strip() == "plain,seal"


def test_json_may_stand_before_the_command_too(cli: Cli, case: Case) -> None:
    before = cli("--json", "-C", "CASE", "list").ok().out
    assert before == case("list", "--json").ok().out
    assert json.loads(before.splitlines()[0])["id"] == "a2-1"


def test_the_case_named_last_wins_over_one_named_before_and_over_the_environment(
    cli: Cli, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("init", "EMPTY", "--title", "t", "--actor", "a").ok()
    monkeypatch.setenv("EVIDENCEKIT_CASE", "EMPTY")
    assert cli("list", "--json").ok().objects == []
    assert len(cli("-C", "CASE", "list", "--json").ok().objects) == 2
    assert len(cli("-C", "EMPTY", "list", "-C", "CASE", "--json").ok().objects) == 2


def test_the_case_around_the_current_folder_is_found_but_not_around_a_named_one(
    cli: Cli, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "CASE/notes").mkdir()
    monkeypatch.chdir(cli.folder / "CASE/notes")
    assert len(cli("list", "--json").ok().objects) == 2
    monkeypatch.chdir(cli.folder)
    assert cli("-C", "CASE/notes", "list").code == 10
