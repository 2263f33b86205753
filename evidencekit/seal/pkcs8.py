"""A private key on disk: PKCS #8, encrypted under a passphrase (docs/format/seal.md §3).

The cryptography package reads this form but writes PKCS #8 with 2,048 rounds of PBKDF2 only, which
guesses fast. The structure is therefore put together here, from its primitives.
"""

import secrets

from asn1crypto import algos, core, keys, pem
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from evidencekit.errors import KeyUnusable
from evidencekit.seal.kinds import PrivateKey, require_kind
from evidencekit.text.catalog import _

ROUNDS = 600_000  # OWASP's advice for PBKDF2-HMAC-SHA-256, 2023
MIN_PASSPHRASE = 8  # characters; a shorter one is guessed whatever the rounds
_KEY_BYTES, _IV_BYTES, _SALT_BYTES = 32, 16, 16


def encrypt_key(key: PrivateKey, passphrase: str) -> bytes:
    """Return PEM ``ENCRYPTED PRIVATE KEY`` that openssl reads too."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise KeyUnusable(
            _("the passphrase is shorter than {n} characters").format(n=MIN_PASSPHRASE),
            hint=_("several words in a row are easier to remember, and better"),
        )
    salt, iv = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_IV_BYTES)
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    derived = PBKDF2HMAC(hashes.SHA256(), _KEY_BYTES, salt, ROUNDS).derive(passphrase.encode())
    padder = padding.PKCS7(algorithms.AES.block_size).padder()
    cipher = Cipher(algorithms.AES(derived), modes.CBC(iv)).encryptor()
    encrypted = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    document = keys.EncryptedPrivateKeyInfo(
        {"encryption_algorithm": _scheme(salt, iv), "encrypted_data": encrypted}
    )
    armoured: bytes = pem.armor("ENCRYPTED PRIVATE KEY", document.dump())
    return armoured


def decrypt_key(data: bytes, passphrase: str | None, *, what: str) -> PrivateKey:
    """Open a PEM private key; raises :class:`KeyUnusable` naming ``what`` and why."""
    try:
        key = load_pem_private_key(data, passphrase.encode() if passphrase is not None else None)
    except TypeError as exc:
        if passphrase is not None:
            return decrypt_key(data, None, what=what)  # a key that needs no passphrase
        raise KeyUnusable(
            _("{what}: the key needs its passphrase").format(what=what),
            hint=_("give it when asked, or by --passphrase-file or EVIDENCEKIT_PASSPHRASE"),
        ) from exc
    except ValueError as exc:
        raise KeyUnusable(
            _("{what}: wrong passphrase, or not a private key in PEM").format(what=what)
        ) from exc
    return require_kind(key, what=what)


def _scheme(salt: bytes, iv: bytes) -> dict[str, object]:
    derivation = {
        "algorithm": "pbkdf2",
        "parameters": {
            "salt": algos.Pbkdf2Salt(name="specified", value=core.OctetString(salt)),
            "iteration_count": ROUNDS,
            "prf": {"algorithm": "sha256", "parameters": core.Null()},
        },
    }
    return {
        "algorithm": "pbes2",
        "parameters": {
            "key_derivation_func": derivation,
            "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": iv},
        },
    }
