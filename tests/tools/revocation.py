"""Revocation lists and OCSP responses of an agency's authority."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.tools.agency import Held
from tests.tools.fakes import START

DAY = timedelta(days=1)
POINT = x509.UniformResourceIdentifier("http://crl.example/1.crl")
NAMED = x509.CRLDistributionPoints([x509.DistributionPoint([POINT], None, None, None)])
"""What makes a certificate ask for the check."""


def entry(
    held: Held,
    at: datetime,
    *,
    reason: x509.ReasonFlags | None = None,
    invalid_since: datetime | None = None,
) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(held.certificate.serial_number)
    builder = builder.revocation_date(at)
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    if invalid_since is not None:
        builder = builder.add_extension(x509.InvalidityDate(invalid_since), critical=False)
    return builder.build()


def crl(
    by: Held,
    *revoked: x509.RevokedCertificate,
    at: datetime = START - DAY,
    until: datetime | None = START + DAY,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    name: x509.Name | None = None,
) -> bytes:
    """Return DER; ``more`` are extensions and whether they are critical."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name or by.certificate.subject)
    builder = builder.last_update(at).next_update(until or at + DAY)
    for item in revoked:
        builder = builder.add_revoked_certificate(item)
    for extension, is_critical in more:
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def answer(
    held: Held,
    issuer: Held,
    *,
    by: Held | None = None,
    revoked_at: datetime | None = None,
    reason: x509.ReasonFlags | None = None,
    at: datetime = START - DAY,
    until: datetime | None = START + DAY,
    carries: tuple[x509.Certificate, ...] = (),
    is_unknown: bool = False,
) -> bytes:
    """Return an OCSP response in DER, signed by the issuer or by ``by``."""
    status = ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD
    responder = by or issuer
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=held.certificate,
        issuer=issuer.certificate,
        algorithm=hashes.SHA1(),  # noqa: S303 (what responders use to name certificates)
        cert_status=ocsp.OCSPCertStatus.UNKNOWN if is_unknown else status,
        this_update=at,
        next_update=until,
        revocation_time=revoked_at,
        revocation_reason=reason,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
    if carries:
        builder = builder.certificates(list(carries))
    return builder.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)
