"""Writes keys locked with SEED, as the programs of Korean authorities do.

Shares nothing with the reader: DER is put together here byte by byte, and the cipher is openssl's
where a test asks for it (:func:`openssl_seed`), else the package's.
"""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidencekit.seal.kinds import PrivateKey
from tests.tools.agency import Held

RANDOM = b"RANDOM-NUMBER-OF-20B"
SALT = b"\x01\x02\x03\x04\x05\x06\x07\x08"
FIXED_IV = b"0123456789012345"
PBES2_IV = b"initial vector!!"
Encrypt = Callable[[bytes, bytes, bytes], bytes]
"""Takes key, IV and what is to be encrypted, padded to blocks already."""

OID_PBES2 = bytes.fromhex("06092a864886f70d01050d")
OID_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
OID_HMAC = {
    "sha1": bytes.fromhex("06082a864886f70d0207"),
    "sha256": bytes.fromhex("06082a864886f70d0209"),
}


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(size)]) + size + content


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    encoded = bytearray([first * 40 + second])
    for number in rest:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.append(0x80 | number & 0x7F)
        encoded += bytes(reversed(digits))
    return tlv(0x06, bytes(encoded))


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def package_seed(key: bytes, iv: bytes, padded: bytes) -> bytes:
    cipher = Cipher(SEED(key), modes.CBC(iv)).encryptor()
    return cipher.update(padded) + cipher.finalize()


def openssl_seed(key: bytes, iv: bytes, padded: bytes) -> bytes:
    """Encrypt by the legacy provider of the installed openssl; the key of a test is no secret."""
    return subprocess.run(
        [
            *("openssl", "enc", "-seed-cbc", "-provider", "legacy", "-provider", "default"),
            *("-nopad", "-K", key.hex(), "-iv", iv.hex()),
        ],
        input=padded, capture_output=True, check=True,
    ).stdout  # fmt: skip


def plain_key(key: PrivateKey, *, with_random: bool = True) -> bytes:
    """Return PKCS #8, with the attribute that issuers put beside the key."""
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    if not with_random:
        return plain
    header = 2 if plain[1] < 0x80 else 2 + (plain[1] & 0x7F)
    random = tlv(0x30, oid("1.2.410.200004.10.1.1.3"), tlv(0x31, tlv(0x03, b"\0", RANDOM)))
    return tlv(0x30, plain[header:], tlv(0xA0, random))


def pbkdf1(passphrase: bytes, rounds: int) -> bytes:
    digest = passphrase + SALT
    for _ in range(rounds):
        digest = hashlib.sha1(digest, usedforsecurity=False).digest()
    return digest


def locked_15(
    plain: bytes, passphrase: bytes, *, rounds: int = 2048, encrypt: Encrypt = package_seed
) -> bytes:
    derived = pbkdf1(passphrase, rounds)
    iv = hashlib.sha1(derived[16:20], usedforsecurity=False).digest()[:16]
    scheme = tlv(0x30, oid("1.2.410.200004.1.15"), tlv(0x30, tlv(0x04, SALT), integer(rounds)))
    return tlv(0x30, scheme, tlv(0x04, encrypt(derived[:16], iv, padded(plain))))


def locked_4(
    plain: bytes, passphrase: bytes, *, rounds: int = 2048, encrypt: Encrypt = package_seed
) -> bytes:
    derived = pbkdf1(passphrase, rounds)
    scheme = tlv(0x30, oid("1.2.410.200004.1.4"), tlv(0x30, tlv(0x04, SALT), integer(rounds)))
    return tlv(0x30, scheme, tlv(0x04, encrypt(derived[:16], FIXED_IV, padded(plain))))


def locked_pbes2(
    plain: bytes,
    passphrase: bytes,
    *,
    rounds: int = 2048,
    encrypt: Encrypt = package_seed,
    digest: str = "sha1",
) -> bytes:
    derived = hashlib.pbkdf2_hmac(digest, passphrase, SALT, rounds, 16)
    named = b"" if digest == "sha1" else tlv(0x30, OID_HMAC[digest], tlv(0x05))
    function = tlv(0x30, OID_PBKDF2, tlv(0x30, tlv(0x04, SALT), integer(rounds), named))
    cipher = tlv(0x30, oid("1.2.410.200004.1.4"), tlv(0x04, PBES2_IV))
    scheme = tlv(0x30, OID_PBES2, tlv(0x30, function, cipher))
    return tlv(0x30, scheme, tlv(0x04, encrypt(derived, PBES2_IV, padded(plain))))


def padded(plain: bytes) -> bytes:
    count = 16 - len(plain) % 16
    return plain + bytes([count]) * count


def write_folder(folder: Path, held: Held, locked: bytes, *above: bytes) -> str:
    """Write what lies in the folder of one holder; returns its URI. ``above`` are PEM."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "signCert.der").write_bytes(held.der)
    (folder / "signPri.key").write_bytes(locked)
    if above:
        (folder / "chain.pem").write_bytes(b"".join(above))
    return f"npki:{folder}"
