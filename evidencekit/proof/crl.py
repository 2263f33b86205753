"""What certificate revocation lists say of a certificate (RFC 5280 §5)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509

from evidencekit.proof.signed_data import HASHES, UNREADABLE
from evidencekit.proof.standing import COMPROMISE, MAX_AHEAD, Good, Revoked


def said_by_lists(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    crls: Sequence[x509.CertificateRevocationList],
    at: datetime,
    now: datetime,
) -> Iterator[Revoked | Good]:
    """Yield what each list says; one that does not speak for the issuer says nothing."""
    for crl in crls:
        if not _speaks_for(crl, certificate, issuer) or crl.last_update_utc > now + MAX_AHEAD:
            continue
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None:
            yield _revoked(entry)
        elif crl.next_update_utc is not None and at <= crl.next_update_utc:
            yield Good(as_of=crl.last_update_utc)


def _speaks_for(
    crl: x509.CertificateRevocationList, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    try:
        return (
            crl.issuer == certificate.issuer == issuer.subject
            and crl.signature_hash_algorithm is not None
            and crl.signature_hash_algorithm.name in HASHES
            and _may_sign_lists(issuer)
            and _covers(crl, certificate)
            and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # any kind: TypeError
        )
    except UNREADABLE:
        return False


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _covers(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            if not _is_point_of(value, certificate):
                return False
        elif extension.critical or isinstance(value, x509.DeltaCRLIndicator):
            return False
    return True


def _is_point_of(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    is_authority = _is_authority(certificate)
    if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs:
        return False
    if (point.only_contains_ca_certs and not is_authority) or point.relative_name is not None:
        return False
    if point.only_contains_user_certs and is_authority:
        return False
    return point.full_name is None or not set(point.full_name).isdisjoint(_points(certificate))


def _points(certificate: x509.Certificate) -> set[x509.GeneralName]:
    try:
        listed = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return set()
    return {
        name
        for item in listed
        if item.reasons is None and item.crl_issuer is None
        for name in item.full_name or ()
    }


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _revoked(entry: x509.RevokedCertificate) -> Revoked:
    at, reason = entry.revocation_date_utc, None
    for extension in _extensions(entry):
        if isinstance(extension.value, x509.InvalidityDate):
            at = min(at, extension.value.invalidity_date_utc)
        elif isinstance(extension.value, x509.CRLReason):
            reason = extension.value.reason
    return Revoked(at=at, is_compromise=reason in COMPROMISE)


def _extensions(entry: x509.RevokedCertificate) -> Sequence[x509.Extension[x509.ExtensionType]]:
    try:
        return tuple(entry.extensions)
    except UNREADABLE:
        return ()  # it is revoked all the same, for a reason that is not told
