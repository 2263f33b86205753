"""Open a signer by the URI of its key."""

from typing import assert_never

from cryptography import x509

from evidencekit.protocols import Signer
from evidencekit.seal.npki import certificates_in_folder, open_npki
from evidencekit.seal.pem_key import certificates_beside, is_pem_locked, open_pem
from evidencekit.seal.pkcs12 import is_p12_locked, open_p12
from evidencekit.seal.token import certificates_on_token, open_token
from evidencekit.seal.token_uri import parse_token_uri
from evidencekit.seal.uri import Scheme, parse_key_uri


def open_signer(uri: str, passphrase: str | None) -> Signer:
    """Open a key with its certificates; raises :class:`~evidencekit.errors.KeyUnusable`."""
    key = parse_key_uri(uri)
    match key.scheme:
        case Scheme.FILE:
            return open_pem(key.path, passphrase)
        case Scheme.P12:
            return open_p12(key.path, passphrase)
        case Scheme.NPKI:
            return open_npki(key.path, passphrase)
        case Scheme.PKCS11:
            return open_token(parse_token_uri(key.place), passphrase)
        case _:
            assert_never(key.scheme)


def read_certificates(uri: str, passphrase: str | None) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a key, its own first.

    A passphrase is needed only where they are locked with the key (``p12:``).
    """
    key = parse_key_uri(uri)
    match key.scheme:
        case Scheme.FILE:
            return certificates_beside(key.path)
        case Scheme.P12:
            certificates = open_p12(key.path, passphrase).certificates
            return tuple(map(x509.load_der_x509_certificate, certificates))
        case Scheme.NPKI:
            return certificates_in_folder(key.path)
        case Scheme.PKCS11:
            return certificates_on_token(parse_token_uri(key.place))
        case _:
            assert_never(key.scheme)


def is_locked(uri: str) -> bool:
    """Tell whether a key asks for a passphrase; a file that cannot be read does not."""
    key = parse_key_uri(uri)
    match key.scheme:
        case Scheme.FILE:
            return is_pem_locked(key.path)
        case Scheme.P12:
            return is_p12_locked(key.path)
        case Scheme.NPKI | Scheme.PKCS11:
            return True
        case _:
            assert_never(key.scheme)
