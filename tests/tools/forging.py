"""CMS that we would never write, made with a sound key."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidencekit.demo.authority import POLICY, Identity, sign_token
from evidencekit.proof.cms import sign_detached
from evidencekit.proof.rfc3161 import build_request, plain_response
from evidencekit.protocols import Signer
from tests.tools.fakes import START

Change = Callable[[cms.SignedData], None]


def reworked(p7s: bytes, change: Change) -> bytes:
    """Return a signature after ``change`` has altered its SignedData."""
    envelope = cms.ContentInfo.load(p7s)
    signed = cms.SignedData.load(envelope["content"].untag().dump())
    change(signed)
    encoded: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump(
        force=True
    )
    return encoded


def signed_with(content: bytes, signer: Signer) -> bytes:
    return sign_detached(content, signer, at=START)


def statement(
    message: bytes,
    *,
    nonce: int | None,
    gen_time: datetime,
    policy: str = POLICY,
    algorithm: str = "sha256",
) -> bytes:
    """Return a TSTInfo."""
    fields: dict[str, object] = {
        "version": "v1",
        "policy": policy,
        "message_imprint": {
            "hash_algorithm": {"algorithm": algorithm, "parameters": core.Null()},
            "hashed_message": hashlib.new(algorithm, message).digest(),
        },
        "serial_number": 7,
        "gen_time": gen_time,
    }
    if nonce is not None:
        fields["nonce"] = nonce
    encoded: bytes = tsp.TSTInfo(fields).dump()
    return encoded


def response(told: bytes, signer: Identity, *between: Identity) -> bytes:
    """Return a kept response around a token that ``signer`` made over ``told``.

    The certificates of those ``between`` signer and root travel in it.
    """
    token = sign_token(told, signer)
    for authority in between:
        choice = cms.CertificateChoices({"certificate": as_asn1(authority.certificate)})
        token["content"]["certificates"].append(choice)
    encoded: bytes = tsp.TimeStampResp(
        {"status": {"status": "granted"}, "time_stamp_token": token}
    ).dump(force=bool(between))
    return plain_response(encoded)


def exchange(
    message: bytes,
    signer: Identity,
    *between: Identity,
    gen_time: datetime = START,
    nonce: int = 1 << 63,
) -> tuple[bytes, bytes]:
    """Return response and request of a token over ``message``."""
    told = statement(message, nonce=nonce, gen_time=gen_time)
    return response(told, signer, *between), build_request(message, nonce=nonce)


def issue(
    subject: str,
    *,
    by: Identity | None = None,
    constraints: x509.BasicConstraints | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    valid: tuple[datetime, datetime],
) -> Identity:
    """Return an identity with exactly these extensions, under ``by`` or signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by.certificate.subject if by is not None else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
    )
    if constraints is not None:
        builder = builder.add_extension(constraints, critical=True)
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    issuer_key = by.key if by is not None else key
    return Identity(key=key, certificate=builder.sign(issuer_key, hashes.SHA256()))


def issue_stamper(
    root: Identity,
    usages: Sequence[x509.ObjectIdentifier] | None,
    *,
    valid: tuple[datetime, datetime],
) -> tuple[Identity, Identity]:
    """Return a timestamp authority and the one between it and ``root``, limited to ``usages``."""
    between = issue(
        "between",
        by=root,
        constraints=x509.BasicConstraints(ca=True, path_length=0),
        extensions=[(x509.ExtendedKeyUsage(usages), False)] if usages is not None else [],
        valid=valid,
    )
    stamper = issue(
        "stamper",
        by=between,
        constraints=x509.BasicConstraints(ca=False, path_length=None),
        extensions=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)],
        valid=valid,
    )
    return stamper, between


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def with_certificates(token: bytes, own: bytes, listed: bytes) -> bytes:
    """Return a token whose one certificate gives way to ``listed``, in exactly that order."""
    outer = cms.ContentInfo.load(token)
    signed = outer["content"].untag().dump()
    fields = parse_all(parse_all(signed)[0][1])
    new = b"".join(emit(0xA0, listed) if tag == 0xA0 else whole for tag, _, whole in fields)
    oid = outer["content_type"].dump()
    assert own in signed
    return emit(0x30, oid + emit(0xA0, emit(0x30, new)))


def emit(tag: int, contents: bytes) -> bytes:
    """Encode one DER value; unlike asn1crypto, leave what is inside as it is."""
    size = len(contents)
    if size < 0x80:
        return bytes([tag, size]) + contents
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + contents


def parse_all(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return tag, contents and whole encoding of the DER values in a row."""
    values, at = [], 0
    while at < len(data):
        count = data[at + 1] & 0x7F if data[at + 1] & 0x80 else 0
        start = at + 2 + count
        size = int.from_bytes(data[at + 2 : start]) if count else data[at + 1]
        values.append((data[at], data[start : start + size], data[at : start + size]))
        at = start + size
    return values
