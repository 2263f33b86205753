"""A signer whose key is in memory, wherever it was read from."""

from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidencekit.errors import KeyUnusable
from evidencekit.protocols import Signer
from evidencekit.seal.kinds import PrivateKey
from evidencekit.text.catalog import _

MAX_CHAIN = 8  # certificates between a signer and its root; real ones have one or two


class FileSigner:
    """Signs with a private key in memory; satisfies :class:`~evidencekit.protocols.Signer`."""

    def __init__(self, key: PrivateKey, certificates: tuple[x509.Certificate, ...]) -> None:
        self._key = key
        self._certificates = certificates

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER certificates, the signer's own first; a root above it is left out."""
        return tuple(item.public_bytes(Encoding.DER) for item in self._certificates)

    @property
    def private_key(self) -> PrivateKey:
        """The key itself, for moving it to another file; never for display."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Sign with SHA-256, or SHA-384 for P-384, as the CMS around it says."""
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            is_p384 = isinstance(self._key.curve, ec.SECP384R1)
            digest: hashes.HashAlgorithm = hashes.SHA384() if is_p384 else hashes.SHA256()
            return self._key.sign(message, ec.ECDSA(digest))
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())


class ChainedSigner:
    """A signer with certificates above it that it did not bring itself."""

    def __init__(self, signer: Signer, above: Iterable[x509.Certificate]) -> None:
        self._signer = signer
        own, *brought = map(x509.load_der_x509_certificate, signer.certificates)
        path = (own, *chain_above(own, (*brought, *above)))
        self._certificates = tuple(item.public_bytes(Encoding.DER) for item in path)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER certificates, the signer's own first; a root above it is left out."""
        return self._certificates

    def sign(self, message: bytes) -> bytes:
        """Sign as the signer does."""
        return self._signer.sign(message)


def make_signer(
    key: PrivateKey,
    certificates: Sequence[x509.Certificate],
    *,
    key_name: str,
    beside: str | None = None,
) -> FileSigner:
    """Join a key to that certificate among some which belongs to it, and to those above.

    ``beside`` is where the certificates are, if not in the file of the key. Raises
    :class:`KeyUnusable` where none belongs to it.
    """
    public = public_bytes(key.public_key())
    for certificate in certificates:
        if public_bytes(certificate.public_key()) == public:
            return FileSigner(key, (certificate, *chain_above(certificate, certificates)))
    if beside is None:
        raise KeyUnusable(
            _("{what}: no certificate in it belongs to its key").format(what=key_name)
        )
    raise KeyUnusable(
        _("{certificate} does not belong to {key}").format(certificate=beside, key=key_name)
    )


def chain_above(
    leaf: x509.Certificate, others: Iterable[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return who issued ``leaf``, who issued that, and so on; the root is left out.

    What has no part in it is left out too: a verifier takes such a certificate for a forgery.
    """
    known, current = tuple(others), leaf
    found: list[x509.Certificate] = []
    while len(found) < MAX_CHAIN:
        issuer = next((item for item in known if is_issued_by(current, item)), None)
        if issuer is None or issuer.subject == issuer.issuer:
            break
        found.append(issuer)
        current = issuer
    return tuple(found)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether name and signature say that ``issuer`` issued ``certificate``."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def public_bytes(key: object) -> bytes:
    """Return a public key as bytes, to compare it."""
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]  # every public key has it
    return encoded
