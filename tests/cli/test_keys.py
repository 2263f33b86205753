"""workflow.keys below the command line."""

from pathlib import Path

import pytest
from cryptography import x509

from evidencekit.errors import BadInput, KeyUnusable
from evidencekit.model.ids import CaseId
from evidencekit.seal.kinds import KeyKind
from evidencekit.seal.opening import is_locked, open_signer
from evidencekit.workflow.keys import (
    NewKey,
    new_key,
    remember_key,
    remembered_key,
    show_key,
)
from evidencekit.workflow.setting import Setting

PASSPHRASE = "four words in row"
CASE, OTHER = CaseId("0" * 32), CaseId("1" * 32)


def _make(out: Path, *, csr: bool = False) -> NewKey:
    setting = Setting(home=out.parent / "home")
    return new_key(
        out, name="Desk", kind=KeyKind.P256, passphrase=PASSPHRASE, csr=csr, setting=setting
    )


def test_a_new_key_signs_and_its_fingerprint_is_that_of_the_certificate(tmp_path: Path) -> None:
    made = _make(tmp_path / "K.pem")
    signer = open_signer(f"file:{made.key}", PASSPHRASE)
    assert signer.sign(b"x")
    assert show_key(str(made.key)).fingerprint == made.fingerprint
    assert is_locked(f"file:{made.key}")


def test_a_request_names_the_office(tmp_path: Path) -> None:
    made = _make(tmp_path / "K.pem", csr=True)
    request = x509.load_pem_x509_csr(made.certificate.read_bytes())
    assert request.subject.rfc4514_string() == "CN=Desk"


@pytest.mark.parametrize("taken", ["K.pem", "K.crt"])
def test_neither_key_nor_certificate_is_replaced(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(BadInput):
        _make(tmp_path / "K.pem")
    assert [path.name for path in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"


def test_a_dangling_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "K.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput):
        _make(tmp_path / "K.pem")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["K.crt", "no-folder/K.pem"])
def test_a_place_where_no_key_can_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        _make(tmp_path / name)


def test_a_short_passphrase_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable):
        new_key(
            tmp_path / "K.pem",
            name="Desk",
            kind=KeyKind.P256,
            passphrase="short",
            csr=False,
            setting=Setting(home=tmp_path),
        )
    assert not list(tmp_path.iterdir())


def test_a_key_without_its_certificate_is_unusable(tmp_path: Path) -> None:
    made = _make(tmp_path / "K.pem")
    made.certificate.write_text("nonsense")
    with pytest.raises(KeyUnusable):
        show_key(str(made.key))
    made.certificate.unlink()
    with pytest.raises(KeyUnusable):
        show_key(str(made.key))


def test_keys_are_remembered_for_each_case_in_a_file_of_its_owner(tmp_path: Path) -> None:
    setting = Setting(home=tmp_path / "home")
    assert remembered_key(CASE, setting) is None
    remember_key(CASE, f"file:{tmp_path}/A.pem", setting)
    remember_key(OTHER, f"{tmp_path}/B.pem", setting)
    remember_key(OTHER, f"{tmp_path}/B.pem", setting)
    assert remembered_key(CASE, setting) == f"file:{tmp_path}/A.pem"
    assert remembered_key(OTHER, setting) == f"file:{tmp_path}/B.pem"
    assert (setting.home / "keys.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format":"evidencekit/keys/9","keys":{}}', b"\xff"]
)
def test_a_damaged_memory_is_no_memory(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    assert remembered_key(CASE, Setting(home=tmp_path)) is None
