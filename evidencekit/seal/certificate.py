"""The certificate that goes with a new key: signed by itself, or asked of an agency's CA."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from evidencekit.errors import BadInput
from evidencekit.seal.kinds import PrivateKey
from evidencekit.text.catalog import _

VALID_FOR = timedelta(days=3 * 365)  # a court may look much later: hence timestamps
CLOCK_SLACK = timedelta(minutes=5)  # the recipient's clock may be a little behind
MAX_NAME = 64  # ub-common-name, RFC 5280 appendix A


def self_signed(key: PrivateKey, name: str, *, at: datetime) -> bytes:
    """Return a PEM certificate for ``key`` (docs/format/seal.md §3)."""
    subject = _subject(name)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCK_SLACK)
        .not_valid_after(at + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(identifier, critical=False)
    )
    return builder.sign(key, _digest(key)).public_bytes(Encoding.PEM)


def signing_request(key: PrivateKey, name: str) -> bytes:
    """Return a PEM certificate signing request (PKCS #10) for an agency's CA."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(name))
    builder = builder.add_extension(_USAGE, critical=True)
    return builder.sign(key, _digest(key)).public_bytes(Encoding.PEM)


def _subject(name: str) -> x509.Name:
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise BadInput(
            _("the name for a certificate has 1 to {n} printable characters").format(n=MAX_NAME)
        )
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _digest(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    is_p384 = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1)
    return hashes.SHA384() if is_p384 else hashes.SHA256()


_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
