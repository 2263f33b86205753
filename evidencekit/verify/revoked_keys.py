"""Judge seals by keys that the ledger itself says were revoked (docs/format/seal.md §8).

The event is as good as the ledger that holds it. It can take trust away, and never gives any.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from evidencekit.formats.times import read_time
from evidencekit.model.event import Body
from evidencekit.model.report import Check, Verdict, failed, not_checked, passed
from evidencekit.text.catalog import _
from evidencekit.verify.seals import JudgedSeal


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokedKey:
    """What the first event about a key says."""

    seq: int
    since: datetime | None
    """None where the event states no time that can be read: then no time is early enough."""


def record_revoked_key(seq: int, body: Body, into: dict[str, RevokedKey]) -> None:
    """Note what a ``key.revoke`` event says; a second one about the same key adds nothing."""
    named, since = body.detail.get("certificate_sha256"), body.detail.get("since")
    if isinstance(named, str):
        into.setdefault(named, RevokedKey(seq=seq, since=_time(since)))


def judge_revoked_keys(seals: Sequence[JudgedSeal], revoked: dict[str, RevokedKey]) -> list[Check]:
    """Judge every seal whose signer is named by such an event."""
    return [
        _judge(seal, revoked[named])
        for seal in seals
        if seal.judged.signer is not None and (named := _sha256(seal.judged.signer)) in revoked
    ]


def _judge(seal: JudgedSeal, key: RevokedKey) -> Check:
    name, path = f"seal-{seal.manifest.seal}-key", seal.folder
    if seal.manifest.ledger_size >= key.seq:
        detail = _("made with a key that event {seq} had revoked").format(seq=key.seq)
        return failed(name, Verdict.UNTRUSTED, detail, path=path)
    proven_at = seal.judged.proven_at
    if proven_at is not None and key.since is not None and proven_at < key.since:
        detail = _("made before its key was revoked, by event {seq}").format(seq=key.seq)
        return passed(name, detail, path=path)
    detail = _("event {seq} revokes its key, and nothing proves that it was made before").format(
        seq=key.seq
    )
    return not_checked(name, detail, consequence=Verdict.INDETERMINATE, path=path)


def _time(text: object) -> datetime | None:
    try:
        return read_time(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(SHA256()).hex()
