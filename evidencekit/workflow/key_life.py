"""The life of a signing key in a case: another takes its place, or it is revoked.

Both are events, so the next seal, made with a key that is sound, fixes them. A revoked key signs
nothing more in this case; what it signed before is judged by the time that is proven for it
(docs/format/seal.md §8). Only its owner's CA can revoke a certificate for everybody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from evidencekit.errors import BadInput, CertificateUnsuitable
from evidencekit.formats.times import write_time
from evidencekit.model.event import Actor, Body
from evidencekit.protocols import Signer
from evidencekit.store.case import Case
from evidencekit.store.writer import CaseWriter, open_writer
from evidencekit.text.catalog import _
from evidencekit.workflow.seals import SealFolder, seals_of
from evidencekit.workflow.setting import Setting

ROTATE, REVOKE = "key.rotate", "key.revoke"
_HEX = re.compile(r"[0-9a-f]{64}")


class Why(StrEnum):
    """Why a key is revoked."""

    LOST = "lost"
    STOLEN = "stolen"
    EXPOSED = "exposed"
    REPLACED = "replaced"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedKey:
    """A key that signs nothing more in a case."""

    certificate_sha256: str
    why: Why
    since: datetime
    seq: int
    """Number of the event that says so."""


def revoke_key(
    case: Case,
    certificate_sha256: str,
    *,
    why: Why,
    since: datetime | None = None,
    actor: Actor | None = None,
    setting: Setting,
) -> RevokedKey:
    """Record that a key is not to be believed ``since`` a time, else from now.

    Raises :class:`BadInput` where that key has signed no seal of the case, is revoked already, or
    the time has not come yet.
    """
    now = setting.clock()
    since = since or now
    if since > now:
        raise BadInput(_("a key is revoked from a time that has come, not from a later one"))
    with open_writer(case.root, case.id, setting.machine(), command="key revoke") as writer:
        if certificate_sha256 not in signers_of(case):
            raise BadInput(
                _("no seal of this case is signed with {certificate}").format(
                    certificate=certificate_sha256
                )
            )
        earlier = revoked_in(case, certificate_sha256)
        if earlier is not None:
            raise BadInput(_("revoked already, by event {seq}").format(seq=earlier))
        detail = {
            "certificate_sha256": certificate_sha256,
            "reason": why.value,
            "since": write_time(since),
        }
        line = writer.commit(REVOKE, actor=actor or case.first_actor(), detail=dict(detail))
    return RevokedKey(certificate_sha256=certificate_sha256, why=why, since=since, seq=line.seq)


def require_in_use(case: Case, signer: Signer) -> None:
    """Raise :class:`CertificateUnsuitable` where a signer's key is revoked in this case."""
    seq = revoked_in(case, sha256_of(x509.load_der_x509_certificate(signer.certificates[0])))
    if seq is not None:
        raise CertificateUnsuitable(
            _("this key is revoked in this case, by event {seq}").format(seq=seq),
            hint=_("sign with another key: --key URI"),
        )


def record_rotation(
    case: Case, writer: CaseWriter, existing: Sequence[SealFolder], signer: Signer, actor: Actor
) -> None:
    """Record that another certificate seals from now on, unless that is recorded already."""
    if not existing:
        return
    new = sha256_of(x509.load_der_x509_certificate(signer.certificates[0]))
    old = sha256_of(existing[-1].signer())
    if new == old or _last_rotation(case, existing[-1]) == new:
        return
    writer.commit(ROTATE, actor=actor, detail={"from_sha256": old, "to_sha256": new})


def signers_of(case: Case) -> frozenset[str]:
    """Return the fingerprints of all certificates that sealed or countersigned the case."""
    seals = seals_of(case.root)
    return frozenset(sha256_of(item) for seal in seals for item in seal.all_signers())


def revoked_in(case: Case, certificate_sha256: str) -> int | None:
    """Return the number of the event that revokes a key, None where there is none."""
    for event in case.events():
        detail = event.body.detail if event.body is not None else {}
        is_said = event.line.action == REVOKE
        if is_said and detail.get("certificate_sha256") == certificate_sha256:
            return event.line.seq
    return None


def read_fingerprint(text: str) -> str | None:
    """Return a SHA-256 fingerprint as events write it, None where ``text`` is none."""
    plain = text.replace(":", "").lower()
    return plain if _HEX.fullmatch(plain) else None


def sha256_of(certificate: x509.Certificate) -> str:
    """Return the fingerprint of a certificate as events write it: 64 lower-case digits."""
    return certificate.fingerprint(SHA256()).hex()


def _last_rotation(case: Case, seal: SealFolder) -> object:
    after = seal.manifest().ledger_size
    bodies: list[Body] = [
        event.body
        for event in case.events()
        if event.line.action == ROTATE and event.line.seq > after and event.body is not None
    ]
    return bodies[-1].detail.get("to_sha256") if bodies else None
