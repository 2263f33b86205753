"""What OCSP responses say of a certificate (RFC 6960)."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from asn1crypto import keys
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidencekit.proof.signed_data import HASHES, UNREADABLE
from evidencekit.proof.standing import COMPROMISE, MAX_AHEAD, Good, Revoked

MAX_RESPONSES = 64  # in one OCSP response


def said_by_answers(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    answers: Sequence[ocsp.OCSPResponse],
    at: datetime,
    now: datetime,
) -> Iterator[Revoked | Good]:
    """Yield what each answer says; one that nobody appointed signed says nothing."""
    for answer in answers:
        if not _is_appointed(answer, issuer):
            continue
        for single in singles(answer):
            is_early = single.this_update_utc > now + MAX_AHEAD
            if is_early or not _is_meant(single, certificate, issuer):
                continue
            if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
                revoked_at = single.revocation_time_utc or single.this_update_utc
                is_compromise = single.revocation_reason in COMPROMISE
                yield Revoked(at=revoked_at, is_compromise=is_compromise)
            elif _is_good(single, at):
                yield Good(as_of=single.this_update_utc)


def _is_good(single: ocsp.OCSPSingleResponse, at: datetime) -> bool:
    is_said = single.certificate_status is ocsp.OCSPCertStatus.GOOD
    return is_said and at <= (single.next_update_utc or single.this_update_utc)


def singles(answer: ocsp.OCSPResponse) -> Iterator[ocsp.OCSPSingleResponse]:
    """Yield what a response says of single certificates, up to a limit."""
    for number, single in enumerate(answer.responses):
        if number >= MAX_RESPONSES:
            return
        yield single


def _is_meant(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    try:
        algorithm = single.hash_algorithm.name  # SHA-1 names here, and proves nothing
    except UNREADABLE:
        return False
    if single.serial_number != certificate.serial_number or certificate.issuer != issuer.subject:
        return False
    name = issuer.subject.public_bytes()
    spki = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = bytes(keys.PublicKeyInfo.load(spki)["public_key"].contents[1:])  # RFC 6960 §4.1.1
    return (
        hashlib.new(algorithm, name, usedforsecurity=False).digest() == single.issuer_name_hash
        and hashlib.new(algorithm, key, usedforsecurity=False).digest() == single.issuer_key_hash
    )


def _is_appointed(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Tell whether the issuer, or somebody whom it appointed (RFC 6960 §4.2.2.2), signed."""
    if any(extension.critical for extension in answer.extensions):
        return False
    if _signed(answer, issuer):
        return True
    return any(
        _signed(answer, responder) and _is_responder(responder, issuer, _stated_at(answer))
        for responder in answer.certificates[:MAX_RESPONSES]
    )


def _stated_at(answer: ocsp.OCSPResponse) -> datetime:
    return min(single.this_update_utc for single in singles(answer))


def _is_responder(
    responder: x509.Certificate, issuer: x509.Certificate, stated_at: datetime
) -> bool:
    try:
        responder.verify_directly_issued_by(issuer)
        usages = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (*UNREADABLE, InvalidSignature, x509.ExtensionNotFound):
        return False
    is_in_time = responder.not_valid_before_utc <= stated_at <= responder.not_valid_after_utc
    return is_in_time and ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _signed(answer: ocsp.OCSPResponse, by: x509.Certificate) -> bool:
    try:
        algorithm, key = answer.signature_hash_algorithm, by.public_key()
        if algorithm is None or algorithm.name not in HASHES:
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except (*UNREADABLE, InvalidSignature):
        return False
    return True
