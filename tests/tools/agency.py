"""An agency's certificates: a root, an authority below it, and what that issues to desks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from evidencekit.seal.kinds import KeyKind, PrivateKey, generate
from tests.tools.fakes import START

YEAR = timedelta(days=365)
SIGNING = frozenset({"digital_signature", "content_commitment"})
ISSUING = frozenset({"key_cert_sign", "crl_sign"})
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Held:
    """A key and its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


@dataclass
class Agency:
    """Issues certificates below an authority that is below a root."""

    at: datetime = START
    root: Held = field(init=False)
    between: Held = field(init=False)

    def __post_init__(self) -> None:
        self.root = _authority("Agency root", None, at=self.at)
        self.between = _authority("Agency issuing authority", self.root, at=self.at)

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        return (self.between.certificate, self.root.certificate)

    def desk(
        self,
        kind: KeyKind = KeyKind.P256,
        *,
        key: PrivateKey | None = None,
        name: str = "Desk 7",
        valid: tuple[datetime, datetime] | None = None,
        usages: frozenset[str] | None = SIGNING,
        more: tuple[x509.ExtensionType, ...] = (),
    ) -> Held:
        """Issue a certificate; ``usages`` None leaves the extension out."""
        key = key or generate(kind)
        valid = valid or (self.at - YEAR, self.at + YEAR)
        certificate = _issued(
            name, key.public_key(), self.between, valid=valid, usages=usages, more=more
        )
        return Held(key=key, certificate=certificate)


def certificate_over(public: object, by: Held, *, name: str = "Desk 7") -> x509.Certificate:
    """Certify any public key, also one of a kind that seals are not signed with."""
    valid = (START - YEAR, START + YEAR)
    return _issued(name, public, by, valid=valid, usages=SIGNING)


def p12_of(
    held: Held, passphrase: str | None, *others: x509.Certificate, name: bytes | None = b"desk"
) -> bytes:
    """Return a PKCS #12 file as the cryptography package writes it."""
    lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return pkcs12.serialize_key_and_certificates(name, held.key, held.certificate, others, lock)


def weak_key() -> rsa.RSAPrivateKey:
    """Return an RSA key that is too short for a seal."""
    return rsa.generate_private_key(65537, 1024)  # noqa: S505 (the point)


def edwards_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def _authority(name: str, by: Held | None, *, at: datetime) -> Held:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _issued(
        name, key.public_key(), by, valid=(at - 9 * YEAR, at + 9 * YEAR), usages=ISSUING,
        own=key, is_authority=True,
    )  # fmt: skip
    return Held(key=key, certificate=certificate)


def _issued(
    name: str,
    public: object,
    by: Held | None,
    *,
    valid: tuple[datetime, datetime],
    usages: frozenset[str] | None,
    more: tuple[x509.ExtensionType, ...] = (),
    own: PrivateKey | None = None,
    is_authority: bool = False,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing = by.key if by is not None else own
    assert signing is not None
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by is not None else subject)
        .public_key(public)  # type: ignore[arg-type]  # any kind, also those refused
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)  # type: ignore[arg-type]  # as above
        .add_extension(identifier, critical=False)
    )
    if usages is not None:
        flags = {usage: usage in usages for usage in _USAGES}
        builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    for extension in more:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(signing, hashes.SHA256())
