"""A certificate that a verifier would refuse is refused before anything is signed."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidencekit.errors import CertificateUnsuitable, KeyUnusable
from evidencekit.seal.kinds import KeyKind
from evidencekit.seal.suitable import require_suitable
from tests.tools.agency import YEAR, Agency, Held, certificate_over, edwards_key, weak_key
from tests.tools.fakes import START

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def agency() -> Agency:
    return Agency()


def refused(*certificates: bytes) -> str:
    with pytest.raises(CertificateUnsuitable) as caught:
        require_suitable(certificates, at=START)
    assert isinstance(caught.value, KeyUnusable)
    assert caught.value.exit_code == 12
    return caught.value.message


@pytest.mark.parametrize("kind", KeyKind)
def test_a_certificate_for_signing_is_suitable(agency: Agency, kind: KeyKind) -> None:
    require_suitable((agency.desk(kind).der, agency.between.der), at=START)


def test_a_certificate_without_key_usage_is_suitable(agency: Agency) -> None:
    require_suitable((agency.desk(usages=None).der,), at=START)


def test_it_is_suitable_up_to_its_last_second(agency: Agency) -> None:
    require_suitable((agency.desk(valid=(START, START)).der,), at=START)


def test_an_expired_certificate_is_refused_with_the_time(agency: Agency) -> None:
    held = agency.desk(valid=(START - YEAR, START - SECOND))

    assert refused(held.der) == "CN=Desk 7: expired at 2026-11-21 09:29:59 UTC"


def test_a_certificate_that_is_not_valid_yet_is_refused_with_the_time(agency: Agency) -> None:
    held = agency.desk(valid=(START + SECOND, START + YEAR))

    assert refused(held.der) == "CN=Desk 7: valid only from 2026-11-21 09:30:01 UTC"


def test_an_expired_authority_above_the_signer_is_refused_and_named(agency: Agency) -> None:
    old = agency.desk(name="Old authority", valid=(START - YEAR, START - SECOND))

    assert "CN=Old authority: expired" in refused(agency.desk().der, old.der)


def test_rsa_of_1024_bits_is_refused_with_the_number(agency: Agency) -> None:
    certificate = certificate_over(weak_key().public_key(), agency.between)

    assert "has 1024 bits; seals need 2048" in refused(certificate.public_bytes(Encoding.DER))


def test_ed25519_is_refused_with_the_reason(agency: Agency) -> None:
    certificate = certificate_over(edwards_key().public_key(), agency.between)

    assert "OpenSSL 3.0 cannot verify" in refused(certificate.public_bytes(Encoding.DER))


def test_another_curve_is_refused_and_named(agency: Agency) -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    certificate = certificate_over(key.public_key(), agency.between)

    assert "secp256k1" in refused(certificate.public_bytes(Encoding.DER))


@pytest.mark.parametrize("usage", ["digital_signature", "content_commitment"])
def test_one_of_both_signing_usages_is_enough(agency: Agency, usage: str) -> None:
    require_suitable((agency.desk(usages=frozenset({usage})).der,), at=START)


@pytest.mark.parametrize("usage", ["key_encipherment", "key_cert_sign", "data_encipherment"])
def test_a_certificate_for_another_use_is_refused(agency: Agency, usage: str) -> None:
    held = agency.desk(usages=frozenset({usage}))

    assert "nonRepudiation" in refused(held.der)


def extended(agency: Agency, usage: x509.ObjectIdentifier) -> Held:
    return agency.desk(more=(x509.ExtendedKeyUsage([usage]),))


def test_a_certificate_for_servers_alone_is_refused(agency: Agency) -> None:
    assert "key usage" in refused(extended(agency, ExtendedKeyUsageOID.SERVER_AUTH).der)


def test_a_certificate_for_mail_is_suitable(agency: Agency) -> None:
    require_suitable((extended(agency, ExtendedKeyUsageOID.EMAIL_PROTECTION).der,), at=START)


def test_a_hostile_name_is_written_out(agency: Agency) -> None:
    held = agency.desk(name="Desk\u202e7", valid=(START - YEAR, START - SECOND))

    assert "Desk[U+202E]7" in refused(held.der)
