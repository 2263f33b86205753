"""The signature of a seal: openssl takes ours, and we take nothing but ours."""

import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from shutil import which

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from evidencekit.errors import EvidenceDoubted, KeyUnusable
from evidencekit.proof.cms import MAX_SIGNATURE_BYTES, read_signature, sign_detached
from evidencekit.seal.kinds import KeyKind
from evidencekit.seal.signer import FileSigner
from tests.tools.builders import a_signer, certificate_of
from tests.tools.fakes import START
from tests.tools.flips import accepted_flips
from tests.tools.forging import Change, as_asn1, reworked

CONTENT = b'{"format":"evidencekit/manifest/1"}'
needs_openssl = pytest.mark.skipif(which("openssl") is None, reason="no openssl command")


@lru_cache
def signer_of(kind: KeyKind) -> FileSigner:
    return next(signer for signer in signers(kind) if not ends_in_0x80(signer))


def signers(kind: KeyKind) -> Iterator[FileSigner]:
    while True:
        yield a_signer(kind)


def ends_in_0x80(signer: FileSigner) -> bool:
    """Tell whether the certificate's DER length ends in 0x80, which asn1crypto misreads."""
    return signer.certificates[0][3] == 0x80


def sound(kind: KeyKind = KeyKind.P256) -> bytes:
    return sign_detached(CONTENT, signer_of(kind), at=START)


def refuse(p7s: bytes, content: bytes = CONTENT) -> str:
    with pytest.raises(EvidenceDoubted) as caught:
        read_signature(p7s, content, what="signature")
    return caught.value.message


@pytest.mark.parametrize("kind", KeyKind)
def test_what_we_sign_we_read(kind: KeyKind) -> None:
    signature = read_signature(sound(kind), CONTENT, what="signature")

    assert signature.signer == certificate_of(signer_of(kind))
    assert signature.others == ()
    assert signature.claimed_at == START


@needs_openssl
@pytest.mark.openssl
@pytest.mark.parametrize("cades", [[], ["-cades"]], ids=["plain", "cades"])
@pytest.mark.parametrize("kind", KeyKind)
def test_openssl_verifies_what_we_sign(kind: KeyKind, cades: list[str], tmp_path: Path) -> None:
    answer = openssl_verify(tmp_path, sound(kind), CONTENT, signer_of(kind), *cades)

    assert answer.returncode == 0, answer.stderr


@needs_openssl
@pytest.mark.openssl
def test_openssl_refuses_our_signature_over_other_content(tmp_path: Path) -> None:
    signer = signer_of(KeyKind.P256)

    assert openssl_verify(tmp_path, sound(), CONTENT + b" ", signer).returncode != 0


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.RSA3072])
def test_no_byte_of_a_signature_can_change_unnoticed(kind: KeyKind) -> None:
    def read(changed: bytes) -> object:
        return read_signature(changed, CONTENT, what="signature")

    assert accepted_flips(sound(kind), read) == []


def test_no_byte_can_change_unnoticed_where_the_length_of_a_certificate_ends_in_0x80() -> None:
    signer = next(signer for signer in signers(KeyKind.P256) if ends_in_0x80(signer))
    p7s = sign_detached(CONTENT, signer, at=START)

    def read(changed: bytes) -> object:
        return read_signature(changed, CONTENT, what="signature")

    assert accepted_flips(p7s, read) == []


def test_no_beginning_of_a_signature_is_one() -> None:
    p7s = sound()
    for size in range(len(p7s)):
        refuse(p7s[:size])


def test_other_content_is_refused() -> None:
    assert "signs other content" in refuse(sound(), CONTENT + b"\n")


def test_bytes_after_the_end_are_refused() -> None:
    assert "bytes after its end" in refuse(sound() + b"\0")


def test_a_signature_longer_than_one_may_be_is_refused_unread() -> None:
    assert "longer than a signature may be" in refuse(bytes(MAX_SIGNATURE_BYTES + 1))


def with_two_signers(signed: cms.SignedData) -> None:
    signed["signer_infos"] = [signed["signer_infos"][0], signed["signer_infos"][0].copy()]


def with_no_signer(signed: cms.SignedData) -> None:
    signed["signer_infos"] = []


def with_embedded_content(signed: cms.SignedData) -> None:
    signed["encap_content_info"] = {"content_type": "data", "content": CONTENT}


def with_other_embedded_content(signed: cms.SignedData) -> None:
    signed["encap_content_info"] = {"content_type": "data", "content": b"{}"}


def with_unsigned_attribute(signed: cms.SignedData) -> None:
    info = signed["signer_infos"][0]
    info["unsigned_attrs"] = [{"type": "1.2.3.4", "values": [core.Null()]}]


def with_sha1_listed(signed: cms.SignedData) -> None:
    signed["digest_algorithms"] = [{"algorithm": "sha256"}, {"algorithm": "sha1"}]


def with_sha1_named(signed: cms.SignedData) -> None:
    signed["digest_algorithms"] = [{"algorithm": "sha1"}]
    signed["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}


def with_no_certificate(signed: cms.SignedData) -> None:
    signed["certificates"] = []


def with_the_certificate_twice(signed: cms.SignedData) -> None:
    signed["certificates"] = [signed["certificates"][0], signed["certificates"][0].copy()]


def with_attribute_certificate(signed: cms.SignedData) -> None:
    other = cms.OtherCertificateFormat(
        {"other_cert_format": "1.2.3.4", "other_cert": core.Any(core.Null())}
    )
    signed["certificates"] = [
        signed["certificates"][0],
        cms.CertificateChoices(name="other", value=other),
    ]


def with_version_3(signed: cms.SignedData) -> None:
    signed["version"] = "v3"


def with_ed25519_named(signed: cms.SignedData) -> None:
    signed["signer_infos"][0]["signature_algorithm"] = {"algorithm": "1.3.101.112"}


def with_empty_signing_certificate(signed: cms.SignedData) -> None:
    info = signed["signer_infos"][0]
    attributes = info["signed_attrs"].copy()
    for attribute in attributes:
        if attribute["type"].native == "signing_certificate_v2":
            attribute["values"] = [{"certs": []}]
    info["signed_attrs"] = attributes


def with_signed_attribute_dropped(signed: cms.SignedData) -> None:
    info = signed["signer_infos"][0]
    info["signed_attrs"] = [a for a in info["signed_attrs"] if a["type"].native != "signing_time"]


@pytest.mark.parametrize(
    "change",
    [
        with_two_signers,
        with_no_signer,
        with_embedded_content,
        with_other_embedded_content,
        with_unsigned_attribute,
        with_sha1_listed,
        with_sha1_named,
        with_no_certificate,
        with_the_certificate_twice,
        with_attribute_certificate,
        with_version_3,
        with_ed25519_named,
        with_signed_attribute_dropped,
        with_empty_signing_certificate,
    ],
    ids=lambda change: change.__name__.removeprefix("with_"),
)
def test_another_form_than_ours_is_refused(change: Change) -> None:
    refuse(reworked(sound(), change))


def test_reworking_by_itself_changes_nothing() -> None:
    assert reworked(sound(), lambda _signed: None)
    read_signature(reworked(sound(), lambda _signed: None), CONTENT, what="signature")


def test_a_certificate_that_came_along_is_reported_for_the_judge() -> None:
    stranger = a_signer()
    extra = certificate_of(stranger)

    def add(signed: cms.SignedData) -> None:
        choice = cms.CertificateChoices({"certificate": as_asn1(extra)})
        signed["certificates"] = [signed["certificates"][0], choice]

    signature = read_signature(reworked(sound(), add), CONTENT, what="signature")

    assert signature.others == (extra,)


def test_a_signature_moved_to_another_certificate_over_the_same_key_is_refused() -> None:
    first = signer_of(KeyKind.P256)
    key = first._key
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
    twin = a_certificate_over(key, name, serial=certificate_of(first).serial_number)

    def swap(signed: cms.SignedData) -> None:
        asn1 = as_asn1(twin)
        signed["certificates"] = [cms.CertificateChoices({"certificate": asn1})]
        signed["signer_infos"][0]["sid"] = cms.SignerIdentifier(
            {
                "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {"issuer": asn1.issuer, "serial_number": asn1.serial_number}
                )
            }
        )

    assert "binds another certificate" in refuse(reworked(sound(), swap))


def test_an_ed25519_key_cannot_sign_a_seal() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    certificate = a_certificate_over(key, name, serial=5)

    with pytest.raises(KeyUnusable):
        sign_detached(CONTENT, SignsWith(certificate, key.sign), at=START)


def test_the_same_inputs_give_the_same_signature_for_rsa() -> None:
    assert sound(KeyKind.RSA3072) == sound(KeyKind.RSA3072)


class SignsWith:
    def __init__(self, certificate: x509.Certificate, sign: Callable[[bytes], bytes]) -> None:
        self.certificates = (certificate.public_bytes(Encoding.DER),)
        self._sign = sign

    def sign(self, message: bytes) -> bytes:
        return self._sign(message)


def a_certificate_over(key: object, name: x509.Name, *, serial: int) -> x509.Certificate:
    from cryptography.hazmat.primitives import hashes

    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(serial)
    public = key.public_key()  # type: ignore[attr-defined]  # every private key has it
    builder = builder.public_key(public).not_valid_before(START).not_valid_after(START)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest)  # type: ignore[arg-type]  # any private key will do


def openssl_verify(
    folder: Path, p7s: bytes, content: bytes, signer: FileSigner, *more: str
) -> subprocess.CompletedProcess[bytes]:
    (folder / "p7s").write_bytes(p7s)
    (folder / "content").write_bytes(content)
    (folder / "ca.pem").write_bytes(certificate_of(signer).public_bytes(Encoding.PEM))
    return subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "p7s"),
            *("-content", "content", "-CAfile", "ca.pem", "-out", "/dev/null", *more),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
