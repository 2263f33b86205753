"""``npki:``: the folder of a Korean joint certificate."""

from pathlib import Path

import pytest

from evidencekit.errors import KeyUnsupported, KeyUnusable
from evidencekit.seal.npki import CERTIFICATE, CHAIN, KEY
from evidencekit.seal.opening import open_signer, read_certificates
from tests.tools.agency import Agency, Held
from tests.tools.npki import locked_15, plain_key, write_folder

PASSPHRASE = "certificate 2026!"


@pytest.fixture(scope="module")
def agency() -> Agency:
    return Agency()


@pytest.fixture(scope="module")
def held(agency: Agency) -> Held:
    return agency.desk()


@pytest.fixture
def folder(tmp_path: Path, held: Held) -> Path:
    place = tmp_path / "NPKI/agency/USER/cn=칠번창구()00990120261121,ou=desk"
    write_folder(place, held, locked_15(plain_key(held.key), PASSPHRASE.encode()))
    return place


def test_without_a_chain_the_holders_certificate_stands_alone(folder: Path, held: Held) -> None:
    assert open_signer(f"npki:{folder}", PASSPHRASE).certificates == (held.der,)


@pytest.mark.parametrize("name", [CERTIFICATE, KEY])
def test_a_folder_without_one_of_both_files_is_unusable_and_the_hint_names_them(
    folder: Path, name: str
) -> None:
    (folder / name).unlink()

    with pytest.raises(KeyUnusable) as caught:
        open_signer(f"npki:{folder}", PASSPHRASE)

    assert name in caught.value.message
    assert "signPri.key" in str(caught.value.hint)


def test_a_certificate_of_somebody_else_makes_the_key_unusable(
    folder: Path, agency: Agency
) -> None:
    (folder / CERTIFICATE).write_bytes(agency.desk(name="Desk 8").der)

    with pytest.raises(KeyUnusable, match=r"signCert\.der does not belong to signPri\.key"):
        open_signer(f"npki:{folder}", PASSPHRASE)


def test_a_damaged_key_file_is_no_wrong_passphrase(folder: Path) -> None:
    (folder / KEY).write_bytes((folder / KEY).read_bytes()[:-1])

    with pytest.raises(KeyUnsupported):
        open_signer(f"npki:{folder}", PASSPHRASE)


def test_the_certificate_is_shown_without_a_passphrase(folder: Path, held: Held) -> None:
    assert read_certificates(f"npki:{folder}", None) == (held.certificate,)


def test_a_chain_that_is_none_is_said_and_not_passed_over(folder: Path) -> None:
    (folder / CHAIN).write_text("nothing")

    with pytest.raises(KeyUnusable, match=r"chain\.pem"):
        open_signer(f"npki:{folder}", PASSPHRASE)
