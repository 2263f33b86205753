"""``file:KEY.pem``: a key in PEM, with its certificate and those above in ``KEY.crt`` beside it."""

from pathlib import Path

from cryptography import x509

from evidencekit.errors import BadInput
from evidencekit.files.opening import read_whole
from evidencekit.seal.key_file import MAX_KEY_FILE, load_certificates, read_key_file
from evidencekit.seal.kinds import PrivateKey
from evidencekit.seal.pkcs8 import decrypt_key
from evidencekit.seal.signer import FileSigner, make_signer
from evidencekit.text.catalog import _

CERTIFICATE = ".crt"


def open_pem(path: Path, passphrase: str | None) -> FileSigner:
    """Open key and certificate; raises :class:`~evidencekit.errors.KeyUnusable`."""
    key = decrypt_pem(path, passphrase)
    beside = certificate_path(path)
    return make_signer(key, certificates_beside(path), key_name=path.name, beside=beside.name)


def decrypt_pem(path: Path, passphrase: str | None) -> PrivateKey:
    """Open the key alone; raises :class:`~evidencekit.errors.KeyUnusable`."""
    return decrypt_key(read_key_file(path, hint=_hint()), passphrase, what=path.name)


def certificates_beside(path: Path) -> tuple[x509.Certificate, ...]:
    """Return what lies beside a key, its own certificate first; the key is not opened."""
    beside = certificate_path(path)
    return load_certificates(read_key_file(beside, hint=_hint()), what=beside.name)


def certificate_path(path: Path) -> Path:
    """Return where the certificate of a key lies."""
    return path.with_suffix(CERTIFICATE)


def is_pem_locked(path: Path) -> bool:
    """Tell whether a key asks for a passphrase; a file that cannot be read does not."""
    try:
        return b"ENCRYPTED" in read_whole(path, limit=MAX_KEY_FILE)
    except (OSError, BadInput):
        return False


def _hint() -> str:
    return _("a key is KEY.pem with its certificate KEY.crt beside it (key new makes both)")
