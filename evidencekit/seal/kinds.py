"""The kinds of key that we sign with, and those that we make."""

from enum import StrEnum
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from evidencekit.errors import KeyUnusable
from evidencekit.text.catalog import _

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

MIN_FOREIGN_RSA_BITS = 2048  # agency certificates in use
_CURVES = (ec.SECP256R1, ec.SECP384R1)


class KeyKind(StrEnum):
    """What ``key new`` can make. Ed25519 is missing: OpenSSL 3.0 cannot verify it in CMS."""

    P256 = "p256"
    P384 = "p384"
    RSA3072 = "rsa3072"
    RSA4096 = "rsa4096"


def generate(kind: KeyKind) -> PrivateKey:
    """Return a fresh private key."""
    match kind:
        case KeyKind.P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyKind.P384:
            return ec.generate_private_key(ec.SECP384R1())
        case KeyKind.RSA3072:
            return rsa.generate_private_key(65537, 3072)
        case KeyKind.RSA4096:
            return rsa.generate_private_key(65537, 4096)


def require_kind(key: object, *, what: str) -> PrivateKey:
    """Return ``key`` if seals may be signed with it; raises :class:`KeyUnusable`."""
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= MIN_FOREIGN_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, _CURVES):
        return key
    raise _other_kind(what)


def require_public_kind(key: object, *, what: str) -> PublicKey:
    """Return the public half of a key that seals may be signed with."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_FOREIGN_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return key
    raise _other_kind(what)


def _other_kind(what: str) -> KeyUnusable:
    return KeyUnusable(
        _("{what}: seals are signed with RSA of 2048 bits or more, P-256 or P-384").format(
            what=what
        )
    )
