"""Judge one signature with its timestamps (docs/format/seal.md §1-§5)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from evidencekit.errors import EvidenceDoubted
from evidencekit.model.report import Check, Verdict, failed, not_checked, passed
from evidencekit.proof.certificates import (
    Trust,
    Verified,
    fingerprint,
    judge_certificate,
    unexplained,
)
from evidencekit.proof.cms import may_sign_documents, read_signature
from evidencekit.proof.rfc3161 import NotAnAuthority, OtherImprint, Token, ahead_of, read_token
from evidencekit.proof.signed_data import Signature
from evidencekit.text.catalog import _
from evidencekit.verify.anchors import Anchors
from evidencekit.verify.revocation import judge_signers_revocation, revoked_authority


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A kept response and the request that it answers."""

    response: bytes
    request: bytes
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a signature is worth to this reader."""

    checks: tuple[Check, ...]
    doubt: Verdict = Verdict.INVALID
    """What follows for whatever rests on the signature; VALID only if it holds and the signer was
    trusted at the deciding time."""
    proven_at: datetime | None = None
    signer: x509.Certificate | None = None
    """Whose signature holds, trusted or not; None where none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    content: bytes
    p7s: bytes
    is_listed: bool


@dataclass(slots=True)
class _Times:
    checks: list[Check] = field(default_factory=list)
    proven: list[datetime] = field(default_factory=list)
    unknown: list[Check] = field(default_factory=list)


def judge_signature(
    name: str,
    *,
    content: bytes,
    p7s: bytes,
    stamps: Sequence[Stamped],
    anchors: Anchors,
    path: str,
    is_listed: bool,
) -> Judged:
    """Judge signature and timestamps over ``content``; ``name`` begins every check's name.

    ``is_listed`` tells whether a signed list protects the files of the timestamps. Where none
    does, a certificate in a token that plays no part could change unnoticed: INDETERMINATE.
    """
    try:
        signature = read_signature(p7s, content, what=path)
    except EvidenceDoubted as exc:
        return Judged(checks=(failed(name, Verdict.INVALID, exc.message, path=path),))
    times = _Times()
    for number, stamp in enumerate(stamps, start=1):
        signed = _Signed(content=content, p7s=p7s, is_listed=is_listed)
        _judge_stamp(f"{name}-timestamp-{number}", stamp, signed, anchors, times)
    proven_at = min(times.proven, default=None)
    # Another trusted authority suffices; without one an unknown authority is what decides.
    times.checks += [
        not_checked(item.name, item.detail, path=item.path) if times.proven else item
        for item in times.unknown
    ]
    signer = _judge_signer(name, signature, anchors, proven_at, path)
    return Judged(
        checks=(passed(name, _("signature holds"), path=path), *signer, *times.checks),
        doubt=max(check.consequence for check in signer),
        proven_at=proven_at,
        signer=signature.signer,
    )


def _judge_stamp(
    name: str, stamp: Stamped, signed: _Signed, anchors: Anchors, times: _Times
) -> None:
    try:
        token = read_token(stamp.response, stamp.request, signed.p7s, what=stamp.path)
    except OtherImprint as exc:
        times.checks.append(_other_imprint(name, exc, signed.content, stamp.path))
        return
    except NotAnAuthority as exc:
        times.checks.append(failed(name, Verdict.UNTRUSTED, exc.message, path=stamp.path))
        return
    except EvidenceDoubted as exc:
        times.checks.append(failed(name, Verdict.INVALID, exc.message, path=stamp.path))
        return
    if ahead_of(token, anchors.now):
        detail = _("the token's time {token} is ahead of this computer's clock {now}").format(
            token=_second(token.gen_time), now=_second(anchors.now)
        )
        times.checks.append(not_checked(name, detail, consequence=_DOUBT, path=stamp.path))
        return
    found = judge_certificate(token.signer, token.others, anchors.authorities, at=token.gen_time)
    _judge_authority(name, token, found, anchors, times=times, path=stamp.path)
    if not signed.is_listed and found.trust in (Trust.PATH, Trust.PINNED):
        times.checks += stray_certificates(name, token, found, anchors, stamp.path)


def stray_certificates(
    name: str, token: Token, found: Verified, anchors: Anchors, path: str
) -> list[Check]:
    """Report certificates in a trusted token that neither path nor reader's list explains."""
    strays = unexplained(token.others, (*found.path, *anchors.authorities))
    if not strays:
        return []
    detail = _("a certificate in the token plays no part: a change in it would not show")
    return [not_checked(name, detail, consequence=_DOUBT, path=path)]


def _judge_authority(
    name: str, token: Token, found: Verified, anchors: Anchors, *, times: _Times, path: str
) -> None:
    revoked = revoked_authority(found, anchors, at=token.gen_time)
    if revoked is not None:
        detail = _("the authority's certificate was revoked at {time}: its token does not count")
        detail = detail.format(time=_second(revoked.at))
        times.checks.append(failed(name, Verdict.UNTRUSTED, detail, path=path))
        return
    if found.trust in (Trust.PATH, Trust.PINNED):
        times.proven.append(token.gen_time)
        detail = _("existed at {time}, says {who}").format(
            time=_second(token.gen_time), who=_name(token.signer)
        )
        times.checks.append(passed(name, detail, path=path))
        return
    if found.trust is Trust.EXPIRED:
        detail = _("the authority's certificate was not valid at the time it states")
        times.checks.append(failed(name, Verdict.UNTRUSTED, detail, path=path))
        return
    detail = _("the authority {who} is not among those that you trust (--tsa-trust)").format(
        who=_name(token.signer)
    )
    times.unknown.append(not_checked(name, detail, consequence=Verdict.UNTRUSTED, path=path))


def _other_imprint(name: str, exc: OtherImprint, content: bytes, path: str) -> Check:
    if hashlib.new(exc.algorithm, content).digest() == exc.imprint:
        detail = _("dates the document, not its signature: it does not count")
        return not_checked(name, detail, consequence=Verdict.INDETERMINATE, path=path)
    return failed(name, Verdict.INVALID, exc.message, path=path)


def _judge_signer(
    name: str, signature: Signature, anchors: Anchors, proven_at: datetime | None, path: str
) -> list[Check]:
    name = f"{name}-signer"
    signer = signature.signer
    who = f"{_name(signer)}, SHA-256 {fingerprint(signer)}"
    if not anchors.signers:
        detail = _("signed by {who}; you named no certificate to trust (--trust)").format(who=who)
        return [not_checked(name, detail, consequence=Verdict.UNTRUSTED, path=path)]
    at = proven_at or anchors.now
    found = judge_certificate(signer, signature.others, anchors.signers, at=at)
    if found.trust is Trust.UNKNOWN:
        detail = _("signed by {who}, whom you did not name (--trust)").format(who=who)
        return [failed(name, Verdict.UNTRUSTED, detail, path=path)]
    if found.trust is Trust.EXPIRED:
        detail = _("{who}: certificate not valid at {time}").format(who=who, time=_second(at))
        return [failed(name, Verdict.INDETERMINATE, detail, path=path)]
    if not may_sign_documents(signer):
        detail = _("{who}: the certificate is not for signing documents").format(who=who)
        return [failed(name, Verdict.UNTRUSTED, detail, path=path)]
    if unexplained(signature.others, (*found.path, *signature.bound)):
        detail = _("a certificate lies beside the signature that has no part in it")
        return [failed(name, Verdict.INVALID, detail, path=path)]
    return [
        passed(name, _("signed by {who}").format(who=who), path=path),
        *judge_signers_revocation(f"{name}-revocation", found, anchors, path, at=at),
    ]


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def _second(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


_DOUBT = Verdict.INDETERMINATE
