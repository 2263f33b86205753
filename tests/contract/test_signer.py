"""What every signer does: its signature holds under the first of its certificates."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import KeyUnusable
from evidencekit.proof.cms import read_signature, sign_detached
from evidencekit.protocols import Signer
from evidencekit.seal.kinds import KeyKind, generate
from evidencekit.seal.opening import is_locked, open_signer, read_certificates
from evidencekit.seal.pkcs8 import encrypt_key
from tests.tools.agency import Agency, Held, p12_of
from tests.tools.builders import a_signer, certificate_of
from tests.tools.fakes import START
from tests.tools.npki import locked_15, plain_key, write_folder
from tests.tools.softhsm import SoftToken

PASSPHRASE = "correct horse battery"
MESSAGE = b"signed attributes"
SCHEMES = ("file", "p12", "npki", "pkcs11")


@dataclass(frozen=True)
class Placed:
    """A key of an agency, put where a scheme looks for it."""

    uri: str
    held: Held
    agency: Agency


def place_file(folder: Path, held: Held, agency: Agency) -> str:
    (folder / "KEY.pem").write_bytes(encrypt_key(held.key, PASSPHRASE))
    above = b"".join(item.public_bytes(Encoding.PEM) for item in agency.chain)
    (folder / "KEY.crt").write_bytes(held.pem + above)
    return f"file:{folder / 'KEY.pem'}"


def place_p12(folder: Path, held: Held, agency: Agency) -> str:
    stranger = Agency().between.certificate
    # A file has them in no order, with the root, and with what was in the store beside them.
    (folder / "desk.p12").write_bytes(p12_of(held, PASSPHRASE, stranger, *reversed(agency.chain)))
    return f"p12:{folder / 'desk.p12'}"


def place_npki(folder: Path, held: Held, agency: Agency) -> str:
    locked = locked_15(plain_key(held.key), PASSPHRASE.encode())
    return write_folder(folder / "desk", held, locked, agency.root.pem, agency.between.pem)


def place_token(folder: Path, held: Held, agency: Agency) -> str:
    token = SoftToken(PASSPHRASE)
    token.put_key(held.key, label="seal")
    token.put_certificate(agency.root.certificate, label="root", number=9)
    token.put_certificate(held.certificate, label="seal", number=1)
    token.put_certificate(agency.between.certificate, label="issuer", number=8)
    return token.uri(object="seal")


PLACES: dict[str, Callable[[Path, Held, Agency], str]] = {
    "file": place_file,
    "p12": place_p12,
    "npki": place_npki,
    "pkcs11": place_token,
}


@pytest.fixture(params=[(scheme, kind) for scheme in SCHEMES for kind in ("rsa", "p256")], ids=str)
def placed(request: pytest.FixtureRequest, tmp_path: Path) -> Placed:
    scheme, kind = request.param
    agency = Agency()
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else generate(KeyKind.P256)
    held = agency.desk(key=key)
    return Placed(PLACES[scheme](tmp_path, held, agency), held, agency)


@pytest.fixture
def signer(placed: Placed) -> Signer:
    return open_signer(placed.uri, PASSPHRASE)


def holds(signer: Signer, message: bytes, signature: bytes) -> None:
    key = x509.load_der_x509_certificate(signer.certificates[0]).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        is_p384 = isinstance(key.curve, ec.SECP384R1)
        key.verify(signature, message, ec.ECDSA(hashes.SHA384() if is_p384 else hashes.SHA256()))


@pytest.mark.parametrize("kind", KeyKind)
def test_a_signature_holds_under_the_certificate_of_every_kind_of_key(kind: KeyKind) -> None:
    signer = a_signer(kind)

    holds(signer, MESSAGE, signer.sign(MESSAGE))


def test_a_signature_holds_under_the_first_certificate(signer: Signer) -> None:
    holds(signer, MESSAGE, signer.sign(MESSAGE))


def test_certificates_are_der_and_the_same_each_time(signer: Signer) -> None:
    for der in signer.certificates:
        assert x509.load_der_x509_certificate(der).public_bytes(Encoding.DER) == der
    assert signer.certificates == signer.certificates


def test_certificates_are_the_signers_own_and_those_above_without_root_and_strangers(
    placed: Placed, signer: Signer
) -> None:
    assert signer.certificates == (placed.held.der, placed.agency.between.der)


def test_the_certificate_shown_is_the_one_that_signs(placed: Placed, signer: Signer) -> None:
    shown = read_certificates(placed.uri, PASSPHRASE)

    assert shown[0].public_bytes(Encoding.DER) == signer.certificates[0]


def test_a_locked_key_says_so(placed: Placed) -> None:
    assert is_locked(placed.uri)


def test_a_wrong_passphrase_makes_the_key_unusable(placed: Placed) -> None:
    with pytest.raises(KeyUnusable, match=r"wrong (passphrase|PIN)") as caught:
        open_signer(placed.uri, "incorrect horse")

    assert caught.value.code == "key-unusable"


def test_a_locked_key_without_a_passphrase_is_unusable_and_the_hint_says_how_to_give_it(
    placed: Placed,
) -> None:
    with pytest.raises(KeyUnusable, match="needs its passphrase") as caught:
        open_signer(placed.uri, None)

    assert "--passphrase-file" in str(caught.value.hint)


def test_a_place_where_nothing_is_makes_the_key_unusable(placed: Placed, tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable):
        open_signer(nowhere(placed.uri, tmp_path), PASSPHRASE)


def nowhere(uri: str, folder: Path) -> str:
    if uri.startswith("pkcs11:"):
        return uri.replace("token=", "token=No%20")
    return f"{uri.partition(':')[0]}:{folder / 'nothing'}"


def test_what_is_signed_is_read_back(signer: Signer) -> None:
    p7s = sign_detached(MESSAGE, signer, at=START)

    signature = read_signature(p7s, MESSAGE, what="signature")

    assert signature.signer == certificate_of(signer)


@pytest.mark.openssl
@pytest.mark.parametrize("cades", [[], ["-cades"]], ids=["plain", "cades"])
def test_openssl_verifies_what_is_signed_up_to_the_agencys_root(
    placed: Placed, signer: Signer, cades: list[str], tmp_path: Path
) -> None:
    (tmp_path / "p7s").write_bytes(sign_detached(MESSAGE, signer, at=START))
    (tmp_path / "content").write_bytes(MESSAGE)
    (tmp_path / "ca.pem").write_bytes(placed.agency.root.pem)

    answer = subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "p7s"),
            *("-content", "content", "-CAfile", "ca.pem", "-out", "/dev/null"),
            *("-attime", str(int(START.timestamp())), *cades),
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr
