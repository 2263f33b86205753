"""Whether a certificate may sign a seal now, asked before anything is signed.

A verifier would find all of this too, when nothing can be mended any more:

1. the key is RSA of 2048 bits or more, P-256 or P-384 (docs/format/seal.md §1);
2. key usage and extended key usage, where present, allow signing documents;
3. the signer's certificate and those above it are valid at the time of signing.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from evidencekit.errors import CertificateUnsuitable
from evidencekit.proof.cms import may_sign_documents
from evidencekit.proof.signed_data import MIN_RSA_BITS, UNREADABLE
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

MAX_NAME = 80


def require_suitable(certificates: Sequence[bytes], *, at: datetime) -> None:
    """Raise :class:`CertificateUnsuitable` with the reason; the signer's own comes first."""
    path = tuple(map(x509.load_der_x509_certificate, certificates))
    for reason in (_weakness(path[0]), _misuse(path[0])):
        if reason is not None:
            raise CertificateUnsuitable(_said(path[0], reason))
    for certificate in path:
        reason = _out_of_time(certificate, at)
        if reason is not None:
            raise CertificateUnsuitable(
                _said(certificate, reason),
                hint=_("sign with a certificate that is valid now, or set this computer's clock"),
            )


def _said(certificate: x509.Certificate, reason: str) -> str:
    name = clean(certificate.subject.rfc4514_string(), limit=MAX_NAME)
    return f"{name}: {reason}"


def _weakness(certificate: x509.Certificate) -> str | None:
    key = _public_key(certificate)
    match key:
        case rsa.RSAPublicKey():
            too_short = _("its RSA key has {n} bits; seals need {least}")
            is_fit = key.key_size >= MIN_RSA_BITS
            return None if is_fit else too_short.format(n=key.key_size, least=MIN_RSA_BITS)
        case ec.EllipticCurvePublicKey():
            other_curve = _("its curve is {curve}; seals need P-256 or P-384")
            is_fit = isinstance(key.curve, (ec.SECP256R1, ec.SECP384R1))
            return None if is_fit else other_curve.format(curve=key.curve.name)
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            return _("its key is of the Edwards kind, which OpenSSL 3.0 cannot verify in CMS")
        case _:
            return _("the kind of its key cannot sign seals")


def _public_key(certificate: x509.Certificate) -> object | None:
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def _misuse(certificate: x509.Certificate) -> str | None:
    try:
        is_allowed = may_sign_documents(certificate)
    except UNREADABLE:
        return _("its extensions cannot be read")
    if is_allowed:
        return None
    return _("its key usage does not allow signing documents (digitalSignature, nonRepudiation)")


def _out_of_time(certificate: x509.Certificate, at: datetime) -> str | None:
    if at < certificate.not_valid_before_utc:
        return _("valid only from {time}").format(time=_second(certificate.not_valid_before_utc))
    if at > certificate.not_valid_after_utc:
        return _("expired at {time}").format(time=_second(certificate.not_valid_after_utc))
    return None


def _second(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
