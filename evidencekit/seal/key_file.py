"""Reading the files that keys and certificates lie in."""

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509

from evidencekit.errors import KeyUnusable
from evidencekit.files.opening import read_whole
from evidencekit.text.catalog import _

MAX_KEY_FILE = 2**20
_PEM = b"-----BEGIN"


def read_key_file(path: Path, *, hint: str) -> bytes:
    """Read a file of a key; raises :class:`KeyUnusable` with ``hint`` where there is none."""
    try:
        return read_whole(path, limit=MAX_KEY_FILE)
    except OSError as exc:
        message = _("{path}: {reason}").format(path=path, reason=exc.strerror)
        raise KeyUnusable(message, hint=hint) from exc


def load_certificates(data: bytes, *, what: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates in PEM, or the one in DER; raises :class:`KeyUnusable`."""
    try:
        if _PEM in data:
            return tuple(x509.load_pem_x509_certificates(data))
        return (x509.load_der_x509_certificate(data),)
    except ValueError as exc:
        raise KeyUnusable(_("{what}: no certificate in it").format(what=what)) from exc


def read_chain_files(paths: Iterable[Path]) -> tuple[x509.Certificate, ...]:
    """Return the certificates in files, PEM or DER; raises :class:`KeyUnusable`."""
    hint = _("give the certificates of the authorities above the signer's, in PEM or DER")
    return tuple(
        certificate
        for path in paths
        for certificate in load_certificates(read_key_file(path, hint=hint), what=path.name)
    )
