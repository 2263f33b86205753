"""One reading of CMS SignedData (RFC 5652), for seals and for timestamp tokens alike.

Everything outside the signed attributes is checked against the single form that it may have: such
bytes are signed by nobody, and each of them could otherwise change unnoticed.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import EvidenceDoubted
from evidencekit.proof.der import sequence, set_of

MAX_CERTIFICATES = 16  # real tokens hold up to four; each one costs path building
MIN_RSA_BITS = 2048  # docs/format/seal.md §1
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the cryptography package raises for what it cannot read."""
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature that verifies under the certificate beside it. Trust is another matter."""

    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]
    bound: tuple[x509.Certificate, ...]
    """Those of ``others`` whose digests were signed too: a change in one would show."""
    claimed_at: datetime | None
    """signing-time: the signer's clock, evidence of nothing."""
    attributes: frozenset[str]
    has_extras: bool
    """Unsigned attributes or revocation lists lie beside the signature."""


def verify_signed_data(signed: cms.SignedData, content: bytes, *, what: str) -> Signature:
    """Check the only signature over ``content``; raises :class:`EvidenceDoubted`."""
    info = _only_signer(signed, what)
    certificates = _certificates(signed, what)
    signer = _find_signer(info, certificates, what)
    attributes = _attributes(info["signed_attrs"], what)
    digest = _digest_name(info, signed, what)
    if not hmac.compare_digest(
        attributes["message_digest"].native, hashlib.new(digest, content).digest()
    ):
        raise EvidenceDoubted(f"{what}: signs other content")
    if attributes["content_type"].native != signed["encap_content_info"]["content_type"].native:
        raise EvidenceDoubted(f"{what}: content type and signed content type differ")
    _require_certificate_bound(attributes, signer, what)
    _require_signature(info, signer, digest, what)
    claimed = attributes.get("signing_time")
    others = tuple(certificate for certificate in certificates if certificate != signer)
    return Signature(
        signer=signer,
        others=others,
        bound=_bound(attributes, others),
        claimed_at=claimed.native if claimed is not None else None,
        attributes=frozenset(attributes),
        has_extras=bool(info["unsigned_attrs"].native) or bool(signed["crls"].native),
    )


def _only_signer(signed: cms.SignedData, what: str) -> cms.SignerInfo:
    if len(signed["signer_infos"]) != 1:
        raise EvidenceDoubted(f"{what}: not exactly one signature")
    info = signed["signer_infos"][0]
    if info["version"].native != "v1" or info["sid"].name != "issuer_and_serial_number":
        raise EvidenceDoubted(f"{what}: signer is not named by issuer and serial number")
    return info


def _certificates(signed: cms.SignedData, what: str) -> tuple[x509.Certificate, ...]:
    if any(choice.name != "certificate" for choice in signed["certificates"]):
        raise EvidenceDoubted(f"{what}: holds something else among its certificates")
    chosen = [choice.chosen for choice in signed["certificates"]]
    if len(chosen) > MAX_CERTIFICATES:
        raise EvidenceDoubted(f"{what}: more certificates in it than a path needs")
    if any(item.serial_number <= 0 for item in chosen):
        raise EvidenceDoubted(f"{what}: a certificate in it has no positive serial number")
    try:
        found = tuple(x509.load_der_x509_certificate(sequence(item.contents)) for item in chosen)
        for certificate in found:
            _ = certificate.extensions, certificate.public_key()  # parsed lazily: now or never
    except UNREADABLE as exc:
        raise EvidenceDoubted(f"{what}: a certificate in it cannot be read") from exc
    if len(set(found)) != len(found):
        raise EvidenceDoubted(f"{what}: a certificate stands in it twice")
    return found


def _find_signer(
    info: cms.SignerInfo, certificates: tuple[x509.Certificate, ...], what: str
) -> x509.Certificate:
    name = info["sid"].chosen
    issuer = sequence(name["issuer"].chosen.contents)
    for certificate in certificates:
        is_serial = certificate.serial_number == name["serial_number"].native
        if is_serial and certificate.issuer.public_bytes() == issuer:
            return certificate
    raise EvidenceDoubted(f"{what}: the signer's certificate is not in it")


def _attributes(signed_attrs: cms.CMSAttributes, what: str) -> dict[str, core.Asn1Value]:
    found: dict[str, core.Asn1Value] = {}
    for attribute in signed_attrs:
        name, values = attribute["type"].native, attribute["values"]
        if name in found or len(values) != 1:
            raise EvidenceDoubted(f"{what}: signed attribute {name} is not single")
        found[name] = values[0]
    if not {"content_type", "message_digest"} <= found.keys():
        raise EvidenceDoubted(f"{what}: signed attributes are incomplete")
    return found


def _digest_name(info: cms.SignerInfo, signed: cms.SignedData, what: str) -> str:
    algorithm = info["digest_algorithm"]
    name: str = algorithm["algorithm"].native
    if name not in HASHES:
        raise EvidenceDoubted(f"{what}: digest {name} is not accepted")
    listed = [item["algorithm"].native for item in signed["digest_algorithms"]]
    if name not in listed or not set(listed) <= HASHES.keys() or len(set(listed)) != len(listed):
        raise EvidenceDoubted(f"{what}: digest algorithms are not listed rightly")
    for item in (algorithm, *signed["digest_algorithms"]):
        _require_no_parameters(item, what)
    return name


def _require_no_parameters(algorithm: algos.AlgorithmIdentifier, what: str) -> None:
    parameters = algorithm["parameters"]
    if not isinstance(parameters, core.Void) and parameters.dump() != b"\x05\x00":
        raise EvidenceDoubted(f"{what}: algorithm with unexpected parameters")


def _require_certificate_bound(
    attributes: dict[str, core.Asn1Value], signer: x509.Certificate, what: str
) -> None:
    # RFC 5035 / RFC 2634: without it another certificate over the same key could be slipped in.
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"]["certs"][0]
        name = first["hash_algorithm"]["algorithm"].native
        weak = name not in HASHES
    elif "signing_certificate" in attributes:
        first, name, weak = attributes["signing_certificate"]["certs"][0], "sha1", False
    else:
        raise EvidenceDoubted(f"{what}: does not bind the signer's certificate")
    der = signer.public_bytes(Encoding.DER)
    if weak or not hmac.compare_digest(
        first["cert_hash"].native, hashlib.new(name, der, usedforsecurity=False).digest()
    ):
        raise EvidenceDoubted(f"{what}: binds another certificate than the signer's")


def _bound(
    attributes: dict[str, core.Asn1Value], others: tuple[x509.Certificate, ...]
) -> tuple[x509.Certificate, ...]:
    # RFC 5035 §5.4: the first is the signer's, those that follow are of its path.
    if "signing_certificate_v2" not in attributes:
        return ()
    further = list(attributes["signing_certificate_v2"]["certs"])[1 : MAX_CERTIFICATES + 1]
    named = {
        (item["hash_algorithm"]["algorithm"].native, item["cert_hash"].native) for item in further
    }
    return tuple(
        certificate
        for certificate in others
        if any(
            (name, hashlib.new(name, certificate.public_bytes(Encoding.DER)).digest()) in named
            for name in HASHES
        )
    )


def _require_signature(
    info: cms.SignerInfo, signer: x509.Certificate, digest: str, what: str
) -> None:
    algorithm, key = info["signature_algorithm"], signer.public_key()
    _require_no_parameters(algorithm, what)
    if algorithm["algorithm"].native not in _names(key, digest):
        raise EvidenceDoubted(f"{what}: signature algorithm does not fit key and digest")
    message = set_of(info["signed_attrs"].contents)  # RFC 5652 §5.4
    signature, chosen = info["signature"].native, HASHES[digest]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), chosen)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(chosen))
    except InvalidSignature as exc:
        raise EvidenceDoubted(f"{what}: signature is false") from exc


def _names(key: object, digest: str) -> tuple[str, ...]:
    """Return the algorithm names that may stand with this key; none for a key not accepted."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return ("rsassa_pkcs1v15", f"{digest}_rsa")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
        return (f"{digest}_ecdsa",)
    return ()
