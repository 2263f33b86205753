"""Keys of every kind on the command line, and a second person's confirmation."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from evidencekit.files.clock import system_clock
from tests.cli.transcripts import Cli, Done
from tests.tools.agency import YEAR, Agency, Held, p12_of
from tests.tools.npki import locked_15, plain_key, write_folder
from tests.tools.revocation import NAMED, crl, entry
from tests.tools.softhsm import SoftToken

PASSPHRASE = "four words in row"
HOUR = timedelta(hours=1)
Case = Callable[..., Done]


@pytest.fixture
def agency() -> Agency:
    return Agency(at=system_clock())


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCEKIT_PASSPHRASE", PASSPHRASE)


def p12(folder: Path, held: Held, agency: Agency) -> str:
    (folder / "desk.p12").write_bytes(p12_of(held, PASSPHRASE, *agency.chain))
    return "p12:desk.p12"


def npki(folder: Path, held: Held, agency: Agency) -> str:
    locked = locked_15(plain_key(held.key), PASSPHRASE.encode())
    write_folder(folder / "npki/desk", held, locked, agency.between.pem)
    return "npki:npki/desk"


def token(_folder: Path, held: Held, agency: Agency) -> str:
    soft = SoftToken(PASSPHRASE)
    soft.put_key(held.key, label="seal")
    soft.put_certificate(held.certificate, label="seal", number=1)
    soft.put_certificate(agency.between.certificate, label="above", number=2)
    return soft.uri(object="seal")


@pytest.mark.parametrize("place", [p12, npki, token])
def test_a_case_is_sealed_exported_and_verified_with_a_key_of_an_agency(
    cli: Cli, case: Case, agency: Agency, place: Callable[[Path, Held, Agency], str]
) -> None:
    uri = place(cli.folder, agency.desk(), agency)
    (cli.folder / "root.pem").write_bytes(agency.root.pem)

    assert cli("key", "show", uri, "--json").ok().object["subject"] == "CN=Desk 7"
    case("seal", "--key", uri, "--json").ok()
    made = case("export", "--profile", "police", "--out", "B", "--json").ok().object
    assert made["signed"] is True  # by the key that is remembered
    report = cli("verify", "B", "--trust", "root.pem", "--json").ok().object
    assert report["verdict"] == "VALID"


def test_a_second_person_countersigns_with_a_key_of_their_own(
    cli: Cli, case: Case, key: str, agency: Agency
) -> None:
    case("seal", "--key", key).ok()
    uri = p12(cli.folder, agency.desk(), agency)

    made = case("seal", "--countersign", "--key", uri, "--json").ok().object

    assert (made["seal"], made["counter"], made["time_proven"]) == (1, 1, False)
    assert str(made["signature"]).endswith("manifest.p7s.1.counter.p7s")
    text = case("seal", "--countersign", "--key", uri)
    assert text.code == 10
    assert "already" in text.err
    last = case("log", "--json").ok().objects[-1]
    assert last["action"] == "countersign"


def test_a_countersignature_needs_to_be_told_whose_key_it_takes(case: Case, key: str) -> None:
    case("seal", "--key", key).ok()

    assert case("seal", "--countersign").code == 2
    assert case("seal", "--countersign", "--key", key, "--again").code == 2


def test_the_key_that_sealed_is_remembered_and_not_the_one_that_countersigned(
    cli: Cli, case: Case, key: str, agency: Agency
) -> None:
    case("seal", "--key", key).ok()
    case("seal", "--countersign", "--key", p12(cli.folder, agency.desk(), agency)).ok()

    assert case("key", "show", "--json").ok().object["subject"] == "CN=Desk 3"


def test_an_expired_certificate_is_refused_with_code_12_and_the_reason(
    cli: Cli, case: Case, agency: Agency
) -> None:
    now = system_clock()
    held = agency.desk(valid=(now - 2 * YEAR, now - YEAR))

    done = case("seal", "--key", p12(cli.folder, held, agency), "--json")

    assert done.code == 12
    assert done.object["error"]["code"] == "certificate-unsuitable"
    assert "expired at" in done.object["error"]["message"]


def test_a_pin_in_a_uri_is_refused_and_not_shown(case: Case) -> None:
    done = case("seal", "--key", "pkcs11:token=x?pin-value=314159")

    assert done.code == 10
    assert "314159" not in done.out + done.err


def test_chain_and_revocation_list_go_with_the_seal_and_with_the_bundle(
    cli: Cli, case: Case, agency: Agency
) -> None:
    now = system_clock()
    held = agency.desk(more=(NAMED,))
    (cli.folder / "desk.p12").write_bytes(p12_of(held, PASSPHRASE))
    (cli.folder / "root.pem").write_bytes(agency.root.pem)
    (cli.folder / "between.der").write_bytes(agency.between.der)
    data = crl(agency.between, at=now - HOUR, until=now + YEAR)
    (cli.folder / "list.crl").write_bytes(data)

    given = ("--key", "p12:desk.p12", "--chain", "between.der", "--crl", "list.crl")
    case("seal", *given).ok()
    case("export", "--profile", "police", "--out", "B").ok()

    report = cli("verify", "B", "--trust", "root.pem", "--json").ok().object
    assert report["verdict"] == "VALID"
    assert (cli.folder / "B/seal/0001/revocation/1.crl").read_bytes() == data


def test_a_reader_brings_a_newer_list(cli: Cli, case: Case, agency: Agency) -> None:
    now = system_clock()
    held = agency.desk(more=(NAMED,))
    case("seal", "--key", p12(cli.folder, held, agency)).ok()
    (cli.folder / "root.pem").write_bytes(agency.root.pem)
    revoked = entry(held, now - HOUR)
    (cli.folder / "list.crl").write_bytes(crl(agency.between, revoked, at=now, until=now + YEAR))

    verify = ("verify", "CASE", "--trust", "root.pem", "--json")
    assert cli(*verify).object["verdict"] == "INDETERMINATE"
    assert cli(*verify, "--crl", "list.crl").object["verdict"] == "UNTRUSTED"
    assert cli(*verify, "--ocsp", "list.crl").code == 10


def test_revocation_lists_go_with_a_new_seal_only(cli: Cli, case: Case, key: str) -> None:
    case("seal", "--key", key).ok()

    assert case("seal", "--timestamp-pending", "--chain", "KEY.crt").code == 2


def test_a_stolen_key_is_revoked_and_the_case_goes_on_with_another(
    cli: Cli, case: Case, key: str
) -> None:
    case("seal", "--key", key).ok()
    cli("key", "new", "--out", "OTHER.pem", "--name", "Desk 4").ok()
    (cli.folder / "KEY.pem").unlink()  # only the certificate is left

    told = case("key", "revoke", "KEY.crt", "--reason", "stolen", "--json").ok().object
    case("seal", "--key", "file:OTHER.pem").ok()

    assert told["reason"] == "stolen"
    actions = [event["action"] for event in case("log", "--json").ok().objects]
    assert actions[-3:] == ["key.revoke", "key.rotate", "seal"]
    report = cli("verify", "CASE", "--trust", "KEY.crt", "--trust", "OTHER.crt", "--json").object
    assert report["verdict"] == "INDETERMINATE"  # the first seal carries no timestamp
    shown = case("log").ok().out
    assert "key revoked" in shown
    assert "(stolen)" in shown


def test_a_key_is_named_by_the_fingerprint_that_is_left_of_it(case: Case, key: str) -> None:
    case("seal", "--key", key).ok()
    fingerprint = case("key", "show", "--json").ok().object["fingerprint"]

    told = case(
        "key", "revoke", fingerprint, "--reason", "lost", "--since", "2026-11-20T18:00+09:00",
        "--json",
    ).ok().object  # fmt: skip

    assert told["certificate_sha256"] == fingerprint.replace(":", "").lower()
    assert told["since"] == "2026-11-20T09:00:00.000000Z"


@pytest.mark.parametrize("since", ["yesterday", "2999-01-01T00:00", "0001-01-01T00:00"])
def test_a_time_that_is_none_revokes_nothing(case: Case, key: str, since: str) -> None:
    case("seal", "--key", key).ok()

    assert case("key", "revoke", key, "--reason", "lost", "--since", since).code == 10


def test_a_key_is_imported_and_seals(cli: Cli, case: Case, agency: Agency) -> None:
    uri = p12(cli.folder, agency.desk(), agency)

    made = cli("key", "import", uri, "--out", "OURS.pem", "--json").ok().object

    assert made["key"] == "OURS.pem"
    case("seal", "--key", "file:OURS.pem").ok()


def test_an_import_is_told_what_it_is_for(cli: Cli, key: str) -> None:
    assert cli("key", "import", key).code == 2
    assert cli("key", "import", key, "--out", "X.pem", "--certificate", "A.crt").code == 2
    assert cli("key", "import", "p12:x.p12", "--certificate", "A.crt").code == 2


def test_a_wrong_pin_for_a_remembered_token_is_told_and_not_passed_over(
    cli: Cli, case: Case, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    case("seal", "--key", token(cli.folder, agency.desk(), agency)).ok()
    monkeypatch.setenv("EVIDENCEKIT_PASSPHRASE", "of another key")

    done = case("export", "--profile", "police", "--out", "B")

    assert done.code == 12
    assert "wrong PIN" in done.err


def test_a_remembered_token_without_a_pin_leaves_the_documents_unsigned(
    cli: Cli, case: Case, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    case("seal", "--key", token(cli.folder, agency.desk(), agency)).ok()
    monkeypatch.delenv("EVIDENCEKIT_PASSPHRASE")

    made = case("export", "--profile", "police", "--out", "B", "--json").ok().object

    assert made["signed"] is False
