"""Revocation lists and OCSP responses that are stored with a seal, or brought to verify one.

They are fetched by whoever seals, by the authority's own means: this program asks no responder, so
that nobody learns from it when and with which certificate something was sealed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import BadInput, CertificateUnsuitable, EvidenceDoubted
from evidencekit.files.durable import write_durably
from evidencekit.files.opening import read_whole
from evidencekit.formats.case import REVOCATION, revocation_name
from evidencekit.proof.revocation import (
    MAX_CRL_BYTES,
    Evidence,
    is_about,
    read_crl,
    read_ocsp,
    says_revoked,
)
from evidencekit.seal.suitable import MAX_NAME
from evidencekit.text.catalog import _
from evidencekit.text.clean import clean

_PEM = b"-----BEGIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One list or answer, as its file held it, in DER."""

    what: str
    suffix: str
    """``crl`` or ``ocsp``."""
    data: bytes
    evidence: Evidence


def read_kept(crls: Iterable[Path], answers: Iterable[Path]) -> tuple[Kept, ...]:
    """Read files; raises :class:`BadInput` for one that is none. A CRL may be PEM."""
    return (
        *(_kept(path, "crl") for path in crls),
        *(_kept(path, "ocsp") for path in answers),
    )


def evidence_of(kept: Iterable[Kept]) -> Evidence:
    """Return all that was read, to be judged."""
    found = Evidence()
    for item in kept:
        found += item.evidence
    return found


def require_unrevoked(certificates: Sequence[bytes], kept: Sequence[Kept]) -> None:
    """Refuse to sign with a certificate that a list says is revoked, or with a list of strangers.

    Raises :class:`CertificateUnsuitable`, :class:`BadInput`.
    """
    path = tuple(map(x509.load_der_x509_certificate, certificates))
    for item in kept:
        if not is_about(item.evidence, path):
            raise BadInput(
                _("{what}: says nothing of the certificates that sign").format(what=item.what)
            )
    for certificate in path:
        revoked_at = says_revoked(evidence_of(kept), certificate)
        if revoked_at is not None:
            name = clean(certificate.subject.rfc4514_string(), limit=MAX_NAME)
            raise CertificateUnsuitable(
                _("{name}: revoked at {time}").format(
                    name=name, time=f"{revoked_at:%Y-%m-%d %H:%M:%S} UTC"
                )
            )


def write_kept(folder: Path, kept: Sequence[Kept]) -> None:
    """Write lists and answers below a seal's folder, after those that are there."""
    if kept:
        (folder / REVOCATION).mkdir(exist_ok=True)
    for item in kept:
        number = 1
        while (folder / revocation_name(number, item.suffix)).exists():
            number += 1
        write_durably(folder / revocation_name(number, item.suffix), item.data)


def _kept(path: Path, suffix: str) -> Kept:
    try:
        data = read_whole(path, limit=MAX_CRL_BYTES)
        if suffix == "crl" and data.lstrip().startswith(_PEM):
            data = x509.load_pem_x509_crl(data).public_bytes(Encoding.DER)
        read = read_crl if suffix == "crl" else read_ocsp
        evidence = read(data, what=path.name)
    except OSError as exc:
        raise BadInput(_("{path}: {reason}").format(path=path, reason=exc.strerror)) from exc
    except (ValueError, EvidenceDoubted) as exc:
        wanted = _("a revocation list") if suffix == "crl" else _("an OCSP response")
        raise BadInput(_("{path}: not {wanted} in DER").format(path=path, wanted=wanted)) from exc
    return Kept(what=path.name, suffix=suffix, data=data, evidence=evidence)
