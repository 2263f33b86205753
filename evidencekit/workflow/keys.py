"""Signing keys: make one, look at one, remember which one sealed which case.

What is remembered lies in ``$EVIDENCEKIT_HOME/keys.json``, never in the case: a case goes to other
hands, and must not say where somebody keeps a key.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidencekit.errors import BadInput
from evidencekit.files.durable import disk_errors, sync_path, write_durably
from evidencekit.files.opening import read_whole
from evidencekit.files.streaming import write_all
from evidencekit.formats.case import CASE_FILE
from evidencekit.model.ids import CaseId
from evidencekit.proof.certificates import fingerprint
from evidencekit.seal.certificate import self_signed, signing_request
from evidencekit.seal.kinds import KeyKind, PrivateKey, generate
from evidencekit.seal.opening import is_locked, read_certificates
from evidencekit.seal.pem_key import CERTIFICATE, certificate_path
from evidencekit.seal.pkcs8 import encrypt_key
from evidencekit.seal.uri import Scheme, parse_key_uri
from evidencekit.text.catalog import _
from evidencekit.workflow.setting import Setting

_FORMAT = "evidencekit/keys/1"
_FILE = "keys.json"
_MAX_FILE = 2**24  # some 10⁵ cases
_REQUEST = ".csr"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made."""

    key: Path
    certificate: Path
    """The certificate, or the request for one."""
    fingerprint: str
    """SHA-256 of the certificate; of the public key where only a request was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """What the certificate of a key says."""

    key: str
    """Where it is: the path of a file, else the URI."""
    certificate: str
    """Where its certificate is."""
    subject: str
    """Hostile text, if the certificate came from elsewhere."""
    issuer: str
    valid_from: datetime
    valid_until: datetime
    fingerprint: str
    is_locked: bool


def new_key(
    out: Path, *, name: str, kind: KeyKind, passphrase: str, csr: bool, setting: Setting
) -> NewKey:
    """Make ``KEY.pem`` (0600) and, beside it, ``KEY.crt`` or with ``csr`` ``KEY.csr``.

    Never replaces a file: a lost key cannot be made again. Raises :class:`BadInput` where one is
    in the way.
    """
    beside = require_key_place(out, csr=csr)
    key = generate(kind)
    statement = signing_request(key, name) if csr else self_signed(key, name, at=setting.clock())
    encrypted = encrypt_key(key, passphrase)
    with disk_errors(str(out.parent)):
        create(out, encrypted, mode=0o600)
        create(beside, statement, mode=0o644)
        sync_path(out.parent)
    shown = _key_fingerprint(key) if csr else fingerprint(x509.load_pem_x509_certificate(statement))
    return NewKey(key=out, certificate=beside, fingerprint=shown)


def show_key(uri: str, passphrase: str | None = None) -> KeyView:
    """Read the certificate of a key; raises :class:`KeyUnusable` where there is none.

    The key is opened, and the passphrase needed, only where both lie in one file (``p12:``).
    """
    key = parse_key_uri(uri)
    certificate = read_certificates(uri, passphrase)[0]
    is_file = key.scheme is Scheme.FILE
    return KeyView(
        key=key.place if is_file else str(key),
        certificate=str(certificate_path(key.path)) if is_file else str(key),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        fingerprint=fingerprint(certificate),
        is_locked=is_locked(uri),
    )


def remember_key(case_id: CaseId, uri: str, setting: Setting) -> None:
    """Note which key sealed a case, so that the next seal and export need not be told."""
    known = _read(setting)
    absolute = str(parse_key_uri(uri).absolute())
    if known.get(case_id) == absolute:
        return
    document = {"format": _FORMAT, "keys": {**known, case_id: absolute}}
    setting.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogateescape")
    write_durably(setting.home / _FILE, content, mode=0o600)


def remembered_key(case_id: CaseId, setting: Setting) -> str | None:
    """Return the key that sealed a case last from this machine, or None."""
    return _read(setting).get(case_id)


def _read(setting: Setting) -> dict[str, str]:
    try:
        data = read_whole(setting.home / _FILE, limit=_MAX_FILE)
        document = json.loads(data.decode("utf-8", "surrogateescape"))
    except FileNotFoundError:
        return {}
    except ValueError:
        return {}  # nothing rests on it: the key is asked for again
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, dict) or document.get("format") != _FORMAT:
        return {}
    return {name: uri for name, uri in keys.items() if isinstance(uri, str)}


def require_key_place(out: Path, *, csr: bool) -> Path:
    """Return where the certificate or request of a key at ``out`` goes.

    Raises :class:`BadInput` where one of both cannot be made.
    """
    beside = out.with_suffix(_REQUEST if csr else CERTIFICATE)
    if beside == out:
        raise BadInput(_("{path}: a key needs another name than its certificate").format(path=out))
    if any((folder / CASE_FILE).is_file() for folder in out.resolve().parents):
        raise BadInput(
            _("{path} lies in a case, and cases go to other hands").format(path=out),
            hint=_("keep the key elsewhere, best on a medium of its own"),
        )
    for path in (out, beside):
        if path.exists() or path.is_symlink():
            raise BadInput(
                _("{path} is there already").format(path=path),
                hint=_("a key is never replaced; give another name"),
            )
    if not out.parent.is_dir():
        raise BadInput(_("{path}: there is no such folder").format(path=out.parent))
    return beside


def create(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file that must not be there yet, through to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    fd = os.open(path, flags, mode)
    try:
        write_all(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)


def _key_fingerprint(key: PrivateKey) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex(":").upper()
