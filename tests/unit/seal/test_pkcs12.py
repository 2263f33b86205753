"""``p12:``: what openssl writes is opened; a file that cannot be is no wrong passphrase."""

import subprocess
from pathlib import Path

import pytest
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from evidencekit.errors import KeyUnsupported, KeyUnusable
from evidencekit.seal.opening import is_locked, open_signer
from tests.tools.agency import Agency, Held, certificate_over, p12_of

PASSPHRASE = "비밀번호 네 단어 correct"


@pytest.fixture(scope="module")
def agency() -> Agency:
    return Agency()


@pytest.fixture(scope="module")
def held(agency: Agency) -> Held:
    return agency.desk()


def written(folder: Path, data: bytes) -> str:
    (folder / "desk.p12").write_bytes(data)
    return f"p12:{folder / 'desk.p12'}"


@pytest.mark.openssl
@pytest.mark.parametrize(
    "how",
    [
        [],
        ["-legacy"],
        ["-provider", "legacy", "-provider", "default", "-keypbe", "seed-cbc"],
        ["-nomac"],
    ],
    ids=["modern", "legacy", "seed", "nomac"],
)
def test_a_file_that_openssl_writes_is_opened(
    tmp_path: Path, agency: Agency, held: Held, how: list[str]
) -> None:
    plain = held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "all.pem").write_bytes(plain + held.pem + agency.between.pem)
    (tmp_path / "pass").write_text(PASSPHRASE)
    subprocess.run(
        [
            *("openssl", "pkcs12", "-export", "-in", "all.pem", "-out", "out.p12"),
            *("-passout", "file:pass", *how),
        ],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip

    signer = open_signer(f"p12:{tmp_path / 'out.p12'}", PASSPHRASE)

    assert signer.certificates == (held.der, agency.between.der)


def test_a_file_without_passphrase_is_not_locked_and_opens_with_none_and_with_any(
    tmp_path: Path, held: Held
) -> None:
    uri = written(tmp_path, p12_of(held, None))

    assert not is_locked(uri)
    assert open_signer(uri, None).certificates == (held.der,)
    assert open_signer(uri, "set for another key").certificates == (held.der,)


@pytest.mark.parametrize("data", [b"", b"-----BEGIN CERTIFICATE-----\n", b"\x30\x03\x02\x01\x03"])
def test_what_is_no_pkcs12_is_unsupported_whatever_the_passphrase(
    tmp_path: Path, data: bytes
) -> None:
    uri = written(tmp_path, data)

    assert not is_locked(uri)
    with pytest.raises(KeyUnsupported, match=r"desk\.p12: not a PKCS #12 file"):
        open_signer(uri, PASSPHRASE)


def test_a_file_that_asks_for_endless_work_is_refused_before_it_begins(
    tmp_path: Path, held: Held
) -> None:
    pfx = asn1_pkcs12.Pfx.load(p12_of(held, PASSPHRASE))
    pfx["mac_data"]["iterations"] = 2**31 - 1

    with pytest.raises(KeyUnsupported, match="2147483647 rounds"):
        open_signer(written(tmp_path, pfx.dump(force=True)), PASSPHRASE)


def test_a_file_without_a_key_is_unusable(tmp_path: Path, held: Held) -> None:
    data = pkcs12.serialize_key_and_certificates(
        None, None, None, [held.certificate], NoEncryption()
    )

    with pytest.raises(KeyUnusable, match="no private key"):
        open_signer(written(tmp_path, data), None)


def test_a_file_without_a_certificate_is_unusable(tmp_path: Path, held: Held) -> None:
    data = pkcs12.serialize_key_and_certificates(None, held.key, None, None, NoEncryption())

    with pytest.raises(KeyUnusable, match="no certificate"):
        open_signer(written(tmp_path, data), None)


def test_a_file_with_other_peoples_certificates_alone_is_unusable(
    tmp_path: Path, held: Held, agency: Agency
) -> None:
    others = list(agency.chain)
    data = pkcs12.serialize_key_and_certificates(None, held.key, None, others, NoEncryption())

    with pytest.raises(KeyUnusable, match="no certificate in it belongs"):
        open_signer(written(tmp_path, data), None)


def test_an_ed25519_key_is_unusable_and_the_message_says_what_seals_are_signed_with(
    tmp_path: Path, agency: Agency
) -> None:
    key = Ed25519PrivateKey.generate()
    certificate = certificate_over(key.public_key(), agency.between)
    data = pkcs12.serialize_key_and_certificates(None, key, certificate, None, NoEncryption())

    with pytest.raises(KeyUnusable, match="P-256"):
        open_signer(written(tmp_path, data), None)
