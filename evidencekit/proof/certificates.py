"""Whether a certificate leads to something that the reader trusts, at a given time.

Path building and validation are the cryptography package's (RFC 5280 as the web uses it). Its
policies for TLS names and key usages are switched off; what our two uses require of a signer's
certificate is checked by :mod:`evidencekit.proof.cms` and :mod:`evidencekit.proof.rfc3161`.

Above a certificate for timestamping, an intermediate authority that states extended key usages must
state timeStamping or anyExtendedKeyUsage among them. RFC 5280 §4.2.1.12 gives the extension no
meaning for what an authority issues; the CA/Browser Forum and Windows take it as a restriction, and
who limits an authority to TLS means it. ``openssl ts -verify`` and ``openssl verify -purpose
timestampsign`` (3.0) do not look at it above the signer, and accept such a chain. An anchor is
named by the reader itself, and not restricted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from evidencekit.errors import BadInput

_FOR_STAMPING = frozenset(
    {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


class Trust(Enum):
    """Where a certificate leads."""

    PINNED = "named by the reader itself"
    PATH = "by a path to an authority that the reader named"
    EXPIRED = "to an anchor, but not valid at that time"
    UNKNOWN = "to nothing that the reader named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The outcome, with the certificates that it used, the signer's first."""

    trust: Trust
    path: tuple[x509.Certificate, ...]


def judge_certificate(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    *,
    at: datetime,
) -> Verified:
    """Judge ``leaf`` at a time; ``others`` may help to build a path, and never end one."""
    if leaf in anchors:
        trust = Trust.PINNED if _is_valid(leaf, at) else Trust.EXPIRED
        return Verified(trust=trust, path=(leaf,))
    path = _path(leaf, others, anchors, at)
    if path is not None:
        return Verified(trust=Trust.PATH, path=path)
    for moment in _turning_points(leaf, *others, *anchors):
        path = _path(leaf, others, anchors, moment)
        if path is not None:
            return Verified(trust=Trust.EXPIRED, path=path)
    return Verified(trust=Trust.UNKNOWN, path=(leaf,))


def load_anchors(pem: bytes, *, what: str) -> tuple[x509.Certificate, ...]:
    """Read the certificates that a reader trusts; :class:`BadInput` where there is none."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as exc:
        raise BadInput(f"{what}: no PEM certificate in it") from exc


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint, in upper-case pairs as openssl prints it."""
    return certificate.fingerprint(SHA256()).hex(":").upper()


def unexplained(
    certificates: Iterable[x509.Certificate], path: Sequence[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Return certificates that came along but play no part in ``path``."""
    return tuple(certificate for certificate in certificates if certificate not in path)


def _is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _path(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: datetime,
) -> tuple[x509.Certificate, ...] | None:
    authorities = [anchor for anchor in anchors if _is_authority(anchor)]
    if not authorities:
        return None
    anyone = ExtensionPolicy.permit_all()
    authority = anyone.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    authority = authority.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _require_cert_sign)
    if ExtendedKeyUsageOID.TIME_STAMPING in _extended_usages(leaf):
        authority = authority.may_be_present(
            x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _require_stamping_below(authorities)
        )
    builder = PolicyBuilder().store(Store(authorities)).time(at)
    builder = builder.extension_policies(ca_policy=authority, ee_policy=anyone)
    try:
        verified = builder.build_client_verifier().verify(leaf, list(others))
    except VerificationError:
        return None
    return tuple(verified.chain)


def _require_cert_sign(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an authority that may not sign certificates")


def _require_stamping_below(
    anchors: Sequence[x509.Certificate],
) -> Callable[[Policy, x509.Certificate, x509.ExtendedKeyUsage | None], None]:
    def require(
        _policy: Policy, certificate: x509.Certificate, usages: x509.ExtendedKeyUsage | None
    ) -> None:
        if usages is None or certificate in anchors:
            return
        if _FOR_STAMPING.isdisjoint(usages):
            raise ValueError("an authority that may not issue for timestamping")

    return require


def _extended_usages(certificate: x509.Certificate) -> frozenset[x509.ObjectIdentifier]:
    try:
        return frozenset(
            certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        )
    except x509.ExtensionNotFound:
        return frozenset()


def _turning_points(*certificates: x509.Certificate) -> list[datetime]:
    """Return the times at which validities begin and end: one path may have held between them."""
    moments = {item.not_valid_before_utc for item in certificates}
    return sorted(moments | {item.not_valid_after_utc for item in certificates})


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return constraints.value.ca
