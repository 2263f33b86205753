"""Private keys locked with SEED, as Korean joint certificates (공동인증서) have them.

PKCS #8 EncryptedPrivateKeyInfo (RFC 5958 §3) under one of three schemes of KISA's KCAC.TS.ENC and
PKCS #5 (RFC 8018); the cipher is SEED in CBC mode (RFC 4269, RFC 4010):

1. ``seedCBCWithSHA1`` 1.2.410.200004.1.15: PBKDF1 with SHA-1 gives 20 bytes. The first 16 are the
   key; the IV is the beginning of the SHA-1 of the other four.
2. ``seedCBC`` 1.2.410.200004.1.4 with the same parameters: the same key, and one IV for all.
3. PBES2 with PBKDF2 and ``seedCBC``, the IV in its parameters.

No loader of the cryptography package knows them. A passphrase is tried in UTF-8 and, as older
programs encoded it, in EUC-KR. What is decrypted stays in memory; attributes beside the key, such
as the random number that the issuer checks identities with, are passed over.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import algos, core, keys
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import load_der_private_key

from evidencekit.errors import KeyUnsupported, KeyUnusable
from evidencekit.seal.kinds import PrivateKey, require_kind
from evidencekit.text.catalog import _

SEED_CBC_WITH_SHA1 = "1.2.410.200004.1.15"
SEED_CBC = "1.2.410.200004.1.4"
MAX_ROUNDS = 2_000_000  # files in use have 2,048
_FIXED_IV = b"0123456789012345"
_BLOCK = 16
_KEY_BYTES = 16
_PSEUDO_RANDOM = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"})
_ENCODINGS = ("utf-8", "cp949")  # cp949 holds EUC-KR and the syllables that it lacks


class _Parameters(core.Sequence):  # type: ignore[misc]  # PBEParameter, RFC 8018 §A.3
    _fields = [("salt", core.OctetString), ("rounds", core.Integer)]  # noqa: RUF012 (asn1crypto's way)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scheme:
    """How key and IV follow from a passphrase."""

    salt: bytes
    rounds: int
    digest: str | None
    """Of PBKDF2; None stands for PBKDF1."""
    iv: bytes | None
    """None where it follows from the passphrase too."""

    def derive(self, passphrase: bytes) -> tuple[bytes, bytes]:
        if self.digest is not None and self.iv is not None:
            key = hashlib.pbkdf2_hmac(self.digest, passphrase, self.salt, self.rounds, _KEY_BYTES)
            return key, self.iv
        derived = hashlib.sha1(passphrase + self.salt, usedforsecurity=False).digest()
        for _round in range(self.rounds - 1):
            derived = hashlib.sha1(derived, usedforsecurity=False).digest()
        rest = hashlib.sha1(derived[_KEY_BYTES:], usedforsecurity=False).digest()
        return derived[:_KEY_BYTES], self.iv or rest[:_BLOCK]


def decrypt_seed_key(data: bytes, passphrase: str, *, what: str) -> PrivateKey:
    """Open DER; raises :class:`KeyUnusable` for a wrong passphrase or a kind of key not used.

    Raises :class:`KeyUnsupported` for what no passphrase opens.
    """
    try:
        locked = keys.EncryptedPrivateKeyInfo.load(data, strict=True)
        scheme = _scheme(locked["encryption_algorithm"], what)
        encrypted = locked["encrypted_data"].native
    except (ValueError, TypeError, LookupError) as exc:
        raise KeyUnsupported(
            _("{what}: not a locked private key in DER").format(what=what)
        ) from exc
    if not encrypted or len(encrypted) % _BLOCK:
        raise KeyUnsupported(_("{what}: not a locked private key in DER").format(what=what))
    for encoded in _encoded(passphrase):
        plain = _decrypt(encrypted, *scheme.derive(encoded))
        key = _load(plain) if plain is not None else None
        if key is not None:
            return require_kind(key, what=what)
    raise KeyUnusable(_("{what}: wrong passphrase").format(what=what))


def _scheme(algorithm: algos.EncryptionAlgorithm, what: str) -> _Scheme:
    name, parameters = algorithm["algorithm"].dotted, algorithm["parameters"]
    if name in (SEED_CBC_WITH_SHA1, SEED_CBC):
        simple = parameters.parse(_Parameters)
        iv = _FIXED_IV if name == SEED_CBC else None
        found = _Scheme(
            salt=simple["salt"].native, rounds=simple["rounds"].native, digest=None, iv=iv
        )
    elif algorithm["algorithm"].native == "pbes2":
        found = _pbes2(parameters, what)
    else:
        raise _unknown(what, name)
    if not 1 <= found.rounds <= MAX_ROUNDS:
        raise KeyUnsupported(
            _("{what}: asks for {n} rounds, more than we make").format(what=what, n=found.rounds)
        )
    return found


def _pbes2(parameters: algos.Pbes2Params, what: str) -> _Scheme:
    derivation, cipher = parameters["key_derivation_func"], parameters["encryption_scheme"]
    if cipher["algorithm"].dotted != SEED_CBC:
        raise _unknown(what, cipher["algorithm"].dotted)
    if derivation["algorithm"].native != "pbkdf2":
        raise _unknown(what, derivation["algorithm"].dotted)
    inner = derivation["parameters"]
    salt, digest = inner["salt"], inner["prf"]["algorithm"].native
    iv = cipher["parameters"].parse(core.OctetString).native
    if salt.name != "specified" or digest not in _PSEUDO_RANDOM or len(iv) != _BLOCK:
        raise _unknown(what, SEED_CBC)
    if inner["key_length"].native not in (None, _KEY_BYTES):
        raise _unknown(what, SEED_CBC)
    return _Scheme(
        salt=salt.chosen.native, rounds=inner["iteration_count"].native, digest=digest, iv=iv
    )


def _unknown(what: str, name: str) -> KeyUnsupported:
    return KeyUnsupported(
        _("{what}: locked in a way that we do not know ({name})").format(what=what, name=name)
    )


def _encoded(passphrase: str) -> Iterator[bytes]:
    seen: set[bytes] = set()
    for encoding in _ENCODINGS:
        try:
            encoded = passphrase.encode(encoding)
        except UnicodeEncodeError:
            continue
        if encoded not in seen:
            seen.add(encoded)
            yield encoded


def _decrypt(encrypted: bytes, key: bytes, iv: bytes) -> bytes | None:
    """Return what was encrypted, or None where the padding says that the key is another."""
    cipher = Cipher(SEED(key), modes.CBC(iv)).decryptor()
    padded = cipher.update(encrypted) + cipher.finalize()
    unpadder = padding.PKCS7(SEED.block_size).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return None


def _load(plain: bytes) -> object | None:
    """Return the key, or None: a wrong passphrase passes the padding once in some 256 times."""
    try:
        return load_der_private_key(plain, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
