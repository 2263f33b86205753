"""What every signer does: its signature holds under the first of its certificates."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import KeyUnusable
from evidencekit.protocols import Signer
from evidencekit.seal.certificate import self_signed
from evidencekit.seal.kinds import KeyKind, generate
from evidencekit.seal.pkcs8 import encrypt_key
from evidencekit.seal.signer import open_signer
from tests.tools.builders import a_signer
from tests.tools.fakes import START

PASSPHRASE = "correct horse battery"
MESSAGE = b"signed attributes"


def key_on_disk(folder: Path, kind: KeyKind = KeyKind.P256) -> str:
    key = generate(kind)
    (folder / "KEY.pem").write_bytes(encrypt_key(key, PASSPHRASE))
    (folder / "KEY.crt").write_bytes(self_signed(key, "desk 3", at=START))
    return f"file:{folder / 'KEY.pem'}"


@pytest.fixture(params=[*KeyKind, "file"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Signer:
    if request.param == "file":
        return open_signer(key_on_disk(tmp_path), PASSPHRASE)
    return a_signer(KeyKind(request.param))


def test_a_signature_holds_under_the_first_certificate(signer: Signer) -> None:
    key = x509.load_der_x509_certificate(signer.certificates[0]).public_key()
    signature = signer.sign(MESSAGE)

    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        is_p384 = isinstance(key.curve, ec.SECP384R1)
        key.verify(signature, MESSAGE, ec.ECDSA(hashes.SHA384() if is_p384 else hashes.SHA256()))


def test_certificates_are_der_and_the_same_each_time(signer: Signer) -> None:
    for der in signer.certificates:
        assert x509.load_der_x509_certificate(der).public_bytes(Encoding.DER) == der
    assert signer.certificates == signer.certificates


def test_a_wrong_passphrase_makes_the_key_unusable(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="wrong passphrase"):
        open_signer(key_on_disk(tmp_path), "incorrect horse")


def test_a_certificate_of_another_key_makes_the_key_unusable(tmp_path: Path) -> None:
    uri = key_on_disk(tmp_path)
    (tmp_path / "KEY.crt").write_bytes(self_signed(generate(KeyKind.P256), "other", at=START))

    with pytest.raises(KeyUnusable, match="does not belong"):
        open_signer(uri, PASSPHRASE)


def test_a_key_without_its_certificate_is_unusable_and_the_hint_says_so(tmp_path: Path) -> None:
    uri = key_on_disk(tmp_path)
    (tmp_path / "KEY.crt").unlink()

    with pytest.raises(KeyUnusable) as caught:
        open_signer(uri, PASSPHRASE)

    assert "KEY.crt" in str(caught.value.hint)
