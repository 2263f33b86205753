"""Seal a case: state what it holds, sign the statement, have the signature stamped.

Order: the folder of the seal is written whole and renamed into place, then the event is recorded.
A seal whose event a crash prevented is found by the next run, checked, and recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidencekit import __version__
from evidencekit.errors import BadInput, EvidenceDoubted, PolicyForbids, TsaUnavailable
from evidencekit.files.durable import barrier, disk_errors, write_durably
from evidencekit.formats.case import (
    ARTIFACTS,
    CHAIN_PEM,
    MANIFEST,
    SEALS,
    SIGNATURE,
    seal_name,
    stamp_name,
)
from evidencekit.formats.hashing import sha256
from evidencekit.formats.manifest import encode_manifest
from evidencekit.formats.times import write_time
from evidencekit.model.event import Actor
from evidencekit.model.ids import Digest
from evidencekit.model.json import Json
from evidencekit.model.seal import Manifest, Stamp
from evidencekit.proof.chain import Chain, accepted_keys
from evidencekit.proof.cms import read_signature, sign_detached
from evidencekit.protocols import Observer, Signer, TimestampAuthority
from evidencekit.store.case import Case
from evidencekit.store.writer import CaseWriter, open_writer
from evidencekit.text.catalog import _
from evidencekit.workflow.chain import Listing, read_chain
from evidencekit.workflow.seals import SealFolder, seals_of
from evidencekit.workflow.setting import Setting

_NOTHING_NEW = frozenset({"seal", "export.begin", "export.done"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What sealing came to."""

    seal: int
    manifest_sha256: Digest
    signature: Path
    stamps: tuple[Stamp, ...]
    missing: tuple[TsaUnavailable, ...]
    """Authorities that were asked and gave no token."""

    @property
    def time_proven(self) -> bool:
        """Whether an authority whose root was given has dated the seal."""
        return any(stamp.is_authority_checked for stamp in self.stamps)


def seal(
    case: Case,
    signer: Signer,
    *,
    authorities: Sequence[TimestampAuthority] = (),
    again: bool = False,
    accept_keys: frozenset[bytes] = frozenset(),
    actor: Actor | None = None,
    setting: Setting,
    observer: Observer | None = None,
) -> Sealed:
    """Seal what the case holds now.

    ``accept_keys`` are device keys that the signer vouches for besides those already known. Raises
    :class:`BadInput` where nothing changed since the last seal, unless ``again``;
    :class:`PolicyForbids` where an unknown device key signed ledger lines.
    """
    machine = setting.machine()
    with open_writer(case.root, case.id, machine, command="seal") as writer:
        actor = actor or case.first_actor()
        existing = seals_of(case.root)
        mine = _require_sound(existing, signer)
        adopted = _record_unrecorded(case, writer, existing, actor)
        if existing and not again and not _is_changed(case, existing[-1]):
            if adopted:  # what a killed run of this command had finished, all but its event
                return _result(existing[-1], existing[-1].stamps(), ())
            raise BadInput(
                _("nothing has changed since seal {n}").format(n=existing[-1].number),
                hint=_("--again seals all the same, --timestamp-pending only fetches timestamps"),
            )
        known = accept_keys | {machine.device.public} | mine
        folder = SealFolder(case.root / SEALS / seal_name(len(existing) + 1), len(existing) + 1)
        draft = writer.spool.folder / "seal"
        draft.mkdir()
        with disk_errors(str(case.root)):
            chain, listing = read_chain(case, draft / ARTIFACTS, observer, heads=_heads(existing))
            manifest = _manifest(case, chain, listing, existing, known)
            # The seal's own event comes after what it covers, and this device will sign it.
            manifest = replace(manifest, keys=manifest.keys | {machine.device.public})
            signature = _write_signed(draft, encode_manifest(manifest), signer, setting.clock())
            stamps, missing = _stamp(draft / SIGNATURE, signature, authorities, first=1)
            _move_into_place(draft, folder.path)
        _record(writer, folder, stamps, actor)
    return _result(folder, stamps, missing)


def complete_timestamps(
    case: Case,
    authorities: Sequence[TimestampAuthority],
    *,
    actor: Actor | None = None,
    setting: Setting,
) -> Sealed:
    """Stamp the newest seal at authorities that have not stamped it; for a seal made offline.

    Raises :class:`BadInput` where there is no seal, or no authority was given.
    """
    existing = seals_of(case.root)
    if not existing or not authorities:
        raise BadInput(_("there is no seal to complete, or no authority to ask (--tsa)"))
    machine, newest = setting.machine(), existing[-1]
    with open_writer(case.root, case.id, machine, command="seal") as writer:
        signature = (newest.path / SIGNATURE).read_bytes()
        with disk_errors(str(case.root)):
            stamps, missing = _stamp(
                newest.path / SIGNATURE, signature, authorities, first=newest.stamp_count() + 1
            )
        if stamps:
            _record(writer, newest, stamps, actor or case.first_actor())
    return _result(newest, stamps, missing)


def _result(
    folder: SealFolder, stamps: tuple[Stamp, ...], missing: tuple[TsaUnavailable, ...]
) -> Sealed:
    return Sealed(
        seal=folder.number,
        manifest_sha256=sha256((folder.path / MANIFEST).read_bytes()),
        signature=folder.path / SIGNATURE,
        stamps=stamps,
        missing=missing,
    )


def _is_changed(case: Case, last: SealFolder) -> bool:
    sealed = last.manifest().ledger_size
    return any(
        event.line.seq > sealed and event.line.action not in _NOTHING_NEW for event in case.events()
    )


def _write_signed(draft: Path, manifest: bytes, signer: Signer, at: datetime) -> bytes:
    signature = sign_detached(manifest, signer, at=at)
    (draft / MANIFEST).write_bytes(manifest)
    (draft / SIGNATURE).write_bytes(signature)
    (draft / CHAIN_PEM).write_bytes(_pem(signer.certificates))
    return signature


def _require_sound(existing: Sequence[SealFolder], signer: Signer) -> frozenset[bytes]:
    """Check the signatures of earlier seals; returns the device keys that this signer vouched for.

    Whoever can write into the folder could have put a seal there. Raises :class:`EvidenceDoubted`
    where a signature does not hold; what another signer vouched for does not count here.
    """
    mine: frozenset[bytes] = frozenset()
    for folder in existing:
        signature = read_signature(
            (folder.path / SIGNATURE).read_bytes(),
            (folder.path / MANIFEST).read_bytes(),
            what=folder.path.name,
        )
        if signature.signer.public_bytes(Encoding.DER) == signer.certificates[0]:
            mine |= folder.manifest().keys
    return mine


def _heads(existing: Sequence[SealFolder]) -> dict[int, Digest]:
    manifests = [folder.manifest() for folder in existing]
    return {manifest.ledger_size: manifest.head for manifest in manifests}


def _manifest(
    case: Case,
    chain: Chain,
    listing: Listing,
    existing: Sequence[SealFolder],
    known: frozenset[bytes],
) -> Manifest:
    state = chain.state()
    strangers = state.keys - accepted_keys(chain, known)
    if strangers:
        named = ", ".join(sorted(key.hex() for key in strangers))
        raise PolicyForbids(
            _("ledger lines are signed by a device that no seal knows: {keys}").format(keys=named),
            hint=_("if it is one of yours: seal --accept-device {keys}").format(keys=named),
        )
    if state.head is None:
        raise EvidenceDoubted("the ledger is empty")
    return Manifest(
        case=case.id,
        seal=len(existing) + 1,
        artifact_count=state.leaf_count,
        root=state.root,
        artifacts_sha256=listing.sha256,
        ledger_size=state.size,
        head=state.head,
        keys=state.keys,
        previous_seal=sha256((existing[-1].path / MANIFEST).read_bytes()) if existing else None,
        tool_version=__version__,
    )


def _stamp(
    beside: Path, signature: bytes, authorities: Sequence[TimestampAuthority], *, first: int
) -> tuple[tuple[Stamp, ...], tuple[TsaUnavailable, ...]]:
    stamps: list[Stamp] = []
    missing: list[TsaUnavailable] = []
    for authority in authorities:
        try:
            stamp = authority.stamp(signature)
        except TsaUnavailable as exc:
            missing.append(exc)
            continue
        number = first + len(stamps)
        for suffix, data in (("tsq", stamp.request), ("tsr", stamp.response)):
            write_durably(beside.with_name(stamp_name(beside.name, number, suffix)), data)
        stamps.append(stamp)
    return tuple(stamps), tuple(missing)


def _move_into_place(draft: Path, folder: Path) -> None:
    barrier(draft, [draft, *draft.iterdir()])
    draft.rename(folder)
    barrier(folder, [folder.parent])


def _record(
    writer: CaseWriter,
    folder: SealFolder,
    stamps: Sequence[Stamp],
    actor: Actor,
    *,
    adopted: bool = False,
) -> None:
    dated: list[Json] = [
        {"tsa": stamp.tsa, "gen_time": write_time(stamp.gen_time)} for stamp in stamps
    ]
    detail: dict[str, Json] = {
        "seal": folder.number,
        "manifest_sha256": sha256((folder.path / MANIFEST).read_bytes()),
        "signature_sha256": sha256((folder.path / SIGNATURE).read_bytes()),
        "timestamps": dated,
    }
    if adopted:
        detail["adopted"] = True
    writer.commit("seal", actor=actor, detail=detail)


def _record_unrecorded(
    case: Case, writer: CaseWriter, existing: Sequence[SealFolder], actor: Actor
) -> bool:
    """Record seals that a crash left without an event; tells whether there was one."""
    recorded = {
        event.body.detail.get("seal")
        for event in case.events()
        if event.line.action == "seal" and event.body is not None
    }
    unrecorded = [folder for folder in existing if folder.number not in recorded]
    for folder in unrecorded:
        read_chain(case, None, None, heads=_heads([folder]))
        _record(writer, folder, folder.stamps(), actor, adopted=True)
    return bool(unrecorded)


def _pem(certificates: Sequence[bytes]) -> bytes:

    return b"".join(
        x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in certificates
    )
