"""Whether a certificate was revoked at a time, by lists and answers that somebody kept.

A certificate revocation list (CRL, RFC 5280 §5) or an OCSP response (RFC 6960) is believed only if
the issuer of the certificate signed it, or for OCSP somebody whom the issuer appointed; the issuer
itself is believed by the path to an anchor. The rules:

1. Whoever says "revoked" is believed also when out of date; the earlier of revocation date and
   invalidity date counts.
2. Whoever says "good" is believed only up to its ``nextUpdate``; a response without one, up to its
   ``thisUpdate``. So there is a gap that every such check has: what was revoked between
   ``thisUpdate`` and the time asked for is not seen.
3. Lists that are deltas, indirect, limited to some reasons, or made for other distribution points
   say nothing of a certificate here; neither does any critical extension that is not known.
4. Signatures with SHA-1 say nothing.

Whether the certificate of an appointed responder was itself revoked is not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509 import ocsp

from evidencekit.errors import EvidenceDoubted
from evidencekit.proof.crl import said_by_lists
from evidencekit.proof.ocsp import said_by_answers, singles
from evidencekit.proof.signed_data import UNREADABLE
from evidencekit.proof.standing import Good, Revoked

MAX_CRL_BYTES = 2**24  # docs/format/README.md §5
MAX_OCSP_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Lists and answers, read but not believed yet."""

    crls: tuple[x509.CertificateRevocationList, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(crls=self.crls + other.crls, answers=self.answers + other.answers)


def read_crl(data: bytes, *, what: str) -> Evidence:
    """Read a CRL in DER; raises :class:`EvidenceDoubted`."""
    if len(data) > MAX_CRL_BYTES:
        raise EvidenceDoubted(f"{what}: longer than a revocation list may be")
    try:
        crl = x509.load_der_x509_crl(data)
        _ = crl.extensions, crl.last_update_utc  # parsed lazily: now or never
        if not data.endswith(
            b"\0" + crl.signature
        ):  # bits that count for nothing, signed by nobody
            raise ValueError("signature of an odd number of bits")
    except UNREADABLE as exc:
        raise EvidenceDoubted(f"{what}: not a revocation list in DER") from exc
    return Evidence(crls=(crl,))


def read_ocsp(data: bytes, *, what: str) -> Evidence:
    """Read an OCSP response in DER; raises :class:`EvidenceDoubted`."""
    if len(data) > MAX_OCSP_BYTES:
        raise EvidenceDoubted(f"{what}: longer than an OCSP response may be")
    try:
        answer = ocsp.load_der_ocsp_response(data)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise EvidenceDoubted(f"{what}: an OCSP response that says nothing")
        _ = answer.certificates, answer.extensions, tuple(singles(answer))
        if b"\0" + answer.signature not in data:
            raise ValueError("signature of an odd number of bits")
    except UNREADABLE as exc:
        raise EvidenceDoubted(f"{what}: not an OCSP response in DER") from exc
    return Evidence(answers=(answer,))


def judge_revocation(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    evidence: Evidence,
    *,
    at: datetime,
    now: datetime,
) -> Revoked | Good | None:
    """Return what the issuer says of a certificate for the time ``at``; None where nothing counts.

    Of several, whoever says "revoked" decides, then the most recent. ``now`` is the reader's clock:
    what claims to be from later is not believed.
    """
    said = [
        *said_by_lists(certificate, issuer, evidence.crls, at, now),
        *said_by_answers(certificate, issuer, evidence.answers, at, now),
    ]
    revoked = [item for item in said if isinstance(item, Revoked)]
    if revoked:
        return min(revoked, key=lambda item: item.at)
    return max((item for item in said if isinstance(item, Good)), key=_as_of, default=None)


def says_revoked(evidence: Evidence, certificate: x509.Certificate) -> datetime | None:
    """Return since when evidence claims a revocation, by names alone, whoever signed it.

    Enough to stop a signer who brought it; never enough to judge a signature.
    """
    claims = [
        entry.revocation_date_utc
        for crl in evidence.crls
        if crl.issuer == certificate.issuer
        if (entry := crl.get_revoked_certificate_by_serial_number(certificate.serial_number))
    ]
    claims += [
        single.revocation_time_utc or single.this_update_utc
        for answer in evidence.answers
        for single in singles(answer)
        if single.serial_number == certificate.serial_number
        if single.certificate_status is ocsp.OCSPCertStatus.REVOKED
    ]
    return min(claims, default=None)


def is_about(evidence: Evidence, path: Sequence[x509.Certificate]) -> bool:
    """Tell whether evidence concerns a certificate of ``path`` at all, by names alone."""
    issuers = {certificate.issuer for certificate in path}
    serials = {certificate.serial_number for certificate in path}
    return any(crl.issuer in issuers for crl in evidence.crls) or any(
        single.serial_number in serials for answer in evidence.answers for single in singles(answer)
    )


def _as_of(item: Good) -> datetime:
    return item.as_of
