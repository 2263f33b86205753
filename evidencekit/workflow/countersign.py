"""A second person confirms a seal: a detached signature over the seal's own.

It says that somebody else, with another key, saw this very signature over this very manifest. It is
a file of its own beside it (docs/format/seal.md §6), so whoever checks the seal alone checks the
same bytes as before. Order: the file, its timestamps, then the event; a countersignature whose
event a crash prevented is recorded by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit.errors import BadInput, TsaUnavailable
from evidencekit.files.durable import disk_errors, write_durably
from evidencekit.formats.case import MANIFEST, SIGNATURE, counter_name
from evidencekit.formats.hashing import sha256
from evidencekit.formats.times import write_time
from evidencekit.model.event import Actor
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json
from evidencekit.model.seal import Stamp
from evidencekit.proof.certificates import fingerprint
from evidencekit.proof.cms import read_signature, sign_detached
from evidencekit.proof.signed_data import Signature
from evidencekit.protocols import Signer, TimestampAuthority
from evidencekit.seal.suitable import require_suitable
from evidencekit.store.case import Case
from evidencekit.store.writer import CaseWriter, open_writer
from evidencekit.text.catalog import _
from evidencekit.workflow.chain import read_chain
from evidencekit.workflow.key_life import require_in_use, sha256_of
from evidencekit.workflow.revocation import Kept, require_unrevoked, write_kept
from evidencekit.workflow.seals import SealFolder, seals_of
from evidencekit.workflow.setting import Setting
from evidencekit.workflow.stamping import stamp_beside
from evidencekit.workflow.statement import sealed_heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersigned:
    """What countersigning came to."""

    seal: int
    counter: int
    signature: Path
    signer: str
    """SHA-256 fingerprint of the certificate."""
    stamps: tuple[Stamp, ...]
    missing: tuple[TsaUnavailable, ...]
    """Authorities that were asked and gave no token."""

    @property
    def time_proven(self) -> bool:
        """Whether an authority whose root was given has dated the countersignature."""
        return any(stamp.is_authority_checked for stamp in self.stamps)


def countersign(
    case: Case,
    signer: Signer,
    *,
    authorities: Sequence[TimestampAuthority] = (),
    kept: Sequence[Kept] = (),
    actor: Actor | None = None,
    setting: Setting,
) -> Countersigned:
    """Countersign the newest seal, after the ledger was held against it.

    ``kept`` are revocation lists and answers about the signer, stored with the seal.

    Raises :class:`BadInput` where there is no seal, or this certificate has signed it already,
    :class:`EvidenceDoubted` where seal and ledger do not fit, :class:`CertificateUnsuitable`.
    """
    require_suitable(signer.certificates, at=setting.clock())
    require_unrevoked(signer.certificates, kept)
    require_in_use(case, signer)
    machine = setting.machine()
    with open_writer(case.root, case.id, machine, command="countersign") as writer:
        newest = _newest(case)
        actor = actor or case.first_actor()
        earlier = _earlier(newest, signer)
        if earlier is not None:
            return _adopted(case, writer, newest, earlier, actor)
        read_chain(case, None, None, heads=sealed_heads([newest]))
        name = counter_name(len(newest.counters()) + 1)
        sealed = (newest.path / SIGNATURE).read_bytes()
        signature = sign_detached(sealed, signer, at=setting.clock())
        with disk_errors(str(case.root)):
            write_kept(newest.path, kept)
            write_durably(newest.path / name, signature)
            stamps, missing = stamp_beside(newest.path / name, signature, authorities, first=1)
        record_counter(writer, newest, name, stamps, actor)
    return _result(newest, name, stamps, missing)


def record_counter(
    writer: CaseWriter,
    seal: SealFolder,
    name: str,
    stamps: Sequence[Stamp],
    actor: Actor,
    *,
    adopted: bool = False,
) -> None:
    """Append the event; ``adopted`` tells that a crash had prevented it."""
    dated: list[Json] = [
        {"tsa": stamp.tsa, "gen_time": write_time(stamp.gen_time)} for stamp in stamps
    ]
    detail: dict[str, Json] = {
        "seal": seal.number,
        "counter": seal.counters().index(name) + 1,
        "signature_sha256": _digest(seal, name),
        "signer_sha256": sha256_of(_read(seal, name).signer),
        "timestamps": dated,
    }
    if adopted:
        detail["adopted"] = True
    writer.commit("countersign", actor=actor, detail=detail)


def _newest(case: Case) -> SealFolder:
    existing = seals_of(case.root)
    if not existing:
        raise BadInput(
            _("there is no seal to countersign"), hint=_("evidencekit seal --key URI makes one")
        )
    return existing[-1]


def _earlier(seal: SealFolder, signer: Signer) -> str | None:
    """Return the countersignature that this signer made before, if there is one."""
    data = (seal.path / MANIFEST).read_bytes()
    signed = read_signature((seal.path / SIGNATURE).read_bytes(), data, what=seal.path.name)
    if _is_by(signed, signer):
        raise BadInput(
            _("seal {n} was made with this very certificate").format(n=seal.number),
            hint=_("a countersignature is another person's, with a key of their own"),
        )
    return next((name for name in seal.counters() if _is_by(_read(seal, name), signer)), None)


def _adopted(
    case: Case, writer: CaseWriter, seal: SealFolder, name: str, actor: Actor
) -> Countersigned:
    """Record what a crash left without its event; :class:`BadInput` where nothing is left to do."""
    recorded = {
        event.body.detail.get("signature_sha256")
        for event in case.events()
        if event.line.action == "countersign" and event.body is not None
    }
    if _digest(seal, name) in recorded:
        raise BadInput(
            _("seal {n} is countersigned with this certificate already").format(n=seal.number)
        )
    stamps = seal.stamps(name)
    record_counter(writer, seal, name, stamps, actor, adopted=True)
    return _result(seal, name, stamps, ())


def _result(
    seal: SealFolder, name: str, stamps: tuple[Stamp, ...], missing: tuple[TsaUnavailable, ...]
) -> Countersigned:
    return Countersigned(
        seal=seal.number,
        counter=seal.counters().index(name) + 1,
        signature=seal.path / name,
        signer=fingerprint(_read(seal, name).signer),
        stamps=stamps,
        missing=missing,
    )


def _read(seal: SealFolder, name: str) -> Signature:
    signature = (seal.path / SIGNATURE).read_bytes()
    what = f"{seal.path.name}/{name}"
    return read_signature((seal.path / name).read_bytes(), signature, what=what)


def _digest(seal: SealFolder, name: str) -> Digest:
    return sha256((seal.path / name).read_bytes())


def _is_by(signature: Signature, signer: Signer) -> bool:
    return signature.signer.public_bytes(Encoding.DER) == signer.certificates[0]
