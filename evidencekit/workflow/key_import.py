"""Bring a key of another form into ``KEY.pem``, or a CA's answer to where it belongs."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import BadInput, KeyUnusable
from evidencekit.files.durable import disk_errors, sync_path
from evidencekit.proof.certificates import fingerprint
from evidencekit.protocols import Signer
from evidencekit.seal.key_file import load_certificates, read_key_file
from evidencekit.seal.pem_key import certificate_path, decrypt_pem
from evidencekit.seal.pkcs8 import encrypt_key
from evidencekit.seal.signer import FileSigner, make_signer
from evidencekit.text.catalog import _
from evidencekit.workflow.keys import NewKey, create, require_key_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A CA's certificate that was put beside its key."""

    certificate: Path
    fingerprint: str


def import_key(signer: Signer, out: Path, *, passphrase: str) -> NewKey:
    """Write a key that was opened elsewhere to ``out`` and its certificates beside it.

    Locked by ``passphrase``; what else its old file held is left behind. Raises
    :class:`KeyUnusable` for a key that cannot leave its token, :class:`BadInput` where a file is in
    the way.
    """
    if not isinstance(signer, FileSigner):
        raise KeyUnusable(
            _("a key on a token cannot leave it"),
            hint=_("sign with it where it is: --key pkcs11:…"),
        )
    beside = require_key_place(out, csr=False)
    certificates = tuple(map(x509.load_der_x509_certificate, signer.certificates))
    encrypted = encrypt_key(signer.private_key, passphrase)
    with disk_errors(str(out.parent)):
        create(out, encrypted, mode=0o600)
        create(beside, _pem(certificates), mode=0o644)
        sync_path(out.parent)
    return NewKey(key=out, certificate=beside, fingerprint=fingerprint(certificates[0]))


def import_certificate(key: Path, answer: Path, *, passphrase: str | None) -> Answer:
    """Put a CA's answer to ``key new --csr`` beside the key, if it belongs to it.

    Raises :class:`KeyUnusable` where it does not, :class:`BadInput` where a certificate is there.
    """
    beside = certificate_path(key)
    if beside.exists() or beside.is_symlink():
        raise BadInput(
            _("{path} is there already").format(path=beside),
            hint=_("a certificate is never replaced; move the old one away, and keep it"),
        )
    hint = _("name the file with the certificate that the CA sent, in PEM or DER")
    received = load_certificates(read_key_file(answer, hint=hint), what=answer.name)
    opened = decrypt_pem(key, passphrase)
    signer = make_signer(opened, received, key_name=key.name, beside=answer.name)
    certificates = tuple(map(x509.load_der_x509_certificate, signer.certificates))
    with disk_errors(str(beside.parent)):
        create(beside, _pem(certificates), mode=0o644)
        sync_path(beside.parent)
    return Answer(certificate=beside, fingerprint=fingerprint(certificates[0]))


def _pem(certificates: tuple[x509.Certificate, ...]) -> bytes:
    return b"".join(item.public_bytes(Encoding.PEM) for item in certificates)
