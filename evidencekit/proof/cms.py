"""Detached signatures over our documents (docs/format/seal.md §1): made and read here only."""

import hashlib
from datetime import datetime
from typing import Literal

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidencekit.errors import EvidenceDoubted, KeyUnusable
from evidencekit.proof.der import require_der, sequence
from evidencekit.proof.signed_data import MIN_RSA_BITS, Signature, verify_signed_data
from evidencekit.protocols import Signer

MAX_SIGNATURE_BYTES = 2**20  # docs/format/README.md §5
_ATTRIBUTES = frozenset(
    {"content_type", "message_digest", "signing_time", "signing_certificate_v2"}
)


def sign_detached(content: bytes, signer: Signer, *, at: datetime) -> bytes:
    """Return DER SignedData over ``content``; :class:`KeyUnusable` for a key that we do not use."""
    leaf_der = signer.certificates[0]
    digest, algorithm = _algorithms(x509.load_der_x509_certificate(leaf_der))
    leaf = asn1_x509.Certificate.load(leaf_der)
    attributes = cms.CMSAttributes(
        [
            _attribute("content_type", "data"),
            _attribute(
                "signing_time", cms.Time({"utc_time": core.UTCTime(at.replace(microsecond=0))})
            ),
            _attribute("message_digest", hashlib.new(digest, content).digest()),
            _attribute("signing_certificate_v2", _bound(signer.certificates)),
        ]
    )
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
                    )
                }
            ),
            "digest_algorithm": {"algorithm": digest},
            "signed_attrs": attributes,
            "signature_algorithm": algorithm,
            "signature": signer.sign(attributes.dump()),
        }
    )
    return _wrap(info, digest, signer.certificates)


def read_signature(p7s: bytes, content: bytes, *, what: str) -> Signature:
    """Check a detached signature in the one form that we write; raises :class:`EvidenceDoubted`."""
    if len(p7s) > MAX_SIGNATURE_BYTES:
        raise EvidenceDoubted(f"{what}: longer than a signature may be")
    require_der(p7s, what=what)
    try:
        return _read(p7s, content, what)
    except (ValueError, TypeError, LookupError) as exc:
        raise EvidenceDoubted(f"{what}: not a CMS signature") from exc


def certificates_in(p7s: bytes) -> frozenset[bytes]:
    """Return the DER certificates in a signature; none where it cannot be read."""
    try:
        signed = cms.ContentInfo.load(p7s)["content"]
        return frozenset(sequence(choice.chosen.contents) for choice in signed["certificates"])
    except (ValueError, TypeError, LookupError, AttributeError):
        return frozenset()


def _read(p7s: bytes, content: bytes, what: str) -> Signature:
    envelope = cms.ContentInfo.load(p7s, strict=True)
    if envelope["content_type"].native != "signed_data":
        raise EvidenceDoubted(f"{what}: not a CMS signature")
    signed = envelope["content"]
    encapsulated = signed["encap_content_info"]
    if signed["version"].native != "v1" or encapsulated["content_type"].native != "data":
        raise EvidenceDoubted(f"{what}: not a detached signature over data")
    if encapsulated["content"].native is not None:
        raise EvidenceDoubted(f"{what}: carries content of its own")
    signature = verify_signed_data(signed, content, what=what)
    if signature.attributes != _ATTRIBUTES or signature.has_extras:
        raise EvidenceDoubted(f"{what}: holds other attributes than a seal has")
    return signature


def _algorithms(
    certificate: x509.Certificate,
) -> tuple[Literal["sha256", "sha384"], algos.SignedDigestAlgorithm]:
    key = certificate.public_key()
    digest: Literal["sha256", "sha384"]
    match key:
        case rsa.RSAPublicKey() if key.key_size >= MIN_RSA_BITS:
            digest, name = "sha256", "sha256_rsa"
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP256R1):
            digest, name = "sha256", "sha256_ecdsa"
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP384R1):
            digest, name = "sha384", "sha384_ecdsa"
        case _:
            raise KeyUnusable("the key is neither RSA of 2048 bits or more, nor P-256 or P-384")
    return digest, algos.SignedDigestAlgorithm({"algorithm": name})


def _bound(certificates: tuple[bytes, ...]) -> tsp.SigningCertificateV2:
    """Bind the signer's certificate and those above: none can be changed or exchanged."""
    return tsp.SigningCertificateV2({"certs": [_identified(der) for der in certificates]})


def _identified(der: bytes) -> dict[str, object]:
    # RFC 5035 §4: SHA-256 is the default, so the algorithm is left out in DER.
    certificate = asn1_x509.Certificate.load(der)
    return {
        "cert_hash": hashlib.sha256(der).digest(),
        "issuer_serial": {
            "issuer": [asn1_x509.GeneralName({"directory_name": certificate.issuer})],
            "serial_number": certificate.serial_number,
        },
    }


def _attribute(name: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": name, "values": [value]})


def _wrap(info: cms.SignerInfo, digest: str, certificates: tuple[bytes, ...]) -> bytes:
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": digest}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [
                cms.CertificateChoices({"certificate": asn1_x509.Certificate.load(der)})
                for der in certificates
            ],
            "signer_infos": [info],
        }
    )
    encoded: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return encoded


_SIGNING_USAGES = frozenset(
    {
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # id-kp-documentSigning, RFC 9336
    }
)


def may_sign_documents(certificate: x509.Certificate) -> bool:
    """Tell whether key usage and extended key usage, where present, allow our signatures."""
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        pass
    else:
        if not (usage.digital_signature or usage.content_commitment):
            return False
    try:
        usages = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return not _SIGNING_USAGES.isdisjoint(usages)


def names_revocation(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate names a revocation list or responder."""
    for kind in (x509.CRLDistributionPoints, x509.AuthorityInformationAccess):
        try:
            certificate.extensions.get_extension_for_class(kind)
        except x509.ExtensionNotFound:
            continue
        return True
    return False
