"""Keys locked with SEED: all three schemes open, and nothing else does."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evidencekit.errors import KeyUnsupported, KeyUnusable
from evidencekit.seal.kinds import PrivateKey
from evidencekit.seal.seed_key import MAX_ROUNDS, decrypt_seed_key
from evidencekit.seal.signer import public_bytes
from tests.tools.npki import (
    RANDOM,
    SALT,
    integer,
    locked_4,
    locked_15,
    locked_pbes2,
    oid,
    openssl_seed,
    plain_key,
    tlv,
)

Lock = Callable[..., bytes]
LOCKS: tuple[Lock, ...] = (locked_15, locked_4, locked_pbes2)
PASSPHRASE = "certificate 2026!"
KOREAN = "비밀번호는 길게"
BEYOND_EUC_KR = "뷁펲은 길게"  # 펲 stands in cp949 and not in EUC-KR


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return rsa.generate_private_key(65537, 2048)


def opened(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return public_bytes(decrypt_seed_key(data, passphrase, what="signPri.key").public_key())


def refused(data: bytes) -> str:
    with pytest.raises(KeyUnsupported) as caught:
        decrypt_seed_key(data, PASSPHRASE, what="signPri.key")
    return caught.value.message


# RFC 4269 appendix B: key, plaintext, ciphertext.
@pytest.mark.parametrize(
    ("secret", "plain", "cipher"),
    [
        ("00" * 16, "000102030405060708090a0b0c0d0e0f", "5ebac6e0054e166819aff1cc6d346cdb"),
        ("000102030405060708090a0b0c0d0e0f", "00" * 16, "c11f22f20140505084483597e4370f43"),
        ("4706480851e61be85d74bfb3fd956185", "83a2f8a288641fb9a4e9a5cc2f131c7d",
         "ee54d13ebcae706d226bc3142cd40d4a"),
        ("28dbc3bc49ffd87dcfa509b11d422be7", "b41e6be2eba84a148e2eed84593c5ec7",
         "9b9b7bfcd1813cb95d0b3618f40f5122"),
    ],
)  # fmt: skip
def test_the_cipher_is_seed_by_the_vectors_of_rfc_4269(
    secret: str, plain: str, cipher: str
) -> None:
    block = bytes.fromhex(plain)
    found = Cipher(SEED(bytes.fromhex(secret)), modes.CBC(bytes(16))).encryptor().update(block)

    assert found.hex() == cipher


@pytest.mark.parametrize("lock", LOCKS)
def test_a_key_opens_under_each_scheme(lock: Lock, key: PrivateKey) -> None:
    assert opened(lock(plain_key(key), PASSPHRASE.encode())) == public_bytes(key.public_key())


@pytest.mark.openssl
@pytest.mark.parametrize("lock", LOCKS)
def test_a_key_that_openssl_encrypted_opens_under_each_scheme(lock: Lock, key: PrivateKey) -> None:
    data = lock(plain_key(key), PASSPHRASE.encode(), encrypt=openssl_seed)

    assert opened(data) == public_bytes(key.public_key())


def test_pbkdf2_with_sha256_opens(key: PrivateKey) -> None:
    data = locked_pbes2(plain_key(key), PASSPHRASE.encode(), digest="sha256")

    assert opened(data) == public_bytes(key.public_key())


@pytest.mark.openssl
def test_a_key_that_openssl_locked_as_a_whole_opens(key: PrivateKey, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (tmp_path / "pass").write_text(PASSPHRASE)
    made = subprocess.run(
        [
            *("openssl", "pkcs8", "-topk8", "-provider", "legacy", "-provider", "default"),
            *("-v2", "seed-cbc", "-in", "key.pem", "-outform", "DER", "-passout", "file:pass"),
        ],
        cwd=tmp_path, capture_output=True, check=True,
    )  # fmt: skip

    assert opened(made.stdout) == public_bytes(key.public_key())


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("encoding", ["utf-8", "euc-kr"])
def test_a_korean_passphrase_opens_in_either_encoding(
    lock: Lock, encoding: str, key: PrivateKey
) -> None:
    data = lock(plain_key(key), KOREAN.encode(encoding))

    assert opened(data, KOREAN) == public_bytes(key.public_key())


def test_a_passphrase_with_syllables_beyond_euc_kr_opens_as_windows_encodes_it(
    key: PrivateKey,
) -> None:
    data = locked_15(plain_key(key), BEYOND_EUC_KR.encode("cp949"))

    assert opened(data, BEYOND_EUC_KR) == public_bytes(key.public_key())


def test_a_passphrase_that_no_korean_encoding_has_is_wrong_and_no_fault(key: PrivateKey) -> None:
    with pytest.raises(KeyUnusable, match="wrong passphrase"):
        opened(locked_15(plain_key(key), b"x"), "😀")


@pytest.mark.parametrize("lock", LOCKS)
def test_no_wrong_passphrase_opens_a_key_or_is_taken_for_an_unsupported_file(
    lock: Lock, key: PrivateKey
) -> None:
    data = lock(plain_key(key), PASSPHRASE.encode(), rounds=1)
    for number in range(1000):  # some three of them pass the padding by chance
        with pytest.raises(KeyUnusable, match="wrong passphrase") as caught:
            opened(data, f"wrong {number}")
        assert caught.value.code == "key-unusable"


@pytest.mark.parametrize("rounds", [MAX_ROUNDS + 1, 2**63])
@pytest.mark.parametrize("name", ["1.2.410.200004.1.15", "1.2.410.200004.1.4"])
def test_endless_rounds_are_refused_before_they_begin(name: str, rounds: int) -> None:
    assert f"{rounds} rounds" in refused(scheme(oid(name), simple(rounds)))


def test_endless_rounds_of_pbkdf2_are_refused_before_they_begin() -> None:
    few, many = integer(0x123456), integer(MAX_ROUNDS + 1)
    assert len(few) == len(many)
    data = locked_pbes2(bytes(32), b"", rounds=0x123456).replace(few, many)

    assert f"{MAX_ROUNDS + 1} rounds" in refused(data)


def test_no_rounds_at_all_are_refused(key: PrivateKey) -> None:
    assert "0 rounds" in refused(scheme(oid("1.2.410.200004.1.15"), simple(0)))


def simple(rounds: int) -> bytes:
    return tlv(0x30, tlv(0x04, SALT), integer(rounds))


def scheme(name: bytes, parameters: bytes, encrypted: bytes = bytes(32)) -> bytes:
    return tlv(0x30, tlv(0x30, name, parameters), tlv(0x04, encrypted))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        tlv(0x30, integer(0)),
        scheme(oid("1.2.410.200004.1.15"), tlv(0x05)),
        scheme(oid("1.2.410.200004.1.15"), tlv(0x30, integer(1), integer(1))),
        scheme(oid("1.2.410.200004.1.15"), simple(1), b""),
        scheme(oid("1.2.410.200004.1.15"), simple(1), bytes(17)),
        scheme(oid("1.2.410.200004.1.15"), simple(1)) + b"\0",
    ],
    ids=["empty", "pem", "plain", "null", "swapped", "nothing", "half-block", "trailing"],
)
def test_what_is_no_locked_key_is_unsupported(data: bytes) -> None:
    assert "not a locked private key" in refused(data)


def test_an_unencrypted_key_is_unsupported_here(key: PrivateKey) -> None:
    assert refused(plain_key(key))


@pytest.mark.parametrize("name", ["1.2.410.200004.1.16", "1.2.840.113549.1.5.3"])
def test_another_scheme_is_named_and_unsupported(name: str) -> None:
    assert "do not know" in refused(scheme(oid(name), simple(1)))


def test_pbes2_with_another_cipher_is_unsupported() -> None:
    seed, other = oid("1.2.410.200004.1.4"), oid("1.2.410.200004.1.9")
    data = locked_pbes2(bytes(32), b"").replace(seed, other)

    assert "1.2.410.200004.1.9" in refused(data)


def test_an_ed25519_key_is_unusable(key: PrivateKey) -> None:
    plain = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )

    with pytest.raises(KeyUnusable, match="P-256"):
        opened(locked_15(plain, PASSPHRASE.encode()))


def test_the_random_number_beside_the_key_goes_no_further(key: PrivateKey) -> None:
    assert RANDOM in plain_key(key)
    found = decrypt_seed_key(
        locked_15(plain_key(key), PASSPHRASE.encode()), PASSPHRASE, what="signPri.key"
    )

    assert RANDOM not in found.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
