"""A key of another form becomes KEY.pem, and a CA's answer finds its key."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import BadInput, KeyUnusable
from evidencekit.seal.kinds import KeyKind
from evidencekit.seal.opening import open_signer
from evidencekit.workflow.key_import import import_certificate, import_key
from evidencekit.workflow.keys import new_key
from evidencekit.workflow.setting import Setting
from tests.tools.agency import Agency, Held, certificate_over, p12_of
from tests.tools.npki import locked_15, plain_key, write_folder
from tests.tools.softhsm import SoftToken

OLD, NEW = "the old passphrase", "the new passphrase"


@pytest.fixture(scope="module")
def agency() -> Agency:
    return Agency()


@pytest.fixture(scope="module")
def held(agency: Agency) -> Held:
    return agency.desk()


def test_a_key_from_pkcs12_signs_from_its_new_place_with_its_chain(
    tmp_path: Path, held: Held, agency: Agency
) -> None:
    (tmp_path / "desk.p12").write_bytes(p12_of(held, OLD, *agency.chain))
    old = open_signer(f"p12:{tmp_path / 'desk.p12'}", OLD)

    made = import_key(old, tmp_path / "KEY.pem", passphrase=NEW)

    assert open_signer(f"file:{made.key}", NEW).certificates == old.certificates
    assert made.key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyUnusable, match="wrong passphrase"):
        open_signer(f"file:{made.key}", OLD)


def test_the_key_of_a_joint_certificate_signs_from_its_new_place(
    tmp_path: Path, held: Held
) -> None:
    locked = locked_15(plain_key(held.key), OLD.encode())
    old = open_signer(write_folder(tmp_path / "desk", held, locked), OLD)

    import_key(old, tmp_path / "KEY.pem", passphrase=NEW)

    new = open_signer(f"file:{tmp_path / 'KEY.pem'}", NEW)
    assert new.certificates == (held.der,)


def test_a_key_on_a_token_stays_there(tmp_path: Path, held: Held) -> None:
    token = SoftToken(OLD)
    token.put_key(held.key, label="seal")
    token.put_certificate(held.certificate, label="seal", number=1)

    with pytest.raises(KeyUnusable, match="cannot leave"):
        import_key(open_signer(token.uri(), OLD), tmp_path / "KEY.pem", passphrase=NEW)


def test_no_file_is_replaced(tmp_path: Path, held: Held) -> None:
    (tmp_path / "desk.p12").write_bytes(p12_of(held, OLD))
    (tmp_path / "KEY.crt").write_text("mine")

    with pytest.raises(BadInput):
        import_key(
            open_signer(f"p12:{tmp_path / 'desk.p12'}", OLD), tmp_path / "KEY.pem", passphrase=NEW
        )
    assert (tmp_path / "KEY.crt").read_text() == "mine"
    assert not (tmp_path / "KEY.pem").exists()


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """Make a key and a request for its certificate; returns the key's place."""
    setting = Setting(home=tmp_path / "home")
    return new_key(
        tmp_path / "KEY.pem", name="Desk", kind=KeyKind.P256, passphrase=OLD, csr=True,
        setting=setting,
    ).key  # fmt: skip


def issued(agency: Agency, key: Path) -> bytes:
    request = x509.load_pem_x509_csr(key.with_suffix(".csr").read_bytes())
    return certificate_over(request.public_key(), agency.between).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("with_chain", [False, True])
def test_a_ca_s_answer_makes_the_key_usable(
    asked: Path, agency: Agency, tmp_path: Path, *, with_chain: bool
) -> None:
    above = agency.root.pem + agency.between.pem if with_chain else b""
    (tmp_path / "answer.pem").write_bytes(above + issued(agency, asked))

    import_certificate(asked, tmp_path / "answer.pem", passphrase=OLD)

    signer = open_signer(f"file:{asked}", OLD)
    assert len(signer.certificates) == 1 + with_chain


def test_an_answer_for_another_key_is_refused(asked: Path, held: Held, tmp_path: Path) -> None:
    (tmp_path / "answer.der").write_bytes(held.der)

    with pytest.raises(KeyUnusable, match=r"answer\.der does not belong to KEY\.pem"):
        import_certificate(asked, tmp_path / "answer.der", passphrase=OLD)
    assert not asked.with_suffix(".crt").exists()


def test_a_certificate_is_not_replaced_by_an_answer(
    asked: Path, agency: Agency, tmp_path: Path
) -> None:
    asked.with_suffix(".crt").write_text("mine")
    (tmp_path / "answer.pem").write_bytes(issued(agency, asked))

    with pytest.raises(BadInput, match="is there already"):
        import_certificate(asked, tmp_path / "answer.pem", passphrase=OLD)
