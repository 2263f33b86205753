"""The device key: signs ledger lines, lives outside every case (docs/format/case.md §6).

It is made on first use. Where the ``keyring`` extra is installed and the system has a keyring that
works, the key lies there; otherwise in a file that only its owner can read.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from evidencekit.errors import KeyUnusable, SourceChanged
from evidencekit.files.durable import sync_path
from evidencekit.files.opening import open_regular
from evidencekit.files.streaming import write_all
from evidencekit.formats.fields import decode_base64, encode_base64
from evidencekit.store import keyrings
from evidencekit.text.catalog import _

_NAME = "ledger.key"
_SIZE = 32


class DeviceKey:
    """An Ed25519 key in memory."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        """32 bytes, as ledger lines carry them."""

    def sign(self, message: bytes) -> bytes:
        """Return a 64-byte signature (RFC 8032)."""
        return self._key.sign(message)


def open_device_key(home: Path) -> DeviceKey:
    """Return this machine's key below ``home``, making it on first use."""
    path = home / "device" / _NAME
    with suppress(FileNotFoundError):
        return DeviceKey(_read(path))
    kept = keyrings.read(_account(home))
    if kept is not None:
        return DeviceKey(_from_bytes(decode_base64(kept) or b"", path))
    return DeviceKey(_make(path, home))


def _make(path: Path, home: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    if keyrings.write(_account(home), encode_base64(raw)):
        # What counts is what is kept: another process may have made one at the same time.
        kept = decode_base64(keyrings.read(_account(home)) or "")
        return _from_bytes(kept or b"", path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{_NAME}.{secrets.token_hex(8)}")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        write_all(fd, raw)
        os.fsync(fd)
    finally:
        os.close(fd)
    try:
        os.link(fresh, path)  # unlike a rename, never replaces a key that another process just made
    except FileExistsError:
        return _read(path)
    finally:
        fresh.unlink()
        sync_path(path.parent)
    return key


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        return _read_once(path)
    except SourceChanged:  # whoever made it at this moment took the name away under which it did
        return _read_once(path)


def _read_once(path: Path) -> Ed25519PrivateKey:
    with open_regular(path) as stream:
        if os.fstat(stream.fileno()).st_mode & 0o077:
            raise KeyUnusable(
                _("{path} can be read by others than its owner").format(path=path),
                hint=_("if nobody else used it: chmod 600 {path}").format(path=path),
            )
        return _from_bytes(stream.read(_SIZE + 1), path)


def _from_bytes(raw: bytes, path: Path) -> Ed25519PrivateKey:
    if len(raw) != _SIZE:
        raise KeyUnusable(_("{path} is not a device key").format(path=path))
    return Ed25519PrivateKey.from_private_bytes(raw)


def _account(home: Path) -> str:
    return str(home)
