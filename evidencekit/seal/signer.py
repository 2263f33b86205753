"""A signer whose key lies in a file (``file:KEY.pem``), with its certificate beside it."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidencekit.errors import KeyUnusable
from evidencekit.files.opening import read_whole
from evidencekit.seal.kinds import PrivateKey
from evidencekit.seal.pkcs8 import decrypt_key
from evidencekit.text.catalog import _

SCHEME = "file:"
MAX_KEY_FILE = 2**20


class FileSigner:
    """Signs with a private key in memory; satisfies :class:`~evidencekit.protocols.Signer`."""

    def __init__(self, key: PrivateKey, certificates: tuple[x509.Certificate, ...]) -> None:
        self._key = key
        self._certificates = certificates

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER certificates, the signer's own first; a root above it is left out."""
        return tuple(item.public_bytes(Encoding.DER) for item in self._certificates)

    def sign(self, message: bytes) -> bytes:
        """Sign with SHA-256, or SHA-384 for P-384, as the CMS around it says."""
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            is_p384 = isinstance(self._key.curve, ec.SECP384R1)
            digest: hashes.HashAlgorithm = hashes.SHA384() if is_p384 else hashes.SHA256()
            return self._key.sign(message, ec.ECDSA(digest))
        return self._key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def path_from_uri(uri: str) -> Path:
    """Return the path in ``file:KEY.pem``; a bare path is taken too."""
    return Path(uri.removeprefix(SCHEME))


def open_signer(uri: str, passphrase: str | None) -> FileSigner:
    """Open key and certificate (``KEY.crt`` beside ``KEY.pem``); raises :class:`KeyUnusable`."""
    path = path_from_uri(uri)
    key = decrypt_key(_read(path), passphrase, what=path.name)
    beside = path.with_suffix(".crt")
    certificates = _certificates(_read(beside), beside.name)
    if _public(certificates[0].public_key()) != _public(key.public_key()):
        raise KeyUnusable(
            _("{certificate} does not belong to {key}").format(
                certificate=beside.name, key=path.name
            )
        )
    chain = [item for item in certificates[1:] if item.subject != item.issuer]
    return FileSigner(key, (certificates[0], *chain))


def _read(path: Path) -> bytes:
    try:
        return read_whole(path, limit=MAX_KEY_FILE)
    except OSError as exc:
        raise KeyUnusable(
            _("{path}: {reason}").format(path=path, reason=exc.strerror),
            hint=_("a key is KEY.pem with its certificate KEY.crt beside it (key new makes both)"),
        ) from exc


def _certificates(data: bytes, what: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as exc:
        raise KeyUnusable(_("{what}: no PEM certificate in it").format(what=what)) from exc


def _public(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]  # every public key has it
    return encoded
